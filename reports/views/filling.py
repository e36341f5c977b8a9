"""The officer fills in a report section by section, looks over what is missing, and sends it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions.report import NotReady, Saved, attach, declare_nil, judge, save_answers, submit
from reports.filling import (
    count_in_words,
    in_section,
    lines,
    note_lines,
    numbers_in_words,
    section_url,
    steps,
)
from reports.forms.answers import NotesForm, SectionForm, typed_notes
from reports.forms.nil import NilForm
from reports.models import AnnualReport
from reports.questions import Finding, Outcome, Section


def _own(request: HttpRequest, pk: int) -> AnnualReport:
    """The report with everything its pages need, for its own officer; 404 for anybody else."""
    assert isinstance(request.user, User)  # LoginRequiredMiddleware has seen to it
    wanted = AnnualReport.objects.editable_by(request.user).with_last_year()
    return get_object_or_404(wanted.select_related("cycle__questionnaire", "agency", "superior"), pk=pk)


@require_safe
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on where something is left: the link in every reminder."""
    report, now = _own(request, pk), clock.now()
    if not report.is_editable(now):
        return redirect("reports:report-detail", pk)
    left = [step for step in steps(report, judge(report, on=clock.day_of(now))) if not step.progress.done]
    return redirect(left[0].url if left else reverse("reports:report-send", args=[pk]))


def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section of the form: show it, save what was typed."""
    report, now = _own(request, pk), clock.now()
    part = _part(report, section)
    if request.method == "POST":
        return _save(request, report, part, now)
    if not report.is_editable(now):
        return redirect("reports:report-detail", pk)
    outcome = judge(report, on=clock.day_of(now))
    form = SectionForm(part, report, outcome, more=request.GET.get("more", ""))
    return _show(request, form, part, now)


def _part(report: AnnualReport, key: str) -> Section:
    found = [part for part in report.cycle.questionnaire.questions.sections if part.key == key]
    if not found:
        raise Http404
    return found[0]


def _save(request: HttpRequest, report: AnnualReport, part: Section, now: datetime) -> HttpResponse:
    """Keep everything typed; stay where somebody has to look, else go where the button says."""
    before = judge(report, on=clock.day_of(now))
    typed = SectionForm(part, report, before, data=request.POST, files=request.FILES)
    typed.is_valid()
    try:
        saved = _keep(request, report, typed, now)
    except WrongState as refusal:
        return _refuse(request, report, refusal, typed.typed)
    report = _own(request, report.pk)
    outcome = judge(report, on=clock.day_of(now))
    if saved.conflicts or typed.errors:
        form = SectionForm(part, report, outcome, before=typed, conflicts=saved.conflicts)
        return _show(request, form, part, now, status=409 if saved.conflicts else 422)
    return redirect(_next(request, report, part, outcome, has_changed=bool(saved.changed)))


def _keep(request: HttpRequest, report: AnnualReport, typed: SectionForm, now: datetime) -> Saved:
    """Save answers, notes and files. Raises WrongState."""
    assert isinstance(request.user, User)
    by = request.user
    saved = save_answers(report, by=by, at=now, answers=typed.answers, seen=typed.seen, notes=typed.notes)
    for key, upload in typed.uploads.items():
        name, size = upload.name or "", upload.size or 0
        attach(
            report, by=by, at=now, question=key, content=upload, name=name, size=size, sha256=upload.sha256
        )
        saved.changed.append(key)
    return saved


def _next(
    request: HttpRequest, report: AnnualReport, part: Section, outcome: Outcome, *, has_changed: bool
) -> str:
    """Where to go after a save; the same section while it has something new to show or to mend."""
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
    to_mend = [f for f in in_section(outcome.blocking, part) if f.kind != "missing"]
    if do == "next" and to_mend and has_changed:
        messages.info(
            request, _("Đã lưu. Phần này còn lỗi; có thể sửa ngay hoặc bấm lần nữa để sang phần sau.")
        )
        return section_url(report, part.key)
    return _neighbour(report, part, do)


def _neighbour(report: AnnualReport, part: Section, do: str) -> str:
    parts = report.cycle.questionnaire.questions.sections
    place = parts.index(part) + {"next": 1, "previous": -1}.get(do, 0)
    if place >= len(parts):
        return reverse("reports:report-send", args=[report.pk])
    return section_url(report, parts[max(place, 0)].key)


def _show(
    request: HttpRequest, form: SectionForm, part: Section, now: datetime, status: int = 200
) -> HttpResponse:
    report, outcome = form.report, form.outcome
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
        **_summary(report, errors, warnings, part.key, refused=form.refused),
        **_deadline(report, now),
    }
    return render(request, "reports/report_section.html", context, status=status)


def _summary(
    report: AnnualReport,
    errors: Sequence[Finding],
    warnings: Sequence[Finding],
    here: str = "",
    refused: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    missing = sum(finding.kind == "missing" for finding in errors)
    wrong = len(errors) - missing + len(refused)
    return {
        "error_count": wrong + missing,
        "summary_title": count_in_words(wrong, missing, len(warnings)),
        "refused": refused,
        "lines": [*lines(report, errors, here=here), *note_lines(warnings)],
    }


def _deadline(report: AnnualReport, now: datetime) -> dict[str, Any]:
    """What the banner says; an extended deadline has its own words and names its document."""
    return {
        "today": clock.day_of(now),
        "due_before": None if report.extended_to else report.cycle.due_before,
        "is_late": report.first_submitted_at is None and not report.deadline.met_by(now),
    }


def _refuse(
    request: HttpRequest, report: AnnualReport, refusal: WrongState, typed: Sequence[tuple[str, str]]
) -> HttpResponse:
    """Nothing can be saved any more: say why, and show what was typed so that it can be copied."""
    context = {"report": report, "refusal": str(refusal), "typed": typed}
    return render(request, "reports/report_refused.html", context, status=409)


def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Look over everything that stands in the way; explain warnings; confirm and send."""
    report, now = _own(request, pk), clock.now()
    if request.method == "POST":
        return _send(request, report, now)
    if not report.is_editable(now):
        return redirect("reports:report-detail", pk)
    return _look_over(request, report, judge(report, on=clock.day_of(now)), now)


