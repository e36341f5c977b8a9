"""What the department decides on one report: accept, return, extend, exempt, reopen, assign, comment.

What its agency does with it is in `reports.actions.report`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import Document, User
from isotrack.kit.deadlines import Deadline
from isotrack.kit.states import WrongState, move
from reports.actions.announce import announce_returned
from reports.actions.report import attach, locked, write
from reports.models import AnnualReport, ReviewComment

State = AnnualReport.State


@transaction.atomic
def accept(report: AnnualReport, *, by: User, at: datetime) -> AnnualReport:
    """Accept a sent report: it is locked and counts in the province's figures. Raises WrongState."""
    _must_be_owed(report)
    move(report, State.ACCEPTED, accepted_at=at)
    report.comments.open().update(settled_at=at)
    write("report-accepted", report, by=by, at=at)
    return report


@transaction.atomic
def return_for_correction(
    report: AnnualReport, *, by: User, at: datetime, comment: str, correct_by: date
) -> AnnualReport:
    """Return a sent report with a comment and a day to correct it by; it does not become late by that.

    The comments at its questions go with it. Its agency is written to. What had come on paper is mended by
    the agency itself, or comes on paper anew. Raises WrongState when it is not waiting for a decision any
    more, ValidationError when there is neither a comment nor one at a question.
    """
    report = locked(report)
    _must_be_owed(report)
    _must_wait_for_decision(report)
    comment = comment or _points_at(report, report.comments.open())
    stamps = {"returned_at": at, "return_comment": comment, "correct_by": correct_by}
    move(report, State.RETURNED, paper_received_on=None, **stamps)
    write(
        "report-returned",
        report,
        by=by,
        at=at,
        reason=comment,
        changes={"correct_by": [None, str(correct_by)]},
    )
    _send_comments(report, at)
    announce_returned(report, at=at)
    return report


def accept_all(reports: Iterable[AnnualReport], *, by: User, at: datetime) -> tuple[int, list[str]]:
    """Accept each clean report in its own transaction; return how many, and why others were not.

    Clean is what nobody has to look at: sent once, without warnings, without an open comment.
    """
    accepted, refused = 0, []
    for report in reports:
        try:
            _accept_clean(report, by=by, at=at)
            accepted += 1
        except WrongState as refusal:
            refused.append(str(refusal))
    return accepted, refused


@transaction.atomic
def reopen(
    report: AnnualReport, *, by: User, at: datetime, until: date, document: Document, reason: str
) -> AnnualReport:
    """Let the agency write again until the end of `until`, accepted or locked though the report is.

    What was sent counts as before. Its agency is written to where it had sent something. Raises WrongState
    for a report that its agency can write in anyway.
    """
    report = locked(report)
    if not can_reopen(report, at):
        raise WrongState(_("Báo cáo này đang mở, đang chờ quyết định hoặc được miễn, không mở lại được."))
    before = report.reopened_until
    changes = {"reopened_until": [before and str(before), str(until)], "document": [None, str(document)]}
    report.reopened_until, report.reopening_document = until, document
    report.save(update_fields=["reopened_until", "reopening_document"])
    if report.state == State.ACCEPTED:  # undone first: nobody but this action returns an accepted report
        move(report, State.SUBMITTED, accepted_at=None)
    if report.state == State.SUBMITTED:
        stamps = {"returned_at": at, "return_comment": reason, "correct_by": until}
        move(report, State.RETURNED, paper_received_on=None, **stamps)
        _send_comments(report, at)
        announce_returned(report, at=at)
    write("report-reopened", report, by=by, at=at, reason=reason, changes=changes)
    return report


