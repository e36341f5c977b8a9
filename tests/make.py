"""Builders: one line for the agency, person, cycle or report that a test is about.

The known people: Lan, officer of UBND xã Khánh An; Bình, clerk of the department.
"""

from datetime import date, datetime, time
from itertools import count
from typing import Any

from agencies.actions.agency import found
from agencies.models import Agency, Document, Post, Role, User
from agencies.models.agency import Group, Kind, Level, Mandate
from isotrack.kit.clock import ZONE
from plans.actions.reference import load_ceilings, load_cost_items
from reports.actions.cycle import open_cycle
from reports.actions.reference import DATA, QUESTIONNAIRES, load_checklist, load_questionnaire, load_rules
from reports.models import AnnualReport, ReportCycle, Submission

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
    """A person with an account and a post that began with the registry."""
    username = values.pop("username", f"u{next(_numbers)}")
    starts_on, ends_on = values.pop("starts_on", BEGAN), values.pop("ends_on", None)
    email = values.pop("email", f"{username}@people.example")
    person = User.objects.create_user(
        username, PASSWORD, full_name=full_name, email=email, role=role, date_joined=NOW, **values
    )
    Post.objects.create(user=person, agency=agency, starts_on=starts_on, ends_on=ends_on, title="Thư ký ISO")
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


def document(number: str = "45/SKHCN-TĐC", *, of: Agency | None = None, **values: Any) -> Document:
    """A letter of the department."""
    usual = {
        "kind": Document.Kind.LETTER,
        "issued_on": date(2021, 6, 1),
        "issuer": "Sở Khoa học và Công nghệ",
        "abstract": "Về việc báo cáo năm 2020",
    }
    return Document.objects.create(number=number, province=of or province(), **usual | values)


def reference() -> None:
    """What the law gives: ceilings, cost items and the questionnaire, loaded once."""
    load_ceilings()
    load_cost_items()
    for file, from_year in QUESTIONNAIRES.items():
        load_questionnaire(DATA / file, at=NOW, from_year=from_year)
    load_checklist()


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
