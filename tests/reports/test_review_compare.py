"""A sending beside the one before it, and beside last year's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.compare import Change, compare
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
FIRST = "2021-06-10 08:00"


@pytest.fixture
def report(now):
    now("2021-06-20 08:00")
    return make.report(make.agency(code="30340"), sent=FIRST, answers=answers("C02"))


def again(report, *, is_nil=False, **changed):
    sent_at = make.at("2021-06-18 08:00")
    filled = {} if is_nil else answers("C02", **changed)
    code = f"BC-2020-{report.agency.code}-2"
    return report.submissions.create(number=2, code=code, sent_at=sent_at, answers=filled, is_nil=is_nil)


def lines(report, now, before):
    return {line.question.key: line for part in compare(report, now, report, before) for line in part.lines}


def test_a_number_that_changed_tells_by_how_much(report):
    first = report.submissions.get()
    old = first.answers["staff_total"]
    line = lines(report, again(report, staff_total=old + 5), first)["staff_total"]
    assert line.change == Change.CHANGED
    assert line.difference.startswith("+5 (+")
    assert line.difference.endswith("\u00a0%)")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (100, 88, "−12 (−12,00\u00a0%)"),
        (0, 7, "+7"),
        (3, 4, "+1 (+33,33\u00a0%)"),
        (8, 0, "−8 (−100,00\u00a0%)"),
    ],
)
def test_the_difference_has_its_sign_and_no_percentage_of_nothing(report, before, after, told):
    first = report.submissions.get()
    first.answers |= {"new_staff": before}
    assert lines(report, again(report, new_staff=after), first)["new_staff"].difference == told


def test_a_percentage_changes_by_points(report):
    first = report.submissions.get()
    total = first.answers["procedures_total"]
    second = again(report, procedures_total=total * 2)
    line = lines(report, second, first)["coverage_percent"]
    assert line.difference.endswith("điểm phần trăm")
    assert line.difference.startswith("−")


def test_what_came_and_what_went_are_told_apart(report):
    first = report.submissions.get()
    second = again(report, head_name="", contact_name="Lê Văn Mới")
    first.answers.pop("contact_name")
    found = lines(report, second, first)
    assert found["head_name"].change == Change.REMOVED
    assert found["contact_name"].change == Change.ADDED
    assert found["qms_state"].change == Change.SAME


def test_a_table_is_compared_row_by_row(report):
    first = report.submissions.get()
    second = again(report, spending_table=[{"cost_item": "MAINTENANCE", "amount": 1_000_000}])
    line = lines(report, second, first)["spending_table"]
    assert line.change in (Change.CHANGED, Change.ADDED)
    assert "1.000.000" in line.now[0]


def test_a_nil_declaration_after_answers_removes_them_all(report):
    first = report.submissions.get()
    assert {line.change for line in lines(report, again(report, is_nil=True), first).values()} == {
        Change.REMOVED,
    } | {Change.SAME}


def test_two_files_of_one_name_are_not_the_same(report):
    first = report.submissions.get()
    name = first.answers["signed_report_file"]
    file = {"question": "signed_report_file", "name": name, "size": 1, "file": "a.pdf"}
    changed_at = make.at("2021-06-15")
    day = make.at("2021-06-09")
    report.attachments.create(**file, sha256="a" * 64, uploaded_at=day, replaced_at=changed_at)
    report.attachments.create(**file, sha256="b" * 64, uploaded_at=changed_at)
    assert lines(report, again(report), first)["signed_report_file"].change == Change.CHANGED


def test_the_page_shows_the_sending_before_and_folds_what_stayed(report, browse):
    again(report, head_name="Lê Văn Mới")
    page = words(browse(make.staff()).get(f"/reports/{report.pk}/compare/"))
    assert "BC-2020-30340-1" in page
    assert "Lê Văn Mới" in page
    assert "câu không đổi" in page


def test_last_years_sending_stands_beside_this_years(report, browse):
    newer = make.report(report.agency, make.cycle(year=2021), sent="2022-06-10", answers=answers("C02"))
    page = words(browse(make.staff()).get(f"/reports/{newer.pk}/compare/?with=year"))
    assert "BC-2020-30340-1" in page
    assert "BC-2021-30340-1" in page


def test_a_withdrawn_sending_of_last_year_is_not_compared_with(report, browse):
    report.submissions.update(withdrawn_at=make.NOW, withdrawal_reason="Nhầm")
    newer = make.report(report.agency, make.cycle(year=2021), sent="2022-06-10", answers=answers("C02"))
    page = words(browse(make.staff()).get(f"/reports/{newer.pk}/compare/?with=year"))
    assert "Chưa có gì để so sánh" in page


def test_the_only_sending_has_nothing_to_stand_beside(report, browse):
    page = words(browse(make.staff()).get(f"/reports/{report.pk}/compare/?with=nonsense"))
    assert "Chưa có gì để so sánh" in page


def test_a_report_that_was_never_sent_has_a_page_too(report, browse):
    other = make.report(make.agency("Ủy ban nhân dân xã Phú Hội"), make.cycle(year=2021))
    assert browse(make.staff()).get(f"/reports/{other.pk}/compare/").status_code == 200


def test_a_stranger_compares_nothing(report, browse):
    stranger = make.officer(make.agency("Ủy ban nhân dân xã Phú Hội"))
    assert browse(stranger).get(f"/reports/{report.pk}/compare/").status_code == 404


def test_comparing_costs_the_same_however_much_changed(report, browse):
    client, asked = browse(make.staff()), []
    again(report)
    client.get(f"/reports/{report.pk}/compare/")  # the questionnaire is read once a process
    for changed in ({}, {"head_name": "A", "staff_total": 1, "qms_state": "building"}):
        report.submissions.filter(number=2).update(answers=answers("C02", **changed))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/reports/{report.pk}/compare/?with=version")
        asked.append(len(queries))
    assert asked[0] == asked[1]
