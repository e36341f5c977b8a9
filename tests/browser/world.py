"""A small province after the deadline, in which every kind of page has something to show."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile

from agencies.models import Agency, Document, Role, User
from isotrack.journal.models import Notice
from reports.actions.overdue import flag_overdue
from reports.actions.reminder import remind
from reports.actions.report import (
    accept,
    attach,
    declare_nil,
    exempt,
    extend,
    return_for_correction,
    save_answers,
    submit,
)
from reports.models import AnnualReport, ReportCycle
from tests import make
from tests.reports.filled import answers, version_1

AFTER = "2021-07-05 09:00"
PDF = b"%PDF-1.7\n%%EOF\n"
# A number that cannot be read, numbers that contradict each other, a day out of its year, a warning.
FAULTY = answers("C11") | {
    "staff_total": "12,345,6",
    "procedures_in_qms": 130,
    "funding_allocated": 9_000_000,
}
EXPLAINED = dict.fromkeys(("R21", "R22", "R25"), "Đã lên lịch làm trong quý III.")

Keys = dict[str, list[dict[str, Any]]]


@dataclass
class World:
    """Who is there, and for each noun of the addresses the keys that can stand in them."""

    people: dict[str, User]
    keys: Keys


def world() -> World:
    """Eight agencies, each with its report in another state, and a person of each role."""
    agencies = _agencies()
    people = {name: make.officer(agency) for name, agency in agencies.items()} | _offices()
    # Her post begins later: today she has an account and no agency.
    people["newcomer"] = make.officer(agencies["drafting"], starts_on=date(2021, 8, 1))
    cycle, letter = make.cycle(), make.document()
    letter.file.save("cong-van.pdf", ContentFile(PDF))
    reports = {name: cycle.reports.get(agency=agency) for name, agency in agencies.items()}
    file = _season(reports, people, letter)
    return World(people, _keys(cycle, reports, people, letter, file))


def _agencies() -> dict[str, Agency]:
    district = make.district(contact="anphu@agency.example")
    return {
        "superior": district,
        "drafting": make.agency(superior=district, code="30340"),
        "sent": make.agency("Ủy ban nhân dân xã Khánh Bình", superior=district),
        "returned": make.agency("Ủy ban nhân dân xã Vĩnh Hội Đông", superior=district),
        "accepted": make.agency("Ủy ban nhân dân thị trấn Long Bình", superior=district),
        "nil": make.agency("Ủy ban nhân dân xã Phú Hội", superior=district),
        "extended": make.department("Sở Giáo dục và Đào tạo"),
        "exempt": make.department("Ban Tôn giáo", contact=""),
    }


def _offices() -> dict[str, User]:
    office = make.department("Văn phòng Ủy ban nhân dân tỉnh", contact="")
    return {
        "staff": make.staff(),
        "finance": make.user(Role.FINANCE, make.department("Sở Tài chính", contact="")),
        "leader": make.user(Role.LEADER, make.province()),
        "administrator": make.user(Role.ADMINISTRATOR, office),
    }


def _season(reports: dict[str, AnnualReport], people: dict[str, User], letter: Document) -> int:
    """What happened from the reminders to today; returns the key of an attached file."""
    early, last_day = make.at("2021-06-20 10:00"), make.at("2021-06-29 23:00")
    remind(as_of=make.at("2021-06-15 08:00"))
    _fill(reports["drafting"], people["drafting"], FAULTY)
    files = [_send(reports[name], people[name]) for name in ("sent", "returned", "accepted")]
    declare_nil(reports["nil"], by=people["nil"], at=last_day, reason="Xã mới thành lập, chưa có hệ thống.")
    accept(reports["accepted"], by=people["staff"], at=early)
    comment = "Câu 17: đề nghị bổ sung lý do."
    decided = {"by": people["staff"], "at": make.at("2021-07-02 09:00")}
    return_for_correction(reports["returned"], **decided, comment=comment, correct_by=date(2021, 7, 9))
    exempt(reports["exempt"], **decided, document=letter, reason="Đã giải thể.")
    extend(reports["extended"], **decided, document=letter, until=date(2021, 7, 20), reason="Bão số 2.")
    flag_overdue(as_of=make.at("2021-06-30 08:00"))
    return files[0]


def _fill(report: AnnualReport, by: User, filled: dict[str, Any]) -> None:
    at = make.at("2021-06-18 08:00")
    save_answers(report, by=by, at=at, answers=filled, seen={}, notes=EXPLAINED)


def _send(report: AnnualReport, by: User) -> int:
    """Fill in what leaves warnings, explain them, attach the signed report, send it."""
    _fill(report, by, answers("C06"))
    file = attach(
        report,
        by=by,
        at=make.at("2021-06-18 08:05"),
        question="signed_report_file",
        content=BytesIO(PDF),
        name="bao-cao-2020.pdf",
        size=len(PDF),
        sha256="0" * 64,
    )
    submit(report, by=by, at=make.at("2021-06-18 08:10"))
    return file.pk


def _keys(
    cycle: ReportCycle,
    reports: dict[str, AnnualReport],
    people: dict[str, User],
    letter: Document,
    file: int,
) -> Keys:
    owed = [{"pk": report.pk} for report in reports.values()]
    drafting = reports["drafting"]
    every_section = [{"pk": drafting.pk, "section": section.key} for section in version_1().sections]
    failed = Notice.objects.order_by("pk").first()
    assert failed is not None
    Notice.objects.filter(pk=failed.pk).update(
        state="failed", sent_at=None, reason="550 no such user", tries=3
    )
    notices = Notice.objects.order_by("pk").values_list("pk", flat=True)
    return {
        "agency": [{"pk": drafting.agency_id}, {"pk": reports["superior"].agency_id}],
        "document": [{"pk": letter.pk}],
        "account": [{"pk": people["drafting"].pk}, {"pk": people["newcomer"].pk}],
        "cycle": [{"year": cycle.year}],
        "report": owed,
        "report-file": [{"pk": reports["sent"].pk, "file_pk": file}],
        "report-section": [*every_section, *(key | {"section": "general"} for key in owed)],
        "notice": [{"pk": pk} for pk in notices[:2]],
        "account_reset_password_from_key": [{"uidb36": "1", "key": "abc-def"}],
    }
