"""Builders: one line for the agency, person, cycle or report that a test is about.

The known people: Lan, officer of UBND xã Khánh An; Bình, clerk of the department.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import Workbook

from agencies.actions.agency import found
from agencies.actions.registry_file import keep as keep_registry
from agencies.models import Agency, Document, Invitation, ListPage, Post, RegistryFile, Role, SavedView, User
from agencies.models.agency import Group, Kind, Level, Mandate
from isotrack.journal.models import DeadAddress, Job, Notice
from isotrack.kit.clock import ZONE
from plans.actions.reference import load_ceilings, load_cost_items
from reports.actions.cycle import open_cycle
from reports.actions.reference import DATA, QUESTIONNAIRES, load_checklist, load_definition, load_rules
from reports.actions.snapshot import freeze
from reports.models import (
    AnnualReport,
    DirectiveDuty,
    DirectiveItem,
    ReportCycle,
    ReviewComment,
    Snapshot,
    Submission,
)
from reports.questions import read_definition

PASSWORD = "a long pass phrase"
# An hour on the first morning of the demonstration: two weeks before the deadline of 2020.
NOW = datetime(2021, 6, 16, 8, tzinfo=ZONE)
BEGAN = date(2020, 1, 1)
_numbers = count(1)


def at(text: str) -> datetime:
    """An instant in Vietnam: at("2021-06-29 23:59:59")."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def province(code: str = "89", name: str = "Ủy ban nhân dân tỉnh An Giang") -> Agency:
    """The root of a province; it reports through its Office. The same code gives the same province."""
    there = Agency.objects.filter(code=code).first()
    return there or found(
        by=None,
        at=NOW,
        on=BEGAN,
        code=code,
        name=name,
        kind=Kind.PEOPLES_COMMITTEE_PROVINCE,
        level=Level.PROVINCE,
        group=Group.NONE,
        mandate=Mandate.MANDATORY,
        ceiling_tier="2a",
        reports_annually=False,
        contact_email="",
    )


def agency(
    name: str = "Ủy ban nhân dân xã Khánh An",
    *,
    superior: Agency | None = None,
    code: str | None = None,
    contact: str | None = None,
    on: date = BEGAN,
    **values: Any,
) -> Agency:
    """A reporting agency: a commune under the province unless the values say otherwise."""
    code = code or f"T{next(_numbers):05}"
    usual = {
        "kind": Kind.PEOPLES_COMMITTEE_COMMUNE,
        "level": Level.COMMUNE,
        "group": Group.COMMUNE,
        "mandate": Mandate.ENCOURAGED,
        "ceiling_tier": "2d",
        "contact_email": f"{code.lower()}@agency.example" if contact is None else contact,
    }
    return found(
        by=None, at=NOW, on=on, code=code, name=name, superior=superior or province(), **usual | values
    )


def department(name: str = "Sở Nội vụ", *, superior: Agency | None = None, **values: Any) -> Agency:
    """A provincial department, obliged by Decision 19."""
    usual = {
        "kind": Kind.DEPARTMENT,
        "level": Level.PROVINCE,
        "group": Group.DEPARTMENT,
        "mandate": Mandate.MANDATORY,
        "ceiling_tier": "2b",
    }
    return agency(name, superior=superior, **usual | values)


def district(
    name: str = "Ủy ban nhân dân huyện An Phú", *, superior: Agency | None = None, **values: Any
) -> Agency:
    """A district, superior of communes."""
    usual = {
        "kind": Kind.PEOPLES_COMMITTEE_DISTRICT,
        "level": Level.DISTRICT,
        "group": Group.DISTRICT,
        "mandate": Mandate.MANDATORY,
        "ceiling_tier": "2b",
    }
    return agency(name, superior=superior, **usual | values)


def user(role: Role, agency: Agency, *, full_name: str = "Trần Thị Lan", **values: Any) -> User:
    """A person with an account and a post that began with the registry.

    An officer is responsible where nobody is yet.
    """
    username = values.pop("username", f"u{next(_numbers)}")
    starts_on, ends_on = values.pop("starts_on", BEGAN), values.pop("ends_on", None)
    email = values.pop("email", f"{username}@people.example")
    person = User.objects.create_user(
        username, PASSWORD, full_name=full_name, email=email, role=role, date_joined=NOW, **values
    )
    others = agency.posts.responsible().overlapping(starts_on, ends_on)
    Post.objects.create(
        user=person,
        agency=agency,
        starts_on=starts_on,
        ends_on=ends_on,
        title="Thư ký ISO",
        is_responsible=role == Role.OFFICER and not others.exists(),
    )
    return person


