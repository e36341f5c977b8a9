"""Saving one answer while the officer goes on typing: the same reading and the same action as the button.

Saving answers at once and says little. What the new answer changes around it (messages, progress) is asked
for afterwards and only once for several saves, so that saving stays as cheap as writing a row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from isotrack.kit import clock
from isotrack.kit.rescue import keeps_nothing
from isotrack.kit.states import WrongState
from reports.actions.report import Saved, judge, save_page
from reports.filling import Step, steps
from reports.forms.answers import Card, SectionForm
from reports.forms.posted import Posted
from reports.models import AnnualReport
from reports.questions import Question
from reports.views.filling import own_report, person, section_of


@keeps_nothing
@require_POST
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one question (`key`) with the explanations in its card, or explanations alone; answer as JSON."""
    user, now = person(request), clock.now()
    with transaction.atomic():
        report = get_object_or_404(AnnualReport.objects.editable_by(user).held_for_saving(), pk=pk)
        question = report.cycle.questions.by_key.get(request.POST.get("key", ""))
        posted = Posted(report, (question,) if question else (), request.POST)
        try:
            saved = save_page(report, posted.page, by=user, at=now)
        except WrongState as refusal:
            return JsonResponse({"refused": str(refusal)}, status=409)
    found = _found(request, saved, posted, question, now) if question else {}
    return JsonResponse(_times(now) | found)


def _times(now: datetime) -> dict[str, str]:
    at = f"{now.astimezone(clock.ZONE):%H:%M}"
    return {"saved_at": at, "said": _("Đã lưu lúc %(time)s") % {"time": at}}


def _found(
    request: HttpRequest, saved: Saved, posted: Posted, question: Question, now: datetime
) -> dict[str, Any]:
    """What is stored now; the whole card where two values wait to be chosen between, or one was chosen."""
    if not saved.conflicts and f"choose-{question.key}" not in posted.data:
        return {"answer": saved.report.answers.get(question.key)}
    report = own_report(request, saved.report.pk)
    outcome = judge(report, on=clock.day_of(now))
    part, only = section_of(report, question.section), {question.key}
    form = SectionForm(part, report, outcome, posted=posted, conflicts=saved.conflicts, only=only)
    told: dict[str, Any] = {"answer": report.answers.get(question.key)}
    for card in form.cards:  # none where another window has hidden the question
        told["card"] = _render("reports/report_question.html", card)
    if saved.conflicts:
        said = _("Câu %(number)d vừa được lưu một giá trị khác: chọn giá trị giữ lại.")
        told["conflict"] = said % {"number": question.number}
    return told


@require_safe
def state(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """How a section stands after a save, as JSON: messages at its questions, progress of every section."""
    report, now = own_report(request, pk), clock.now()
    outcome = judge(report, on=clock.day_of(now))
    form = SectionForm(section_of(report, section), report, outcome)
    offered = render_to_string("reports/report_unconfirmed.html", {"form": form})
    return JsonResponse(
        {
            "cards": {card.question.key: _told(card) for card in form.cards},
            "steps": _steps(steps(report, outcome)),
            "unconfirmed": offered,
            "state": render_to_string("reports/report_state.html", {"report": report}),
        }
    )


def _told(card: Card) -> dict[str, Any]:
    """What stands around a field; nothing is drawn for a card that says nothing."""
    said = card.errors or card.warnings
    return {
        "html": _render("reports/report_question_messages.html", card) if said else "",
        "prefill": _render("reports/report_question_prefill.html", card) if card.prefill else "",
        "css": card.css,
        "described_by": card.described_by,
        "is_wrong": bool(card.errors),
    }


def _steps(rail: Sequence[Step]) -> list[dict[str, Any]]:
    """The list of sections: colour, icon and words of each, and how many questions are answered."""
    return [
        {
            "css": step.css,
            "icon": step.icon,
            "word": step.word,
            "todo": step.todo,
            "answered": step.progress.answered,
            "asked": step.progress.asked,
        }
        for step in rail
    ]


def _render(template: str, card: Card) -> str:
    return render_to_string(template, {"card": card})
