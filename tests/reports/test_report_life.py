"""The life of a report: what may follow what, who wins, and what is left behind."""

import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from reports.actions.report import NotReady, attach, declare_nil, save_answers, submit
from reports.actions.review import accept, return_for_correction
from reports.models import AnnualReport
from tests import make
from tests.make import at
from tests.reports import filled

pytestmark = pytest.mark.django_db
State = AnnualReport.State


@pytest.fixture
def lan():
    return make.officer(make.agency(code="30595"))


@pytest.fixture
def report(lan):
    return make.report(lan.agency)


def fill(report, by, case="C01", when="2021-06-15 09:00"):
    answers = dict(filled.answers(case))
    name = answers.pop("signed_report_file", None)
    save_answers(report, by=by, at=at(when), answers=answers, seen={})
    if name:
        content = io.BytesIO(b"%PDF-1.7 signed")
        attach(
            report,
            by=by,
            at=at(when),
            question="signed_report_file",
            content=content,
            name=name,
            size=15,
            sha256="0" * 64,
        )
    report.refresh_from_db()


def test_an_officer_fills_in_and_sends(report, lan):
    fill(report, lan)
    assert report.state == State.DRAFT
    submission = submit(report, by=lan, at=at("2021-06-15 10:12"))
    report.refresh_from_db()
    assert (report.state, report.first_submitted_at) == (State.SUBMITTED, at("2021-06-15 10:12"))
    assert submission.code == "BC-2020-30595-1"
    assert submission.answers["staff_total"] == 22
    assert len(submission.check_code.replace(" ", "")) == 16


def test_a_report_with_gaps_is_not_sent_and_nothing_is_lost(report, lan):
    fill(report, lan, "C03")
    with pytest.raises(NotReady) as refused:
        submit(report, by=lan, at=at("2021-06-29 10:00"))
    report.refresh_from_db()
    assert report.state == State.DRAFT
    assert len(refused.value.outcome.missing) == 3
    assert report.answers["staff_total"] == 22


def test_a_warning_has_to_be_explained_before_sending(report, lan):
    fill(report, lan, "C06")
    with pytest.raises(NotReady):
        submit(report, by=lan, at=at("2021-06-20 10:00"))
    notes = dict.fromkeys(("R21", "R22", "R25"), "Công chức chuyển công tác.")
    save_answers(report, by=lan, at=at("2021-06-20 10:05"), answers={}, seen={}, notes=notes)
    assert submit(report, by=lan, at=at("2021-06-20 10:06")).notes == notes


def test_after_a_return_the_second_sending_has_its_own_number(report, lan):
    clerk = make.staff()
    fill(report, lan)
    submit(report, by=lan, at=at("2021-06-15 10:00"))
    return_for_correction(
        report, by=clerk, at=at("2021-07-01"), comment="Sửa câu 7", correct_by=date(2021, 7, 10)
    )
    again = submit(report, by=lan, at=at("2021-07-08 10:00"))
    report.refresh_from_db()
    assert again.code == "BC-2020-30595-2"
    assert report.first_submitted_at == at("2021-06-15 10:00")
    assert report.submitted_at == at("2021-07-08 10:00")


def test_an_accepted_report_cannot_be_changed(report, lan):
    fill(report, lan)
    submit(report, by=lan, at=at("2021-06-15 10:00"))
    accept(report, by=make.staff(), at=at("2021-06-16 10:00"))
    with pytest.raises(WrongState, match="không sửa được nữa"):
        save_answers(report, by=lan, at=at("2021-06-17"), answers={"staff_total": 5}, seen={})
    report.refresh_from_db()
    assert report.answers["staff_total"] == 22


def test_one_of_two_decisions_wins(report, lan):
    clerk = make.staff()
    fill(report, lan)
    submit(report, by=lan, at=at("2021-06-15 10:00"))
    stale = AnnualReport.objects.get(pk=report.pk)
    accept(report, by=clerk, at=at("2021-06-16"))
    with pytest.raises(WrongState, match="Đã chấp nhận"):
        return_for_correction(
            stale, by=clerk, at=at("2021-06-16"), comment="Sửa", correct_by=date(2021, 7, 1)
        )
    assert Entry.objects.filter(verb="report-returned").count() == 0


