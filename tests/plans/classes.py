"""Builders of training and upkeep: a class, who came, a consultant, a workbook as people send it."""

from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Agency, User
from isotrack.kit.sheets import TEXT, Column, write_sheet
from plans.actions.reference import load_build_steps, load_standards
from plans.models import (
    BuildStep,
    Confirmation,
    Consultant,
    EntryStep,
    Participant,
    PlanEntry,
    StandardVersion,
    TrainingClass,
    Upkeep,
    UpkeepKind,
)
from tests import make
from tests.plans import money

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def training(starts_on: date = date(2021, 7, 5), *, days: int = 2, **values: Any) -> TrainingClass:
    """A class of two days with twenty seats."""
    usual = {
        "province": make.province(),
        "year": starts_on.year,
        "topic": "Đánh giá nội bộ theo TCVN ISO 9001:2015",
        "starts_on": starts_on,
        "ends_on": date.fromordinal(starts_on.toordinal() + days - 1),
        "place": "Hội trường Sở",
        "capacity": 20,
    }
    documents = values.pop("documents", [])
    made = TrainingClass.objects.create(**usual | values)
    made.documents.set(documents)
    return made


def came(to: TrainingClass, *people: User, attended: bool | None = True) -> list[Participant]:
    """Those people were in the class."""
    return [
        Participant.objects.create(
            training=to, user=one, agency=one.posts.first().agency, registered_at=make.NOW, attended=attended
        )
        for one in people
    ]


def officers(number: int) -> list[User]:
    """So many officers, each of a commune of their own."""
    return [
        make.officer(make.agency(f"Ủy ban nhân dân xã Số {place}"), full_name=f"Người Thứ {place}")
        for place in range(1, number + 1)
    ]


def consultant(until: date = date(2021, 12, 31), name: str = "Công ty Tư vấn An Giang") -> Consultant:
    """A consultant confirmed from the beginning of 2019."""
    made = Consultant.objects.create(name=name)
    Confirmation.objects.create(consultant=made, number="12/GXN", valid_from=date(2019, 1, 1), valid_to=until)
    return made


def building(agency: Agency, *, state: str = "running", **done: date) -> PlanEntry:
    """The agency's entry in a plan with its twelve steps; `done` gives the day of a step by its code."""
    load_build_steps()
    load_standards()
    entry = money.entry(money.plan(state, standard=StandardVersion.objects.get(code="2015")), agency)
    EntryStep.objects.bulk_create(
        EntryStep(
            entry=entry,
            step=step,
            planned_on=entry.plan.ends_on,
            may_hire=step.may_hire,
            done_on=done.get(step.code),
        )
        for step in BuildStep.objects.all()
    )
    return entry


def upkeep(agency: Agency, kind: UpkeepKind, on: date, **values: Any) -> Upkeep:
    """An act of upkeep; audits and reviews are done on their day."""
    done = on if kind in (UpkeepKind.INTERNAL_AUDIT, UpkeepKind.MANAGEMENT_REVIEW) else None
    usual = {"happened_on": on, "done_on": done, "about": "Theo kế hoạch năm"}
    return Upkeep.objects.create(agency=agency, kind=kind, **usual | values)


def book(headings: list[str], *rows: list[Any], notes: tuple[str, ...] = ()) -> BytesIO:
    """A workbook with one sheet of text cells, as a file."""
    columns = [
        Column(words, lambda row, place=place: row[place], TEXT) for place, words in enumerate(headings)
    ]
    return BytesIO(write_sheet("Trang", columns, rows, note_rows=notes))


def upload(content: BytesIO, name: str = "danh-sach.xlsx") -> SimpleUploadedFile:
    """The workbook as a browser sends it."""
    return SimpleUploadedFile(name, content.getvalue(), content_type=XLSX)


def attendance(*rows: tuple[str, str]) -> BytesIO:
    """A filled-in list: user names and what stands under “Có dự”."""
    return book(["Tài khoản", "Có dự"], *(list(row) for row in rows), notes=("Lớp",))
