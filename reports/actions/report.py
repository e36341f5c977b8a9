"""What happens to one report: saved, attached to, sent, returned, accepted, extended, exempted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import Document, User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.states import WrongState, move
from plans.ceilings import ceiling
from reports.models import AnnualReport, Attachment, Submission
from reports.questions import Outcome

State = AnnualReport.State


class NotReady(Exception):
    """The report cannot be sent yet; `outcome` names every error, missing answer and unexplained warning."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(_("Báo cáo chưa gửi được: còn lỗi hoặc câu chưa trả lời."))
        self.outcome = outcome


@dataclass(frozen=True)
class Conflict:
    """Another hand saved the same answer since this page was loaded: both values, who and when."""

    key: str
    mine: Any
    theirs: Any
    saved_at: datetime
    saved_by: str


@dataclass
class Saved:
    """What a save did: the keys it changed, and the answers somebody has to choose between."""

    changed: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def judge(report: AnnualReport, *, on: date) -> Outcome:
    """Hold the draft against its questionnaire: what is shown, missing, wrong or to be explained."""
    return report.cycle.questions.check(
        report.answers,
        mandate=report.mandate,
        year=report.cycle.year,
        submitted_on=on,
        ceiling=ceiling,
    )


@transaction.atomic
def save_answers(
    report: AnnualReport,
    *,
    by: User | None,
    at: datetime,
    answers: Mapping[str, Any],
    seen: Mapping[str, Any],
    notes: Mapping[str, str] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Saved:
    """Save typed answers as a draft; nothing typed is lost and nobody's save is overwritten unseen.

    `answers` are the values of this page, `seen` what the page showed when it was loaded. An answer that this
    page did not change is left as it stands now. One that both this page and another hand changed is a
    conflict and stays as stored, until `chosen` says "mine" for its key. Raises WrongState when the report is
    no longer open for writing.
    """
    report = _locked(report)
    _must_be_editable(report, at)
    saved = Saved()
    changes: dict[str, list[Any]] = {}
    for key, mine in answers.items():
        theirs, before = report.answers.get(key), seen.get(key)
        if mine in (theirs, before):
            continue
        if theirs != before and (chosen or {}).get(key) != "mine":
            saved.conflicts.append(_conflict(report, key, mine, theirs, at))
            continue
        changes[key] = [theirs, mine]
        _put(report, key, mine, by=by, at=at)
    if notes:
        report.notes |= {rule: text for rule, text in notes.items() if text != report.notes.get(rule, "")}
    saved.changed = list(changes)
    _keep_draft(report, at=at)
    if changes:
        _record("report-saved", report, by=by, at=at, changes=changes)
    return saved


@transaction.atomic
def attach(
    report: AnnualReport,
    *,
    by: User | None,
    at: datetime,
    question: str,
    content: "File[bytes] | BinaryIO",
    name: str,
    size: int,
    sha256: str,
) -> Attachment:
    """Attach a checked file as the answer to a question; an earlier one is kept, marked as replaced.

    Raises WrongState when the report is no longer open for writing.
    """
    report = _locked(report)
    _must_be_editable(report, at)
    report.attachments.filter(question=question, replaced_at__isnull=True).update(replaced_at=at)
    attachment = Attachment(
        report=report, question=question, name=name, size=size, sha256=sha256, uploaded_at=at, uploaded_by=by
    )
    attachment.file.save(name, content if isinstance(content, File) else File(content), save=True)
    before = report.answers.get(question)
    _put(report, question, name, by=by, at=at)
    _keep_draft(report, at=at)
    _record("report-file-attached", report, by=by, at=at, changes={question: [before, name]})
    return attachment


@transaction.atomic
def submit(report: AnnualReport, *, by: User | None, at: datetime) -> Submission:
    """Send the report. The first valid sending decides on punctuality, whatever happens later.

    Raises NotReady with the outcome when errors, missing answers or unexplained warnings remain, WrongState
    when it was sent, accepted or locked meanwhile.
    """
    report = _locked(report)
    _must_be_editable(report, at)
    outcome = judge(report, on=day_of(at))
    if not outcome.can_send or outcome.unexplained(report.notes):
        raise NotReady(outcome)
    return _send(report, by=by, at=at, is_nil=False, nil_reason="")


@transaction.atomic
def declare_nil(report: AnnualReport, *, by: User, at: datetime, reason: str) -> Submission:
    """Send "không phát sinh" with its reason instead of answers: a kind of sending, punctual like any other.

    Raises WrongState when the report is no longer open for writing.
    """
    report = _locked(report)
    _must_be_editable(report, at)
    return _send(report, by=by, at=at, is_nil=True, nil_reason=reason)


@transaction.atomic
def accept(report: AnnualReport, *, by: User, at: datetime) -> AnnualReport:
    """Accept a sent report: it is locked and counts in the province's figures. Raises WrongState."""
    move(report, State.ACCEPTED, accepted_at=at)
    _record("report-accepted", report, by=by, at=at)
    return report


@transaction.atomic
def return_for_correction(
    report: AnnualReport, *, by: User, at: datetime, comment: str, correct_by: date
) -> AnnualReport:
    """Return a sent report with a comment and a day to correct it by; it does not become late by that.

    Raises WrongState when it is not waiting for a decision any more.
    """
    move(report, State.RETURNED, returned_at=at, return_comment=comment, correct_by=correct_by)
    _record(
        "report-returned",
        report,
        by=by,
        at=at,
        reason=comment,
        changes={"correct_by": [None, str(correct_by)]},
    )
    return report


@transaction.atomic
def extend(
    report: AnnualReport, *, by: User, at: datetime, until: date, document: Document, reason: str
) -> AnnualReport:
    """Extend the report's own deadline until the end of the day `until`, on the strength of a document."""
    report = _locked(report)
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
    _record("report-extended", report, by=by, at=at, changes=changes, reason=reason)
    return report


@transaction.atomic
def exempt(report: AnnualReport, *, by: User, at: datetime, document: Document, reason: str) -> AnnualReport:
    """Exempt the agency from this report on the strength of a document; it leaves the base of no rate."""
    report = _locked(report)
    report.exempted_at, report.exemption_document = at, document
    report.save(update_fields=["exempted_at", "exemption_document"])
    _record("report-exempted", report, by=by, at=at, reason=reason)
    return report


def _send(
    report: AnnualReport, *, by: User | None, at: datetime, is_nil: bool, nil_reason: str
) -> Submission:
    number = report.submissions.count() + 1
    first = report.first_submitted_at or at
    stamps = {"submitted_at": at, "first_submitted_at": first, "is_nil": is_nil, "nil_reason": nil_reason}
    move(report, State.SUBMITTED, **stamps)
    submission = Submission.objects.create(
        report=report,
        number=number,
        code=f"BC-{report.cycle.year}-{report.agency.code}-{number}",
        sent_at=at,
        sent_by=by,
        answers={} if is_nil else report.answers,
        notes={} if is_nil else report.notes,
        is_nil=is_nil,
    )
    verb = "report-nil-declared" if is_nil else "report-submitted"
    _record(verb, report, by=by, at=at, reason=nil_reason, changes={"code": [None, submission.code]})
    return submission


def _locked(report: AnnualReport) -> AnnualReport:
    """The row as it is now, held until the transaction ends."""
    rows = AnnualReport.objects.select_related("cycle", "agency")
    return rows.select_for_update(of=("self",)).get(pk=report.pk)


def _must_be_editable(report: AnnualReport, at: datetime) -> None:
    if report.is_editable(at):
        return
    if report.cycle.is_locked(at):
        raise WrongState(
            _("Kỳ báo cáo năm %(year)s đã khóa. Đề nghị Sở mở lại.") % {"year": report.cycle.year}
        )
    raise WrongState(
        _("%(report)s đang ở trạng thái “%(state)s”, không sửa được nữa. Những gì vừa nhập chưa được lưu.")
        % {"report": report, "state": report.get_state_display()}
    )


def _conflict(report: AnnualReport, key: str, mine: Any, theirs: Any, at: datetime) -> Conflict:
    saved_at, saved_by = report.saves.get(key, [at.isoformat(), ""])
    return Conflict(key, mine, theirs, datetime.fromisoformat(saved_at), saved_by)


def _put(report: AnnualReport, key: str, value: Any, *, by: User | None, at: datetime) -> None:
    if value is None:
        report.answers.pop(key, None)
    else:
        report.answers[key] = value
    report.saves[key] = [at.isoformat(), by.get_full_name() if by else ""]


def _keep_draft(report: AnnualReport, *, at: datetime) -> None:
    report.saved_at = at
    report.save(update_fields=["answers", "saves", "notes", "saved_at"])
    if report.state == State.NOT_STARTED:
        move(report, State.DRAFT)


def _record(verb: str, report: AnnualReport, **details: Any) -> None:
    record(verb, ("report", report.pk, report), province=report.cycle.province_id, **details)
