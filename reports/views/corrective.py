"""A corrective action: what has to be remedied, the agency's answer, the department's word on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.deadlines import Deadline
from isotrack.kit.states import WrongState
from plans.forms.refusals import show_refusal
from reports.actions import corrective as act
from reports.forms.inspection_plan import AnswerForm, DecideForm
from reports.models import CorrectiveAction
from reports.models.inspection_plan import ActionQuerySet
from reports.views.site_inspection import download

either_way = require_http_methods(["GET", "HEAD", "POST"])


@either_way
def detail(request: SignedRequest, pk: int) -> HttpResponse:
    """The action; who owes it answers here, in text and with a file."""
    user = request.user
    visible = CorrectiveAction.objects.visible_to(user)
    answerable = CorrectiveAction.objects.answerable_by(user)
    action = _get(answerable if request.method == "POST" else visible, pk)
    form = AnswerForm(request.POST or None, request.FILES or None, initial={"text": action.answer})
    if form.is_valid() and _done(form, act.answer, action, request, **form.cleaned_data):
        messages.success(request, _("Đã gửi báo cáo khắc phục."))
        return redirect("reports:corrective-detail", pk)
    decide_form = DecideForm(initial={"due_on": act.due_day(clock.today())})
    can_answer = action.is_open and answerable.filter(pk=pk).exists()
    return _page(request, action, form if can_answer or form.is_bound else None, decide_form, bound=form)


@either_way
def decide(request: SignedRequest, pk: int) -> HttpResponse:
    """Accept an answer, or refuse it in writing with a new day."""
    action = _get(CorrectiveAction.objects.kept_by(request.user), pk)
    form = DecideForm(request.POST or None, initial={"due_on": act.due_day(clock.today())})
    if form.is_valid():
        told = form.cleaned_data
        refuses = told.pop("decision") == DecideForm.REFUSE
        given = told if refuses else {"verdict": told["verdict"]}
        if _done(form, act.refuse if refuses else act.accept, action, request, **given):
            said = _("Đã ghi ý kiến không chấp nhận.") if refuses else _("Đã chấp nhận việc khắc phục.")
            messages.success(request, said)
            return redirect("reports:corrective-detail", pk)
    return _page(request, action, None, form, bound=form)


@require_safe
def file(request: SignedRequest, pk: int) -> FileResponse:
    """What the agency sent with its answer, always as a download."""
    action = get_object_or_404(CorrectiveAction.objects.visible_to(request.user), pk=pk)
    if not action.answer_file:
        raise Http404
    return download(action.answer_file, action.answer_name)


def _page(
    request: SignedRequest, action: CorrectiveAction, answer_form: Any, decide_form: Any, *, bound: Any
) -> HttpResponse:
    can_decide = request.user.is_reviewer and action.is_answered
    context = {
        "action": action,
        "form": bound,
        "answer_form": answer_form,
        "decide_form": decide_form if can_decide or (bound is decide_form and bound.is_bound) else None,
        "deadline": Deadline(action.due_on),
        "today": clock.today(),
        "is_overdue": action.is_overdue(clock.today()),
    }
    is_stale = bound.is_bound and bound.errors and not bound.errors.keys() - {"__all__"}
    return render(request, "reports/corrective_detail.html", context, status=409 if is_stale else 200)


def _done(form: Any, verb: Any, action: CorrectiveAction, request: SignedRequest, **told: Any) -> bool:
    try:
        verb(action, by=request.user, at=clock.now(), **told)
    except WrongState as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as refusal:
        show_refusal(form, refusal)
    return form.is_valid()


def _get(actions: ActionQuerySet, pk: int) -> CorrectiveAction:
    wanted = actions.select_related(
        "agency", "item", "inspection__plan", "inspection__agency", "file_inspection__report__cycle"
    )
    return get_object_or_404(wanted, pk=pk)
