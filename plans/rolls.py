"""The list of a class: its workbook (out as a list, back as attendance), its paper, its certificates.

The same columns go out and come back: whoever keeps the list fills in one column and sends the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.papers import Official, pdf
from isotrack.kit.sheets import TEXT, Column, write_sheet
from isotrack.kit.text import clean, fold
from isotrack.kit.words import say_date
from plans.actions.training import certificate_symbol
from plans.intake import Mistake, TableRow, mistake, read_table
from plans.models import Participant, TrainingClass

YES = frozenset({"co", "x", "v", "1", "true", "yes", "✓", "da du", "du"})
NO = frozenset({"khong", "vang", "0", "false", "no", "k"})


@dataclass(frozen=True)
class Place:
    """One line of the list."""

    number: int
    participant: Participant

    @property
    def came(self) -> str:
        """ "có", "không", or nothing yet."""
        return {True: _("có"), False: _("không"), None: ""}[self.participant.attended]


USERNAME, CAME = gettext_lazy("Tài khoản"), gettext_lazy("Có dự")
COLUMNS: Sequence[Column[Place]] = [
    Column(gettext_lazy("STT"), lambda place: str(place.number), TEXT, 6),
    Column(USERNAME, lambda place: place.participant.user.username, TEXT, 20),
    Column(gettext_lazy("Họ và tên"), lambda place: str(place.participant.user), TEXT, 28),
    Column(gettext_lazy("Mã cơ quan"), lambda place: place.participant.agency.code, TEXT, 14),
    Column(gettext_lazy("Cơ quan"), lambda place: str(place.participant.agency), TEXT, 44),
    Column(CAME, lambda place: place.came, TEXT, 10),
    Column(gettext_lazy("Số chứng nhận"), lambda place: place.participant.certificate, TEXT, 22),
]


def places_of(participants: Iterable[Participant]) -> list[Place]:
    """Numbered lines, in the order given."""
    return [Place(number, one) for number, one in enumerate(participants, start=1)]


def list_sheet(training: TrainingClass, participants: Iterable[Participant]) -> bytes:
    """The list as a workbook, which comes back filled in as attendance."""
    places = places_of(participants)
    notes = [
        str(training),
        days_and_place(training),
        _("Số học viên: %(taken)d/%(capacity)d.") % {"taken": len(places), "capacity": training.capacity},
        _("Điểm danh: ghi “có” hoặc “không” vào cột “Có dự”, lưu lại rồi tải tệp lên trang của lớp."),
    ]
    return write_sheet(_("Danh sách học viên"), COLUMNS, places, note_rows=notes)


def list_paper(training: TrainingClass, participants: Iterable[Participant]) -> bytes:
    """The list as an official PDF, a draft until it gets its number (NĐ 30/2020/NĐ-CP)."""
    paper = _official(
        training,
        symbol="DS-SKHCN",
        kind="Danh sách",
        abstract=f"Học viên lớp tập huấn “{training}”",
        signing=("GIÁM ĐỐC",),
        recipients=("Các cơ quan có học viên", "Lưu: VT, TĐC"),
    )
    places = places_of(participants)
    came = sum(place.participant.attended is True for place in places)
    told = {"training": training, "places": places, "came": came, "when": days_and_place(training)}
    return pdf("print/training_list.html", {"paper": paper, **told})


def certificate_paper(participant: Participant) -> bytes:
    """The certificate of somebody who came."""
    training = participant.training
    number = int(participant.certificate.split("/")[0])
    paper = _official(
        training,
        symbol=certificate_symbol(training),
        kind="Giấy chứng nhận",
        abstract="Hoàn thành lớp tập huấn",
        number=number,
        dated=training.ends_on,
        signing=("GIÁM ĐỐC",),
    )
    told = {"training": training, "participant": participant, "when": days_and_place(training)}
    documents = training.documents.order_by("issued_on")
    return pdf("print/training_certificate.html", {"paper": paper, "documents": documents, **told})


def days_and_place(training: TrainingClass) -> str:
    """ "Từ ngày 20/5/2021 đến ngày 21/5/2021, tại Hội trường Sở"."""
    told = {
        "first": say_date(training.starts_on),
        "last": say_date(training.ends_on),
        "place": training.place,
    }
    if training.starts_on == training.ends_on:
        return _("Ngày %(first)s, tại %(place)s") % told
    return _("Từ ngày %(first)s đến ngày %(last)s, tại %(place)s") % told


def _official(training: TrainingClass, *, symbol: str, kind: str, **values: Any) -> Official:
    committee = training.province.name
    place = committee.removeprefix("Ủy ban nhân dân").strip()
    dated: date = values.get("dated") or training.ends_on
    return Official(
        issuer_parent=committee,
        issuer="Sở Khoa học và Công nghệ",
        symbol=symbol,
        place=place.removeprefix("tỉnh ").removeprefix("thành phố "),
        year=dated.year,
        kind=kind,
        **values,
    )


# Attendance, read back


@dataclass
class Attendance:
    """What a filled-in list says; with a single mistake nothing of it is kept."""

    marks: list[tuple[Participant, bool]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_attendance(training: TrainingClass, file: BinaryIO) -> Attendance:
    """Read who came from a filled-in list, every wrong cell by its address.

    Raises SheetRefused for what is no workbook or has no such columns.
    """
    headings = {"username": USERNAME, "came": CAME}
    people = {one.user.username: one for one in training.participants.select_related("user")}
    found = Attendance()
    seen: set[str] = set()
    for row in read_table(file, headings):
        username = row.text("username").lower()
        problem = _problem_of_person(row, username, people, seen)
        came = _came(row)
        if problem:
            found.mistakes.append(mistake(row, "username", headings, problem))
        if came is None:
            found.mistakes.append(mistake(row, "came", headings, _("Ghi “có” hoặc “không”.")))
        if not problem and came is not None:
            found.marks.append((people[username], came))
        seen.add(username)
    return found


def _problem_of_person(row: TableRow, username: str, people: dict[str, Participant], seen: set[str]) -> str:
    if row.cells["username"].problem or not username:
        return _("Thiếu tên tài khoản.")
    if username in seen:
        return _("Tài khoản này đã có ở dòng trên.")
    if username not in people:
        return _("Tài khoản này chưa đăng ký lớp: đăng ký trước rồi tải tệp lên lại.")
    return ""


def _came(row: TableRow) -> bool | None:
    """True, False, or None where the cell says neither."""
    value = row.cells["came"].value
    if isinstance(value, bool):
        return value
    said = fold(clean("" if value is None else str(value)))
    if said in YES:
        return True
    return False if said in NO else None
