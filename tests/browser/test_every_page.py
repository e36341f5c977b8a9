"""Every page that a person can reach: axe-core, one h1, labels, nothing sideways on a phone, a clean console.

The pages are found, not listed: each named address with each key that fits it is asked for first, and what
answers with a page is then looked at in Chromium on a desk, on a phone, and on a phone with large text. Of
pages that are built alike, whoever they are for, one is looked at; what others see less of than the
department is looked at where the department sees it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.browser.looking import faults_at_every_size, skeleton
from tests.browser.world import AFTER, Keys, world
from tests.rules.test_access import names

pytestmark = pytest.mark.browser

READERS = ("superior", "finance", "leader", "administrator", "drafting")
# Reports that a reader looks at, and that the department decides on; the department reads all.
FEW = 3
DECISIONS = (
    "report-return",
    "report-extend",
    "report-exempt",
    "report-reopen",
    "report-withdrawal",
    "report-comment-add",
    "report-paper-entry",
    "report-paper-drop",
)
PARTS = 4  # of the department's walk, so that nobody waits for one long test
# Their other pages are those of the person above; only what their report's state changes is looked at.
OWN_REPORT = ("sent", "returned", "accepted", "nil", "extended", "exempt", "newcomer", "pending", "head")
# Lists as they are when they are filtered, empty, or ordered otherwise.
QUERIES = {
    "reports:questionnaire-part-add": ["?type=not_all_zero"],
    "agencies:agency-list": ["?q=khanh an", "?q=zzz", "?view=tree", "?on=01/06/2021&life=ended"],
    "agencies:agency-bulk": ["?of=all"],
    "agency-detail": ["?on=01/06/2021"],
    "reports:view-add": ["?page=agencies&query=q%3Dkhanh"],
    "agencies:account-list": ["?q=zzz", "?state=acting"],
    "agencies:contact-list": ["?gap=dead"],
    "agencies:invitation-list": ["?q=zzz"],
    "reports:cycle-board": ["?q=zzz", "?state=submitted"],
    "reports:notice-list": ["?q=zzz"],
    "agencies:document-list": ["?q=zzz"],
    "reports:entry-list": ["?q=zzz"],
    "plans:plan-detail": ["?show=overdue", "?q=zzz"],
    "plans:declaration-list": ["?q=zzz"],
}


@pytest.fixture
def province(now):
    now(AFTER)
    return world()


def addresses(keys: Keys, only: str = "") -> list[str]:
    """Every address of the installation whose name has `only` in it, with every key that fits."""
    found: list[str] = []
    for name in (name for name in names(get_resolver().url_patterns) if only in name):
        bare = name.rpartition(":")[2]
        fitting: list[dict[str, Any]] = [{}, *keys.get(bare, keys.get(bare.partition("-")[0], []))]
        urls = [url for kwargs in fitting if (url := address(name, kwargs))]
        assert urls, f"no key fits {name}"
        found += [url + query for url in urls for query in ["", *QUERIES.get(name, [])]]
    return found


def address(name: str, kwargs: dict[str, Any]) -> str:
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def built(client: Client, url: str) -> frozenset[str]:
    """How the page at an address is built; nothing where no page answers."""
    response = client.get(url)
    is_page = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    return skeleton(response.content.decode()) if is_page else frozenset()


class Seen:
    """How the pages were built that somebody has looked at, told to the tests of the other processes too."""

    def __init__(self, file: Path) -> None:
        self.file, self.read, self.pages = file, 0, set[frozenset[str]]()

    def holds(self, how: frozenset[str], *, also_more: bool) -> bool:
        """Whether such a page was looked at; `also_more`: or one that has everything this one has."""
        self._hear()
        return how in self.pages or (also_more and any(how <= page for page in self.pages))

    def add(self, how: frozenset[str]) -> None:
        with self.file.open("a", encoding="utf-8") as told:
            told.write(json.dumps(sorted(how)) + "\n")

    def _hear(self) -> None:
        if not self.file.exists():
            return
        with self.file.open(encoding="utf-8") as told:
            told.seek(self.read)
            for line in iter(told.readline, ""):
                if not line.endswith("\n"):
                    return  # somebody is writing it
                self.pages.add(frozenset(json.loads(line)))
                self.read = told.tell()


@pytest.fixture(scope="session")
def seen(tmp_path_factory, worker_id):
    base = tmp_path_factory.getbasetemp()
    return Seen((base if worker_id == "master" else base.parent) / "pages-seen.jsonl")


def faults_of(page, client, urls, seen, *, also_more=True):
    """What is wrong, by address; and that there was something to look at."""
    pages = {url: how for url in urls if (how := built(client, url))}
    assert pages
    found = {}
    for url, how in pages.items():
        if seen.holds(how, also_more=also_more):
            continue
        seen.add(how)
        page.goto(url)
        found[url] = faults_at_every_size(page)
    return {url: wrong for url, wrong in found.items() if wrong}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_department_can_use_every_page_and_every_report_in_every_state(
    part, province, window, browse, seen
):
    staff = province.people["staff"]
    keys = province.keys | dict.fromkeys(DECISIONS, province.keys["report"][1 : 1 + FEW])
    urls = addresses(keys)[part::PARTS]
    assert faults_of(window(staff), browse(staff), urls, seen, also_more=False) == {}


@pytest.mark.parametrize("person", READERS)
def test_everybody_can_use_every_page_open_to_them(person, province, window, browse, seen):
    user = province.people[person]
    keys = province.keys | {"report": province.keys["report"][:FEW]}
    assert faults_of(window(user), browse(user), addresses(keys), seen) == {}


@pytest.mark.parametrize("person", OWN_REPORT)
def test_an_officer_can_use_her_pages_whatever_became_of_the_report(person, province, window, browse, seen):
    user = province.people[person]
    urls = ["/", *addresses(province.keys, only="reports:report")]
    assert faults_of(window(user), browse(user), urls, seen) == {}


def test_somebody_who_is_not_signed_in_can_use_the_pages_around_the_login(province, window, seen):
    assert faults_of(window(), Client(), addresses(province.keys), seen) == {}


def test_a_page_that_does_not_exist_is_a_page_of_ours(province, window):
    page = window(province.people["drafting"])
    page.goto("/reports/999999/")
    assert faults_at_every_size(page) == []
