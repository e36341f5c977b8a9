"""Whatever stands in an address or is sent to it: an answer below 500, from every view."""

from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules.test_access import address, names, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db
# Every parameter that some page reads, and one that none does.
PARAMETERS = [
    *("q", "page", "sort", "state", "group", "level", "kind", "superior", "mandate", "contact", "view", "on"),
    *(
        "from",
        "to",
        "show",
        "person",
        "verb",
        "about",
        "year",
        "as_of",
        "question",
        "value",
        "status",
        "step",
    ),
    *("audience", "next", "text", "language", "type", "section", "nothing"),
]
TEXTS = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "1", "99999999999999999999", "1e9", "NaN", "null", "'", '"><script>', "%00"]
    ),
    st.sampled_from(
        ["\x00", "\ud7ff", "../../etc/passwd", "31/02/2021", "2021-06-29", "29/6/2021", "//evil.example"]
    ),
    st.text(max_size=40),
    st.integers().map(str),
)
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "int": st.sampled_from([0, 1, 2**31, 2**63, 2**64, 10**30]),
    "str": st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=30),
}


def places(patterns: Any, namespace: str = "") -> dict[str, dict[str, str]]:
    """Each name of an address with the converter of each of its keys."""
    found: dict[str, dict[str, str]] = {}
    for pattern in patterns:
        inner = getattr(pattern, "url_patterns", None)
        if inner is not None:
            deeper = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found |= places(inner, deeper)
        elif pattern.name:
            converters = getattr(pattern.pattern, "converters", {})
            kinds = {key: "int" if "Int" in type(one).__name__ else "str" for key, one in converters.items()}
            found[namespace + pattern.name] = kinds
    return found


PLACES = places(get_resolver().url_patterns)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any], str, dict[str, str]]:
    """An address by name, hostile keys, how it is asked, and what is sent along."""
    name = draw(st.sampled_from(sorted(PLACES)))
    keys = {key: draw(KEYS[kind]) for key, kind in PLACES[name].items()}
    sent = draw(st.dictionaries(st.sampled_from(PARAMETERS), TEXTS, max_size=4))
    return name, keys, draw(st.sampled_from(["get", "get", "post"])), sent


def ask(client: Client, url: str, method: str, sent: dict[str, str]) -> int:
    return int(getattr(client, method)(url, sent).status_code)


@pytest.fixture
def clients(world, now, browse):
    now("2021-06-16 08:00")
    people, keys, special = world
    return {who: browse(people[who]) for who in ("own", "staff", "administrator")}, keys, special


def test_no_key_and_no_parameter_breaks_a_page(clients):
    by_person, _keys, _special = clients

    @settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(request=requests(), who=st.sampled_from(sorted(by_person)))
    def hostile(request, who):
        name, keys, method, sent = request
        try:
            url = reverse(name, kwargs=keys)
        except NoReverseMatch:
            return
        if name == "account_logout":
            return
        assert ask(by_person[who], url, method, sent) < 500

    hostile()


def test_no_parameter_breaks_a_page_that_is_there(clients):
    by_person, keys, special = clients
    urls = {name: address(name, keys, special) for name in names(get_resolver().url_patterns)}
    del urls["account_logout"]

    @settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        name=st.sampled_from(sorted(urls)),
        who=st.sampled_from(sorted(by_person)),
        method=st.sampled_from(["get", "get", "get", "post"]),
        sent=st.dictionaries(st.sampled_from(PARAMETERS), TEXTS, max_size=4),
    )
    def hostile(name, who, method, sent):
        assert ask(by_person[who], urls[name], method, sent) < 500

    hostile()


def test_every_converter_is_known():
    """One that this test does not know would be skipped in silence."""
    assert {kind for keys in PLACES.values() for kind in keys.values()} <= set(KEYS)
