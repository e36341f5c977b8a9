"""Who came: read from a workbook, with every wrong cell, and certified by a number that is used once."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from isotrack.journal.models import Entry
from isotrack.kit.sheets import SheetRefused
from plans.actions.training import register, take_attendance
from plans.rolls import list_sheet, read_attendance
from tests import make
from tests.make import at
from tests.plans.classes import attendance, book, came, officers, training

pytestmark = pytest.mark.django_db
EVENING = at("2021-07-06 17:00")


@pytest.fixture
def lesson():
    made = training()
    came(made, *officers(3), attended=None)
    return made


def names(lesson):
    return [one.user.username for one in lesson.participants.order_by("pk")]


def test_the_list_that_goes_out_comes_back_filled_in(lesson):
    seats = list(lesson.participants.select_related("user", "agency"))
    seats[0].attended, seats[1].attended, seats[2].attended = True, False, True
    found = read_attendance(lesson, BytesIO(list_sheet(lesson, seats)))
    assert found.mistakes == []
    assert sorted((one.pk, mark) for one, mark in found.marks) == sorted((s.pk, s.attended) for s in seats)


def test_a_list_written_in_vietnamese_is_read_in_an_english_session(lesson):
    file = BytesIO(list_sheet(lesson, list(lesson.participants.select_related("user", "agency"))))
    with translation.override("en"):
        found = read_attendance(lesson, file)
    assert {one.heading for one in found.mistakes} == {"Attended"}  # nobody is marked yet


def test_every_wrong_cell_is_told_at_once(lesson):
    first, second, _third = names(lesson)
    file = attendance((first, "có"), (first, "không"), ("nobody", "có"), (second, "có lẽ"), ("", "x"))
    found = read_attendance(lesson, file)
    told = [(one.address, one.value) for one in found.mistakes]
    assert told == [("A5", first), ("A6", "nobody"), ("B7", "có lẽ"), ("A8", "")]


def test_a_file_without_the_columns_is_refused(lesson):
    with pytest.raises(SheetRefused, match="Có dự"):
        read_attendance(lesson, book(["Họ tên"], ["Lan"]))


@pytest.mark.parametrize(("said", "meant"), [("Có", True), ("x", True), ("KHÔNG", False), ("vắng", False)])
def test_people_write_it_in_many_ways(lesson, said, meant):
    found = read_attendance(lesson, attendance((names(lesson)[0], said)))
    assert [mark for _one, mark in found.marks] == [meant]


def test_whoever_came_gets_a_number_and_whoever_did_not_gets_none(lesson):
    first, second, third = lesson.participants.order_by("pk")
    take_attendance(lesson, [(first, True), (second, False), (third, True)], by=make.staff(), at=EVENING)
    numbers = list(lesson.participants.order_by("pk").values_list("certificate", flat=True))
    assert numbers == [f"01/GCN-TH2021.{lesson.pk}", "", f"03/GCN-TH2021.{lesson.pk}"]


def test_a_second_list_corrects_the_first_and_the_journal_keeps_the_number(lesson):
    binh, first = make.staff(), lesson.participants.first()
    take_attendance(lesson, [(first, True)], by=binh, at=EVENING)
    number = lesson.participants.get(pk=first.pk).certificate
    assert take_attendance(lesson, [(first, False)], by=binh, at=EVENING) == 1
    first.refresh_from_db()
    assert first.certificate == ""
    assert number in str(Entry.objects.filter(verb="training-attended").order_by("pk").last().changes)


def test_whoever_comes_late_stands_behind_the_numbers_given(lesson):
    binh, seats = make.staff(), list(lesson.participants.order_by("pk"))
    take_attendance(lesson, [(one, True) for one in seats], by=binh, at=EVENING)
    late = make.officer(make.agency("Ủy ban nhân dân xã Vĩnh Hội Đông"))
    [seat] = register(lesson, [late], by=binh, at=EVENING)
    take_attendance(lesson, [(seat, True)], by=binh, at=EVENING)
    seat.refresh_from_db()
    assert seat.certificate.startswith("04/")


def test_nobody_has_come_before_the_class_begins(lesson):
    marks = [(lesson.participants.first(), True)]
    with pytest.raises(ValidationError, match="05/7/2021"):
        take_attendance(lesson, marks, by=make.staff(), at=at("2021-07-04 17:00"))
