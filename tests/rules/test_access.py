"""Nobody gets in where they do not belong: every address × every person, against a written table.

The thing at each address belongs to the commune Khánh An. A new address without a row fails the test. GET is
tried everywhere, POST wherever something can be changed: a stranger meets 404 there too.
"""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from agencies.models import Role
from isotrack.journal.models import Notice
from reports.models import Attachment
from tests import make

pytestmark = pytest.mark.django_db

# Who tries, in the order of the columns below.
PEOPLE = ("anonymous", "own", "above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere")
# y 200 · n 404 · l to the login page · r elsewhere in the application · m POST only · p not now (conflict)
GET = {
    "home": "l y y y y y y y y",
    "look": "r r r r r r r r r",
    "demo-clock": "l y y y y y y y y",
    "agency-detail": "l y y n y y y y n",
    "agencies:agency-list": "l y y y y y y y y",
    "agencies:agency-edit": "l n n n y n n n n",
    "agencies:agency-contact": "l y n n y n n n n",
    "agencies:document-list": "l y y y y y y y y",
    "agencies:document-add": "l n n n y n n n y",
    "agencies:document-detail": "l y y y y y y y n",
    "agencies:document-file": "l y y y y y y y n",
    "agencies:account-list": "l n n n y n n y y",
    "agencies:account-add": "l n n n n n n y n",
    "agencies:account-edit": "l n n n n n n y n",
    "agencies:account-post": "l n n n n n n y n",
    "reports:cycle-list": "l y y y y y y n y",
    "reports:cycle-open": "l n n n y n n n y",
    "reports:cycle-board": "l y y y y y y n y",
    "reports:cycle-export": "l y y y y y y n y",
    "reports:cycle-switches": "l n n n y n n n y",
    "reports:report-list": "l y y y r r r r r",
    "reports:report-detail": "l y y n y y y n n",
    "reports:report-why": "l y y n y y y n n",
    "reports:report-file": "l y y n y y y n n",
    "reports:report-receipt": "l y y n y y y n n",
    "reports:report-receipt-paper": "l y y n y y y n n",
    "reports:report-fill": "l r n n n n n n n",
    "reports:report-section": "l y n n n n n n n",
    "reports:report-send": "l y n n n n n n n",
    "reports:report-nil": "l y n n n n n n n",
    "reports:report-accept": "l m m m m m m m m",
    "reports:report-return": "l n n n y n n n n",
    "reports:report-extend": "l n n n y n n n n",
    "reports:report-exempt": "l n n n y n n n n",
    "reports:notice-list": "l n n n y n n n y",
    "reports:notice-detail": "l n n n y n n n n",
    "reports:notice-retry": "l m m m m m m m m",
    "reports:entry-list": "l n n n y n n y y",
    "account_login": "y r r r r r r r r",
    "account_logout": "l y y y y y y y y",
    "account_change_password": "l y y y y y y y y",
    "account_set_password": "l r r r r r r r r",
    "account_reset_password": "y y y y y y y y y",
    "account_reset_password_done": "y y y y y y y y y",
    "account_reset_password_from_key": "y y y y y y y y y",
    "account_reset_password_from_key_done": "y y y y y y y y y",
    "account_signup": "y y y y y y y y y",
    "account_inactive": "y y y y y y y y y",
}
# What a POST without fields meets: a stranger 404, whoever may act something else.
POST_REFUSED = {
    "reports:report-accept": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-return": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-extend": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-exempt": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-send": {"above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-nil": {"above", "sibling", "staff", "finance", "leader", "administrator", "elsewhere"},
    "reports:report-section": {
        "above",
        "sibling",
        "staff",
        "finance",
        "leader",
        "administrator",
        "elsewhere",
    },
    "reports:cycle-switches": {"own", "above", "sibling", "finance", "leader", "administrator"},
    "reports:notice-retry": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "agencies:agency-edit": {"own", "above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "agencies:agency-contact": {"above", "sibling", "finance", "leader", "administrator", "elsewhere"},
    "agencies:account-edit": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
    "agencies:account-post": {"own", "above", "sibling", "staff", "finance", "leader", "elsewhere"},
}


def names(patterns: list[Any], namespace: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.append(namespace + pattern.name)
    return found


@pytest.fixture
def world(tmp_path):
    """One commune with a report, a file, a notice and a document; and everybody who may come near."""
    district = make.district()
    commune = make.agency(superior=district, code="30340")
    sister = make.agency("Ủy ban nhân dân xã Phú Hội", superior=district)
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    people = {
        "own": make.officer(commune),
        "above": make.officer(district),
        "sibling": make.officer(sister),
        "staff": make.staff(),
        "finance": make.user(Role.FINANCE, make.department("Sở Tài chính")),
        "leader": make.user(Role.LEADER, make.province()),
        "administrator": make.user(Role.ADMINISTRATOR, make.department("Văn phòng")),
        "elsewhere": make.staff(other),
    }
    cycle = make.cycle()
    make.cycle(other)
    report = make.report(commune, cycle, sent="2021-06-10 08:00", state="returned", **RETURNED)
    document = make.document()
    document.file.save("a.pdf", ContentFile(b"%PDF-1.7"))
    file = Attachment(report=report, question="signed_report_file", name="a.pdf", size=8, sha256="0" * 64)
    file.uploaded_at = make.at("2021-06-09")
    file.file.save("a.pdf", ContentFile(b"%PDF-1.7"))
    notice = Notice.objects.create(
        voice="report-reminder",
        about=f"report:{report.pk}",
        about_label="Kỳ 2020",
        step="officer-7",
        recipient="a@b.example",
        recipient_label="UBND xã Khánh An",
        province=str(cycle.province_id),
        planned_for=make.NOW,
        state="failed",
        reason="550",
        tries=3,
    )
    keys = {
        "agency": {"pk": commune.pk},
        "document": {"pk": document.pk},
        "account": {"pk": people["own"].pk},
        "cycle": {"year": 2020},
        "report": {"pk": report.pk},
        "notice": {"pk": notice.pk},
    }
    special = {
        "reports:report-file": {"pk": report.pk, "file_pk": file.pk},
        "reports:report-section": {"pk": report.pk, "section": "general"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "abc-def"},
    }
    return people, keys, special


RETURNED = {"returned_at": make.NOW, "return_comment": "Bổ sung"}


def address(name: str, keys: dict[str, Any], special: dict[str, Any]) -> str:
    noun = name.rpartition(":")[2].split("-")[0]
    for kwargs in (special.get(name), {}, keys.get(noun)):
        if kwargs is not None:
            try:
                return reverse(name, kwargs=kwargs)
            except NoReverseMatch:
                continue
    raise AssertionError(f"the test does not know what {name} is about")


def answer(client: Client, url: str, method: str) -> str:
    response = getattr(client, method)(url)
    if response.status_code in (301, 302):
        return "l" if response.url.startswith(reverse(settings.LOGIN_URL)) else "r"
    return {200: "y", 404: "n", 405: "m", 409: "p", 422: "y"}.get(
        response.status_code, str(response.status_code)
    )


def test_every_address_has_a_row():
    assert sorted(set(names(get_resolver().url_patterns)) - set(GET)) == []


def test_everybody_meets_what_the_table_says(world, now, browse):
    now("2021-06-16 08:00")
    people, keys, special = world
    wrong = {}
    for name, row in GET.items():
        url = address(name, keys, special)
        for person, expected in zip(PEOPLE, row.split(), strict=True):
            client = Client() if person == "anonymous" else browse(people[person])
            met = answer(client, url, "get")
            if met != expected:
                wrong[f"{name} {person}"] = f"{met} instead of {expected}"
    assert wrong == {}


def test_a_stranger_who_posts_meets_404_and_changes_nothing(world, now, browse):
    now("2021-06-16 08:00")
    people, keys, special = world
    let_in = [
        f"{name} {person}"
        for name, strangers in POST_REFUSED.items()
        for person in sorted(strangers)
        if answer(browse(people[person]), address(name, keys, special), "post") != "n"
    ]
    assert let_in == []
