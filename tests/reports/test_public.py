"""The public pages: rates and declarations as the department sees them, and no person's data."""

import csv
import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency
from plans.actions.reference import load_standards
from plans.models import Declaration, StandardVersion
from tests import make
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
HOME = "/public/89/"


@pytest.fixture
def cycle(now):
    """Of three communes one has sent on time, one late and one not; it is the fifth of July."""
    now("2021-07-05 09:00")
    sent = {"Khánh An": "2021-06-20 10:00", "Khánh Bình": "2021-07-02 10:00", "Phú Hội": None}
    communes = [
        make.agency(f"Ủy ban nhân dân xã {name}", code=code)
        for name, code in zip(sent, ("30340", "30341", "30355"), strict=True)
    ]
    found = make.cycle()
    for commune, instant in zip(communes, sent.values(), strict=True):
        make.report(commune, found, sent=instant)
    return found


@pytest.fixture
def declared(cycle):
    """Khánh An has declared twice; the newest declaration is on the web."""
    load_standards()
    commune = Agency.objects.get(code="30340")
    for number, day in (("95/QĐ-UBND", date(2018, 10, 30)), ("125/QĐ-UBND", date(2019, 9, 10))):
        Declaration.objects.create(
            agency=commune,
            standard=StandardVersion.objects.get(code="2015"),
            number=number,
            confirmed_on=day,
            declared_on=day,
            signer="Nguyễn Thị Bí Mật",
            position="Chủ tịch",
            scope="Mọi thủ tục",
            url="https://khanhan.angiang.example/iso",
        )


def get(path: str, client: Client | None = None, **query: str) -> str:
    answer = (client or Client()).get(path, query)
    assert answer.status_code == 200, answer.status_code
    return words(answer)


def table(path: str) -> list[list[str]]:
    text = Client().get(path).content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_a_stranger_reads_the_rates(cycle):
    said = get(HOME)
    for part in ("Áp dụng TCVN ISO 9001 tại các cơ quan nhà nước tỉnh An Giang", "66,67 %", "33,33 %"):
        assert part in said
    assert "cập nhật 09:00 ngày 05/7/2021" in said
    assert "trước ngày 30/6/2021 (hết ngày 29/6/2021)" in said


def test_the_figures_are_the_commands(cycle, capsys):
    call_command("rates", "2020", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    line = table(f"{HOME}rates.csv")[-1]
    wanted = ("expected", "received", "on_time", "late", "missing", "not_due", "exempt", "nil")
    assert line[1:9] == [str(told[key]) for key in wanted]
    assert line[9:11] == [told["rate"], told["rate_on_time"]]


def test_the_newest_declaration_by_today_counts(declared):
    said = get(f"{HOME}agencies/", q="khanh an")
    assert 'href="https://khanhan.angiang.example/iso" rel="nofollow noreferrer">125/QĐ-UBND</a>' in said
    assert "95/QĐ-UBND" not in said
    assert "1/3" in get(HOME)


def test_a_declaration_of_tomorrow_does_not_count_yet(declared):
    tomorrow = date(2021, 7, 6)
    Declaration.objects.filter(number="95/QĐ-UBND").delete()
    Declaration.objects.update(confirmed_on=tomorrow, declared_on=tomorrow)
    assert "0/3" in get(HOME)
    assert "Chưa công bố" in get(f"{HOME}agencies/", q="khanh an")


def test_nobody_is_named(declared):
    make.officer(Agency.objects.get(code="30340"), full_name="Trần Thị Lan")
    everything = get(HOME) + get(f"{HOME}agencies/") + str(table(f"{HOME}declarations.csv"))
    for secret in ("Nguyễn Thị Bí Mật", "Trần Thị Lan", "@"):
        assert secret not in everything


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "khanh"}, ["UBND xã Khánh An", "UBND xã Khánh Bình"]),
        ({"q": "30355"}, ["UBND xã Phú Hội"]),
        ({"kind": "late"}, ["UBND xã Khánh Bình"]),
        ({"kind": "received", "declared": "no"}, ["UBND xã Khánh Bình"]),
        ({"declared": "yes"}, ["UBND xã Khánh An"]),
        ({"group": "ubnd_huyen"}, []),
        ({"kind": "x", "declared": "x", "group": "x", "page": "x"}, ["UBND xã Khánh An", "UBND xã Phú Hội"]),
    ],
)
def test_the_list_is_narrowed(declared, query, names):
    said = get(f"{HOME}agencies/", **query)
    for name in ("UBND xã Khánh An", "UBND xã Khánh Bình", "UBND xã Phú Hội"):
        assert (name in said) == (name in names) or "x" in query.values()
    assert all(name in said for name in names)


def test_a_file_says_of_each_agency_what_the_list_says(declared):
    lines = {line[0]: line for line in table(f"{HOME}declarations.csv")[1:]}
    assert lines["30340"][4:7] == ["125/QĐ-UBND", "10/09/2019", "TCVN ISO 9001:2015"]
    assert lines["30341"][4:] == ["", "", "", "", "Trễ hạn"]


def test_no_cell_of_a_file_is_a_formula(cycle):
    cycle.reports.filter(agency__code="30355").update(agency_name='=HYPERLINK("x")')
    named = [line[1] for line in table(f"{HOME}declarations.csv")]
    assert '\'=HYPERLINK("x")' in named


def test_another_year_is_chosen_in_the_address(cycle, now):
    now("2022-02-01 09:00")
    make.cycle(year=2021)
    assert "0,00 %" in get(HOME)
    assert "66,67 %" in get(HOME, year="2020")
    assert Client().get(HOME, {"year": "2018"}).status_code == 404


def test_the_only_province_is_shown_at_once_and_several_are_chosen_from(cycle):
    assert Client().get("/public/").url == HOME
    make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    said = get("/public/")
    assert "UBND tỉnh An Giang" in said
    assert "UBND tỉnh Kiên Giang" in said
    assert "chưa mở kỳ báo cáo nào" in get("/public/91/")
    assert Client().get("/public/91/rates.csv").status_code == 404


def test_it_shows_nothing_before_the_cycle_opens(now):
    now("2020-12-01 09:00")
    make.cycle()
    assert "chưa mở kỳ báo cáo nào" in get(HOME)


def test_pages_cost_as_many_queries_for_three_agencies_as_for_fifty(declared, now):
    def cost(year: int) -> list[int]:
        found = []
        for path in (HOME, f"{HOME}agencies/", f"{HOME}declarations.csv", f"{HOME}rates.csv"):
            with CaptureQueriesContext(connection) as caught:
                Client().get(path, {"year": year})
            found.append(len(caught))
        return found

    for place in range(50):
        make.agency(f"Ủy ban nhân dân xã Số {place}", superior=make.district() if place % 2 else None)
    now("2022-02-01 09:00")
    make.cycle(year=2021)
    assert cost(2021) == cost(2020)
    assert max(cost(2021)) <= 8


def test_every_page_leads_there_and_to_the_guide(cycle):
    page = Client().get("/account/login/").content.decode()
    assert 'href="/public/"' in page
    assert 'href="/guide/"' in page
    assert "Cách tính tỷ lệ" in get("/guide/")
