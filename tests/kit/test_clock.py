"""The clock everybody goes by."""

from datetime import UTC, datetime, timedelta

import pytest

from isotrack.kit import clock
from tests.make import at


def test_without_a_demonstration_it_is_the_machine_s_time():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert not clock.is_demonstration()


def test_a_demonstration_starts_where_the_environment_says_and_runs_on(settings):
    settings.ISOTRACK_AS_OF = "2021-06-16T08:00"
    first = clock.now()
    assert at("2021-06-16 08:00") <= first < at("2021-06-16 08:01")
    assert clock.now() > first


def test_a_process_without_the_environment_shares_the_demonstration_s_time(settings):
    settings.ISOTRACK_AS_OF = "2021-06-16T08:00"
    clock.now()
    settings.ISOTRACK_AS_OF = ""
    assert clock.is_demonstration()
    assert clock.today().year == 2021


def test_the_demonstration_moves_forward(settings):
    settings.ISOTRACK_AS_OF = "2021-06-16T08:00"
    clock.move_to(at("2021-07-05 08:30"))
    assert at("2021-07-05 08:30") <= clock.now() < at("2021-07-05 08:31")


def test_the_demonstration_never_goes_back(settings):
    settings.ISOTRACK_AS_OF = "2021-06-16T08:00"
    with pytest.raises(clock.ClockGoesForward, match="chỉ chạy tới"):
        clock.move_to(at("2021-06-15 08:00"))
    assert clock.today().day == 16


def test_the_day_is_vietnam_s_when_utc_is_still_in_yesterday():
    assert clock.day_of(datetime(2021, 6, 29, 17, 0, tzinfo=UTC)).isoformat() == "2021-06-30"
    assert clock.day_of(datetime(2021, 6, 29, 16, 59, 59, tzinfo=UTC)).isoformat() == "2021-06-29"


@pytest.mark.parametrize(
    ("text", "hour"), [("2021-06-30T00:00", 0), ("2021-06-30T00:00+07:00", 0), ("2021-06-29T17:00+00:00", 0)]
)
def test_an_instant_without_a_zone_is_read_as_vietnamese(text, hour):
    assert clock.read_instant(text).astimezone(clock.ZONE) == at("2021-06-30 00:00")
