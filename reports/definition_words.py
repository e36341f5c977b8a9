"""A definition in words: what its attributes are called, and how conditions, formulas and values read.

The forms that edit a definition, the page that shows it, the comparison of two versions and the journal say
the same words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import FileKind
from isotrack.kit.words import NOTHING, show_number
from reports.questions import legal_basis_in_words
from reports.questions.editing import Kind, parts

Words = str | Promise
Spec = Mapping[str, Any]

ATTRIBUTES: Mapping[str, Any] = {
    "key": gettext_lazy("Khóa"),
    "id": gettext_lazy("Mã"),
    "type": gettext_lazy("Loại"),
    "label_vi": gettext_lazy("Câu hỏi (tiếng Việt)"),
    "label_en": gettext_lazy("Câu hỏi (tiếng Anh)"),
    "title_vi": gettext_lazy("Tên (tiếng Việt)"),
    "title_en": gettext_lazy("Tên (tiếng Anh)"),
    "help_vi": gettext_lazy("Hướng dẫn (tiếng Việt)"),
    "help_en": gettext_lazy("Hướng dẫn (tiếng Anh)"),
    "required": gettext_lazy("Bắt buộc trả lời"),
    "unit": gettext_lazy("Đơn vị tính"),
    "min": gettext_lazy("Nhỏ nhất"),
    "max": gettext_lazy("Lớn nhất"),
    "max_length": gettext_lazy("Số ký tự tối đa"),
    "pattern": gettext_lazy("Mẫu chữ"),
    "choices": gettext_lazy("Danh sách chọn"),
    "applies_to": gettext_lazy("Áp dụng cho"),
    "depends_on": gettext_lazy("Chỉ hỏi khi"),
    "columns": gettext_lazy("Các cột"),
    "computed": gettext_lazy("Công thức"),
    "carry_over": gettext_lazy("Lấy từ báo cáo năm trước"),
    "legal_basis": gettext_lazy("Căn cứ"),
    "accept": gettext_lazy("Loại tệp"),
    "max_mb": gettext_lazy("Dung lượng tối đa (MB)"),
    "signed_scan": gettext_lazy("Là bản báo cáo đã ký"),
    "severity": gettext_lazy("Mức độ"),
    "when": gettext_lazy("Chỉ xét khi"),
    "message_vi": gettext_lazy("Thông báo (tiếng Việt)"),
    "message_en": gettext_lazy("Thông báo (tiếng Anh)"),
    "left": gettext_lazy("Câu bên trái"),
    "right": gettext_lazy("Câu bên phải"),
    "after": gettext_lazy("Tính từ câu"),
    "table": gettext_lazy("Bảng"),
    "column": gettext_lazy("Cột"),
    "total": gettext_lazy("Câu tổng"),
    "keys": gettext_lazy("Các câu"),
    "months": gettext_lazy("Số tháng"),
    "percent": gettext_lazy("Tỷ lệ giảm (%)"),
    "ceiling": gettext_lazy("Mức trần"),
    "period": gettext_lazy("Kỳ báo cáo"),
    "recipient_vi": gettext_lazy("Nơi nhận"),
    "period_vi": gettext_lazy("Kỳ báo cáo bằng chữ"),
    "due_vi": gettext_lazy("Hạn gửi bằng chữ"),
    "notice_vi": gettext_lazy("Lưu ý chung"),
    "from_file": gettext_lazy("Lấy từ danh mục"),
    "version": gettext_lazy("Phiên bản"),
    "code": gettext_lazy("Mã biểu mẫu"),
    "confidence": gettext_lazy("Độ tin cậy của nguồn"),
}
TYPES: Mapping[str, Words] = {
    "integer": gettext_lazy("Số nguyên"),
    "money": gettext_lazy("Số tiền (đồng)"),
    "percent": gettext_lazy("Tỷ lệ phần trăm"),
    "date": gettext_lazy("Ngày"),
    "boolean": gettext_lazy("Có hoặc Không"),
    "choice": gettext_lazy("Chọn trong danh sách"),
    "text": gettext_lazy("Chữ, một dòng"),
    "long_text": gettext_lazy("Chữ, nhiều dòng"),
    "table": gettext_lazy("Bảng"),
    "file": gettext_lazy("Tệp đính kèm"),
}
OPERATORS: Mapping[str, Words] = {
    "equals": gettext_lazy("là"),
    "not_equals": gettext_lazy("khác"),
    "in": gettext_lazy("là một trong"),
    "gt": gettext_lazy("lớn hơn"),
    "lt": gettext_lazy("nhỏ hơn"),
    "answered": gettext_lazy("đã được trả lời"),
}
MANDATES: Mapping[str, Words] = {
    "all": gettext_lazy("Mọi cơ quan"),
    "mandatory": gettext_lazy("Cơ quan bắt buộc áp dụng"),
    "encouraged": gettext_lazy("Cơ quan khuyến khích áp dụng"),
}
CONFIDENCES: Mapping[str, Words] = {
    "V": gettext_lazy("đã đọc trong văn bản gốc"),
    "V2": gettext_lazy("theo nguồn thứ cấp"),
    "I": gettext_lazy("suy ra từ văn bản, chưa thấy mẫu chính thức"),
    "M": gettext_lazy("chưa kiểm chứng"),
}
SEVERITIES: Mapping[str, Words] = {
    "error": gettext_lazy("Lỗi, không gửi được"),
    "warning": gettext_lazy("Cảnh báo, phải giải trình"),
}
RULE_TYPES: Mapping[str, Words] = {
    "le": gettext_lazy("Số bên trái không lớn hơn số bên phải"),
    "date_ge": gettext_lazy("Ngày bên trái không trước ngày bên phải"),
    "date_in_period": gettext_lazy("Ngày nằm trong kỳ báo cáo"),
    "sum_equals": gettext_lazy("Các câu cộng lại bằng câu tổng"),
    "le_ceiling": gettext_lazy("Số tiền không vượt mức trần"),
    "table_sum_equals": gettext_lazy("Cột của bảng cộng lại bằng câu tổng"),
    "date_within_months": gettext_lazy("Ngày không muộn hơn số tháng kể từ ngày kia"),
    "must_be_true": gettext_lazy("Phải trả lời Có"),
    "required_when": gettext_lazy("Phải trả lời khi có điều kiện"),
    "zero_when": gettext_lazy("Phải bằng 0 khi có điều kiện"),
    "must_be_gt_zero": gettext_lazy("Phải lớn hơn 0"),
    "drop_from_last_year": gettext_lazy("Không giảm quá tỷ lệ so với năm trước"),
    "not_all_zero": gettext_lazy("Các số không cùng bằng 0"),
    "not_future": gettext_lazy("Ngày không sau ngày gửi báo cáo"),
}
# What holds where an attribute is not written.
DEFAULTS: Mapping[str, Any] = {
    "required": False,
    "carry_over": False,
    "signed_scan": False,
    "applies_to": "all",
}
_NAMED: Mapping[str, Mapping[str, Words]] = {
    "applies_to": MANDATES,
    "severity": SEVERITIES,
    "confidence": CONFIDENCES,
}
_LISTED = ("columns", "depends_on", "when")


def attribute(name: str) -> str:
    """What an attribute is called; one nobody knows keeps its name."""
    return str(ATTRIBUTES.get(name, name))


def value_in_words(name: str, value: Any) -> str:
    """The value of one attribute as people read it; "–" for none."""
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if isinstance(value, int):
        return show_number(value)
    if name in ("depends_on", "when"):
        return conditions_in_words(value)
    if name == "type":
        return str(TYPES.get(value) or RULE_TYPES.get(value, value))
    return _text_in_words(name, value)


def _text_in_words(name: str, value: Any) -> str:
    if name == "legal_basis":
        return legal_basis_in_words(value)
    if name == "accept":
        return ", ".join(_file_kind(one) for one in value)
    if name == "ceiling":
        return _("khoản %(clause)s, mức %(line)s") % {
            "clause": value.get("clause"),
            "line": value.get("line"),
        }
    if name == "period":
        return _period_in_words(str(value.get("from")), str(value.get("to")))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(_NAMED.get(name, {}).get(value, value)) if isinstance(value, str) else str(value)


def _period_in_words(first: str, last: str) -> str:
    """ "{year}-01-01" and "{year}-12-31" as days of the reporting year; anything else as it is written."""
    days = [re.fullmatch(r"\{year\}-(\d\d)-(\d\d)", one) for one in (first, last)]
    begins, ends = days
    if begins and ends:
        told = {"first": f"{begins[2]}/{begins[1]}", "last": f"{ends[2]}/{ends[1]}"}
        return _("%(first)s đến %(last)s của năm báo cáo") % told
    return _("%(first)s đến %(last)s") % {"first": first, "last": last}


@dataclass(frozen=True)
class Asked:
    """What a condition looks at, as people know it: the question's number and the words of its choices."""

    number: int
    labels: Mapping[str, str]


