"""What the department decides on one report: accept, return, extend, exempt, reopen, assign, comment.

What its agency does with it is in `reports.actions.report`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

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
    move(report, State.ACCEPTED, accepted_at=at)
    report.comments.open().update(settled_at=at)
    write("report-accepted", report, by=by, at=at)
    return report


@transaction.atomic
def return_for_correction(
    report: AnnualReport, *, by: User, at: datetime, comment: str, correct_by: date
) -> AnnualReport:
    """Return a sent report with a comment and a day to correct it by; it does not become late by that.

    The comments at its questions go with it. Its agency is written to. Raises WrongState when it is not
    waiting for a decision any more, ValueError when there is neither a comment nor one at a question.
    """
    report = locked(report)
    open_comments = report.comments.open()
    comment = comment or _points_at(report, open_comments)
    move(report, State.RETURNED, returned_at=at, return_comment=comment, correct_by=correct_by)
    write(
        "report-returned",
        report,
        by=by,
        at=at,
        reason=comment,
        changes={"correct_by": [None, str(correct_by)]},
    )
    open_comments.filter(sent_at__isnull=True).update(sent_at=at)
    announce_returned(report, at=at)
    return report


def accept_all(reports: Iterable[AnnualReport], *, by: User, at: datetime) -> tuple[int, list[str]]:
    """Accept each report in its own transaction; return how many, and why others were not."""
    accepted, refused = 0, []
    for report in reports:
        try:
            accept(report, by=by, at=at)
            accepted += 1
        except WrongState as refusal:
            refused.append(str(refusal))
    return accepted, refused


@transaction.atomic
def reopen(
    report: AnnualReport, *, by: User, at: datetime, until: date, document: Document, reason: str
) -> AnnualReport:
    """Let the agency write again until the end of `until`, accepted or locked though the report is.

    What was sent counts as before. Raises WrongState for a report that its agency can write in anyway.
    """
    report = locked(report)
    if report.is_editable(at) or report.exempted_at is not None:
        raise WrongState(_("Báo cáo này đang mở hoặc được miễn, không cần mở lại."))
    changes = {"reopened_until": [report.reopened_until and str(report.reopened_until), str(until)]}
    report.reopened_until, report.reopening_document = until, document
    report.save(update_fields=["reopened_until", "reopening_document"])
    if report.state == State.ACCEPTED:  # undone first: nobody but this action returns an accepted report
        move(report, State.SUBMITTED, accepted_at=None)
    if report.state == State.SUBMITTED:
        move(report, State.RETURNED, returned_at=at, return_comment=reason, correct_by=until)
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

    From now on the department writes in it; when sent it counts as received on that day. Raises WrongState
    when the agency has sent it already.
    """
    report = locked(report)
    if report.state not in AnnualReport.EDITABLE or report.exempted_at is not None:
        raise WrongState(_("Báo cáo này đã gửi hoặc được miễn, không nhập bản giấy được nữa."))
    changes = {"paper_received_on": [None, str(received_on)]}
    report.paper_received_on = received_on
    report.save(update_fields=["paper_received_on"])
    write("report-paper-taken", report, by=by, at=at, changes=changes)
    scan = report.cycle.questions.scan
    if scan is not None:
        attach(report, by=by, at=at, question=scan.key, content=content, name=name, size=size, sha256=sha256)
    return report


@transaction.atomic
def assign(report: AnnualReport, *, by: User, at: datetime, to: User | None) -> AnnualReport:
    """Give a report to a colleague to look at, or to nobody in particular."""
    report = locked(report)
    before, report.assignee = report.assignee, to
    report.save(update_fields=["assignee"])
    if before != to:
        changes = {"assignee": [before and before.get_full_name(), to and to.get_full_name()]}
        write("report-assigned", report, by=by, at=at, changes=changes)
    return report


@transaction.atomic
def comment(report: AnnualReport, *, by: User, at: datetime, question: str, text: str) -> ReviewComment:
    """Write a comment at one question of a sent report; its agency reads it when the report is returned.

    Raises WrongState when the report is not waiting for a decision.
    """
    report = locked(report)
    if report.state != State.SUBMITTED:
        raise WrongState(_("Chỉ góp ý được khi báo cáo đang chờ Sở xem xét."))
    made = ReviewComment.objects.create(report=report, question=question, text=text, made_by=by, made_at=at)
    write("report-commented", report, by=by, at=at, changes={question: [None, text]})
    return made


@transaction.atomic
def settle(made: ReviewComment, *, by: User, at: datetime) -> ReviewComment:
    """Mark a comment as answered, or take back one that was never sent."""
    ReviewComment.objects.filter(pk=made.pk, settled_at__isnull=True).update(settled_at=at)
    made.refresh_from_db(fields=["settled_at"])
    write("report-comment-settled", made.report, by=by, at=at, changes={made.question: [made.text, None]})
    return made


@transaction.atomic
def extend(
    report: AnnualReport, *, by: User, at: datetime, until: date, document: Document, reason: str
) -> AnnualReport:
    """Extend the report's own deadline until the end of the day `until`, on the strength of a document."""
    report = locked(report)
    changes = {"extended_to": [report.extended_to and str(report.extended_to), str(until)]}
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
    """Exempt the agency from this report on the strength of a document; it leaves the base of no rate."""
    report = locked(report)
    report.exempted_at, report.exemption_document = at, document
    report.save(update_fields=["exempted_at", "exemption_document"])
    write("report-exempted", report, by=by, at=at, reason=reason)
    return report


def _points_at(report: AnnualReport, comments: Iterable[ReviewComment]) -> str:
    """ "Xem góp ý ở câu 5, 12.": what stands for a general comment where each is at its question."""
    by_key = report.cycle.questions.by_key
    numbers = sorted({by_key[one.question].number for one in comments if one.question in by_key})
    if not numbers:
        raise ValueError("neither a comment nor one at a question")
    return _("Xem góp ý ở câu %(numbers)s.") % {"numbers": ", ".join(map(str, numbers))}