@transaction.atomic
def take_paper(
    report: AnnualReport,
    *,
    by: User,
    at: datetime,
    received_on: date,
    content: BinaryIO,
    name: str,
    size: int,
    sha256: str,
) -> AnnualReport:
    """Begin to type in a report that came on paper: the day on its incoming stamp, and its scan.

    From now on the department alone writes in it; when sent it counts as received on that day. Doing it
    again corrects day and scan. Raises WrongState when the agency has sent it already.
    """
    report = locked(report)
    if not can_take_paper(report):
        raise WrongState(_("Báo cáo này đã gửi hoặc được miễn, không nhập bản giấy được nữa."))
    before = report.paper_received_on
    changes = {"paper_received_on": [before and str(before), str(received_on)]}
    report.paper_received_on = received_on
    report.save(update_fields=["paper_received_on"])
    write("report-paper-taken", report, by=by, at=at, changes=changes)
    scan = report.cycle.questions.scan
    if scan is not None:
        attach(report, by=by, at=at, question=scan.key, content=content, name=name, size=size, sha256=sha256)
    return report


@transaction.atomic
def drop_paper(report: AnnualReport, *, by: User, at: datetime, reason: str) -> AnnualReport:
    """Stop typing in what came on paper: the agency writes itself again, the scan is no answer any more.

    What was typed in stays in the draft; the journal tells who typed it. Raises WrongState.
    """
    report = locked(report)
    if report.paper_received_on is None or not can_take_paper(report):
        raise WrongState(_("Báo cáo này không có bản giấy đang nhập."))
    changes = {"paper_received_on": [str(report.paper_received_on), None]}
    scan = report.cycle.questions.scan
    if scan is not None:
        report.attachments.current().filter(question=scan.key).update(replaced_at=at)
        report.answers.pop(scan.key, None)
    report.paper_received_on = None
    report.save(update_fields=["paper_received_on", "answers"])
    write("report-paper-dropped", report, by=by, at=at, changes=changes, reason=reason)
    return report


@transaction.atomic
def assign(report: AnnualReport, *, by: User | None, at: datetime, to: User | None) -> AnnualReport:
    """Give a report to a colleague to look at, or to nobody in particular."""
    report = locked(report)
    before, report.assignee = report.assignee, to
    report.save(update_fields=["assignee"])
    if before != to:
        changes = {"assignee": [before and before.get_full_name(), to and to.get_full_name()]}
        write("report-assigned", report, by=by, at=at, changes=changes)
    return report


@transaction.atomic
def assign_all(reports: Iterable[AnnualReport], *, by: User, at: datetime, to: User | None) -> int:
    """Give several reports to one colleague; returns how many."""
    return len([assign(report, by=by, at=at, to=to) for report in reports])


@transaction.atomic
def comment(report: AnnualReport, *, by: User, at: datetime, question: str, text: str) -> ReviewComment:
    """Write a comment at one question of a sent report; its agency reads it when the report is returned.

    Raises WrongState when the report is not waiting for a decision.
    """
    report = locked(report)
    _must_wait_for_decision(report)
    made = ReviewComment.objects.create(report=report, question=question, text=text, made_by=by, made_at=at)
    write("report-commented", report, by=by, at=at, changes={question: [None, text]})
    return made


@transaction.atomic
def settle(made: ReviewComment, *, by: User, at: datetime) -> ReviewComment:
    """Mark a comment as answered, or take back one that was never sent. Raises WrongState when it is done."""
    if not ReviewComment.objects.open().filter(pk=made.pk).update(settled_at=at):
        raise WrongState(_("Góp ý này đã xong."))
    made.refresh_from_db(fields=["settled_at"])
    write("report-comment-settled", made.report, by=by, at=at, changes={made.question: [made.text, None]})
    return made


@transaction.atomic
def extend(
    report: AnnualReport, *, by: User, at: datetime, until: date, document: Document, reason: str
) -> AnnualReport:
    """Extend the report's own deadline until the end of the day `until`, on the strength of a document."""
    report = locked(report)
    _must_be_owed(report)
    before = report.extended_to
    changes = {"extended_to": [before and str(before), str(until)], "document": [None, str(document)]}
    report.extended_to, report.extended_at, report.extension_document = until, at, document
    report.cutoff = Deadline(until).cutoff
    # Judged anew at the new cut-off; that it once was missing stays in the journal.
    report.flagged_missing_at = report.flagged_late_at = None
    report.save(
        update_fields=[
            "extended_to",
            "extended_at",
            "extension_document",
            "cutoff",
            "flagged_missing_at",
            "flagged_late_at",
        ]
    )
    write("report-extended", report, by=by, at=at, changes=changes, reason=reason)
    return report