def officer(agency: Agency, **values: Any) -> User:
    """Lan, who is responsible for ISO in her agency."""
    return user(Role.OFFICER, agency, **values)


def staff(of: Agency | None = None, **values: Any) -> User:
    """Bình, a clerk of the department that runs the rollout."""
    root = of or province()
    home = Agency.objects.filter(province=root, name="Sở Khoa học và Công nghệ").first()
    home = home or department("Sở Khoa học và Công nghệ", superior=root, contact="")
    return user(Role.STAFF, home, **{"full_name": "Nguyễn Văn Bình"} | values)


def invitation(agency: Agency, *, email: str = "moi@people.example", **values: Any) -> Invitation:
    """An open invitation, sent this morning, to become an officer of the agency."""
    usual: dict[str, Any] = {
        "full_name": "Phạm Văn Mới",
        "role": Role.OFFICER,
        "starts_on": date(2021, 6, 16),
        "sent_at": NOW,
        "expires_at": NOW + timedelta(days=14),
    }
    return Invitation.objects.create(agency=agency, email=email, **usual | values)


def delegation(away: User, *, days: int = 30, **values: Any) -> Post:
    """A colleague who stands in for somebody from today on."""
    post = away.posts.own().get()
    colleague = user(away.role, post.agency, **{"full_name": "Đỗ Thị Thay"} | values)
    last = NOW.date() + timedelta(days=days)
    User.objects.get_queryset().filter(pk=colleague.pk).update(acting_until=last)
    return Post.objects.create(
        user=colleague,
        agency=post.agency,
        is_head=post.is_head,
        is_responsible=False,
        starts_on=NOW.date(),
        ends_on=last,
        acting_for=post,
    )


def document(number: str = "45/SKHCN-TĐC", *, of: Agency | None = None, **values: Any) -> Document:
    """A letter of the department."""
    usual = {
        "kind": Document.Kind.LETTER,
        "issued_on": date(2021, 6, 1),
        "issuer": "Sở Khoa học và Công nghệ",
        "abstract": "Về việc báo cáo năm 2020",
    }
    return Document.objects.create(number=number, province=of or province(), **usual | values)


def registry_file(by: User, *rows: Sequence[Any], **values: Any) -> RegistryFile:
    """A list of agencies that waits for its sender's decision; without rows it says what is so already."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Cơ quan")
    columns = ["Mã", "Tên cơ quan", "Cơ quan cấp trên", "Loại", "Mức chi", "Báo cáo hằng năm", "Từ ngày"]
    for row in (columns, *(rows or [["89", "UBND tỉnh An Giang"]])):
        page.append(list(row))
    content = BytesIO()
    book.save(content)
    told = {"name": "danh-sach-co-quan.xlsx", "sha256": hashlib.sha256(content.getvalue()).hexdigest()}
    return keep_registry(by=by, at=NOW, on=NOW.date(), content=content, **told | values)


def reference() -> None:
    """What the law gives: ceilings, cost items and the questionnaire, loaded once."""
    load_ceilings()
    load_cost_items()
    for file, from_year in QUESTIONNAIRES.items():
        load_definition(_definition(file), at=NOW, from_year=from_year)
    load_checklist()


@cache
def _definition(file: str) -> dict[str, Any]:
    """A questionnaire of the reference data, read once: that takes longer than most tests."""
    return read_definition((DATA / file).read_text(encoding="utf-8"))


def cycle(of: Agency | None = None, year: int = 2020, *, rules: bool = True) -> ReportCycle:
    """An open cycle with a report for every reporting agency made before."""
    root = of or province()
    reference()
    if rules:
        load_rules(root)
    opened, _created = open_cycle(year, province=root, by=None, at=at(f"{year + 1}-01-04"))
    return opened


def report(
    agency: Agency, cycle: ReportCycle | None = None, *, sent: str | None = None, **values: Any
) -> AnnualReport:
    """The report this agency owes, sent at the instant `sent` if given; `values` are set as they are."""
    owed = (cycle or globals()["cycle"](agency.province)).reports.get(agency=agency)
    if sent is not None:
        instant = at(sent)
        values = {
            "state": AnnualReport.State.SUBMITTED,
            "first_submitted_at": instant,
            "submitted_at": instant,
        } | values
    for name, value in values.items():
        setattr(owed, name, value)
    owed.save()
    if sent is not None:
        code = f"BC-{owed.cycle.year}-{agency.code}-1"
        Submission.objects.create(report=owed, number=1, code=code, sent_at=at(sent), answers=owed.answers)
    return owed


def reports(number: int, *, superior: Agency | None = None) -> ReportCycle:
    """A cycle with so many reporting communes under one superior."""
    for place in range(number):
        agency(f"Ủy ban nhân dân xã Số {place + 1}", superior=superior)
    return cycle((superior or province()).province)


def morning(day: date) -> datetime:
    """Eight o'clock in Vietnam on that day."""
    return datetime.combine(day, time(8), ZONE)


