"""Lan hands over in the middle of a draft: she is out at once, Nam writes on where she stopped."""

from datetime import timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from agencies.models import Role
from isotrack.journal.deliver import deliver_owed
from tests import make
from tests.browser.people import follow, press, saved, sign_in

pytestmark = pytest.mark.browser
HEAD, STAFF = "Họ và tên người đứng đầu", "Tổng số cán bộ"
PASSWORD = "một câu dài dễ nhớ"


@pytest.fixture
def draft(now, window):
    """Lan has typed the name of the head and her window is open."""
    now("2021-06-16 08:00")
    report = make.report(make.agency())
    lan = window(make.officer(report.agency))
    lan.goto(f"/reports/{report.pk}/fill/general/")
    lan.get_by_label(HEAD).fill("Nguyễn Văn Hòa")
    lan.keyboard.press("Tab")
    saved(lan)
    return lan, report


def hand_over(window, report):
    """An administrator ends Lan's post yesterday and invites Nam."""
    page = window(make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em"))
    page.goto("/agencies/people/")
    follow(page, "Trần Thị Lan")
    follow(page, "Bàn giao nhiệm vụ")
    expect(page.get_by_text("Hạn gửi báo cáo ISO năm 2020")).to_be_visible()
    page.get_by_role("radio", name="Thôi giữ nhiệm vụ").check()
    page.get_by_role("main").get_by_label("Ngày").fill("15/06/2021")
    page.get_by_label("Hoặc mời người chưa có tài khoản").fill("Phạm Văn Nam")
    page.get_by_label("Thư điện tử của người được mời").fill("nam@people.example")
    press(page, "Bàn giao nhiệm vụ")
    expect(page.get_by_text("Thư mời nhận bàn giao đang được gửi đến nam@people.example.")).to_be_visible()


def test_the_newcomer_writes_on_where_the_leaver_stopped(draft, window):
    lan, report = draft
    hand_over(window, report)
    lan.goto("/")
    expect(lan.get_by_role("heading", name="Đăng nhập IsoTrack")).to_be_visible()

    deliver_owed(make.NOW + timedelta(minutes=30))
    link = next(word for word in mail.outbox[0].body.split() if "/accept/" in word)
    nam = window()
    nam.goto("/" + link.split("/", 3)[3])
    expect(nam.get_by_text("Phạm Văn Nam được mời nhận nhiệm vụ")).to_be_visible()
    nam.get_by_label("Mật khẩu", exact=False).first.fill(PASSWORD)
    nam.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
    press(nam, "Mở tài khoản")
    sign_in(nam, "nam@people.example", PASSWORD)
    expect(nam.get_by_role("heading", level=1)).to_be_visible()
    nam.goto(f"/reports/{report.pk}/fill/general/")
    expect(nam.get_by_label(HEAD)).to_have_value("Nguyễn Văn Hòa")
    nam.get_by_label(STAFF).fill("31")
    nam.keyboard.press("Tab")
    saved(nam)
    report.refresh_from_db()
    assert report.answers == {"head_name": "Nguyễn Văn Hòa", "staff_total": 31}