@transaction.atomic
def exempt(report: AnnualReport, *, by: User, at: datetime, document: Document, reason: str) -> AnnualReport:
    """Exempt the agency from this report on the strength of a document; it leaves the base of no rate.

    Raises WrongState for one that was sent, or waits for its head: a sending that should not count is
    withdrawn first.
    """
    report = locked(report)
    if not can_exempt(report):
        raise WrongState(_("Báo cáo này đã gửi, đang chờ xác nhận hoặc đã được miễn."))
    report.exempted_at, report.exemption_document = at, document
    report.save(update_fields=["exempted_at", "exemption_document"])
    changes = {"document": [None, str(document)]}
    write("report-exempted", report, by=by, at=at, reason=reason, changes=changes)
    return report


# What may be done now: asked by the pages for their buttons, and again by the action itself.


def can_decide(report: AnnualReport) -> bool:
    """Whether it waits for the department: to be accepted, returned, commented, withdrawn for its agency."""
    return report.state == State.SUBMITTED and report.exempted_at is None


def can_extend(report: AnnualReport) -> bool:
    """Whether a later day is of use: nothing sent stands."""
    return report.first_submitted_at is None and report.exempted_at is None


def can_exempt(report: AnnualReport) -> bool:
    """Whether it can be exempted: nothing sent stands, and nothing waits for the head."""
    return can_extend(report) and report.state != State.PENDING


def can_take_paper(report: AnnualReport) -> bool:
    """Whether what came on paper can be typed in: not sent, or returned."""
    return report.state in AnnualReport.EDITABLE and report.exempted_at is None


def can_reopen(report: AnnualReport, at: datetime) -> bool:
    """Whether its agency cannot write although nothing is waited for: accepted, or locked with the cycle."""
    if report.exempted_at is not None or report.state == State.PENDING:
        return False
    return report.state == State.ACCEPTED or report.is_locked(at)


def _must_be_owed(report: AnnualReport) -> None:
    if report.exempted_at is not None:
        raise WrongState(_("%(report)s: cơ quan được miễn báo cáo.") % {"report": report})


def _must_wait_for_decision(report: AnnualReport) -> None:
    """What waits for the head of its agency can become "returned" as well, but not by the department."""
    if report.state != State.SUBMITTED:
        said = _("%(report)s đang ở trạng thái “%(state)s”, không chờ Sở quyết định.")
        raise WrongState(said % {"report": report, "state": report.get_state_display()})


@transaction.atomic
def _accept_clean(report: AnnualReport, *, by: User, at: datetime) -> None:
    """Accept a report that nobody has to look at. Raises WrongState with what there is to look at."""
    report = locked(report)
    latest = report.submissions.last()
    if latest is not None and (latest.number > 1 or latest.warnings or report.comments.open().exists()):
        raise WrongState(_("%(report)s: có điểm phải xem trước khi chấp nhận.") % {"report": report})
    accept(report, by=by, at=at)


def _send_comments(report: AnnualReport, at: datetime) -> None:
    """What was written at its questions goes to the agency."""
    report.comments.open().unsent().update(sent_at=at)


def _points_at(report: AnnualReport, comments: Iterable[ReviewComment]) -> str:
    """ "Xem góp ý ở câu 5, 12.": what stands for a general comment where each is at its question."""
    by_key = report.cycle.questions.by_key
    numbers = sorted({by_key[one.question].number for one in comments if one.question in by_key})
    if not numbers:
        raise ValidationError(_("Ghi góp ý để cơ quan biết cần sửa gì."))
    return _("Xem góp ý ở câu %(numbers)s.") % {"numbers": ", ".join(map(str, numbers))}