def commented(report: AnnualReport, question: str = "staff_total") -> ReviewComment:
    """A comment at one question, sent to its agency."""
    words = {"question": question, "text": "Kiểm tra lại."}
    return ReviewComment.objects.create(report=report, made_by=staff(), made_at=NOW, sent_at=NOW, **words)


def snapshot(cycle: ReportCycle, kind: str = "committee", *, as_of: str = "2021-06-30 00:00") -> Snapshot:
    """The consolidated report of a cycle, frozen at an instant."""
    frozen, _is_new = freeze(cycle, kind, by=None, at=at(as_of), as_of=at(as_of))
    return frozen


def job(owner: User, *, file: bytes = b"", **values: Any) -> Job:
    """Long work somebody asked for: under way, or finished with this file."""
    usual: dict[str, Any] = {
        "kind": "consolidated-pdf",
        "label": "Báo cáo tổng hợp",
        "total": 1,
        "asked_at": NOW,
    }
    if values or file:
        usual |= {"state": Job.State.DONE, "finished_at": NOW}
    asked = Job(owner_key=str(owner.pk), province="1", **usual | values)
    if file:
        asked.name = "bao-cao.pdf"
        asked.file.save(asked.name, ContentFile(file), save=False)
    asked.save()
    return asked


def saved_view(owner: User, query: str = "q=khanh+an", **values: Any) -> SavedView:
    """A search that the department shares."""
    assert owner.agency
    usual: dict[str, Any] = {"page": ListPage.AGENCIES, "name": "Xã Khánh An", "is_shared": True}
    return SavedView.objects.create(
        owner=owner, province=owner.agency.province, query=query, **usual | values
    )


def notice(*, of: Agency | None = None, **values: Any) -> Notice:
    """A planned notice that is owed since this morning."""
    usual: dict[str, Any] = {"voice": "report-reminder", "about": "report:1", "about_label": "Kỳ 2020"}
    usual |= {"step": "officer-7", "recipient": "a@b.example", "recipient_label": "UBND xã Khánh An"}
    root = str((of or province()).pk)
    return Notice.objects.create(**usual | {"province": root, "planned_for": NOW} | values)


def dead_address(address: str = "khoa@agency.example", *, of: Agency | None = None) -> DeadAddress:
    """An address that mail comes back from."""
    return DeadAddress.objects.create(
        address=address, province=str((of or province()).pk), since=NOW, reason="550 5.1.1 không có hộp thư"
    )


def duty(
    superior: Agency, *behind: AnnualReport, due_on: date = date(2021, 7, 19), state: str = "open"
) -> DirectiveDuty:
    """The letter a superior owes about these missing reports, or has written; "cancelled" ones say why."""
    values: dict[str, Any] = {"state": state, "cancel_reason": "Đã nhắc." if state == "cancelled" else ""}
    if state == "done":
        letter = {"letter_number": 812, "letter_symbol": "UBND-VP", "letter_dated": date(2021, 7, 12)}
        values |= letter | {"letter_signer": "Nguyễn Văn A", "recorded_at": NOW, "scan_name": "812.pdf"}
    given = {"opened_at": NOW, "listed_at": NOW, "due_on": due_on, "cycle": behind[0].cycle}
    owed = DirectiveDuty(superior=superior, **given, **values)
    if state == "done":
        owed.scan.save("812.pdf", ContentFile(b"%PDF-1.7"), save=False)
    owed.save()
    for report in behind:
        DirectiveItem.objects.create(duty=owed, report=report, kind="missing", days_late=6)
    return owed


def closing(cycle: ReportCycle, *behind: AnnualReport) -> Snapshot:
    """The list frozen when a cycle was closed."""
    rows = [
        {
            "report": one.pk,
            "code": one.agency.code,
            "agency": one.name_in_lists,
            "superior": "UBND huyện An Phú",
        }
        | {"kind": "missing", "days": 6, "sent_at": None, "contact": ""}
        for one in behind
    ]
    told = {"as_of": NOW, "made_at": NOW, "digest": "0" * 64, "check_code": "0000 0000 0000 0000"}
    figures = {"expected": cycle.reports.count(), "late": 0, "missing": len(rows)}
    code = f"KT-{cycle.province.code}-{cycle.year}"
    return Snapshot.objects.create(cycle=cycle, kind="closing", code=code, figures=figures, rows=rows, **told)
