"""Several provinces in one installation: nothing of one is there for anybody of the other, on any address.

The world of the table of access is looked at by every kind of person of another province. National things are
common to all: law, ceilings, the questionnaires of the installation, consultants with their confirmations.
"""

from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
from django.apps import apps
from django.db.models import Q
from django.urls import get_resolver

from agencies.actions.calendar import renew_calendar
from agencies.models import Agency, Document, Role, User
from reports.models import AnnualReport, InspectionPlan, ReminderRule, ReportCycle
from tests import make
from tests.plans import money, planning
from tests.rules.test_access import GET, address, names, world  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db

# Addresses about nothing of a province: the person's own, the sign-in, what anybody may open with a secret.
OWN = ("home", "look", "demo-clock", "reports:verify", "reports:rescued", "reports:calendar-feed")
OWN += ("agencies:invitation-accept", "reports:guide")
PUBLIC = "reports:public"  # without an account anybody reads them, of every province
BY_CHANCE = ("metrics", "code")
SIGNING_IN = ("account_", "mfa_", "openid_connect_", "socialaccount_")
EXAMPLES = ("Sở Tài chính", "UBND tỉnh An Giang")  # a role's name, and what a help text gives as an example
# The same for every province: whoever is hired anywhere is confirmed for the whole country (QĐ 19/2014 Đ7).
NATIONAL = ("consultant", "confirmation", "contract")


@pytest.fixture
def strangers(now):
    """One of each kind in the other province, who have something to look at themselves."""
    now("2021-06-16 08:00")
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    office = make.department("Văn phòng bên kia", superior=other, contact="")
    commune = make.agency("Ủy ban nhân dân xã Vĩnh Phong", superior=other)
    people = {
        "staff": make.staff(other, full_name="Danh Thị Bích"),
        "finance": make.user(Role.FINANCE, office, full_name="Thị Hồng Nga"),
        "leader": make.user(Role.LEADER, other, full_name="Lâm Minh Thành"),
        "administrator": make.user(Role.ADMINISTRATOR, office, full_name="Huỳnh Quốc Việt"),
        "officer": make.officer(commune, full_name="Ngô Thị Diễm"),
    }
    make.cycle(other)
    return people


def keyed(name: str, keys: dict[str, Any], special: dict[str, Any]) -> bool:
    """Whether the address names a thing by its key, and not only a year or a form."""
    url = address(name, keys, special)
    noun = name.rpartition(":")[2].split("-")[0]
    about_a_thing = special.get(name) or keys.get(noun, {})
    named = {
        str(value)
        for key, value in about_a_thing.items()
        if key not in ("year", "form", "section", "day", "kind", "role")
    }
    return any(f"/{value}" in url for value in named)


def words_of_the_first(other: Agency) -> dict[str, str]:
    """What must not be read: names, codes, people, mailboxes, numbers of the first province → where from."""
    found: dict[str, str] = {}
    for agency in Agency.objects.exclude(province=other):
        found |= {agency.name: "agency", agency.in_lists: "agency"}
        found |= {agency.code: "code"} if len(agency.code) > 3 else {}
        found |= {agency.contact_email: "mailbox"} if agency.contact_email else {}
    for user in User.objects.exclude(posts__agency__province=other):
        found |= {user.full_name: "person", user.username: "account", user.email: "address"}
    for document in Document.objects.filter(province__isnull=False).exclude(province=other):
        found |= {document.number: "document", document.abstract: "document"}
    theirs = [
        text for agency in Agency.objects.filter(province=other) for text in (agency.name, agency.in_lists)
    ]
    theirs += User.objects.filter(posts__agency__province=other).values_list("full_name", flat=True)
    said_anyway = [*theirs, *EXAMPLES]
    return {
        word: kind
        for word, kind in found.items()
        # What is shorter may stand in any token of a form by chance.
        if len(word) > 4 and not any(word in text for text in said_anyway)
    }


