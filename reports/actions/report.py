"""What an agency does with its report: save, attach, send, confirm, take back, number it.

What the department decides on it is in `reports.actions.review`.
"""

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, BinaryIO

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import Document, User
from isotrack.journal.record import record
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.states import WrongState, move
from plans.ceilings import ceiling
from reports.actions.announce import announce_pending
from reports.last_year import last_year, prefilled
from reports.models import AnnualReport, Attachment, Submission, make_check_code
from reports.questions import Outcome, figures
from reports.statistics.coded import coded

State = AnnualReport.State
END_OF_OFFICE = time(17)


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
    """What a save did: the report as it is now, the keys changed, and what somebody has to choose between."""

    report: AnnualReport
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
        last_year=last_year(report),
        prefilled=prefilled(report),
        scan_required=report.cycle.scan_required,
    )


@dataclass(frozen=True)
class Page:
    """What one page sends to be saved.

    `answers` are its values, `seen` what it showed as stored when it was loaded, `notes` the explanations
    under warnings (rule → text). `touched` are keys whose prefilled answer of last year somebody confirmed,
    changed or emptied on purpose: they are stored even where stored and typed are the same, and are prefilled
    no more. `window` is the page's name for itself.
    """

    answers: Mapping[str, Any]
    seen: Mapping[str, Any]
    notes: Mapping[str, str] = field(default_factory=dict)
    touched: Collection[str] = ()
    window: str = ""


@transaction.atomic
def save_answers(
    report: AnnualReport,
    *,
    by: User | None,
    at: datetime,
    answers: Mapping[str, Any],
    seen: Mapping[str, Any],
    notes: Mapping[str, str] | None = None,
) -> Saved:
    """Save typed answers as a draft; see `save_page`."""
    return save_page(locked(report), Page(answers, seen, notes or {}), by=by, at=at)


def save_page(report: AnnualReport, page: Page, *, by: User | None, at: datetime) -> Saved:
    """Save a page as a draft; nothing typed is lost and nobody's save is overwritten unseen.

    An answer that the page did not change is left as it stands now. One that both the page and another hand
    changed is a conflict and stays as stored; what this very page saved before is no other hand's.

    The caller's transaction holds the row locked (see `locked`). Raises WrongState when the report is no
    longer open for writing.
    """
    _must_be_editable(report, at, by)
    saved = Saved(report)
    changes: dict[str, list[Any]] = {}
    for key, mine in page.answers.items():
        theirs = report.answers.get(key)
        before = theirs if _saved_by(report, key, page.window) else page.seen.get(key)
        if mine in (theirs, before) and not (key in page.touched and key not in report.saves):
            continue
        if theirs != before:
            saved.conflicts.append(_conflict(report, key, mine, theirs, at))
            continue
        changes[key] = [theirs, mine]
        _put(report, key, mine, by=by, at=at, window=page.window)
    told = {rule: text for rule, text in page.notes.items() if text != report.notes.get(rule, "")}
    report.notes |= told
    saved.changed = list(changes)
    _keep_draft(report, at=at)
    if changes:
        write("report-saved", report, by=by, at=at, changes=changes)
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
    report = locked(report)
    _must_be_editable(report, at, by)
    report.attachments.filter(question=question, replaced_at__isnull=True).update(replaced_at=at)
    attachment = Attachment(
        report=report, question=question, name=name, size=size, sha256=sha256, uploaded_at=at, uploaded_by=by
    )
    attachment.file.save(name, content if isinstance(content, File) else File(content), save=True)
    before = report.answers.get(question)
    _put(report, question, name, by=by, at=at)
    _keep_draft(report, at=at)
    write("report-file-attached", report, by=by, at=at, changes={question: [before, name]})
    return attachment


