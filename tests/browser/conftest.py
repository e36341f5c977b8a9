"""One Chromium for all tests of this folder, a window of their own for each, and a watch over every window.

Whatever a page of ours does wrong by itself fails its test: a mistake in a script, a complaint on the console
(breaches of the content security policy are said there), a missing picture, a 500, a request to anybody else.
"""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright

from agencies.models import User

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE = {"width": 1280, "height": 900}
expect.set_options(timeout=15_000)  # ms; two cores may be busy with the other half of the tests


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """A browser for the session, closed before the database goes."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    with sync_playwright() as playwright:
        # Where the machine has none, the one that playwright installed.
        browser = playwright.chromium.launch(executable_path=next(filter(None, found), None), args=SWITCHES)
        yield browser
        browser.close()


class Watch:
    """What a window did that no page may do."""

    def __init__(self, page: Page, origin: str) -> None:
        self.faults: list[str] = []
        self.origin = origin
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", self.console)
        page.on("request", self.request)
        page.on("response", self.response)

    def console(self, message: ConsoleMessage) -> None:
        """Warnings and errors, but for those about an answer's status: `response` judges these."""
        is_status = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not is_status:
            self.faults.append(f"console: {message.text}")

    def request(self, request: Request) -> None:
        """Nothing leaves the installation's own origin."""
        if not request.url.startswith((self.origin, "data:")):
            self.faults.append(f"elsewhere: {request.url}")

    def response(self, response: Response) -> None:
        """Pages and what scripts ask may say 404, 409 or 422; what belongs to a page may not be missing."""
        is_answer = response.request.is_navigation_request() or response.request.resource_type == "fetch"
        worst = 500 if is_answer else 400
        if response.status >= worst:
            self.faults.append(f"{response.status}: {response.url}")


@pytest.fixture
def window(chromium, live_server, browse) -> Iterator[Callable[..., Page]]:
    """Open a window for a person who is signed in, or for nobody yet: window(lan), window(width=360)."""
    opened: list[tuple[Page, Watch]] = []

    def open_window(user: User | None = None, *, width: int = WIDE["width"], **options: Any) -> Page:
        size = WIDE | {"width": width}
        context = chromium.new_context(
            base_url=live_server.url, viewport=size, locale="vi-VN", timezone_id="UTC", **options
        )
        if user is not None:
            name = django_settings.SESSION_COOKIE_NAME
            value = browse(user).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        opened.append((page, Watch(page, live_server.url)))
        return page

    yield open_window
    for page, _watch in opened:
        page.context.close()
    assert [fault for _page, watch in opened for fault in watch.faults] == []
