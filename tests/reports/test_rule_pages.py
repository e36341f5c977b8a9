"""Reminder rules: staff say when, to whom and in which words, and see them on a real agency first."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from isotrack.journal.models import Entry
from reports.actions.reminder import remind
from reports.models import ReminderRule
from reports.rules import reports_to_try
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
TYPED = {"audience": "officer", "offset": "-5", "at": "08:30", "working_days_only": "on"}


@pytest.fixture(autouse=True)
def present(now):
    now("2021-06-22 08:00")


@pytest.fixture
def cycle():
    make.agency(code="30340", contact="xa@agency.example")
    return make.cycle()


@pytest.fixture
def binh(browse):
    return browse(make.staff(email="binh@people.example"))


def rule(cycle, offset=-7, audience="officer"):
    return ReminderRule.objects.get(province=cycle.province, audience=audience, offset=offset)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_rules_stand_around_the_cut_off_with_their_moments(cycle, binh):
    page = words(binh.get("/notices/rules/"))
    assert "22/06/2021 07:00 còn 7 ngày" in page
    assert page.index("còn 1 ngày") < page.index("Ngày cuối của hạn, đến 24:00") < page.index("trễ 1 ngày")


def test_a_rule_is_added_and_the_journal_says_by_whom(cycle, binh):
    answer = binh.post("/notices/rules/add/", TYPED, follow=True)
    assert "Đã thêm mốc nhắc: Cơ quan phải báo cáo, còn 5 ngày, 08:30." in words(answer)
    assert rule(cycle, -5).working_days_only
    assert Entry.objects.get(verb="rule-added").actor == "Nguyễn Văn Bình"


def test_a_step_has_one_rule(cycle, binh):
    answer = binh.post("/notices/rules/add/", TYPED | {"offset": "-7"})
    assert answer.status_code == 422
    assert "Đã có quy tắc cho người nhận này ở mốc này." in words(answer)


def test_a_rule_is_changed_and_the_old_words_stay_in_the_journal(cycle, binh):
    old = rule(cycle)
    typed = {"audience": "officer", "offset": "-7", "at": "09:00", "text_vi": "Kính gửi {co_quan}"}
    binh.post(f"/notices/rules/{old.pk}/", typed)
    entry = Entry.objects.get(verb="rule-changed")
    assert entry.changes == {"at": ["07:00", "09:00"], "text_vi": ["", "Kính gửi {co_quan}"]}


def test_a_rule_is_switched_off_and_on(cycle, binh):
    pk = rule(cycle).pk
    for press, active in (("off", False), ("off", False), ("on", True)):
        binh.post(f"/notices/rules/{pk}/switch/", {press: "1"})
        assert ReminderRule.objects.get(pk=pk).is_active is active
    assert Entry.objects.filter(verb="rule-switched").count() == 2


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("text_vi", "Gửi {coquan}", "Không có ký hiệu {coquan}"),
        ("text_vi", "Gửi {danh_sach}", "Không có ký hiệu {danh_sach}"),  # a list is for superiors
        ("subject_vi", "Còn {so_ngay ngày", "Thừa dấu ngoặc nhọn"),
        ("text_en", "Dear {co_quan}}", "Thừa dấu ngoặc nhọn"),
        ("subject_en", "{0.__class__}", "Không có ký hiệu {0.__class__}"),
        ("offset", "-400", "Từ −365 đến 365 ngày quanh hạn."),
        ("offset", "một", "Ghi số nguyên"),
        ("at", "25:00", "Giờ từ 00:00 đến 23:59"),
    ],
)
def test_what_cannot_be_sent_is_refused_beside_its_field_and_stays_typed(field, text, told, cycle, binh):
    answer = binh.post("/notices/rules/add/", TYPED | {field: text})
    assert answer.status_code == 422
    assert told in " ".join(answer.context["form"].errors[field])
    assert text in answer.context["form"][field].value()


def test_the_preview_shows_the_words_on_a_real_agency_and_keeps_nothing(cycle, binh):
    report = cycle.reports.get(agency__code="30340")
    typed = TYPED | {"subject_vi": "{con_lai}: {co_quan}", "text_vi": "Hạn {han_trong_loi}.\n\n{lien_ket}"}
    answer = binh.post("/notices/rules/add/preview/", typed | {"try-report": report.pk})
    page = words(answer)
    assert "Còn 7 ngày: Ủy ban nhân dân xã Khánh An" in page
    assert "Hạn trước ngày 30/6/2021 (hết ngày 29/6/2021)." in page
    assert "mốc này là 08:30 ngày 24/6/2021." in page
    assert not ReminderRule.objects.filter(offset=-5).exists()


def test_the_preview_of_a_saved_rule_leaves_it_as_it_is(cycle, binh):
    pk = rule(cycle).pk
    answer = binh.post(f"/notices/rules/{pk}/preview/", TYPED | {"offset": "-7", "text_vi": "Khác"})
    assert "Khác" in words(answer)
    assert ReminderRule.objects.get(pk=pk).text_vi == ""


def test_the_preview_says_why_the_mail_would_not_be_sent_now(cycle, binh):
    make.report(cycle.reports.get(agency__code="30340").agency, cycle, sent="2021-06-20 09:00")
    page = words(binh.get(f"/notices/rules/{rule(cycle).pk}/"))
    assert "Lúc này thư này không được gửi: Đã gửi báo cáo lúc 09:00 ngày 20/6/2021." in page


@pytest.mark.parametrize("audience", ["head", "superior", "staff"])
def test_every_audience_can_be_tried(audience, cycle, binh):
    answer = binh.post("/notices/rules/add/preview/", TYPED | {"audience": audience, "offset": "8"})
    assert answer.context["trial"].words.subject


def test_words_of_a_rule_are_mailed_in_the_place_of_the_usual_ones(cycle, mailoutbox):
    own = rule(cycle)
    own.subject_vi, own.text_vi = "Nhắc {co_quan}", "Còn {so_ngay} ngày, hạn {han}.\n\nMở {lien_ket}\n\n<b>"
    own.save()
    remind(as_of=at("2021-06-22 07:00"))
    (mail,) = mailoutbox
    assert mail.subject == "Nhắc Ủy ban nhân dân xã Khánh An"
    assert mail.body.startswith("Còn 7 ngày, hạn 29/6/2021.\n\nMở http://127.0.0.1")
    html = mail.alternatives[0].content
    assert '<a href="http://127.0.0.1' in html
    assert "&lt;b&gt;" in html


def test_a_subject_of_its_own_keeps_the_usual_text(cycle, mailoutbox):
    ReminderRule.objects.filter(pk=rule(cycle).pk).update(subject_vi="Nhắc {nam}")
    remind(as_of=at("2021-06-22 07:00"))
    assert mailoutbox[0].subject == "Nhắc 2020"
    assert "Đề nghị Anh/Chị điền và gửi báo cáo tại đây" in mailoutbox[0].body


@pytest.mark.parametrize("how", ["mailbox of her own", "responsible for the agency"])
def test_who_reads_english_gets_the_english_text(how, cycle, mailoutbox):
    agency = cycle.reports.get(agency__code="30340").agency
    own = {"email": "XA@agency.example"} if how == "mailbox of her own" else {}
    make.officer(agency, language="en", **own)
    ReminderRule.objects.filter(pk=rule(cycle).pk).update(text_vi="Chào", text_en="Dear {co_quan}, {so_ngay}")
    remind(as_of=at("2021-06-22 07:00"))
    assert mailoutbox[0].body.startswith("Dear Ủy ban nhân dân xã Khánh An, 7")
    assert '<html lang="en">' in mailoutbox[0].alternatives[0].content


def test_who_reads_english_gets_vietnamese_where_the_rule_has_nothing_else(cycle, mailoutbox):
    make.officer(cycle.reports.get(agency__code="30340").agency, language="en")
    ReminderRule.objects.filter(pk=rule(cycle).pk).update(text_vi="Chào {co_quan}")
    remind(as_of=at("2021-06-22 07:00"))
    assert mailoutbox[0].body.startswith("Chào Ủy ban nhân dân xã Khánh An")


def test_the_language_of_the_page_becomes_the_language_of_the_mails(browse):
    lan = make.officer(make.agency())
    browse(lan).get("/look/?language=en")
    lan.refresh_from_db()
    assert lan.language == "en"


def test_the_administrator_keeps_the_rules_as_well(cycle, browse):
    client = browse(make.user(Role.ADMINISTRATOR, make.province()))
    assert client.get("/notices/rules/").status_code == 200
    assert "/notices/rules/" in client.get("/").content.decode()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.FINANCE, Role.LEADER])
def test_nobody_else_sees_the_rules(role, cycle, browse):
    client = browse(make.user(role, make.province()))
    pk = rule(cycle).pk
    urls = ("/notices/rules/", "/notices/rules/add/", f"/notices/rules/{pk}/")
    assert [client.get(url).status_code for url in urls] == [404] * 3
    assert client.post(f"/notices/rules/{pk}/switch/", {"off": "1"}).status_code == 404


def test_the_list_costs_the_same_for_one_rule_and_for_sixteen(cycle, binh):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            binh.get("/notices/rules/")
        return len(asked)

    sixteen = cost()
    ReminderRule.objects.exclude(pk=rule(cycle).pk).delete()
    assert cost() == sixteen


def test_words_are_tried_on_somebody_who_would_get_them(binh):
    cycle = make.reports(2)
    owing = list(reports_to_try(cycle))
    for report in owing:
        assert binh.get("/notices/rules/add/").context["trying"].chosen == report
        make.report(report.agency, cycle, sent="2021-06-10")
    assert binh.get("/notices/rules/add/").context["trying"].chosen == owing[0]  # all have sent: anybody
