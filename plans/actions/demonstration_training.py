"""What the An Giang demonstration shows of training, consultants, declarations and upkeep.

The agencies and the law are facts; dates, numbers and who came are invented. Classes, contracts and what the
plan led to go through the actions that people use, in the name of the department's first account; the
archive of the communes and the upkeep of past years are entered as rows, some thousand of them. A second run
creates nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agencies.models import Agency, Document, Role, User
from agencies.models.agency import Group
from isotrack.kit.clock import ZONE
from plans.actions.consultant import add_consultant, sign_contract
from plans.actions.declaration import CONFIRMED, declare
from plans.actions.demonstration import BEHIND
from plans.actions.training import plan_class, register, take_attendance
from plans.models import (
    Consultant,
    Declaration,
    EntryStep,
    PlanEntry,
    StandardVersion,
    TrainingClass,
    Upkeep,
    UpkeepKind,
)
from plans.models.plan import DECLARED

PLACE = "Hội trường Sở Khoa học và Công nghệ"
LAW = ("19/2014/QĐ-TTg", "26/2014/TT-BKHCN")
MONEY = ("116/2015/TT-BTC",)
LETTER = ("1141/UBND-TH",)
COMMUNES_DECLARED_ON = date(2018, 10, 15)
DECLARED_LONG_AGO_ON = date(2014, 12, 10)
SIGNER, POSITION = "Người đứng đầu cơ quan", "Thủ trưởng"
SCOPE = "Giải quyết thủ tục hành chính thuộc thẩm quyền"
PROCEDURES = ("Chứng thực bản sao từ bản chính", "Tiếp công dân", "Giải quyết khiếu nại lần đầu")


@dataclass(frozen=True)
class Lesson:
    """One class of the demonstration: when, about what, for which of every so many officers."""

    starts_on: date
    topic: str
    law: Sequence[str]
    first: int
    every: int


LESSONS = (
    Lesson(date(2020, 9, 14), "Nhận thức chung về HTQLCL theo TCVN ISO 9001:2015", LAW, 0, 2),
    Lesson(date(2021, 3, 18), "Đánh giá nội bộ và xem xét của lãnh đạo", (*LAW, *MONEY), 0, 3),
    Lesson(date(2021, 7, 5), "Cập nhật văn bản và chuẩn bị báo cáo năm", (*LAW, *MONEY, *LETTER), 1, 9),
)


def seed_training(province: Agency) -> int:
    """Hold two classes, announce the third and enter two consultants; return how many things are new.

    Its officers, documents and plans have to be there.
    """
    clerk = _clerk(province)
    made = 0
    if not TrainingClass.objects.filter(province=province).exists():
        made += sum(_hold(lesson, province, clerk) for lesson in LESSONS)
    if not Consultant.objects.exists():
        made += _consultants(province, clerk)
    return made


def seed_declarations(province: Agency, at: datetime) -> int:
    """Enter what was declared before the instant `at`, and the upkeep since 2020; return how many are new.

    The five agencies of letter 1141 have nothing to declare yet. Plans have to be there.
    """
    if Declaration.objects.filter(agency__province=province).exists():
        return 0
    clerk = _clerk(province)
    declared = [*_by_plan(province, clerk, at), *_communes(province)]
    for place, declaration in enumerate(declared):
        if place % 12:
            _publish(declaration)
    Declaration.objects.bulk_update(declared, ["notified_on", "notice_number", "posted_on"])
    Upkeep.objects.bulk_create(
        act for place, declaration in enumerate(declared) for act in _acts(declaration.agency, place)
    )
    return len(declared) + _long_ago(province)


def _clerk(province: Agency) -> User:
    """The department's first account."""
    found = User.objects.filter(role=Role.STAFF, posts__agency__province=province).order_by("pk").first()
    assert found is not None
    return found


def _hold(lesson: Lesson, province: Agency, clerk: User) -> int:
    """Plan a class, register its people; those of the past came, but for a few."""
    began = datetime.combine(lesson.starts_on - timedelta(days=30), time(9), ZONE)
    training = plan_class(
        by=clerk,
        at=began,
        province=province,
        documents=Document.objects.filter(number__in=lesson.law),
        year=lesson.starts_on.year,
        topic=lesson.topic,
        starts_on=lesson.starts_on,
        ends_on=lesson.starts_on + timedelta(days=1),
        place=PLACE,
        capacity=120,
    )
    officers = User.objects.filter(role=Role.OFFICER, posts__agency__province=province).order_by("pk")
    register(training, list(officers)[lesson.first :: lesson.every], by=clerk, at=began + timedelta(days=7))
    if lesson != LESSONS[-1]:
        seats = enumerate(training.participants.order_by("pk"))
        evening = datetime.combine(training.ends_on, time(17), ZONE)
        marks = [(seat, place % 10 != 7) for place, seat in seats]
        take_attendance(training, marks, by=clerk, at=evening)
    return 1


