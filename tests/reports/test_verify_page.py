"""The public check: what it says of a paper, and what it never says."""

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from reports import verify
from reports.actions.report import withdraw
from reports.models import Snapshot, Submission, make_check_code
from tests import make
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
CODE, CHECK = "BC-2020-30340-1", "7F3A 91C4 0B2E D518"
SENT = "2021-07-02 14:05"


@pytest.fixture
def report(now):
    """Khánh An's report, sent three days late; it is the fifth of July."""
    now("2021-07-05 09:00")
    commune = make.agency(superior=make.district(), code="30340")
    sent = make.report(commune, make.cycle(), sent=SENT)
    lan = make.officer(commune, full_name="Trần Thị Lan")
    Submission.objects.update(check_code=CHECK, sent_by=lan)
    return sent


@pytest.fixture
def snapshot(report):
    """Figures frozen for the People's Committee, not numbered yet."""
    return Snapshot.objects.create(
        cycle=report.cycle,
        kind=Snapshot.Kind.COMMITTEE,
        code="TH-89-2020-1",
        as_of=make.at("2021-07-05 08:00"),
        made_at=make.at("2021-07-05 08:30"),
        made_by=make.staff(),
        figures={},
        rows=[],
        digest="ab" * 32,
        check_code="0000 1111 2222 3333",
    )


def ask(code: str = CODE, check: str = CHECK, client: Client | None = None):
    return (client or Client()).get("/verify/", {"code": code, "check": check})


def test_anybody_reads_what_was_received_and_how_it_counts(report):
    said = words(ask())
    assert "Hai mã khớp" in said
    for part in ("UBND xã Khánh An", "Sở Khoa học và Công nghệ tỉnh An Giang", "14:05 ngày 02/7/2021"):
        assert part in said
    assert "Trễ 3 ngày" in said


def test_it_names_no_person(report):
    assert "Trần Thị Lan" not in words(ask())


@pytest.mark.parametrize("typed", ["7f3a91c40b2ed518", "7F3A-91C4-0B2E-D518", "  7F3A 91C4 0B2E D518 "])
def test_gaps_and_capitals_do_not_matter(report, typed):
    assert "Hai mã khớp" in words(ask(" bc-2020-30340-1 ", typed))


def answer_to(code: str, check: str) -> str:
    """What the page says before its form, which repeats what was typed."""
    response = ask(code, check)
    assert response.status_code == 200
    return words(response).partition("<main")[2].partition("<form")[0]


def test_an_unknown_code_and_a_wrong_check_code_are_answered_alike(report):
    wrong = answer_to(CODE, "7F3A 91C4 0B2E D519")
    assert "không khớp với văn bản nào" in wrong
    assert wrong == answer_to("BC-2020-99999-1", CHECK)


def test_both_cost_the_same(report, django_assert_num_queries):
    with django_assert_num_queries(2):
        verify.find(CODE, "7F3A 91C4 0B2E D519")
    with django_assert_num_queries(2):
        verify.find("BC-2020-99999-1", CHECK)


def test_the_check_code_of_another_paper_does_not_fit(report, snapshot):
    assert verify.find(CODE, snapshot.check_code) is None
    assert verify.find(snapshot.code, CHECK) is None


def test_a_sending_without_a_check_code_is_never_confirmed(report):
    Submission.objects.update(check_code="")
    assert verify.find(CODE, "") is None
    assert verify.find(CODE, verify.NOBODYS) is None


def test_the_stored_code_counts_whatever_the_secret_is_now(report, settings):
    Submission.objects.update(check_code=make_check_code(CODE, make.at(SENT)))
    kept = Submission.objects.get().check_code
    settings.SECRET_KEY = "another secret altogether"
    assert verify.find(CODE, kept) is not None


@pytest.mark.parametrize("typed", ["", "7F3A", "7F3A 91C4 0B2E D51G"])
def test_what_cannot_be_a_check_code_is_said_beside_its_field(report, typed):
    said = words(ask(check=typed))
    assert "Chưa nhập." in said or "Mã kiểm tra gồm 16 ký tự" in said
    assert "không khớp" not in said


def test_a_withdrawn_sending_says_so_and_not_that_it_was_late(report):
    withdraw(report, by=make.staff(), at=make.at("2021-07-04 10:00"), reason="Nhầm tệp của bà Lan")
    said = words(ask())
    assert "lần gửi này đã được rút lại lúc 10:00 ngày 04/7/2021" in said
    assert "Trễ" not in said
    assert "bà Lan" not in said


def test_of_frozen_figures_it_says_kind_day_and_fingerprint(snapshot):
    said = words(ask(snapshot.code, snapshot.check_code))
    for part in ("Báo cáo tổng hợp gửi UBND tỉnh", "08:00 ngày 05/7/2021", "ab" * 32, "Dự thảo, chưa có số"):
        assert part in said


def test_without_codes_there_is_only_the_form(report):
    said = words(Client().get("/verify/"))
    assert "Nhập hai mã" in said
    assert "Chưa nhập." not in said


# Too many questions


def test_who_asks_too_often_is_asked_to_wait_and_keeps_what_was_typed(report, monkeypatch):
    monkeypatch.setattr(verify, "PER_MINUTE", 2)
    assert [ask().status_code for _time in range(3)] == [200, 200, 429]
    late = ask()
    assert late["Retry-After"] == "60"
    assert "Chờ một phút" in words(late)
    assert CODE in words(late)


def test_others_are_not_kept_waiting_for_it(report, monkeypatch, browse):
    monkeypatch.setattr(verify, "PER_MINUTE", 1)
    ask(), ask()
    assert ask(client=browse(make.staff())).status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.7").get("/verify/", {"code": CODE, "check": CHECK}).status_code == 200


def test_the_next_minute_counts_anew(monkeypatch):
    monkeypatch.setattr(verify, "PER_MINUTE", 1)
    asked = [
        verify.asks_too_often("a", at=make.at(f"2021-07-05 {time}")) for time in ("09:00", "09:00", "09:01")
    ]
    assert asked == [False, True, False]


def test_a_cache_that_is_away_keeps_nobody_out(report, monkeypatch):
    class Away:
        def add(self, *args, **options):
            raise RedisAway

    monkeypatch.setattr("isotrack.kit.limits.cache", Away())
    assert ask().status_code == 200


# The way to it


def test_the_login_page_leads_to_it():
    assert 'href="/verify/"' in Client().get("/account/login/").content.decode()