def read(response) -> str:
    """What an answer says, whatever its form."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as book:
            return " ".join(book.read(part).decode("utf-8", "replace") for part in book.namelist())
    return content.decode("utf-8", "replace")


def rows_of_the_first(other: Agency) -> dict[str, dict[Any, Any]]:
    """Every row of ours that does not belong to the other province, with all its values."""
    not_theirs: dict[Any, Q] = {
        Agency: ~Q(province=other),
        User: ~Q(posts__agency__province=other),
        ReportCycle: ~Q(province=other),
        AnnualReport: ~Q(cycle__province=other),
        ReminderRule: ~Q(province=other),
        InspectionPlan: ~Q(province=other),
    }
    models = [
        model
        for app in ("agencies", "plans", "reports", "journal")
        for model in apps.get_app_config(app).get_models()
    ]
    return {
        model.__name__: {
            row["pk"]: {name: str(value) for name, value in row.items()}
            for row in model.objects.filter(not_theirs.get(model, Q())).values("pk", *columns(model))
        }
        for model in models
    }


def columns(model) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def addresses(keys, special) -> list[tuple[str, str]]:
    ours = [name for name in names(get_resolver().url_patterns) if not name.startswith(SIGNING_IN)]
    private = [name for name in ours if name not in OWN and not name.startswith(PUBLIC)]
    return [(name, address(name, keys, special)) for name in private]


def is_national(name: str) -> bool:
    return name.rpartition(":")[2].startswith(NATIONAL)


@pytest.fixture
def first(world):  # noqa: F811
    """The first province with everything in it, and what people look things up by."""
    people, keys, special = world
    planning.drafted(make.agency("Ủy ban nhân dân xã Ô Long Vỹ"), code="KH-AG", title="Kế hoạch của An Giang")
    money.source(name="Nguồn sự nghiệp khoa học An Giang")
    renew_calendar(people["own"], by=people["own"], at=make.NOW)
    return keys, special


def test_nobody_of_another_province_reads_anything_of_this_one(first, strangers, browse):
    keys, special = first
    other = strangers["leader"].agency
    secret = words_of_the_first(other)
    leaks, opened = [], []
    for role, person in strangers.items():
        browser = browse(person)
        for name, url in addresses(keys, special):
            response = browser.get(url)
            if response.status_code != 200:
                continue
            if keyed(name, keys, special) and not is_national(name):
                opened.append(f"{role} {name}")
            said = read(response)
            found = [(kind, word) for word, kind in secret.items() if word in said]
            # Any number of the machine may have the digits of a code.
            leaks += [f"{role} {name}: {kind} {word}" for kind, word in found if (name, kind) != BY_CHANCE]
    assert (opened, leaks) == ([], [])


def test_nobody_of_another_province_changes_anything_of_this_one(first, strangers, browse):
    """Everything is posted everywhere, with the keys of this province in every field that names things."""
    keys, special = first
    other = strangers["leader"].agency
    hostile = hostile_fields(keys, special)
    before = rows_of_the_first(other)
    opened = []
    for role, person in strangers.items():
        browser = browse(person)
        for name, url in addresses(keys, special):
            if name == "reports:calendar-renew" or is_national(name):
                continue
            status = browser.post(url, hostile).status_code
            if keyed(name, keys, special) and status not in (404, 405):
                opened.append(f"{role} {name}: {status}")
    after = rows_of_the_first(other)
    changed = [
        f"{model} {pk}: {row} → {after[model].get(pk)}"
        for model, rows in before.items()
        for pk, row in rows.items()
        if after[model].get(pk) != row
    ]
    assert (opened, changed) == ([], [])


def hostile_fields(keys, special) -> dict[str, Any]:
    """The names under which forms of the house carry keys, all with those of the first province."""
    agency, report = keys["agency"]["pk"], keys["report"]["pk"]
    document, person = keys["document"]["pk"], keys["account"]["pk"]
    return {
        "agency": agency,
        "agencies": [agency],
        "superior": agency,
        "chosen": str(agency),
        "pick": [agency],
        "report": report,
        "reports": [report],
        "tick": [report],
        "document": document,
        "documents": [document],
        "decision": document,
        "consent": document,
        "user": person,
        "successor": person,
        "to": person,
        "participants": [person],
        "on": "01/06/2021",
        "reason": "Thử",
        "mandate": "mandatory",
        "step": "confirm",
    }


def test_the_search_for_a_known_name_finds_nothing_across_the_border(first, strangers, browse):
    """Lists are asked for by name: an index that forgets the province would answer."""
    lists = [
        "/agencies/",
        "/agencies/?view=tree",
        "/cycles/2020/",
        "/notices/",
        "/journal/",
        "/agencies/documents/",
        "/agencies/people/",
        "/plans/",
        "/plans/declarations/",
        "/reports/queue/",
    ]
    secret = words_of_the_first(strangers["leader"].agency)
    leaks = []
    for role, person in ((role, strangers[role]) for role in ("staff", "officer")):
        for url in lists:
            for typed in ("khanh an", "30340", "45/SKHCN"):
                response = browse(person).get(
                    url, {"q": typed, "all": "1"} | ({"view": "tree"} if "tree" in url else {})
                )
                if response.status_code == 200:
                    said = read(response).replace(f'value="{typed}"', "")
                    leaks += [f"{role} {url} {typed}: {w}" for w in secret if w in said and w != typed]
    assert leaks == []
