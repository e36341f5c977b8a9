"""The report's pages without script: what the form holds is sent again, plus what is typed."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from reports.models import AnnualReport


class _Form(HTMLParser):
    """The values of the form marked with `data-report`, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = False
        self._text = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = "data-report" in given if tag == "form" else self._inside
        name = given.get("name", "")
        if not self._inside:
            return
        is_left_out = given.get("type") in ("radio", "checkbox") and "checked" not in given
        if tag == "input" and name and not is_left_out:
            if given.get("type") != "file":
                self.values[name] = given.get("value", "")
        elif tag == "textarea":
            self._text = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
        self._text = "" if tag == "textarea" else self._text

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] += data.removeprefix("\n")


def section_url(report: AnnualReport, section: str) -> str:
    """The address of one section's page."""
    return reverse("reports:report-section", args=[report.pk, section])


def opened(response: Any) -> dict[str, str]:
    """The form of a page that was loaded, to be sent later."""
    form = _Form()
    form.feed(response.content.decode())
    return form.values


def load(client: Client, report: AnnualReport, section: str) -> dict[str, str]:
    """Open a section and return its form."""
    return opened(client.get(section_url(report, section)))


def fill(client: Client, report: AnnualReport, section: str, *, do: str = "save", **typed: Any) -> Any:
    """Open a section, type, press a button; return the answer."""
    return client.post(section_url(report, section), load(client, report, section) | typed | {"do": do})


def words(response: Any) -> str:
    """A page with its blank space made single, to look for sentences in."""
    return " ".join(response.content.decode().split())
