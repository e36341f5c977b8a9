"""The ledger of notices: the department sees what was said to whom, and sends again what failed."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from isotrack.journal.models import Entry, Notice
from reports.actions.reminder import plan_reminders, remind
from reports.models.reminder import step_in_words
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
MORNING = at("2021-06-22 08:00")


@pytest.fixture(autouse=True)
def present(now):
    now("2021-06-23 08:00")


@pytest.fixture
def binh(browse):
    return browse(make.staff())


def words(answer):
    """What a person reads, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def named(name):
    return Notice.objects.get(recipient_label=f"Ủy ban nhân dân xã {name}")


def fail(notice, reason="550 no such mailbox"):
    Notice.objects.filter(pk=notice.pk).update(state="failed", sent_at=None, reason=reason, tries=3)


@pytest.fixture
def two():
    """Two communes were reminded on Tuesday morning."""
    make.agency("Ủy ban nhân dân xã Khánh An", code="30340", contact="khanhan@angiang.example")
    make.agency("Ủy ban nhân dân xã Đa Phước", code="30349", contact="daphuoc@angiang.example")
    make.cycle()
    remind(as_of=MORNING)


def test_what_was_said_is_listed_by_day_in_words(two, binh):
    page = words(binh.get("/notices/"))
    assert "Thứ Ba, 22/6/2021" in page
    assert "Kỳ báo cáo năm 2020 · còn 7 ngày" in page
    assert "UBND xã Khánh An khanhan@angiang.example" in page


def test_what_is_still_to_come_stands_first(two, binh):
    Notice.objects.filter(pk=named("Khánh An").pk).update(state="planned", sent_at=None)
    page = words(binh.get("/notices/"))
    assert page.index("Sắp gửi 22/06/2021 08:00") < page.index("Thứ Ba, 22/6/2021")


@pytest.mark.parametrize("typed", ["da phuoc", "ĐA PHƯỚC", "30349", "daphuoc@"])
def test_an_agency_is_found_whatever_its_marks_and_case_or_by_code_or_address(typed, two, binh):
    found = binh.get("/notices/", {"q": typed}).context["object_list"]
    assert [notice.recipient_label for notice in found] == ["Ủy ban nhân dân xã Đa Phước"]


def test_the_superiors_letter_is_found_by_the_superiors_name(binh):
    district = make.district(reports_annually=False)
    make.reports(1, superior=district)
    plan_reminders(as_of=at("2021-06-30 08:00"))
    found = binh.get("/notices/", {"q": "an phu", "audience": "superior"}).context["object_list"]
    assert [notice.recipient for notice in found] == [district.contact_email]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"state": "failed"}, 1),
        ({"state": "sent"}, 1),
        ({"state": "skipped"}, 0),
        ({"audience": "officer"}, 2),
        ({"audience": "staff"}, 0),
        ({"audience": "letter"}, 0),
        ({"since": "22/06/2021", "until": "22/6/2021"}, 2),
        ({"since": "23/06/2021"}, 0),
        ({"until": "21/06/2021"}, 0),
        ({"since": "hôm qua", "until": "31/02/2021"}, 2),
        ({"state": "nonsense", "audience": "nonsense", "q": "\x00"}, 2),
    ],
)
def test_filters_narrow_the_list_and_nonsense_does_not(asked, rows, two, binh):
    fail(named("Khánh An"))
    assert len(binh.get("/notices/", asked).context["object_list"]) == rows


def test_a_failure_shows_the_servers_words_and_the_one_thing_to_do(two, binh):
    fail(named("Khánh An"))
    page = words(binh.get("/notices/?state=failed"))
    assert "Gửi không được 550 no such mailbox Gửi lại UBND xã Khánh An" in page


def test_every_count_is_a_link_to_its_rows(two, binh):
    fail(named("Khánh An"))
    make.agency("Ủy ban nhân dân xã Vĩnh Hậu", contact="")
    html = binh.get("/notices/").content.decode()
    for state, number in {"sent": 1, "failed": 1, "skipped": 0}.items():
        assert re.search(rf'\?state={state}".*?<span class="v">{number}</span>', html)
        assert len(binh.get(f"/notices/?state={state}").context["object_list"]) == number
    tile = re.search(r'href="([^"]*contact=[^"]*)">.*?<span class="v">(\d+)</span>', html)
    listed = binh.get(tile[1].replace("&amp;", "&")).context["page_obj"].paginator.count
    assert listed == int(tile[2])


def test_an_empty_ledger_and_an_empty_search_say_what_to_do(binh, browse):
    assert "Chưa có thông báo nào" in words(binh.get("/notices/"))
    assert "Không có thông báo nào như vậy" in words(binh.get("/notices/?q=zzz"))