@transaction.atomic
def submit(report: AnnualReport, *, by: User | None, at: datetime) -> Submission | None:
    """Send the report. The first valid sending decides on punctuality, whatever happens later.

    Where the cycle asks for it the report waits for the head's confirmation, and None is returned; it then
    counts as sent at `at`. What came on paper counts as sent on the day of its incoming stamp.

    Raises NotReady with the outcome when errors, missing answers or unexplained warnings remain, WrongState
    when it was sent, accepted or locked meanwhile.
    """
    report = locked(report)
    _must_be_editable(report, at, by)
    outcome = judge(report, on=day_of(_arrival(report, at)))
    if not outcome.can_send or outcome.unexplained(report.notes):
        raise NotReady(outcome)
    if report.waits_for_head:
        _let_wait(report, by=by, at=at)
        return None
    return _send(report, outcome, by=by, at=_arrival(report, at), **_entered(report, at))


@transaction.atomic
def declare_nil(report: AnnualReport, *, by: User, at: datetime, reason: str) -> Submission | None:
    """Send "không phát sinh" with its reason instead of answers: a kind of sending, punctual like any other.

    Waits for the head like any other. Raises WrongState when the report is no longer open for writing.
    """
    report = locked(report)
    _must_be_editable(report, at, by)
    report.is_nil, report.nil_reason = True, reason
    report.save(update_fields=["is_nil", "nil_reason"])
    if report.waits_for_head:
        _let_wait(report, by=by, at=at)
        return None
    return _send(report, None, by=by, at=_arrival(report, at), **_entered(report, at))


@transaction.atomic
def confirm(report: AnnualReport, *, by: User, at: datetime) -> Submission:
    """The head confirms: the report is sent as of the moment the officer pressed the button.

    Raises WrongState when it does not wait (any more), or when `by` is the one who sent it.
    """
    report = locked(report)
    if report.state != State.PENDING or report.pending_at is None:
        raise WrongState(_("Báo cáo không còn chờ xác nhận."))
    if report.pending_by == by:
        raise WrongState(_("Người trình không tự xác nhận báo cáo của mình."))
    outcome = None if report.is_nil else judge(report, on=day_of(report.pending_at))
    return _send(
        report, outcome, by=report.pending_by, at=report.pending_at, confirmed_by=by, confirmed_at=at
    )


@transaction.atomic
def send_back(report: AnnualReport, *, by: User, at: datetime, reason: str) -> AnnualReport:
    """The head asks for changes before confirming.

    It is written in again; the time at which it was handed up is gone. Raises WrongState.
    """
    report = locked(report)
    _wait_no_more(report)
    write("report-sent-back", report, by=by, at=at, reason=reason)
    return report


@transaction.atomic
def take_back(report: AnnualReport, *, by: User, at: datetime) -> AnnualReport:
    """The agency takes its report back before the head has confirmed it. Raises WrongState."""
    report = locked(report)
    _wait_no_more(report)
    write("report-taken-back", report, by=by, at=at)
    return report


@transaction.atomic
def withdraw(
    report: AnnualReport, *, by: User, at: datetime, reason: str, document: Document | None = None
) -> AnnualReport:
    """Take back the latest sending, as long as the department has not decided on it.

    A withdrawn sending keeps nothing on time: punctuality goes by the first one that was not withdrawn.
    Raises WrongState.
    """
    report = locked(report)
    latest = report.submissions.valid().last()
    if report.state != State.SUBMITTED or latest is None:
        raise WrongState(_("Chỉ rút lại được báo cáo đã gửi mà Sở chưa quyết định."))
    if latest.is_paper:
        _must_be_the_department(report, by)
    latest.withdrawn_at, latest.withdrawal_reason, latest.withdrawal_document = at, reason, document
    latest.save(update_fields=["withdrawn_at", "withdrawal_reason", "withdrawal_document"])
    _stand_as_before(report)
    changes = {"code": [latest.code, None]} | ({"document": [None, str(document)]} if document else {})
    write("report-withdrawn", report, by=by, at=at, reason=reason, changes=changes)
    return report