def test_the_form_stays_open_after_the_deadline_and_closes_with_the_lock(report, lan):
    fill(report, lan, when="2021-07-20 09:00")
    with pytest.raises(WrongState, match="đã khóa"):
        save_answers(report, by=lan, at=at("2021-12-31 00:00"), answers={"staff_total": 5}, seen={})


def test_a_nil_declaration_is_a_sending_with_a_reason(report, lan):
    declare_nil(report, by=lan, at=at("2021-06-25 09:00"), reason="Không có thủ tục hành chính")
    report.refresh_from_db()
    assert (report.state, report.is_nil) == (State.SUBMITTED, True)
    assert Entry.objects.get(verb="report-nil-declared").reason == "Không có thủ tục hành chính"


def test_two_hands_on_one_answer_are_told_of_each_other(report, lan):
    minh = make.officer(lan.agency, full_name="Lê Minh")
    save_answers(
        report, by=minh, at=at("2021-06-15 09:41"), answers={"staff_total": 30, "head_name": "A"}, seen={}
    )
    saved = save_answers(
        report, by=lan, at=at("2021-06-15 09:45"), answers={"staff_total": 22, "new_staff": 1}, seen={}
    )
    report.refresh_from_db()
    assert [(one.key, one.mine, one.theirs, one.saved_by) for one in saved.conflicts] == [
        ("staff_total", 22, 30, "Lê Minh")
    ]
    assert saved.conflicts[0].saved_at == at("2021-06-15 09:41")
    assert report.answers == {"staff_total": 30, "head_name": "A", "new_staff": 1}


def test_what_this_page_did_not_touch_is_left_as_the_other_hand_saved_it(report, lan):
    save_answers(report, by=lan, at=at("2021-06-15 09:41"), answers={"staff_total": 30}, seen={})
    saved = save_answers(
        report, by=lan, at=at("2021-06-15 09:45"), answers={"staff_total": 20}, seen={"staff_total": 20}
    )
    report.refresh_from_db()
    assert (saved.changed, saved.conflicts, report.answers["staff_total"]) == ([], [], 30)


def test_every_save_is_in_the_journal_with_old_and_new(report, lan):
    save_answers(report, by=lan, at=at("2021-06-15 09:41"), answers={"staff_total": 30}, seen={})
    entry = Entry.objects.about("report", report.pk).get(verb="report-saved")
    assert (entry.actor, entry.changes) == (lan.full_name, {"staff_total": [None, 30]})


def test_a_newer_file_replaces_an_older_one_which_is_kept(report, lan):
    for number in (1, 2):
        content = io.BytesIO(b"%PDF-1.7")
        attach(
            report,
            by=lan,
            at=at(f"2021-06-15 09:0{number}"),
            question="signed_report_file",
            content=content,
            name=f"{number}.pdf",
            size=8,
            sha256=str(number) * 64,
        )
    assert list(report.attachments.filter(replaced_at=None).values_list("name", flat=True)) == ["2.pdf"]
    assert report.attachments.count() == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"state": State.SUBMITTED},
        {"state": State.ACCEPTED, "submitted_at": make.NOW, "first_submitted_at": make.NOW},
        {
            "state": State.RETURNED,
            "submitted_at": make.NOW,
            "first_submitted_at": make.NOW,
            "returned_at": make.NOW,
        },
        {"is_nil": True},
        {"extended_to": date(2021, 7, 15)},
        {"exempted_at": make.NOW},
    ],
)
def test_the_database_refuses_a_state_without_its_stamps(report, broken):
    with pytest.raises(IntegrityError, match="report_"), transaction.atomic():
        AnnualReport.objects.filter(pk=report.pk).update(**broken)
