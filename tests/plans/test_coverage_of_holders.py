"""Coverage counts the people who hold a post today, and what they were taught after it was issued."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.person import hand_over
from agencies.models import Post
from plans.coverage import Status, coverage_of, levels_today
from tests import make
from tests.make import at
from tests.plans.classes import came, officers, training

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 16)


def now(province=None, today=TODAY):
    return coverage_of(province or make.province(), today)


def test_somebody_who_came_to_a_class_counts_as_trained():
    lan, other = officers(2)
    came(training(date(2020, 9, 1)), lan)
    assert now().total.figures == "1/2"
    assert now().counts == {Status.NEVER: 1, Status.OUTDATED: 0, Status.CURRENT: 1}
    assert [one.user for one in now().needing()] == [other.pk]


def test_a_handover_to_somebody_new_lowers_it():
    lan = make.officer(make.agency())
    came(training(date(2020, 9, 1)), lan)
    assert now().total.figures == "1/1"
    new = make.officer(make.agency("Ủy ban nhân dân xã Phú Hữu"), full_name="Người Mới")
    hand_over(lan.post, by=make.staff(), at=at("2021-06-10"), last_day=date(2021, 6, 14), successor=new)
    assert now().total.figures == "0/1"


def test_the_home_page_counts_the_same_people_by_level_in_one_statement(django_assert_num_queries):
    lan, two_posts, gone, _untrained = officers(4)
    chief = make.officer(make.department(), full_name="Lê Văn Chánh")
    health = make.department("Sở Y tế")
    Post.objects.create(user=two_posts, agency=health, starts_on=date(2021, 1, 1), is_responsible=False)
    came(training(date(2020, 9, 1)), lan, gone, chief)
    gone.is_active = False
    gone.save()
    province = make.province()
    with django_assert_num_queries(1):
        found = levels_today(province, TODAY)
    assert found == now().levels
    assert [bar.figures for bar in found] == ["1/1", "1/3"]


def test_registered_or_absent_is_not_trained():
    lan, other = officers(2)
    lesson = training(date(2020, 9, 1))
    came(lesson, lan, attended=None)
    came(lesson, other, attended=False)
    assert now().total.done == 0


def test_a_class_that_is_not_over_does_not_count_yet():
    [lan] = officers(1)
    came(training(date(2021, 6, 16), days=3), lan)
    assert now().total.done == 0
    assert now(today=date(2021, 6, 18)).total.done == 1


def test_a_class_before_the_document_was_issued_does_not_refresh():
    lan, other = officers(2)
    law = make.document("9/2021/TT-BKHCN", issued_on=date(2021, 3, 1))
    came(training(date(2020, 9, 1), documents=[law]), lan)
    came(training(date(2021, 4, 1), documents=[law]), other)
    standing = {one.user: one.status for one in now().holders}
    assert standing == {lan.pk: Status.OUTDATED, other.pk: Status.CURRENT}
    assert [bar.figures for _law, bar in now().by_document] == ["1/2"]


def test_a_document_not_issued_yet_makes_nobody_outdated():
    [lan] = officers(1)
    came(training(date(2020, 9, 1), documents=[make.document(issued_on=date(2021, 7, 1))]), lan)
    assert now().holders[0].status == Status.CURRENT


def test_the_next_class_is_for_the_untrained_then_for_whoever_waited_longest():
    old, fresh, never = officers(3)
    law = make.document("9/2021/TT-BKHCN", issued_on=date(2021, 3, 1))
    came(training(date(2019, 9, 1)), old)
    came(training(date(2020, 9, 1)), fresh)
    coming = training(date(2021, 7, 5), documents=[law])
    assert [one.user for one in now().needing(coming)] == [never.pk, old.pk, fresh.pk]
    came(coming, never, attended=None)
    assert [one.user for one in now().needing(coming)] == [old.pk, fresh.pk]


def test_past_years_count_those_who_held_the_post_then():
    lan = make.officer(make.agency(), ends_on=date(2020, 12, 31))
    came(training(date(2020, 9, 1)), lan)
    make.officer(lan.posts.first().agency, full_name="Người Mới", starts_on=date(2021, 1, 1))
    assert [(bar.name, bar.figures) for bar in now().years] == [("2020", "1/1"), ("2021", "0/1")]


def test_a_locked_account_and_a_dissolved_agency_hold_no_post():
    locked, gone = officers(2)
    locked.is_active = False
    locked.save()
    agency = gone.posts.get().agency
    agency.valid_to = date(2021, 5, 31)
    agency.save()
    assert list(now().holders) == []
    assert now().total.percent == "–"


def test_it_costs_the_same_for_one_person_and_for_many():
    came(training(date(2020, 9, 1), documents=[make.document()]), *officers(1))
    root = make.province()
    with CaptureQueriesContext(
        connection,
    ) as few:
        now(root)
    came(training(date(2020, 10, 1)), *officers(12))
    with CaptureQueriesContext(connection) as many:
        now(root)
    assert len(few) == len(many) <= 4
