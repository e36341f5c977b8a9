"""The demonstration's season: which agency sends what, and when.

The twelve worked samples arrive at the dates written in their file. Around them the other agencies file
plausible reports on days drawn once from a fixed seed, so that every installation shows the same province.
All persons and figures are invented.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from agencies.models import Agency
from agencies.models.agency import Mandate
from isotrack.kit.clock import ZONE

CASES = Path(__file__).resolve().parent.parent / "data" / "demonstration_cases.yaml"
DIFFICULTIES = (
    "Công chức phụ trách ISO kiêm nhiệm nhiều việc, hay thay đổi.",
    "Kinh phí duy trì, cải tiến chưa được bố trí kịp thời.",
    "Thủ tục hành chính thay đổi nhiều, cập nhật quy trình không kịp.",
    "Chưa có phần mềm quản lý hồ sơ ISO, còn làm trên giấy.",
    "Chuyên gia đánh giá nội bộ mỏng, chưa được đào tạo lại.",
)
PROPOSALS = (
    "Sở Khoa học và Công nghệ mở thêm lớp tập huấn đánh giá nội bộ.",
    "Sở Tài chính bố trí kinh phí duy trì ngay từ đầu năm.",
    "UBND tỉnh trang bị phần mềm ISO điện tử dùng chung.",
    "Ban hành quy trình mẫu cho thủ tục dùng chung của cấp xã.",
)
FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Châu",
]
MIDDLE = ["Văn", "Thị", "Hữu", "Minh", "Thanh", "Ngọc", "Quốc", "Kim"]
GIVEN = [
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Hòa",
    "Hương",
    "Khánh",
    "Lan",
    "Mai",
    "Nam",
    "Phúc",
    "Tâm",
]
# Left for the visitor to file: the officers named on the first page of the demonstration.
VISITORS = {"30340", "AG-SNV", "886"}


@dataclass(frozen=True)
class Arrival:
    """One agency's sending: at an instant, with these answers and explanations."""

    code: str
    at: datetime
    answers: dict[str, Any]
    notes: dict[str, str]


@dataclass(frozen=True)
class _Size:
    """How large a sample says that its agency is; None where it says nothing that can be read."""

    procedures: int | None = None
    staff: int | None = None

    @classmethod
    def of(cls, answers: dict[str, Any]) -> "_Size":
        staff = answers.get("staff_in_scope")
        return cls(answers.get("procedures_in_qms"), staff if isinstance(staff, int) and staff > 3 else None)


def said_by(code: str, year: int) -> dict[str, str]:
    """What an agency writes about its difficulties and proposals; about two in three have none."""
    draw = Random(f"said {year} {code}")
    if draw.random() < 0.65:
        return {"difficulties": "Không", "proposals": "Không"}
    said = {"difficulties": draw.choice(DIFFICULTIES)}
    return said | {"proposals": draw.choice(PROPOSALS) if draw.random() < 0.7 else "Không"}


def name_of_person(seed: str) -> str:
    """An invented name, always the same for the same seed."""
    draw = Random(seed)
    return f"{draw.choice(FAMILY)} {draw.choice(MIDDLE)} {draw.choice(GIVEN)}"


def is_returned(code: str) -> bool:
    """Whether the department finds something to correct in this agency's report: about one in twenty-five."""
    return Random(f"review {code}").random() < 0.04


def sample_arrivals() -> Iterator[Arrival]:
    """The twelve worked samples; those that break rules end as drafts."""
    for case in _cases():
        sent_on = date.fromisoformat(case["submitted_on"])
        notes = dict.fromkeys(case["expected"]["warnings"], "Công chức phụ trách chuyển công tác giữa năm.")
        yield Arrival(case["agency_code"], _at(sent_on, time(9)), case["answers"], notes)


def other_arrivals(agencies: list[Agency], year: int, last_day: date) -> Iterator[Arrival]:
    """Plausible reports of a year from the rest of the province; about one in twelve never comes."""
    templates = {case["id"]: case["answers"] for case in _cases()}
    sizes = {case["agency_code"]: _Size.of(case["answers"]) for case in _cases()}
    samples = {case["agency_code"] for case in _cases()} if year == 2020 else set()
    for agency in agencies:
        if agency.code in samples | (VISITORS if year == 2020 else set()):
            continue
        draw = Random(f"{year} {agency.code}")
        offset = -4 if agency.code in VISITORS else _offset(draw)
        if offset is None:
            continue
        template = templates["C01" if agency.mandate == Mandate.ENCOURAGED else "C02"]
        sent_on = last_day + timedelta(days=offset)
        at = _at(sent_on, time(draw.randint(7, 16), draw.randint(0, 59)))
        size = sizes.get(agency.code, _Size())
        yield Arrival(agency.code, at, _answers(template, agency, year, draw, size), {})


@cache
def _cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    return cases


def _offset(draw: Random) -> int | None:
    """Days from the last day: most in the four weeks before it, some late, some never."""
    lot = draw.random()
    if lot < 0.08:
        return None
    if lot < 0.18:
        return draw.randint(1, 20)
    return -min(int(draw.expovariate(1 / 22)), 150)


def _answers(
    template: dict[str, Any], agency: Agency, year: int, draw: Random, size: _Size
) -> dict[str, Any]:
    """The template with this agency's own people, figures and dates; every rule still holds.

    An agency changes little from one year to the next, so nothing falls far below last year's answer.
    """
    steady = Random(f"size {agency.code}")
    procedures = size.procedures or steady.randint(60, 160) + draw.randint(0, 4)
    drawn = steady.randint(18, 70) + draw.randint(0, 2)
    staff = size.staff or drawn
    spent = draw.randrange(4, 15) * 500_000
    head = name_of_person(f"head {agency.code}")
    return (
        template
        | {
            "head_name": head,
            "contact_name": name_of_person(agency.code),
            "declaration_signer": head,
            "staff_total": staff,
            "staff_in_scope": staff - draw.randint(0, 3),
            "procedures_total": procedures,
            "procedures_in_qms": procedures,
            "processes_count": procedures - draw.randint(0, 30),
            "effectiveness_date": "2018-11-20",
            "declaration_date": "2018-11-25",
            "notice_date": "2018-11-26",
            "internal_audit_date": f"{year}-09-{draw.randint(1, 28):02}",
            "management_review_date": f"{year}-10-{draw.randint(1, 28):02}",
            "funding_spent_total": spent,
            "spent_local_budget": spent,
            "spent_maintenance": spent,
            "spending_table": [{"cost_item": "MAINTENANCE", "amount": spent}],
            "signed_report_file": f"bao-cao-{year}.pdf",
        }
        | said_by(agency.code, year)
        | (
            {"inspection_minutes_date": f"{year}-08-20", "corrective_report_date": f"{year}-10-15"}
            if "inspection_minutes_date" in template
            else {}
        )
    )


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE)
