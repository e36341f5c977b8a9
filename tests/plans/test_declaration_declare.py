"""Declaring: not before audit, review and confirmation; the newest one is current."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from isotrack.journal.models import Entry
from plans.actions.declaration import NotReady, declare, publish, readiness_of
from plans.models import Declaration, EntryStep, StandardVersion, UpkeepKind
from tests import make
from tests.make import at
from tests.plans import money
from tests.plans.classes import building, upkeep

pytestmark = pytest.mark.django_db
ALL_DONE = {
    "INTERNAL_AUDIT": date(2021, 2, 1),
    "MANAGEMENT_REVIEW": date(2021, 2, 10),
    "EFFECTIVENESS_CONFIRMED": date(2021, 2, 20),
}


@pytest.fixture
def lan():
    return make.officer(make.agency())


def say(lan, **values):
    usual = {
        "standard": StandardVersion.objects.filter(code="2015").first() or money.standard(),
        "number": "125/QĐ-UBND",
        "confirmed_on": date(2021, 2, 20),
        "declared_on": date(2021, 2, 25),
        "signer": "Lê Văn C",
        "position": "Chủ tịch",
        "scope": "Giải quyết thủ tục hành chính",
        "procedures": ["Đăng ký khai sinh"],
    }
    return declare(lan.agency, by=lan, at=make.NOW, **usual | values)


@pytest.mark.parametrize("code", list(ALL_DONE))
def test_no_declaration_while_one_of_three_steps_is_open(lan, code):
    building(lan.agency, **{name: day for name, day in ALL_DONE.items() if name != code})
    with pytest.raises(NotReady) as refused:
        say(lan)
    assert len(refused.value.readiness.missing) == 1
    assert not Declaration.objects.exists()


def test_declaring_finishes_the_step_of_the_plan(lan):
    entry = building(lan.agency, **ALL_DONE)
    declaration = say(lan)
    assert declaration.procedures == ["Đăng ký khai sinh"]
    assert EntryStep.objects.get(entry=entry, step__code="DECLARED").done_on == date(2021, 2, 25)
    assert Entry.objects.get(verb="declaration-made").actor == str(lan)


def test_a_step_done_after_the_day_of_the_declaration_does_not_carry_it(lan):
    building(lan.agency, **ALL_DONE | {"MANAGEMENT_REVIEW": date(2021, 2, 26)})
    with pytest.raises(NotReady):
        say(lan)


def test_the_head_does_not_confirm_before_audit_and_review_are_done(lan):
    building(lan.agency, **ALL_DONE)
    with pytest.raises(ValidationError) as refused:
        say(lan, confirmed_on=date(2021, 2, 15))
    assert "20/02/2021" in str(refused.value)


def test_the_plan_decides_on_the_standard(lan):
    building(lan.agency, **ALL_DONE)
    with pytest.raises(ValidationError, match="yêu cầu TCVN ISO 9001:2015"):
        say(lan, standard=money.standard("2099"))


def test_an_old_standard_is_not_declared_any_more(lan):
    old = StandardVersion.objects.create(code="0", name="TCVN cũ", apply_until=date(2021, 1, 31))
    upkeep(lan.agency, UpkeepKind.INTERNAL_AUDIT, date(2021, 1, 5))
    upkeep(lan.agency, UpkeepKind.MANAGEMENT_REVIEW, date(2021, 1, 6))
    with pytest.raises(ValidationError, match="chỉ áp dụng đến ngày 31/01/2021"):
        say(lan, standard=old)


def test_without_a_plan_the_audit_and_review_of_the_last_twelve_months_carry_it(lan):
    upkeep(lan.agency, UpkeepKind.INTERNAL_AUDIT, date(2020, 2, 26))
    assert readiness_of(lan.agency, date(2021, 2, 25)).missing != []
    upkeep(lan.agency, UpkeepKind.MANAGEMENT_REVIEW, date(2020, 12, 1))
    assert readiness_of(lan.agency, date(2021, 2, 25)).is_ready
    assert not readiness_of(lan.agency, date(2021, 2, 26)).is_ready
    assert say(lan)


def test_nobody_declares_tomorrow(lan):
    building(lan.agency, **ALL_DONE)
    with pytest.raises(ValidationError, match="không thể sau hôm nay"):
        say(lan, declared_on=date(2021, 6, 17))


def test_the_same_declaration_is_entered_once(lan):
    building(lan.agency, **ALL_DONE)
    say(lan)
    upkeep(lan.agency, UpkeepKind.INTERNAL_AUDIT, date(2021, 2, 1))
    upkeep(lan.agency, UpkeepKind.MANAGEMENT_REVIEW, date(2021, 2, 1))
    with pytest.raises(ValidationError, match="đã có"):
        say(lan)


def test_the_newest_declaration_is_the_current_one(lan):
    money.declared(lan.agency, date(2019, 5, 1))
    building(lan.agency, **ALL_DONE)
    newest = say(lan)
    assert list(Declaration.objects.current()) == [newest]


def test_the_notice_does_not_precede_the_declaration(lan):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    with pytest.raises(ValidationError) as refused:
        publish(
            declaration,
            by=lan,
            at=make.NOW,
            notified_on=date(2021, 2, 24),
            notice_number="1/TB",
        )
    assert "notified_on" in refused.value.error_dict


def test_a_declaration_is_complete_once_notified_and_posted(lan):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    done = {"notified_on": date(2021, 3, 1), "notice_number": "1/TB", "posted_on": date(2021, 3, 1)}
    assert publish(declaration, by=lan, at=at("2021-03-02"), **done).is_complete
    assert not Declaration.objects.unpublished().exists()
