"""The file inspection: thirteen items, kept while they are filled in, concluded when all were looked at."""

import pytest

from isotrack.journal.models import Entry
from reports.inspections import hints
from reports.models import ChecklistItem, FileFinding, FileInspection
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
Answer = FileFinding.Answer


@pytest.fixture
def report(now):
    now("2021-06-20 08:00")
    return make.report(make.agency(code="30340"), sent="2021-06-10", answers=answers("C02"))


@pytest.fixture
def clerk(browse, report):
    return browse(make.staff())


def save(clerk, report, answered=13, **typed):
    items = list(ChecklistItem.objects.all())
    sent = {"inspected_on": "18/06/2021", "result": "", "remark": ""}
    sent |= {f"answer-{item.pk}": "yes" for item in items[:answered]}
    return clerk.post(f"/reports/{report.pk}/inspection/", sent | typed)


def test_the_page_asks_all_thirteen_in_two_parts(clerk, report):
    page = words(clerk.get(f"/reports/{report.pk}/inspection/"))
    assert page.count("<fieldset") == 13
    assert "Sự phù hợp với TCVN ISO 9001" in page
    assert "điểm đ Điều 36 TT 26/2014/TT-BKHCN" in page


def test_a_part_of_it_is_kept_and_goes_on_later(clerk, report):
    save(clerk, report, answered=5)
    kept = FileInspection.objects.get()
    assert (kept.result, kept.findings.count()) == ("", 5)
    page = words(clerk.get(f"/reports/{report.pk}/inspection/"))
    assert page.count(" checked") == 13  # five say yes, eight are not looked at
    assert "Chưa kết luận" in words(clerk.get(f"/reports/{report.pk}/"))


def test_the_agency_reads_the_result_and_not_what_is_unfinished(clerk, report, browse):
    lan = browse(make.officer(report.agency))
    save(clerk, report, answered=5)
    assert "Đã xem 5 nội dung" not in words(lan.get(f"/reports/{report.pk}/"))
    save(clerk, report, result="passed_with_recommendations")
    assert "Đạt có khuyến nghị" in words(lan.get(f"/reports/{report.pk}/"))


@pytest.mark.parametrize(
    ("answered", "typed", "told"),
    [
        (12, {"result": "passed"}, "Còn 1 nội dung chưa xem, chưa kết luận được."),
        (13, {"result": "not_passed"}, "Kết luận chưa đạt thì ghi yêu cầu khắc phục."),
        (13, {"inspected_on": "21/06/2021"}, "Ngày kiểm tra không thể sau hôm nay (20/6/2021)."),
        (13, {"result": "excellent"}, "excellent"),
    ],
)
def test_what_is_not_whole_is_told_and_nothing_typed_is_lost(clerk, report, answered, typed, told):
    page = save(clerk, report, answered, **typed)
    assert page.status_code == 422
    assert told in words(page)
    assert words(page).count('value="yes"') == 13
    assert not FileInspection.objects.exists()


def test_a_remark_without_an_answer_is_told_by_its_item(clerk, report):
    item = ChecklistItem.objects.get(code="QD19-e")
    page = save(clerk, report, 3, **{f"remark-{item.pk}": "Chưa thấy hợp đồng"})
    assert "QD19-e" in words(page)
    assert "Chưa thấy hợp đồng" in words(page)


def test_the_journal_tells_what_changed_and_a_second_saving_without_change_nothing(clerk, report):
    save(clerk, report, answered=2)
    save(clerk, report, answered=2)
    entry = Entry.objects.get(verb="report-inspected")
    assert entry.changes["ISO-a"] == ["", "Đạt"]
    assert entry.changes["inspected_on"] == [None, "2021-06-18"]


def test_an_answer_that_was_taken_back_is_gone(clerk, report):
    save(clerk, report, answered=3)
    save(clerk, report, answered=2)
    assert FileInspection.objects.get().findings.count() == 2


def test_what_was_not_sent_is_not_inspected(clerk):
    report = make.report(make.agency("Ủy ban nhân dân xã Phú Hội"))
    page = save(clerk, report)
    assert page.status_code == 409
    assert not FileInspection.objects.exists()


@pytest.mark.parametrize(
    ("code", "changed", "suggestion"),
    [
        ("ISO-a", {"procedures_total": 100, "procedures_in_qms": 100}, Answer.YES),
        ("ISO-a", {"procedures_total": 100, "procedures_in_qms": 99}, Answer.NO),
        ("ISO-đ", {"internal_audit_done": False}, Answer.NO),
        ("ISO-đ", {"nonconformities": 3, "nonconformities_closed": 2}, Answer.NO),
        ("ISO-đ", {"nonconformities": 3, "nonconformities_closed": 3}, Answer.YES),
        ("ISO-e", {"complaints_received": 0}, Answer.NOT_APPLICABLE),
        ("ISO-e", {"complaints_received": 2, "complaints_resolved": 1}, Answer.NO),
        ("QD19-c", {"posted_at_seat": False}, Answer.NO),
        ("QD19-d", {"legal_changes": 0}, Answer.NOT_APPLICABLE),
        (
            "QD19-d",
            {"legal_changes": 4, "legal_updates_done": 4, "legal_updates_on_time": 3},
            Answer.NO,
        ),
        ("QD19-đ", {"scope_changed": False}, Answer.NOT_APPLICABLE),
        ("QD19-đ", {"scope_changed": True, "redeclared_date": None}, Answer.NO),
        ("QD19-e", {"consultant_used": False}, Answer.NOT_APPLICABLE),
        ("ISO-g", {}, None),
    ],
)
def test_what_follows_from_the_answers_is_suggested(report, code, changed, suggestion):
    report.submissions.update(answers=answers("C02", **changed))
    assert hints(report)[code].suggestion == suggestion


def test_a_nil_declaration_suggests_nothing(report):
    report.submissions.update(is_nil=True)
    assert hints(report) == {}


def test_only_the_department_inspects(report, browse):
    lan = browse(make.officer(report.agency))
    assert lan.get(f"/reports/{report.pk}/inspection/").status_code == 404
    assert save(lan, report).status_code == 404