def _consultants(province: Agency, clerk: User) -> int:
    """One firm at work whose confirmation ends soon, one independent consultant whose has lapsed."""
    at = datetime(2020, 10, 5, 9, tzinfo=ZONE)
    firm = add_consultant(
        by=clerk,
        at=at,
        name="Công ty TNHH Tư vấn chất lượng Cửu Long",
        is_independent=False,
        number="12/GXN-TĐC",
        valid_from=date(2018, 8, 1),
        valid_to=date(2021, 7, 31),
    )
    add_consultant(
        by=clerk,
        at=at,
        name="Nguyễn Thị K (chuyên gia độc lập)",
        is_independent=True,
        number="31/GXN-TĐC",
        valid_from=date(2018, 2, 1),
        valid_to=date(2021, 1, 31),
    )
    extending = PlanEntry.objects.filter(agency__code__in=BEHIND, plan__province=province)
    for number, entry in enumerate(extending.select_related("plan", "agency"), start=1):
        days = {"starts_on": date(2020, 11, 2), "ends_on": date(2021, 7, 31)}
        sign_contract(firm, by=clerk, at=at, entry=entry, number=f"{number:02}/2020/HĐTV", **days)
    return 2


def _by_plan(province: Agency, clerk: User, at: datetime) -> list[Declaration]:
    """Agencies of the plan whose steps are done declare on the day of the step."""
    steps = EntryStep.objects.done().filter(
        entry__plan__province=province, step__code__in=[CONFIRMED, DECLARED]
    )
    done: dict[PlanEntry, dict[str, date]] = {}
    for step in steps.select_related("entry__agency", "entry__plan__standard", "step").order_by(
        "entry", "step"
    ):
        if step.done_on is not None:  # as the queryset says, for the type checker
            done.setdefault(step.entry, {})[step.step.code] = step.done_on
    return [
        _declare(entry.agency, days[CONFIRMED], days[DECLARED], clerk, at, number)
        for number, (entry, days) in enumerate(done.items(), start=1)
        if DECLARED in days
    ]


def _communes(province: Agency) -> list[Declaration]:
    """Communes are encouraged and need no plan: their declarations of 2018, from the archive."""
    communes = Agency.objects.filter(province=province, group=Group.COMMUNE, covered_by__isnull=True)
    standard = StandardVersion.objects.get(code="2015")
    return Declaration.objects.bulk_create(
        _archived(agency, standard, number, COMMUNES_DECLARED_ON + timedelta(days=number % 60))
        for number, agency in enumerate(communes.in_protocol_order(), start=1)
    )


def _archived(agency: Agency, standard: StandardVersion, number: int, on: date) -> Declaration:
    return Declaration(
        agency=agency,
        standard=standard,
        number=f"{number + 20}/QĐ",
        confirmed_on=on,
        declared_on=on,
        signer=SIGNER,
        position=POSITION,
        scope=SCOPE,
        procedures=list(PROCEDURES),
    )


def _declare(
    agency: Agency, confirmed_on: date, declared_on: date, clerk: User, at: datetime, number: int
) -> Declaration:
    return declare(
        agency,
        by=clerk,
        at=at,
        standard=StandardVersion.objects.get(code="2015"),
        declared_on=declared_on,
        procedures=PROCEDURES,
        number=f"{number + 20}/QĐ",
        confirmed_on=confirmed_on,
        signer=SIGNER,
        position=POSITION,
        scope=SCOPE,
    )


def _publish(declaration: Declaration) -> None:
    """Notice and posting a week later; one in twelve has not told yet."""
    day = declaration.declared_on + timedelta(days=7)
    declaration.notified_on, declaration.notice_number, declaration.posted_on = day, "15/TB", day


def _acts(agency: Agency, place: int) -> Iterator[Upkeep]:
    """Nearly everybody audited and reviewed in 2020; one in four has done so in 2021."""
    for year, happens in ((2020, place % 15 != 4), (2021, place % 4 == 0)):
        day = date(year, 4, 20)
        for kind in (UpkeepKind.INTERNAL_AUDIT, UpkeepKind.MANAGEMENT_REVIEW) if happens else ():
            about = f"Theo kế hoạch năm {year}"
            yield Upkeep(agency=agency, kind=kind, happened_on=day, done_on=day, about=about)


def _long_ago(province: Agency) -> int:
    """Those that extend their scope now declared the old standard years ago."""
    old = StandardVersion.objects.get(code="2008")
    extending = Agency.objects.filter(province=province, code__in=BEHIND)
    made = [_archived(agency, old, 1, DECLARED_LONG_AGO_ON) for agency in extending]
    return len(Declaration.objects.bulk_create(made))