def asked(definition: Spec) -> dict[str, Asked]:
    """Every question of a definition by key."""
    lists = definition.get("choice_lists", {})
    return {
        key: Asked(number, labels_of(lists.get(spec.get("choices"), ())))
        for number, (key, spec) in enumerate(parts(definition, Kind.QUESTION).items(), start=1)
    }


def conditions_in_words(conditions: Sequence[Spec], asked: Mapping[str, Asked] | None = None) -> str:
    """ "qms_state là declared; legal_changes lớn hơn 0": all of them must hold.

    With `asked` as on a page: "câu 5 là Đã công bố; câu 23 lớn hơn 0".
    """
    return "; ".join(condition_in_words(condition, asked) for condition in conditions)


def condition_in_words(condition: Spec, asked: Mapping[str, Asked] | None = None) -> str:
    """ "qms_state là declared", or "câu 5 là Đã công bố"."""
    op = str(OPERATORS.get(str(condition.get("op")), condition.get("op")))
    about = (asked or {}).get(str(condition.get("key")))
    key = _("câu %(number)d") % {"number": about.number} if about else str(condition.get("key"))
    said = condition_value_in_words(condition.get("value"), about.labels if about else {})
    return " ".join(filter(None, (key, op, said)))


def condition_value_in_words(value: Any, labels: Mapping[str, str] | None = None) -> str:
    """What a condition compares with: "Có", "0", "applying; declared"."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(condition_value_in_words(one, labels) for one in value)
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if isinstance(value, int | float):
        return show_number(Decimal(str(value)) if isinstance(value, float) else value)
    return (labels or {}).get(str(value), str(value))


def in_words(spec: Spec) -> dict[str, str]:
    """Every attribute of a question or rule by its name in words; columns one by one. Defaults are said."""
    said = {
        attribute(name): value_in_words(name, value) for name, value in spec.items() if name not in _LISTED
    }
    said |= {
        attribute(name): conditions_in_words(spec[name]) for name in ("depends_on", "when") if spec.get(name)
    }
    for column in spec.get("columns", ()):
        place = _("Cột %(key)s") % {"key": column.get("key")}
        own = {name: value for name, value in column.items() if name != "key"}
        said |= {f"{place}, {_lower(attribute(name))}": value_in_words(name, own[name]) for name in own}
    return said


def choices_in_words(entries: Any) -> dict[str, str]:
    """Every entry of a list of choices by its value; of a list from a file the file."""
    if isinstance(entries, Mapping):
        return {attribute(name): str(value) for name, value in entries.items()}
    return {
        str(entry.get("value")): " / ".join(filter(None, (entry.get("label_vi"), entry.get("label_en"))))
        for entry in entries
    }


def labels_of(entries: Any) -> dict[str, str]:
    """The words of each value of a list of choices; none where the list comes from a file."""
    if not isinstance(entries, list):
        return {}
    return {str(entry.get("value")): str(entry.get("label_vi")) for entry in entries}


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _file_kind(media_type: str) -> str:
    return next((kind.upper() for kind in FileKind if kind.media_type == media_type), media_type)