@transaction.atomic
def number_letter(
    report: AnnualReport,
    *,
    by: User,
    at: datetime,
    number: int,
    symbol: str,
    dated: date,
    signer: str,
    position: str,
) -> AnnualReport:
    """Record number, symbol, date and signer of the report as an official document (Điều 8 NĐ 30/2020).

    Until then its print carries DỰ THẢO. Can be corrected until the report is accepted. Raises WrongState.
    """
    report = locked(report)
    if report.state == State.ACCEPTED:
        raise WrongState(_("Báo cáo đã được chấp nhận; không đổi số văn bản được nữa."))
    values = {
        "letter_number": number,
        "letter_symbol": symbol,
        "letter_dated": dated,
        "letter_signer": signer,
        "letter_position": position,
    }
    changes = {
        name: [_plain(getattr(report, name)), _plain(new)]
        for name, new in values.items()
        if getattr(report, name) != new
    }
    for name, value in values.items():
        setattr(report, name, value)
    report.save(update_fields=list(values))
    if changes:
        write("report-numbered", report, by=by, at=at, changes=changes)
    return report


def locked(report: AnnualReport) -> AnnualReport:
    """The row as it is now, held until the caller's transaction ends."""
    rows = AnnualReport.objects.select_related("cycle", "agency")
    return rows.select_for_update(of=("self",)).get(pk=report.pk)


def write(verb: str, report: AnnualReport, **details: Any) -> None:
    """One entry in the journal about a report."""
    record(verb, ("report", report.pk, report), province=report.cycle.province_id, **details)


def _let_wait(report: AnnualReport, *, by: User | None, at: datetime) -> None:
    move(report, State.PENDING, pending_at=at, pending_by=by)
    write("report-pending", report, by=by, at=at, reason=report.nil_reason)
    announce_pending(report, at=at)


def _wait_no_more(report: AnnualReport) -> None:
    """Back to how it stood before it was handed up; the reason of a nil declaration stays for another."""
    if report.state != State.PENDING:
        raise WrongState(_("Báo cáo không còn chờ xác nhận."))
    latest = report.submissions.valid().last()
    stamps = {"pending_at": None, "pending_by": None, "is_nil": latest is not None and latest.is_nil}
    # A sending that still stands had been returned before this one was handed up.
    move(report, State.DRAFT if latest is None else State.RETURNED, **stamps)


def _arrival(report: AnnualReport, at: datetime) -> datetime:
    """When a sending arrived: `at`, or for paper the end of the office day of the incoming stamp."""
    if report.paper_received_on is None:
        return at
    return min(at, datetime.combine(report.paper_received_on, END_OF_OFFICE, ZONE))


def _send(
    report: AnnualReport, outcome: Outcome | None, *, by: User | None, at: datetime, **how: Any
) -> Submission:
    """`outcome` is None for a nil declaration; `how` are further facts of the submission."""
    number = report.submissions.count() + 1
    first = min(report.first_submitted_at or at, at)  # paper may have come before what was sent online
    is_nil = outcome is None
    stamps: dict[str, Any] = {"submitted_at": at, "first_submitted_at": first, "is_nil": is_nil}
    stamps |= _counted(report, {} if outcome is None else figures(outcome))
    if not is_nil:
        stamps["nil_reason"] = ""
    if first < report.cutoff:
        # Confirmed or typed in late, but sent in time.
        stamps |= {"flagged_missing_at": None, "flagged_late_at": None}
    move(report, State.SUBMITTED, **stamps)
    code = f"BC-{report.cycle.year}-{report.agency.code}-{number}"
    submission = Submission.objects.create(
        report=report,
        number=number,
        code=code,
        check_code=make_check_code(code, at),
        sent_at=at,
        sent_by=by,
        answers={} if is_nil else report.answers,
        notes={} if is_nil else report.notes,
        is_nil=is_nil,
        warnings=0 if outcome is None else len(outcome.warnings),
        **how,
    )
    verb = "report-nil-declared" if is_nil else "report-submitted"
    who, when = how.get("confirmed_by") or by, how.get("confirmed_at") or how.get("entered_at") or at
    # The journal tells the moment that counts; who confirmed or typed it in later stands in the changes.
    changes = {"code": [None, submission.code]}
    if when != at:
        changes |= {"entered_at" if report.paper_received_on else "confirmed_at": [None, when.isoformat()]}
    write(verb, report, by=who, at=at, reason=report.nil_reason, changes=changes)
    return submission


