"""Seats: who gets one, until when, and never more than there are."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from isotrack.journal.models import Entry
from plans.actions.training import change_class, register, take_attendance, withdraw
from plans.models import Participant, TrainingClass
from tests import make
from tests.make import at
from tests.plans.classes import came, officers, training

pytestmark = pytest.mark.django_db


def test_an_officer_takes_a_seat_before_the_class_begins():
    lan = make.officer(make.agency())
    [seat] = register(training(), [lan], by=lan, at=at("2021-07-04 23:59"))
    assert (seat.user, seat.agency, seat.attended) == (lan, lan.agency, None)
    assert Entry.objects.get(verb="training-registered").actor == str(lan)


def test_an_officer_is_late_on_the_first_day_but_the_department_is_not():
    lan, binh = make.officer(make.agency()), make.staff()
    lesson = training()
    with pytest.raises(ValidationError, match="khai giảng ngày 05/7/2021"):
        register(lesson, [lan], by=lan, at=at("2021-07-05 07:00"))
    assert register(lesson, [lan], by=binh, at=at("2021-07-06 07:00"))


def test_nobody_registers_for_a_class_that_is_over():
    lan, binh = make.officer(make.agency()), make.staff()
    with pytest.raises(ValidationError, match="bế giảng"):
        register(training(), [lan], by=binh, at=at("2021-07-07 07:00"))


def test_too_many_people_for_the_seats_left_get_none():
    binh, people = make.staff(), officers(3)
    lesson = training(capacity=2)
    with pytest.raises(ValidationError, match="còn 2 chỗ"):
        register(lesson, people, by=binh, at=make.NOW)
    assert not lesson.participants.exists()


def test_nobody_takes_two_seats():
    lan = make.officer(make.agency())
    lesson = training()
    register(lesson, [lan], by=lan, at=make.NOW)
    with pytest.raises(ValidationError, match="đã đăng ký"):
        register(lesson, [lan], by=lan, at=make.NOW)


def test_somebody_without_a_post_gets_no_seat():
    binh = make.staff()
    gone = make.officer(make.agency(), ends_on=date(2020, 6, 1))
    with pytest.raises(ValidationError, match="không giữ nhiệm vụ"):
        register(training(), [gone], by=binh, at=make.NOW)


def test_whoever_withdraws_frees_the_seat():
    lan, other = officers(2)
    lesson = training(capacity=1)
    [seat] = register(lesson, [lan], by=lan, at=make.NOW)
    withdraw(seat, by=lan, at=make.NOW)
    assert register(lesson, [other], by=other, at=make.NOW)


def test_the_list_stays_once_attendance_has_begun():
    binh, people = make.staff(), officers(2)
    lesson = training()
    first, second = came(lesson, *people, attended=None)
    take_attendance(lesson, [(first, True)], by=binh, at=at("2021-07-06 17:00"))
    with pytest.raises(ValidationError, match="điểm danh"):
        withdraw(second, by=binh, at=at("2021-07-06 17:00"))


def test_a_class_never_shrinks_below_its_people():
    binh, lesson = make.staff(), training()
    came(lesson, *officers(3), attended=None)
    with pytest.raises(ValidationError, match="Đã có 3 người"):
        change_class(lesson, by=binh, at=make.NOW, documents=[], capacity=2)
    assert TrainingClass.objects.get().capacity == 20


@pytest.mark.django_db(transaction=True)
def test_ten_people_at_once_never_take_more_than_three_seats():
    people, lesson = officers(10), training(capacity=3)
    begin = threading.Barrier(len(people))

    def take(person):
        begin.wait()
        try:
            register(lesson, [person], by=person, at=make.NOW)
        except ValidationError:
            pass
        finally:
            connection.close()

    hands = [threading.Thread(target=take, args=[person]) for person in people]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert Participant.objects.filter(training=lesson).count() == 3
