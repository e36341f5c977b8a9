"""Pages for print as PDF; the only place where WeasyPrint is named.

A paper is a template under templates/print/ on A4 with the margins of Decree 30/2020/NĐ-CP. It is written in
Vietnamese whatever the language of the page it was asked from, reaches for nothing on the network, carries
its fonts and is tagged for screen readers (PDF/UA-1 as declared by WeasyPrint, not validated).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.message import Message
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from isotrack.kit.text import clean

BASE = "file:///static/"  # what a relative address in a paper means: a static file of the project
BLANK = "\u00a0" * 7  # room to write by hand


class ReachesOut(FatalURLFetchingError):
    """A paper asked for something that is neither a static file of the project nor written in the page."""


@dataclass(frozen=True)
class Official:
    """The form of an official document (Điều 8 NĐ 30/2020/NĐ-CP); a draft as long as it has no number.

    `symbol` is what follows the number ("BC-SKHCN"), `signing` the lines above the name ("KT. GIÁM ĐỐC",
    "PHÓ GIÁM ĐỐC"), `recipients` the lines of "Nơi nhận" without dash and end sign. `year` serves the blanks
    of an undated draft.
    """

    issuer_parent: str
    issuer: str
    symbol: str
    place: str
    year: int
    kind: str = ""
    abstract: str = ""
    number: int | None = None
    dated: date | None = None
    signing: Sequence[str] = ()
    signer: str = ""
    recipients: Sequence[str] = ()

    @property
    def is_draft(self) -> bool:
        """Whether the paper must carry DỰ THẢO."""
        return self.number is None

    @property
    def number_line(self) -> str:
        """ "Số: 05/BC-SKHCN"; numbers under 10 begin with 0."""
        number = BLANK if self.number is None else f"{self.number:02}"
        return f"Số: {number}/{self.symbol}"

    @property
    def place_line(self) -> str:
        """ "An Giang, ngày 05 tháng 02 năm 2027"; days under 10 and months 1 and 2 begin with 0."""
        if self.dated is None:
            return f"{self.place}, ngày {BLANK} tháng {BLANK} năm {self.year}"
        month = f"{self.dated.month:02}" if self.dated.month < 3 else str(self.dated.month)
        return f"{self.place}, ngày {self.dated.day:02} tháng {month} năm {self.dated.year}"


def pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """Render a template of templates/print/ as PDF. Raises ReachesOut for what must not be fetched."""
    with translation.override("vi"):
        page = str(render_to_string(template, dict(context)))
    # A reader's title bar shows the title as it stands, and templates indent theirs.
    page = re.sub(
        r"(?s)(<title>)(.*?)(</title>)", lambda found: found[1] + clean(found[2]) + found[3], page, count=1
    )
    paper = HTML(string=page, base_url=BASE, url_fetcher=_OwnFiles())
    return bytes(paper.write_pdf(pdf_variant="pdf/ua-1"))


class _OwnFiles(URLFetcher):
    """Serves static files of the project and data: addresses; everything else stops the paper."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data"])

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        path = unquote(urlsplit(url).path)
        found = _static_file(path.removeprefix("/static/")) if url.startswith(BASE) else None
        if found is None:
            raise ReachesOut(f"A paper may not fetch {url}")
        told = Message()
        told["Content-Type"] = guess_type(found.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, BytesIO(found.read_bytes()), told)


def _static_file(name: str) -> Path | None:
    try:
        found = finders.find(name)
    except SuspiciousOperation:
        return None
    return Path(found) if found else None
