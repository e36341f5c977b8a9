"""The officer fills in a report section by section, looks over what is missing, and sends it.

Each form says who it was made for (`who`), so that what is typed into it never turns up with somebody else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.rescue import session_left
from isotrack.kit.states import WrongState
from reports.actions.report import (
    NotReady,
    Saved,
    attach,
    declare_nil,
    judge,
    locked,
    save_page,
    submit,
)
from reports.filling import (
    count_in_words,
    in_section,
    lines,
    note_lines,
    numbers_in_words,
    section_url,
    steps,
)
from reports.forms.answers import FilesForm, NotesForm, SectionForm
from reports.forms.nil import NilForm
from reports.forms.posted import LONGEST_WINDOW, Posted, notes_in_words
from reports.models import AnnualReport
from reports.questions import Finding, Outcome, Section


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)  # LoginRequiredMiddleware has seen to it
    return request.user


def own_report(request: HttpRequest, pk: int) -> AnnualReport:
    """The report with everything its pages need, for its own officer; 404 for anybody else."""
    wanted = AnnualReport.objects.editable_by(person(request)).with_last_year()
    return get_object_or_404(wanted.select_related("cycle", "agency", "passed_to", "superior"), pk=pk)


def can_write(request: HttpRequest, report: AnnualReport, now: datetime) -> bool:
    """Whether this person can write in it now: what came on paper is typed in by the department alone."""
    is_own_job = report.paper_received_on is None or person(request).is_reviewer
    return is_own_job and report.is_editable(now)


@require_safe
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on where something is left: the link in every reminder."""
    report, now = own_report(request, pk), clock.now()
    if not can_write(request, report, now):
        return redirect("reports:report-detail", pk)
    left = [step for step in steps(report, judge(report, on=clock.day_of(now))) if not step.progress.done]
    return redirect(left[0].url if left else reverse("reports:report-send", args=[pk]))


