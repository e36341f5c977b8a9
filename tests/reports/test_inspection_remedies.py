"""An inspection at the seat, its minutes, and what the agency has to remedy afterwards."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from reports.actions.corrective import accept, answer, due_day, refuse, remind_agencies
from reports.actions.inspection import inspect
from reports.actions.overdue import flag_overdue
from reports.actions.site_inspection import close_inspection, keep_findings, sign_minutes
from reports.calendar import dates_of
from reports.models import CorrectiveAction, FileInspection, Inspection
from tests import make
from tests.make import at
from tests.reports import inspected

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    """Signed on 16 June: one item failed, due on 16 August."""
    return inspected.signed(make.agency(), by=make.staff())


@pytest.fixture
def action(visit):
    return visit.actions.get()


# Due days


@pytest.mark.parametrize(
    ("signed_on", "due_on"),
    [
        (date(2021, 6, 16), date(2021, 8, 16)),
        (date(2021, 12, 31), date(2022, 2, 28)),  # no 31 February
        (date(2020, 12, 29), date(2021, 3, 1)),  # 28 February is a Sunday
        (date(2021, 4, 9), date(2021, 6, 9)),
        (date(2021, 4, 12), date(2021, 6, 14)),  # 12 June is a Saturday
    ],
)
def test_two_months_end_with_the_month_or_on_a_working_day(signed_on, due_on):
    assert due_day(signed_on) == due_on


# At the seat


def test_signing_holds_the_inspection_and_asks_for_what_failed(visit, action):
    assert (visit.state, visit.papers.get().kind) == ("held", "minutes")
    told = (action.item.code, action.text, action.due_on, action.state)
    assert told == ("ISO-b", "Chưa phổ biến", date(2021, 8, 16), "open")


def test_nothing_failed_asks_for_nothing():
    row = inspected.row(make.agency())
    told = {"by": make.staff(), "at": make.NOW}
    keep_findings(row, **told, held_on=inspected.SIGNED, conclusion="", found=inspected.found())
    sign_minutes(row, **told, signed_on=inspected.SIGNED, file=inspected.upload())
    assert not CorrectiveAction.objects.exists()


@pytest.mark.parametrize("signed_on", [date(2021, 6, 15), date(2021, 6, 17)])
def test_minutes_are_signed_neither_before_the_visit_nor_tomorrow(signed_on):
    row = inspected.row(make.agency())
    told = {"by": make.staff(), "at": make.NOW}
    row = keep_findings(row, **told, held_on=inspected.SIGNED, conclusion="", found=inspected.found())
    with pytest.raises(ValidationError) as refusal:
        sign_minutes(row, **told, signed_on=signed_on, file=inspected.upload())
    assert list(refusal.value.error_dict) == ["signed_on"]


def test_an_unfinished_checklist_is_kept_but_not_signed():
    row = inspected.row(make.agency())
    told = {"by": make.staff(), "at": make.NOW}
    some = dict(list(inspected.found().items())[:4])
    row = keep_findings(row, **told, held_on=inspected.SIGNED, conclusion="", found=some)
    with pytest.raises(ValidationError, match="Còn 9 nội dung"):
        sign_minutes(row, **told, signed_on=inspected.SIGNED, file=inspected.upload())


def test_signed_findings_change_no_more(visit):
    with pytest.raises(WrongState):
        keep_findings(visit, by=make.staff(), at=make.NOW, held_on=inspected.SIGNED, conclusion="", found={})


def test_a_draft_plan_takes_no_findings():
    row = inspected.row(make.agency(), of=inspected.plan())
    with pytest.raises(WrongState, match="chưa được phê duyệt"):
        keep_findings(row, by=make.staff(), at=make.NOW, held_on=inspected.SIGNED, conclusion="", found={})


def test_it_is_closed_only_when_nothing_is_left(visit, action):
    told = {"by": make.staff(), "at": make.NOW}
    with pytest.raises(WrongState, match="16/8/2021"):
        close_inspection(visit, **told)
    accept(inspected.answered(visit, by=told["by"]), **told)
    assert close_inspection(visit, **told).state == "closed"


# By dossier


@pytest.fixture
def reviewed():
    report = make.report(make.agency(), sent="2021-06-10 08:00")

    def conclude(result: str, remark: str = "Bổ sung biên bản đánh giá nội bộ.") -> FileInspection:
        told = {"inspected_on": inspected.SIGNED, "result": result, "remark": remark}
        return inspect(report, by=make.staff(), at=make.NOW, found=inspected.found(), **told)

    conclude.agency = report.agency
    return conclude


def test_the_review_of_the_report_is_the_inspection_by_dossier(reviewed):
    row = inspected.row(reviewed.agency, form="dossier")
    done = reviewed("passed")
    row.refresh_from_db()
    assert (row.state, row.file_inspection) == ("held", done)
    reviewed("", "")  # the result is taken back
    row.refresh_from_db()
    assert row.state == "planned"


def test_a_report_reviewed_before_is_found_when_its_agency_comes_into_the_plan(reviewed):
    done = reviewed("passed")
    row = inspected.row(reviewed.agency, form="dossier")
    assert Inspection.objects.get(pk=row.pk).file_inspection == done


def test_a_dossier_of_another_year_is_not_this_inspection(reviewed):
    days = {"starts_on": date(2022, 6, 1), "ends_on": date(2022, 6, 2)}
    row = inspected.row(reviewed.agency, of=inspected.plan(year=2022), form="dossier", **days)
    reviewed("passed")
    assert Inspection.objects.get(pk=row.pk).state == "planned"


def test_a_failed_dossier_asks_for_a_remedy_once_and_a_better_result_drops_it(reviewed):
    reviewed("not_passed")
    reviewed("not_passed", "Bổ sung cả danh mục quy trình.")
    action = CorrectiveAction.objects.get()
    told = (action.text, action.due_on, action.item, action.state)
    assert told == ("Bổ sung cả danh mục quy trình.", date(2021, 8, 16), None, "open")
    reviewed("passed")
    action.refresh_from_db()
    assert action.state == "dropped"


# Answers


def test_a_refusal_says_why_and_opens_it_again_until_a_new_day(visit, action):
    clerk = make.staff()
    inspected.answered(visit, by=clerk)
    action.refresh_from_db()
    told = {"by": clerk, "at": at("2021-08-20 08:00")}
    for wrong in (
        {"verdict": "", "due_on": date(2021, 9, 20)},
        {"verdict": "x", "due_on": date(2021, 8, 19)},
    ):
        with pytest.raises(ValidationError):
            refuse(action, **told, **wrong)
    refuse(action, **told, verdict="Chưa có biên bản.", due_on=date(2021, 9, 20))
    assert (action.state, action.due_on, action.verdict) == ("open", date(2021, 9, 20), "Chưa có biên bản.")


def test_what_was_accepted_is_answered_no_more(visit):
    clerk = make.staff()
    action = accept(inspected.answered(visit, by=clerk), by=clerk, at=make.NOW)
    with pytest.raises(WrongState):
        answer(action, by=clerk, at=make.NOW, text="Lần nữa")


def test_the_officer_answers_on_the_page_and_the_department_decides(visit, action, browse, now):
    now("2021-06-20 08:00")
    officer, clerk = browse(make.officer(visit.agency)), browse(make.staff())
    url = f"/inspections/actions/{action.pk}/"
    assert "Chưa phổ biến" in officer.get(url).content.decode()
    assert officer.post(url, {"text": "Đã phổ biến."}).status_code == 302
    assert officer.post(url, {"text": "Lần nữa."}).status_code == 409
    wrong = clerk.post(f"{url}decide/", {"decision": "refuse"}).content.decode()
    assert "Không chấp nhận thì ghi rõ lý do." in wrong
    assert clerk.post(f"{url}decide/", {"decision": "accept"}).status_code == 302
    action.refresh_from_db()
    assert (action.state, action.answer) == ("accepted", "Đã phổ biến.")


# Told, once each


def told_steps():
    return list(Notice.objects.of_voice("corrective-action").order_by("pk").values_list("step", flat=True))


def test_one_mail_for_all_that_one_inspection_asks_for():
    inspected.signed(make.agency(), by=make.staff(), ISO_b="Chưa phổ biến", ISO_g="Chưa cải tiến")
    assert told_steps() == ["action+0@2021-08-16"]


def test_reminded_once_two_weeks_before_and_once_when_overdue(visit):
    days = ("2021-08-01", "2021-08-02", "2021-08-03", "2021-08-16", "2021-08-17", "2021-08-18")
    for day in days:
        remind_agencies(as_of=at(f"{day} 08:00"))
        flag_overdue(as_of=at(f"{day} 08:00"))
    assert told_steps() == ["action+0@2021-08-16", "action-14@2021-08-16", "action+1@2021-08-16"]
    assert Entry.objects.filter(verb="action-overdue").count() == 1


def test_downtime_loses_no_reminder(visit):
    assert remind_agencies(as_of=at("2021-08-10 08:00"), dry_run=True) == 1
    assert remind_agencies(as_of=at("2021-08-10 08:00")) == 1


def test_nobody_is_reminded_of_what_is_answered(visit):
    inspected.answered(visit, by=make.staff())
    assert remind_agencies(as_of=at("2021-08-10 08:00")) == 0
    assert flag_overdue(as_of=at("2021-08-17 08:00")).actions == 0


def test_the_mail_says_what_and_until_when(visit, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    deliver_owed(make.NOW)
    sent = Notice.objects.get(voice="corrective-action")
    assert sent.state == "sent"
    assert sent.subject == "Khắc phục sau kiểm tra: còn 61 ngày"
    assert "trước ngày 17/8/2021 (hết ngày 16/8/2021)" in sent.body_text
    assert "Chưa phổ biến" in sent.body_text


def test_a_mail_that_is_late_leaves_no_more_when_it_was_answered(visit):
    inspected.answered(visit, by=make.staff())
    deliver_owed(make.NOW)
    assert Notice.objects.get(voice="corrective-action").state == "skipped"


# Where it is seen


def test_it_stands_on_the_home_pages_and_in_the_calendar(visit, action, browse, now):
    now("2021-08-17 08:00")
    make.cycle()
    officer, clerk = make.officer(visit.agency), make.staff()
    assert "Chưa phổ biến" in browse(officer).get("/").content.decode()
    assert "Khắc phục sau kiểm tra quá hạn" in browse(clerk).get("/").content.decode()
    for person in (officer, clerk):
        days = [day.day for day in dates_of(person, at("2021-08-17 08:00")) if "khắc phục" in day.title]
        assert days == [date(2021, 8, 16)]
