"""The registry as a workbook: the same columns out and in.

In, a list may call its columns otherwise and leave most of them out; the reference files' own names are known
as well. An empty cell says nothing: what the registry holds stays.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, BinaryIO

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency
from agencies.models.agency import CeilingTier, Group, Kind, Level, Mandate
from isotrack.kit.language import in_every_language
from isotrack.kit.sheets import DATE, NUMBER, TEXT, Column, Field, Limits, Sheet, write_book
from isotrack.kit.text import fold

# A registry of 50,000 agencies fits three times over.
LIMITS = Limits(packed=20 * 1024**2, unpacked=96 * 1024**2, rows=50_000, columns=100)

CHOICES: dict[str, type[models.TextChoices]] = {
    "kind": Kind,
    "level": Level,
    "group": Group,
    "mandate": Mandate,
    "ceiling_tier": CeilingTier,
}


def _label(name: str) -> Callable[[Agency], Any]:
    return lambda agency: CHOICES[name](getattr(agency, name)).label


COLUMNS: Sequence[Column[Agency]] = [
    Column(gettext_lazy("Mã"), lambda one: one.code, TEXT, 14),
    Column(gettext_lazy("Tên cơ quan"), lambda one: one.name, TEXT, 48),
    Column(gettext_lazy("Tên ngắn"), lambda one: one.short_name, TEXT, 24),
    Column(gettext_lazy("Mã cấp trên"), lambda one: one.superior and one.superior.code, TEXT, 14),
    Column(gettext_lazy("Cơ quan cấp trên"), lambda one: one.superior and str(one.superior), TEXT, 36),
    Column(gettext_lazy("Loại"), _label("kind"), TEXT, 22, choices=Kind.labels),
    Column(gettext_lazy("Cấp"), _label("level"), TEXT, 12, choices=Level.labels),
    Column(gettext_lazy("Nhóm"), _label("group"), TEXT, 20, choices=Group.labels),
    Column(gettext_lazy("Áp dụng ISO"), _label("mandate"), TEXT, 22, choices=Mandate.labels),
    Column(gettext_lazy("Mức chi"), lambda one: one.ceiling_tier, TEXT, 10, choices=CeilingTier.values),
    Column(
        gettext_lazy("Báo cáo hằng năm"),
        lambda one: one.reports_annually,
        TEXT,
        12,
        choices=[gettext_lazy("có"), gettext_lazy("không")],
    ),
    Column(
        gettext_lazy("Chung hệ thống với (mã)"), lambda one: one.covered_by and one.covered_by.code, TEXT, 18
    ),
    Column(gettext_lazy("Thư nhận tin"), lambda one: one.contact_email, TEXT, 32),
    Column(gettext_lazy("Thứ tự"), lambda one: one.sort_order, NUMBER, 9),
    Column(gettext_lazy("Từ ngày"), lambda one: one.valid_from, DATE),
    Column(gettext_lazy("Đến ngày"), lambda one: one.valid_to, DATE),
]
NAMES = (
    "code",
    "name",
    "short_name",
    "superior_code",
    "superior",
    *("kind", "level", "group", "mandate", "ceiling_tier", "reports_annually"),
    *("covered_by", "contact_email", "sort_order", "valid_from", "valid_to"),
)
HEADINGS = dict(zip(NAMES, (column.heading for column in COLUMNS), strict=True))
# What else offices, and the reference files, call these columns.
OTHER_WORDS: dict[str, Sequence[str]] = {
    "code": [
        "Mã cơ quan",
        "Mã đơn vị",
        "Mã số",
        "Mã ĐVHC",
        "Mã định danh",
        "Cơ quan mã",
        "Đơn vị mã",
        "code",
    ],
    "name": [
        "Tên đơn vị",
        "Cơ quan",
        "Đơn vị",
        "Tên",
        "Tên đầy đủ",
        "Cơ quan, đơn vị",
        "Tên cơ quan, đơn vị",
        "Cơ quan tên",
        "Đơn vị tên",
        "Tên cơ quan hành chính",
        "Tên xã",
        "Xã, phường, thị trấn",
        "name",
    ],
    "short_name": ["Tên viết tắt", "Viết tắt", "Tên gọi tắt", "Cơ quan tên ngắn", "short_name"],
    "superior_code": [
        "Cơ quan cấp trên mã",
        "Cấp trên mã",
        "Mã cơ quan cấp trên",
        "Mã đơn vị cấp trên",
        "Mã cơ quan chủ quản",
        "Mã huyện",
        "parent_code",
    ],
    "superior": [
        "Cấp trên",
        "Đơn vị cấp trên",
        "Tên cơ quan cấp trên",
        "Cơ quan cấp trên tên",
        "Cấp trên tên",
        "Cơ quan cấp trên trực tiếp",
        "Cơ quan chủ quản",
        "Chủ quản",
        "Trực thuộc",
        "Thuộc",
        "Huyện",
        "Huyện, thị xã, thành phố",
        "Huyện, thành phố",
        "UBND huyện",
        "Cấp huyện",
    ],
    "kind": ["Loại cơ quan", "Loại hình", "kind"],
    "level": ["Cấp hành chính", "Cấp cơ quan", "level"],
    "group": ["Nhóm báo cáo", "Nhóm cơ quan", "Khối", "universe_group"],
    "mandate": ["Áp dụng", "Diện áp dụng", "Đối tượng áp dụng", "Bắt buộc áp dụng", "mandate"],
    "ceiling_tier": ["Mức chi tối đa", "Bậc chi", "Mức", "Mức trần", "ceiling_tier"],
    "reports_annually": ["Báo cáo", "Báo cáo năm", "Phải báo cáo", "in_reporting_2020"],
    "covered_by": ["Chung hệ thống với", "Chung HTQLCL với", "qms_code"],
    "contact_email": [
        "Email",
        "E-mail",
        "Thư điện tử",
        "Hộp thư",
        "Địa chỉ thư",
        "Hộp thư công vụ",
        "contact_email",
    ],
    "sort_order": ["Thứ tự danh bạ", "sort_order"],
    "valid_from": ["Hiệu lực từ", "Có hiệu lực từ", "Ngày hiệu lực", "Từ", "Ngày thành lập", "valid_from"],
    "valid_to": ["Hiệu lực đến", "Hết hiệu lực", "Ngày hết hiệu lực", "Đến", "valid_to"],
}
# How offices write what the registry offers as choices.
OTHER_CHOICES: dict[str, dict[str, str]] = {
    "kind": {
        "ubnd tinh": Kind.PEOPLES_COMMITTEE_PROVINCE,
        "ubnd huyen": Kind.PEOPLES_COMMITTEE_DISTRICT,
        "ubnd xa": Kind.PEOPLES_COMMITTEE_COMMUNE,
        "so, ban, nganh": Kind.DEPARTMENT,
        "so nganh": Kind.DEPARTMENT,
        "chi cuc": Kind.SUB_DEPARTMENT,
        "don vi su nghiep": Kind.PUBLIC_SERVICE_UNIT,
    },
    "level": {"tinh": Level.PROVINCE, "huyen": Level.DISTRICT, "xa": Level.COMMUNE},
    "group": {"so ban nganh": Group.DEPARTMENT, "ubnd huyen": Group.DISTRICT, "ubnd xa": Group.COMMUNE},
    "mandate": {
        "phai": Mandate.MANDATORY,
        "bat buoc": Mandate.MANDATORY,
        "bat buoc ap dung": Mandate.MANDATORY,
        "co": Mandate.MANDATORY,
        "x": Mandate.MANDATORY,
        "khuyen khich": Mandate.ENCOURAGED,
    },
    "ceiling_tier": {},
}


@cache
def fields() -> list[Field]:
    """What a list may tell of an agency, by the words its headings may bear in any language."""
    return [
        Field(name, [*in_every_language(HEADINGS[name]), *OTHER_WORDS[name]], spreads=name == "superior")
        for name in NAMES
    ]


@cache
def choices_of(name: str) -> dict[str, str]:
    """Folded words → value, for the labels in any language, the values themselves and what offices write."""
    found = dict(OTHER_CHOICES[name])
    for choice in CHOICES[name]:
        for said in (*in_every_language(choice.label), choice.value):
            found[fold(said)] = choice.value
    return found


def write_registry(out: BinaryIO, agencies: Iterable[Agency], *, title: str) -> int:
    """Stream agencies (with superior and covered_by fetched) as a workbook that imports back unchanged.

    Returns how many rows it has.
    """
    return write_book(out, [Sheet(title, COLUMNS, agencies)])


def registry_file_name(day: date) -> str:
    """For example "danh-ba-co-quan-20210616.xlsx"."""
    return f"danh-ba-co-quan-{day:%Y%m%d}.xlsx"


def registry_title() -> str:
    """What the sheet is called."""
    return _("Danh bạ cơ quan")
