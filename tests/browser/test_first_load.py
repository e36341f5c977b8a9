"""What the first visit of a day costs on a slow line."""

import gzip

import pytest

from agencies.models import Role
from tests import make

pytestmark = pytest.mark.browser

KIB = 1024
WHOLE, STYLE = 300 * KIB, 300 * KIB
PACKED = ("text/", "javascript", "json", "svg")  # what WhiteNoise and any front server send compressed


@pytest.fixture
def people(now):
    """A province of thirty communes with a person of each role."""
    now("2021-07-05 09:00")
    district = make.district()
    officer = make.officer(make.agency(superior=district))
    make.reports(30, superior=district)
    roles = [make.user(role, make.province()) for role in (Role.FINANCE, Role.LEADER, Role.ADMINISTRATOR)]
    return [None, officer, make.officer(district), make.staff(), *roles]


def loaded(page, url):
    """Every answer that the page needs, with nothing kept from before."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url, wait_until="load")
    return [(each.headers["content-type"], each.body()) for each in answers if each.status == 200]


def sent(kind, body):
    return len(gzip.compress(body, 6) if any(word in kind for word in PACKED) else body)


def test_the_first_page_of_each_role_weighs_at_most_300_kib(people, window):
    """Counted: the bodies of all answers, texts after gzip at its usual level, anything else as it is."""
    for person in people:
        answers = loaded(window(person), "/")
        assert len(answers) > 3
        assert sum(sent(kind, body) for kind, body in answers) <= WHOLE


def test_the_style_sheets_before_compression_stay_readable_for_a_small_phone(people, window):
    """Counted apart, as compression hides it: what the browser has to parse before it paints."""
    answers = loaded(window(), "/account/login/")
    assert 0 < sum(len(body) for kind, body in answers if "text/css" in kind) <= STYLE