def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section of the form: show it, save what was typed."""
    report, now = own_report(request, pk), clock.now()
    part = section_of(report, section)
    if request.method == "POST":
        return _save(request, report, part, now)
    if not can_write(request, report, now):
        return redirect("reports:report-detail", pk)
    outcome = judge(report, on=clock.day_of(now))
    form = SectionForm(part, report, outcome, more=request.GET.get("more", ""))
    return _show(request, form, part, now)


def section_of(report: AnnualReport, key: str) -> Section:
    """The section with this key; 404 where there is none."""
    found = [part for part in report.cycle.questions.sections if part.key == key]
    if not found:
        raise Http404
    return found[0]


def _save(request: HttpRequest, report: AnnualReport, part: Section, now: datetime) -> HttpResponse:
    """Keep everything typed; stay where somebody has to look, else go where the button says."""
    posted = Posted(report, part.questions, request.POST)
    files = FilesForm(part, report, request.POST, request.FILES)
    files.is_valid()
    try:
        saved = _keep(request, report, posted, files, now)
    except WrongState as refusal:
        return refuse(request, report, refusal, posted.words)
    report = own_report(request, report.pk)
    outcome = judge(report, on=clock.day_of(now))
    if saved.conflicts or files.errors:
        form = SectionForm(
            part, report, outcome, posted=posted, conflicts=saved.conflicts, refused=files.refused
        )
        return _show(request, form, part, now, status=409 if saved.conflicts else 422)
    _say_confirmed(request, posted)
    return redirect(_next(request, report, part, outcome))


def _keep(
    request: HttpRequest, report: AnnualReport, posted: Posted, files: FilesForm, now: datetime
) -> Saved:
    """Save answers, notes and files. Raises WrongState."""
    by = person(request)
    saved = save_posted(report, posted, by=by, at=now)
    for key, upload in files.uploads.items():
        name, size = upload.name or "", upload.size or 0
        attach(
            report, by=by, at=now, question=key, content=upload, name=name, size=size, sha256=upload.sha256
        )
        saved.changed.append(key)
    return saved


@transaction.atomic
def save_posted(report: AnnualReport, posted: Posted, *, by: User, at: datetime) -> Saved:
    """Save what a page sent. Raises WrongState."""
    return save_page(locked(report), posted.page, by=by, at=at)


def _say_confirmed(request: HttpRequest, posted: Posted) -> None:
    """After the one button for a whole section; a single tick speaks for itself."""
    count = len(posted.touched)
    if request.POST.get("do") == "confirm" and count:
        said = ngettext(
            "Đã xác nhận %(count)d số liệu năm trước.", "Đã xác nhận %(count)d số liệu năm trước.", count
        )
        messages.success(request, said % {"count": count})


def _next(request: HttpRequest, report: AnnualReport, part: Section, outcome: Outcome) -> str:
    """Where to go after a save; the same section while it has something to show or to mend that is news."""
    do = request.POST.get("do", "save")
    if do.startswith("row:"):
        key = do.removeprefix("row:")
        return section_url(report, part.key, f"q-{key}", more=key)
    shown = set(request.POST.get("shown", "").split())
    fresh = [q for q in outcome.visible if q.section == part.key and q.key not in shown]
    if fresh and "shown" in request.POST:
        messages.info(
            request, _("Đã lưu. Có câu mới hiện ra: %(places)s.") % {"places": numbers_in_words(fresh)}
        )
        return section_url(report, part.key)
    told = set(request.POST.get("told", "").split())
    if do == "next" and _to_mend(outcome, part) - told:
        messages.info(
            request, _("Đã lưu. Phần này còn lỗi; có thể sửa ngay hoặc bấm lần nữa để sang phần sau.")
        )
        return section_url(report, part.key)
    return _neighbour(report, part, do)


def _to_mend(outcome: Outcome, part: Section) -> set[str]:
    """The questions of a section with errors."""
    return {finding.key for finding in in_section(outcome.blocking, part) if finding.kind != "missing"}


def _neighbour(report: AnnualReport, part: Section, do: str) -> str:
    parts = report.cycle.questions.sections
    place = parts.index(part) + {"next": 1, "previous": -1}.get(do, 0)
    if place >= len(parts):
        return reverse("reports:report-send", args=[report.pk])
    return section_url(report, parts[max(place, 0)].key)


def _show(
    request: HttpRequest, form: SectionForm, part: Section, now: datetime, status: int = 200
) -> HttpResponse:
    report, outcome = form.report, form.outcome
    left = session_left(request)
    rail = steps(report, outcome)
    place = next(step.place for step in rail if step.section.key == part.key)
    errors = [f for f in in_section(outcome.blocking, part) if f.kind != "missing"]
    warnings = in_section(outcome.unexplained(report.notes), part)
    context = {
        "form": form,
        "report": report,
        "rail": rail,
        "step": rail[place - 1],
        "next": rail[place] if place < len(rail) else None,
        "has_previous": place > 1,
        "shown": " ".join(card.question.key for card in form.cards if card.is_shown),
        "conflicts": [card for card in form.cards if card.choose],
        "told": " ".join(_to_mend(outcome, part)),
        "window": get_random_string(LONGEST_WINDOW),
        "left": left,
        "ends_at": now + left if left else None,
        **_summary(report, outcome, errors, warnings, part.key, refused=form.refused),
        **deadline_words(report, now),
    }
    return render(request, "reports/report_section.html", context, status=status)


def _summary(
    report: AnnualReport,
    outcome: Outcome,
    errors: Sequence[Finding],
    warnings: Sequence[Finding],
    here: str = "",
    refused: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    missing = sum(finding.kind == "missing" for finding in errors)
    unconfirmed = sum(f.kind == "missing" and f.key in outcome.unconfirmed for f in errors)
    wrong = len(errors) - missing + len(refused)
    return {
        "error_count": wrong + missing,
        "summary_title": count_in_words(wrong, missing - unconfirmed, len(warnings), unconfirmed),
        "refused": refused,
        "lines": [*lines(report, errors, here=here), *note_lines(warnings)],
    }


def deadline_words(report: AnnualReport, now: datetime) -> dict[str, Any]:
    """What the banner says; an extended deadline has its own words and names its document."""
    return {
        "today": clock.day_of(now),
        "due_before": None if report.extended_to else report.cycle.due_before,
        "is_late": report.first_submitted_at is None and not report.deadline.met_by(now),
    }


def refuse(
    request: HttpRequest, report: AnnualReport, refusal: WrongState, typed: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """Nothing can be saved any more: say why, and show what was typed so that it can be copied."""
    context = {"report": report, "refusal": str(refusal), "typed": typed}
    return render(request, "reports/report_refused.html", context, status=409)


def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Look over everything that stands in the way; explain warnings; confirm and send."""
    report, now = own_report(request, pk), clock.now()
    if request.method == "POST":
        return _send(request, report, now)
    if not can_write(request, report, now):
        return redirect("reports:report-detail", pk)
    return _look_over(request, report, judge(report, on=clock.day_of(now)), now)


