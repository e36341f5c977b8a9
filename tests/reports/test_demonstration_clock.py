"""The demonstration's clock: visitors move it forward, and only a demonstration has one."""

import json
import re

import pytest
from django.conf import settings

from agencies.models import Role
from isotrack.kit import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(browse, now):
    now("2021-06-16 08:00")
    return browse(make.officer(make.agency()))


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_visitor_sets_the_clock_forward_and_comes_back_to_the_same_page(lan):
    answer = lan.post("/demo-clock/", {"as_of": "30/06/2021 08:00", "next": "/reports/?q=a"})
    assert answer["Location"] == "/reports/?q=a"
    assert clock.today() == make.at("2021-06-30").date()


def test_the_next_page_says_what_is_going_on(lan):
    answer = lan.post("/demo-clock/", {"as_of": "30/6/2021 8h05", "next": "/demo-clock/"}, follow=True)
    assert "Đồng hồ đã đặt đến 08:05 ngày 30/6/2021" in words(answer)


@pytest.mark.parametrize("role", Role.values)
def test_every_signed_in_visitor_may(role, browse, now):
    now("2021-06-16 08:00")
    visitor = browse(make.user(role, make.agency()))
    assert visitor.post("/demo-clock/", {"as_of": "17/06/2021 08:00"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("15/06/2021 08:00", "chỉ chạy tới: chọn thời điểm sau 08:00 ngày 16/6/2021"),
        ("31/06/2021 08:00", "Ngày 31/06/2021 không có trong lịch"),
        ("30/06/2021", "ví dụ 05/07/2021 08:30"),
        ("30/06/2021 25:00", "Giờ từ 00:00 đến 23:59"),
        ("30/06/9999 08:00", "nhiều nhất một năm"),
        ("01/01/0001 00:00", "chỉ chạy tới"),
        ("", "bắt buộc"),
    ],
)
def test_what_cannot_be_set_is_said_at_the_field_and_kept(typed, said, lan):
    answer = lan.post("/demo-clock/", {"as_of": typed, "next": "/reports/"})
    assert answer.status_code == 200
    assert said in words(answer)
    assert f'name="as_of" value="{typed}"' in answer.content.decode() or not typed
    assert clock.today() == make.at("2021-06-16").date()


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
def test_nobody_is_led_off_the_site(elsewhere, lan):
    answer = lan.post("/demo-clock/", {"as_of": "17/06/2021 08:00", "next": elsewhere})
    assert answer["Location"] == "/"


def test_the_clock_has_a_page_of_its_own_for_phones(lan):
    answer = lan.get("/demo-clock/?next=/reports/")
    assert 'value="16/06/2021 08:00"' in answer.content.decode()
    assert '<input type="hidden" name="next" value="/reports/"' in answer.content.decode()


def test_a_real_installation_has_no_such_clock(browse):
    lan = browse(make.officer(make.agency()))
    assert lan.get("/demo-clock/").status_code == 404
    assert lan.post("/demo-clock/", {"as_of": "30/06/2030 08:00"}).status_code == 404
    assert not clock.is_demonstration()


def test_a_stranger_must_sign_in_first(client, now):
    now("2021-06-16 08:00")
    assert client.post("/demo-clock/", {"as_of": "30/06/2021 08:00"})["Location"].startswith(
        "/account/login/"
    )
    assert clock.today() == make.at("2021-06-16").date()


def test_the_clock_runs_on_from_where_it_was_set(now):
    now("2021-06-16 08:00")
    kept = json.loads((settings.VAR / "clock.json").read_text())
    assert kept["as_of"] == "2021-06-16T08:00:00+07:00"
    assert clock.now() > make.at("2021-06-16 08:00")
