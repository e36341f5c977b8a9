"""What a person does at a screen, as she would say it: by the words she reads and the keys she has."""

import re

from playwright.sync_api import Locator, Page, expect

from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers, version_1

PDF = {"name": "Báo cáo 2020.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}


def sign_in(page: Page, username: str, password: str = make.PASSWORD) -> None:
    """Type the name, go on with the keyboard, type the password, press Enter."""
    page.get_by_label("Tên đăng nhập").fill(username)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def choose(page: Page, question: str, answer: str) -> None:
    """Choose one of the large cards below a question."""
    group(page, question).get_by_role("radio", name=answer, exact=True).check()


def group(page: Page, question: str) -> Locator:
    """The cards below a question."""
    return page.get_by_role("group", name=question)


def press(page: Page, button: str) -> None:
    """Press a button by its words."""
    page.get_by_role("button", name=button).filter(visible=True).click()


def go_on(page: Page, button: str, to: str) -> None:
    """Press a button that saves and leads to the page with this heading."""
    press(page, button)
    expect(page.get_by_role("heading", name=to)).to_be_visible()


def saved(page: Page) -> None:
    """Wait until the page says that it has saved by itself."""
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"^\s*Đã lưu lúc \d\d:\d\d\s*$"))


def follow(page: Page, link: str) -> None:
    """Follow a link by its words."""
    page.get_by_role("link", name=link).filter(visible=True).first.click()


def without(*sections: str, case: str = "C01") -> dict[str, object]:
    """The answers of a complete report, except those of some sections and of the file."""
    left_out = {q.key for part in version_1().sections if part.key in sections for q in part.questions}
    return {
        key: value for key, value in answers(case).items() if key not in left_out | {"signed_report_file"}
    }


def drafted(report: AnnualReport, filled: dict[str, object]) -> AnnualReport:
    """A draft that already has these answers."""
    report.answers, report.state, report.saved_at = filled, AnnualReport.State.DRAFT, make.NOW
    report.save()
    return report