def _send(request: HttpRequest, report: AnnualReport, now: datetime) -> HttpResponse:
    """Keep the explanations whatever the button says; one of the buttons sends."""
    posted, do = Posted(report, (), request.POST), request.POST.get("do")
    try:
        save_posted(report, posted, by=person(request), at=now)
        if do == "review":
            return redirect("reports:report-detail", report.pk)
        if do == "save":
            messages.success(request, _("Đã lưu giải trình."))
            return redirect("reports:report-send", report.pk)
        sent = submit(report, by=person(request), at=now)
    except NotReady as refusal:
        return _look_over(request, own_report(request, report.pk), refusal.outcome, now, status=422)
    except WrongState as refusal:
        if do not in ("review", "save") and (page := _came_before(request, report, notes=posted.notes)):
            return redirect(page, report.pk)
        return refuse(request, report, refusal, notes_in_words(posted.notes))
    return redirect("reports:report-receipt" if sent else "reports:report-pending", report.pk)


def _came_before(
    request: HttpRequest,
    report: AnnualReport,
    *,
    notes: Mapping[str, str] | None = None,
    nil_reason: str | None = None,
) -> str:
    """The page that tells of it where this person has sent just this already, else "".

    Whoever presses again, because the answer was lost on the way, reads the receipt and not a refusal.
    """
    stands, me = AnnualReport.objects.get(pk=report.pk), person(request).pk
    is_same = (notes or {}).items() <= stands.notes.items()
    if nil_reason is not None:
        is_same = stands.nil_reason == nil_reason
    if stands.is_nil != (nil_reason is not None) or not is_same:
        return ""
    if stands.state == AnnualReport.State.PENDING:
        return "reports:report-pending" if stands.pending_by_id == me else ""
    came = stands.submissions.valid().last() if stands.state == AnnualReport.State.SUBMITTED else None
    return "reports:report-receipt" if came and came.sent_by_id == me else ""


def _look_over(
    request: HttpRequest, report: AnnualReport, outcome: Outcome, now: datetime, status: int = 200
) -> HttpResponse:
    unexplained = outcome.unexplained(report.notes)
    is_refused = status != 200
    left = session_left(request)
    context = {
        "report": report,
        "rail": steps(report, outcome),
        "notes": NotesForm(report, outcome.warnings).warned,
        "can_send": outcome.can_send,
        "is_refused": is_refused,
        "left": left,
        "ends_at": now + left if left else None,
        **_summary(report, outcome, outcome.blocking, unexplained if is_refused else []),
        **deadline_words(report, now),
        **who_confirms(request, report, now),
    }
    return render(request, "reports/report_send.html", context, status=status)


def who_confirms(request: HttpRequest, report: AnnualReport, now: datetime) -> dict[str, Any]:
    """Where the cycle wants the head's confirmation: whose it can be. Nobody confirms what they sent."""
    if not report.waits_for_head:
        return {"waits_for_head": False}
    heads = report.answering.posts.on(clock.day_of(now)).heads().exclude(user=person(request))
    return {"waits_for_head": True, "heads": list(heads.select_related("user"))}


def nil(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare that there is nothing to report, with the reason: a kind of sending."""
    report, now = own_report(request, pk), clock.now()
    if request.method != "POST" and not can_write(request, report, now):
        return redirect("reports:report-detail", pk)
    form = NilForm(request.POST or None, waits=report.waits_for_head, initial={"reason": report.nil_reason})
    form.cancel_url = reverse("reports:report-fill", args=[pk])
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            sent = declare_nil(report, by=person(request), at=now, reason=reason)
        except WrongState as refusal:
            if page := _came_before(request, report, nil_reason=reason):
                return redirect(page, pk)
            return refuse(request, report, refusal, [(_("Lý do không phát sinh"), reason)])
        return redirect("reports:report-receipt" if sent else "reports:report-pending", pk)
    context = {
        "report": report,
        "form": form,
        **deadline_words(report, now),
        **who_confirms(request, report, now),
    }
    return render(request, "reports/report_nil.html", context, status=422 if form.errors else 200)