def test_the_list_costs_the_same_for_one_notice_and_for_fifty(browse):
    def cost(client):
        with CaptureQueriesContext(connection) as asked:
            client.get("/notices/")
        return len(asked)

    make.reports(50)
    client = browse(make.staff())
    remind(as_of=MORNING)
    client.get("/notices/")
    fifty = cost(client)
    Notice.objects.exclude(pk=Notice.objects.first().pk).delete()
    client.get("/notices/")  # what is to come is asked for anew, since the ledger is another
    assert cost(client) == fifty <= 12


def test_fifty_a_page_and_the_filters_stay_in_the_address(browse):
    make.reports(60)
    remind(as_of=MORNING)
    client = browse(make.staff())
    first = client.get("/notices/?state=sent")
    assert len(first.context["object_list"]) == 50
    assert "?state=sent&amp;page=2" in first.content.decode()
    assert len(client.get("/notices/?state=sent&page=2").context["object_list"]) == 10


def test_a_notice_shows_the_mail_as_it_was_sent(two, binh):
    notice = named("Khánh An")
    answer = binh.get(f"/notices/{notice.pk}/")
    assert notice.subject in words(answer)
    assert "Đề nghị Anh/Chị điền và gửi báo cáo tại đây" in words(answer)
    assert "&lt;html lang=" in answer.content.decode()
    assert "Gửi lại" not in words(answer)


def test_a_planned_notice_says_when_its_words_are_found(two, binh):
    notice = named("Khánh An")
    Notice.objects.filter(pk=notice.pk).update(state="planned", sent_at=None, subject="")
    assert "Lời thư được soạn lúc gửi" in words(binh.get(f"/notices/{notice.pk}/"))


@pytest.mark.parametrize(
    ("voice", "leads"), [("report-reminder", "/reports/"), ("report-digest", "/cycles/2020/")]
)
def test_a_notice_leads_to_what_it_is_about(voice, leads, browse):
    make.reports(1)
    client = browse(make.staff())
    remind(as_of=at("2021-07-06 08:00"))
    notice = Notice.objects.filter(voice=voice).first()
    assert f'<a href="{leads}' in client.get(f"/notices/{notice.pk}/").content.decode()


def test_the_department_sends_a_failed_one_again(two, binh):
    notice = named("Khánh An")
    fail(notice)
    answer = binh.post(f"/notices/{notice.pk}/retry/", follow=True)
    assert "Thông báo cho Ủy ban nhân dân xã Khánh An sẽ được gửi lại" in words(answer)
    notice.refresh_from_db()
    assert notice.state == "planned"
    assert Entry.objects.filter(verb="notice-retried", actor="Nguyễn Văn Bình").count() == 1


def test_sending_again_what_was_sent_meanwhile_is_refused_in_words(two, binh):
    answer = binh.post(f"/notices/{named('Khánh An').pk}/retry/", follow=True)
    assert "đang ở trạng thái “Đã gửi”, không thể chuyển sang “Sắp gửi”" in words(answer)


def test_looking_changes_nothing(two, binh):
    notice = named("Khánh An")
    fail(notice)
    assert binh.get(f"/notices/{notice.pk}/retry/").status_code == 405
    notice.refresh_from_db()
    assert notice.state == "failed"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.FINANCE, Role.LEADER, Role.ADMINISTRATOR])
def test_nobody_else_sees_the_ledger(role, two, browse):
    client = browse(make.user(role, make.province()))
    pk = named("Khánh An").pk
    fail(named("Khánh An"))
    assert client.get("/notices/").status_code == 404
    assert client.get(f"/notices/{pk}/").status_code == 404
    assert client.post(f"/notices/{pk}/retry/").status_code == 404


def test_the_department_of_another_province_sees_its_own_ledger_only(two, browse):
    stranger = browse(make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")))
    pk = named("Khánh An").pk
    assert len(stranger.get("/notices/").context["object_list"]) == 0
    assert stranger.get(f"/notices/{pk}/").status_code == 404
    assert stranger.post(f"/notices/{pk}/retry/").status_code == 404


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("officer-7", "còn 7 ngày"),
        ("officer+0", "ngày cuối của hạn"),
        ("officer+1", "trễ 1 ngày"),
        ("officer-3@2021-07-20", "gia hạn đến hết ngày 20/7/2021, còn 3 ngày"),
        ("superior+7", "cấp trên, trễ 7 ngày"),
        ("staff+15", "bản tin, trễ 15 ngày"),
        ("digest-2021-06-30", "bản tin ngày 30/6/2021"),
        ("head-7@2021-07-20", "người đứng đầu, gia hạn đến hết ngày 20/7/2021, còn 7 ngày"),
        ("returned-2", "trả lại lần gửi 2"),
        ("pending-20210620090000", "chờ người đứng đầu xác nhận"),
        ("duty-3@2021-08-13", "văn bản nhắc nhở, hạn hết ngày 13/8/2021"),
        ("something else", "something else"),
    ],
)
def test_a_step_is_said_in_words(step, said):
    assert step_in_words(step) == said
