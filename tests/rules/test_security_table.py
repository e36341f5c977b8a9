"""docs/asvs.md: every requirement of levels 1 and 2 has one line, and what the lines name is there."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from django.conf import settings
from django.test import Client

from agencies.actions.sign_in import KEPT
from isotrack import settings as configured
from isotrack.kit import forms, rescue
from isotrack.kit.sessions import CACHED_FOR
from isotrack.kit.sheets.read import ORDINARY
from reports import deep_link, verify
from tests import make
from tests.rules.test_access import GET

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/asvs.md").read_text("utf-8")
TEXT = (ROOT / "docs/security.md").read_text("utf-8")
# The requirements of release 5.0.0 at level 1, and those that level 2 adds: chapter.section → numbers.
LEVEL_1 = """
1.2:1-5 1.3:1-2 1.5:1 2.1:1 2.2:1-2 2.3:1 3.2:1-2 3.3:1 3.4:1-2 3.5:1-3 4.1:1 4.4:1 5.2:1-2 5.3:1-2
6.1:1 6.2:1-8 6.3:1-2 6.4:1-2 7.2:1-4 7.4:1-2 8.1:1 8.2:1-2 8.3:1 9.1:1-3 9.2:1 10.4:1-5 11.3:1-2
11.4:1 12.1:1 12.2:1-2 13.4:1 14.2:1 14.3:1 15.1:1 15.2:1 15.3:1
"""
LEVEL_2 = """
1.1:1-2 1.2:6-9 1.3:3-11 1.4:1-3 1.5:2 2.1:2-3 2.2:3 2.3:2-4 2.4:1 3.3:2-4 3.4:3-6 3.5:4-5 3.7:1-2
4.1:2-3 4.2:1 4.3:1-2 4.4:2-4 5.1:1 5.2:3 5.4:1-3 6.1:2-3 6.2:9-12 6.3:3-4 6.4:3-4 6.5:1-5 6.6:1-3
6.8:1-4 7.1:1-3 7.3:1-2 7.4:3-5 7.5:1-2 7.6:1-2 8.1:2 8.2:3 8.4:1 9.2:2-4 10.1:1-2 10.2:1-2 10.3:1-4
10.4:6-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:3 11.4:2-4 11.5:1 11.6:1 12.1:2-3
12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:2-5 14.1:1-2 14.2:2-4 14.3:2-3 15.1:2-3 15.2:2-3 15.3:2-7
16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2
"""
CELLS = ("number", "level", "asks", "state", "where", "shown")


def numbers(written: str) -> list[str]:
    found = []
    for part in written.split():
        section, _colon, span = part.partition(":")
        first, _dash, last = span.partition("-")
        found += [f"{section}.{place}" for place in range(int(first), int(last or first) + 1)]
    return found


@cache
def lines() -> list[dict[str, str]]:
    """The lines of the tables as they stand."""
    rows = [row for row in TABLE.splitlines() if re.match(r"\| \d", row)]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    assert {len(row) for row in cells} == {len(CELLS)}
    return [dict(zip(CELLS, (cell.strip("| ") for cell in row), strict=True)) for row in cells]


@cache
def there_are() -> set[str]:
    """Every test of the project, as tests/path.py::test_name."""
    return {
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def headings() -> set[str]:
    titles = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    return {title.lower().replace(" ", "-").replace(",", "") for title in titles}


@pytest.mark.parametrize(("level", "written", "many"), [("1", LEVEL_1, 70), ("2", LEVEL_2, 183)])
def test_every_requirement_has_exactly_one_line(level, written, many):
    wanted = numbers(written)
    assert len(wanted) == many
    told = [line["number"] for line in lines() if line["level"] == level]
    assert Counter(told) == Counter(wanted)


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", TABLE + TEXT)
    short = re.findall(r"`::(test_\w+)`", TEXT)
    assert len(named) > 200
    assert [name for name in named if name not in there_are()] == []
    assert [name for name in short if not any(one.endswith(f"::{name}") for one in there_are())] == []


def test_every_file_that_is_named_exists():
    named = set(
        re.findall(
            r"`((?:isotrack|agencies|plans|reports|deploy|tests|static|docs)/[\w./@-]+)`", TABLE + TEXT
        )
    )
    # static/vendor is filled at the set-up; nothing else of these is made.
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_what_is_met_is_shown_by_a_test_or_named():
    weak = [
        line["number"]
        for line in lines()
        if line["state"] == "met" and "::test_" not in line["shown"] and "`" not in line["where"]
    ]
    assert weak == []
    without_test = [line for line in lines() if line["state"] == "met" and "::test_" not in line["shown"]]
    assert len(without_test) <= 4


def test_every_other_line_says_why():
    assert {line["state"] for line in lines()} == {"met", "n/a", "not met"}
    assert [line["number"] for line in lines() if len(line["where"]) < len("`aud`")] == []
    # What is not met needs somebody who does something else, in so many words.
    open_ones = [line for line in lines() if line["state"] == "not met"]
    assert [line["number"] for line in open_ones if len(line["where"].split()) < 10] == []


def test_every_section_that_is_named_is_there():
    named = re.findall(r"\(security\.md#([\w-]+)\)", TABLE)
    assert named and set(named) <= headings()


def test_the_sums_above_the_tables_are_true():
    states = Counter(line["state"] for line in lines())
    first = sum(line["level"] == "1" for line in lines())
    above = " ".join(TABLE.partition("## V1")[0].split())
    assert f"asks for {first} things at level 1 and {len(lines()) - first} more at level 2" in above
    assert (
        f"Of these {len(lines())}, {states['met']} are met, {states['n/a']} do not apply, "
        f"and {states['not met']} are not met" in above
    )


def test_figures_in_the_text_are_those_of_the_code():
    said = " ".join(TEXT.split())
    (own_idle, own_all), (idle, whole) = settings.SESSION_HOURS["agency"], settings.SESSION_HOURS["province"]
    limits = account.RATE_LIMITS
    for sentence in (
        f"| without a page being asked for | {own_idle} hours | {idle} hours |",
        f"| in all | {own_all} hours | {whole} hours |",
        f"an upload | {settings.UPLOAD_MAX_MB} MB",
        f"unpacked {forms.MOST_UNPACKED // 1024**2} MB, {forms.MOST_PARTS:,} parts",
        f"{ORDINARY.rows:,} rows, {ORDINARY.columns} columns, {ORDINARY.sheets} sheets",
        f"at most {ORDINARY.ratio} times its size",
        f"| public look-ups of codes | {verify.PER_MINUTE} a minute",
        f"{configured.COSTLY_PER_MINUTE} a minute for each person",
        f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2} MB without its files",
        f"{rescue.LARGEST // 1024} KB",
        f"good once and for {settings.INVITATION_DAYS} days",
        f"3, {settings.INVITATION_DAYS} and {deep_link.LASTS.days} days",
        f"sign-ins {KEPT.days} days",
    ):
        assert sentence in said
    assert (limits["login_failed"], limits["login"]) == ("10/m/ip,5/300s/key", "30/m/ip")
    assert (limits["reset_password"], limits["reset_password_from_key"]) == ("20/m/ip,5/m/key", "20/m/ip")
    assert limits["reauthenticate"] == "10/m/user"
    assert (mfa.TOTP_PERIOD, mfa.TOTP_TOLERANCE, CACHED_FOR) == (30, 0, 5 * 60)
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 24 * 60 * 60


def test_every_way_in_is_an_address_that_there_is():
    """Who adds a page for strangers says in the text which way in it is, or here that it is none."""
    open_to_strangers = {name for name, row in GET.items() if row.split()[0] != "l"}
    ways_in = {
        *("account_login", "openid_connect_login", "openid_connect_callback", "reports:calendar-feed"),
        *("account_reset_password", "account_reset_password_from_key", "agencies:invitation-accept"),
    }
    told = {
        *("account_reset_password_done", "account_reset_password_from_key_done", "account_signup"),
        *("account_inactive", "socialaccount_login_cancelled", "look", "reports:verify"),
        *("healthz", "readyz", "metrics", "reports:guide", "reports:public", "reports:public-province"),
        *("reports:public-agencies", "reports:public-rates", "reports:public-declarations"),
    }
    assert open_to_strangers == ways_in | told


@pytest.mark.django_db
def test_every_page_of_somebody_signed_in_offers_the_way_out():
    officer, client = make.officer(make.agency()), Client()
    client.force_login(officer)
    for url in (
        "/",
        "/agencies/",
        "/agencies/people/me/",
        "/account/second-factor/",
        "/nowhere/",
        "/reports/",
    ):
        page = client.get(url).content.decode()
        assert 'action="/account/logout/"' in page or 'href="/account/logout/"' in page
