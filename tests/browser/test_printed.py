"""What a page looks like on paper: nothing runs off it, and wide tables lie on the long side."""

import re

import pytest

from tests import make
from tests.plans import planning
from tests.reports.papers import tool, words

pytestmark = pytest.mark.browser


@pytest.fixture
def binh(now, window):
    now("2021-06-16 08:00")
    return window(make.staff())


def printed(page, url):
    """The page as the browser prints it, and of each sheet its width and where its rightmost word ends."""
    page.goto(url)
    paper = page.pdf(prefer_css_page_size=True)
    told = tool("pdftotext", paper, "-bbox", "-", "-").decode()
    sheets = [sheet for sheet in told.split("<page ")[1:] if "<word" in sheet]
    widths = [float(re.search(r'width="([\d.]+)"', sheet)[1]) for sheet in sheets]
    ends = [max(map(float, re.findall(r'xMax="([\d.]+)"', sheet))) for sheet in sheets]
    return paper, list(zip(widths, ends, strict=True))


def test_twelve_steps_fit_on_a_sheet(binh):
    plan = planning.running(*planning.five())
    paper, sheets = printed(binh, f"/plans/{plan.pk}/")
    assert "Bước 12" in words(paper)
    assert all(end < width for width, end in sheets)
    assert sheets[0][0] > 800  # points: A4 on its long side


def test_a_page_without_a_wide_table_stays_upright(binh):
    make.document("45/SKHCN-TĐC")
    _paper, sheets = printed(binh, "/agencies/documents/")
    assert all(end < width < 600 for width, end in sheets)
