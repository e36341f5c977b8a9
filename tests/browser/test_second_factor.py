"""Bình sets up his second factor: an app, ten codes, a security key; every page of it is looked at."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import press, sign_in

pytestmark = pytest.mark.browser
# Touched at once by whoever asks: what a person does with a key of their own.
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(now, settings, window):
    now("2021-06-16 08:00")
    settings.SECOND_FACTOR_REQUIRED = True
    make.staff(username="binh")
    page = window()
    page.goto("/account/login/")
    sign_in(page, "binh")
    return page


def looks_right(page):
    assert faults_at_every_size(page) == []


def confirms(page):
    looks_right(page)
    page.get_by_label("Mật khẩu").fill(make.PASSWORD)
    press(page, "Xác nhận")


def code(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_the_app_is_set_up_and_asked_for_at_the_next_sign_in(page):
    expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_contain_text(
        "lớp xác thực thứ hai"
    )
    looks_right(page)
    page.get_by_role("link", name="Thiết lập ứng dụng xác thực").click()
    confirms(page)
    looks_right(page)
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Mã xác thực").fill(code(secret))
    press(page, "Bắt đầu dùng")
    expect(page.locator(".codes li")).to_have_count(10)
    looks_right(page)
    spare = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="Đã cất, vào trang chủ").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.context.clear_cookies()
    page.goto("/account/login/")
    sign_in(page, "binh")
    expect(page.get_by_label("Mã xác thực")).to_be_visible()
    looks_right(page)
    page.get_by_label("Mã xác thực").fill(spare)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page).to_have_url(page.url.split("/account")[0])


def test_a_security_key_is_added_and_opens_the_account(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.get_by_role("link", name="Thêm khóa bảo mật").click()
    confirms(page)
    looks_right(page)
    page.get_by_label("Tên khóa").fill("Khóa ở Sở")
    press(page, "Thêm khóa bảo mật")
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/account/second-factor/webauthn/")
    expect(page.get_by_text("Khóa ở Sở")).to_be_visible()
    looks_right(page)
    page.context.clear_cookies()
    page.goto("/account/login/")
    sign_in(page, "binh")
    press(page, "Dùng khóa bảo mật")
    expect(page.get_by_role("navigation", name="Chính")).to_be_visible()