def _send(request: HttpRequest, report: AnnualReport, now: datetime) -> HttpResponse:
    assert isinstance(request.user, User)
    notes = typed_notes(request.POST, report.cycle.questionnaire.questions)
    try:
        save_answers(report, by=request.user, at=now, answers={}, seen={}, notes=notes)
        if request.POST.get("do") == "save":
            messages.success(request, _("Đã lưu giải trình."))
            return redirect("reports:report-send", report.pk)
        submit(report, by=request.user, at=now)
    except NotReady as refusal:
        return _look_over(request, _own(request, report.pk), refusal.outcome, now, status=422)
    except WrongState as refusal:
        return _refuse(request, report, refusal, [(_("Giải trình"), text) for text in notes.values() if text])
    return redirect("reports:report-receipt", report.pk)


def _look_over(
    request: HttpRequest, report: AnnualReport, outcome: Outcome, now: datetime, status: int = 200
) -> HttpResponse:
    unexplained = outcome.unexplained(report.notes)
    is_refused = status != 200
    context = {
        "report": report,
        "rail": steps(report, outcome),
        "notes": NotesForm(report, outcome.warnings).warned,
        "can_send": outcome.can_send,
        "is_refused": is_refused,
        **_summary(report, outcome.blocking, unexplained if is_refused else []),
        **_deadline(report, now),
    }
    return render(request, "reports/report_send.html", context, status=status)


def nil(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare that there is nothing to report, with the reason: a kind of sending."""
    report, now = _own(request, pk), clock.now()
    if request.method != "POST" and not report.is_editable(now):
        return redirect("reports:report-detail", pk)
    form = NilForm(request.POST if request.method == "POST" else None)
    form.cancel_url = reverse("reports:report-fill", args=[pk])
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        reason = form.cleaned_data["reason"]
        try:
            declare_nil(report, by=request.user, at=now, reason=reason)
        except WrongState as refusal:
            return _refuse(request, report, refusal, [(_("Lý do không phát sinh"), reason)])
        return redirect("reports:report-receipt", pk)
    context = {"report": report, "form": form, **_deadline(report, now)}
    return render(request, "reports/report_nil.html", context, status=422 if form.errors else 200)