def _stand_as_before(report: AnnualReport) -> None:
    """After a withdrawal: what the sendings that are left make of the report."""
    left = list(report.submissions.valid())
    stamps: dict[str, Any] = {
        "first_submitted_at": min((one.sent_at for one in left), default=None),
        "submitted_at": left[-1].sent_at if left else None,
        "is_nil": left[-1].is_nil if left else False,
        "flagged_late_at": report.flagged_late_at if left else None,
        **_counted(report, _figures_as_sent(report, left[-1]) if left else {}),
    }
    # A sending that is left had been returned before the one now withdrawn was made.
    move(report, State.RETURNED if left else State.DRAFT, **stamps)


def _counted(report: AnnualReport, told: dict[str, Any]) -> dict[str, Any]:
    """The figures of a sending as the two columns that keep them."""
    return {"figures": told, "coded": coded(told, report.cycle.questions)}


def _figures_as_sent(report: AnnualReport, submission: Submission) -> dict[str, Any]:
    if submission.is_nil:
        return {}
    sent = copy(report)
    sent.answers, sent.notes = submission.answers, submission.notes
    return figures(judge(sent, on=day_of(submission.sent_at)))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _entered(report: AnnualReport, at: datetime) -> dict[str, Any]:
    """What a sending that came on paper says of itself."""
    return {"is_paper": True, "entered_at": at} if report.paper_received_on else {}


def _must_be_the_department(report: AnnualReport, by: User | None) -> None:
    """What came on paper bears its own date: nobody but the department, which saw the stamp, writes in it."""
    if by is None or not by.is_reviewer:
        raise WrongState(
            _("Sở đang nhập báo cáo này từ bản giấy, cơ quan không sửa trên mạng. Cần sửa thì liên hệ Sở.")
        )


def _must_be_editable(report: AnnualReport, at: datetime, by: User | None) -> None:
    if report.is_editable(at):
        if report.paper_received_on is not None:
            _must_be_the_department(report, by)
        return
    if report.is_locked(at):
        raise WrongState(
            _("Kỳ báo cáo năm %(year)s đã khóa. Đề nghị Sở mở lại.") % {"year": report.cycle.year}
        )
    raise WrongState(
        _("%(report)s đang ở trạng thái “%(state)s”, không sửa được nữa. Những gì vừa nhập chưa được lưu.")
        % {"report": report, "state": report.get_state_display()}
    )


def _conflict(report: AnnualReport, key: str, mine: Any, theirs: Any, at: datetime) -> Conflict:
    saved_at, saved_by, *_window = report.saves.get(key, [at.isoformat(), ""])
    return Conflict(key, mine, theirs, datetime.fromisoformat(saved_at), saved_by)


def _saved_by(report: AnnualReport, key: str, window: str) -> bool:
    """Whether the newest save of an answer came from this very page, which may not have heard of it."""
    return bool(window) and report.saves.get(key, [])[2:] == [window]


def _put(
    report: AnnualReport, key: str, value: Any, *, by: User | None, at: datetime, window: str = ""
) -> None:
    if value is None:
        report.answers.pop(key, None)
    else:
        report.answers[key] = value
    report.saves[key] = [at.isoformat(), by.signature if by else "", *([window] if window else [])]


def _keep_draft(report: AnnualReport, *, at: datetime) -> None:
    report.saved_at = at
    kept = ["answers", "saves", "notes", "saved_at"]
    if report.state == State.NOT_STARTED:
        move(report, State.DRAFT, **{name: getattr(report, name) for name in kept})
    else:
        report.save(update_fields=kept)
