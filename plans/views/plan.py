"""Plans: their list, the matrix of agencies and steps, their agencies, decisions, versions and papers."""

from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import DetailView, ListView

from agencies.forms.day import DayForm
from agencies.models import Role, User
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.papers import pdf
from isotrack.kit.states import WrongState
from isotrack.kit.text import clean
from plans import matrix
from plans.actions import entry as entries_act
from plans.actions import plan as act
from plans.bars import bars
from plans.books import plan_book
from plans.forms import plan as form_of
from plans.models import BuildStep, EntryStep, PlanEntry, RolloutPlan
from plans.models.plan import PlanQuerySet
from plans.papers import TEMPLATES, paper_of
from plans.then import states_then
from plans.totals import totals
from plans.versions import compare

State = RolloutPlan.State
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
either_way = require_http_methods(["GET", "HEAD", "POST"])


class PlanList(ListView):
    """Plans of the province, or those that name an officer's agencies; the newest first."""

    request: SignedRequest
    template_name = "plans/plan_list.html"
    context_object_name = "plans"
    paginate_by = 50

    def get_queryset(self) -> PlanQuerySet:
        plans = RolloutPlan.objects.visible_to(self.request.user).select_related("extends", "decision")
        if not self.asked.is_past:
            return plans.with_counts(clock.today())
        then = self.asked.instant(clock.now())
        self.states = states_then(plans, then)
        return plans.filter(pk__in=self.states).with_counts(self.asked.day, then=then)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, asked = self.request.user, self.asked
        can_add = user.is_reviewer and not asked.is_past
        context = super().get_context_data(
            can_add=can_add, sees_money=user.sees_province, asked=asked, **kwargs
        )
        for plan in context["plans"] if asked.is_past else ():
            plan.state = self.states[plan.pk]
        return context

    @cached_property
    def asked(self) -> DayForm:
        """The day of ?on=, at whose end states and overdue steps are judged; without it, now."""
        return DayForm(self.request.GET, today=clock.today())


class PlanDetail(DetailView):
    """One plan as a matrix of agencies and steps, in a constant number of statements."""

    request: SignedRequest
    template_name = "plans/plan_detail.html"
    context_object_name = "plan"

    def get_queryset(self) -> PlanQuerySet:
        plans = RolloutPlan.objects.visible_to(self.request.user)
        return plans.select_related("province", "standard", "extends", "consent", "decision")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan, user, today = self.object, self.request.user, clock.today()
        entries = plan.entries.visible_to(user).order_by()
        words, show = clean(self.request.GET.get("q", "")[:200]), self.request.GET.get("show", "")
        chosen = {"overdue": entries.overdue(today), "declared": entries.declared()}.get(show, entries)
        found = chosen.matching(words).with_steps().in_protocol_order()
        page = Paginator(found, matrix.PAGE).get_page(self.request.GET.get("page"))
        steps = list(BuildStep.objects.all())
        progress = matrix.bars_of(entries, steps)
        shown = {
            "heads": [(step.order, matrix.short_name(step)) for step in steps],
            "rows": matrix.rows_of(plan, page.object_list, today),
            "page_obj": page,
            "overdue": matrix.overdue_of(entries, today),
            "following": matrix.following_of(entries, today),
            "progress": progress,
            "plot": bars(progress),
            "agencies": entries.count(),
            "declared": entries.declared().count(),
            "money": totals(entries),
            "q": words,
            "show": show if show in ("overdue", "declared") else "",
        }
        may = powers(user, plan)
        if may["can_keep"] and plan.state == State.RETURNED:
            shown["to_mend"] = plan.comments.unanswered().count()
        supplements = plan.supplements.visible_to(user)
        return super().get_context_data(supplements=supplements, **shown, **may, **kwargs)


@either_way
def add(request: SignedRequest) -> HttpResponse:
    """Draft a plan, or a supplement when ?extends= names the plan."""
    province = request.user.agency and request.user.agency.province
    if province is None or not request.user.is_reviewer:
        raise Http404
    wanted = {"extends": request.GET.get("extends")}
    form = form_of.PlanForm(request.POST or None, user=request.user, initial=wanted)
    if form.is_valid():
        now, values = clock.now(), form.cleaned_data
        if plan := _tried(form, lambda: act.draft(by=request.user, at=now, province=province, **values)):
            messages.success(request, _("Đã lập %(code)s. Tiếp theo: thêm cơ quan.") % {"code": plan.code})
            return redirect("plans:plan-entry-add", plan.pk)
    return _show(request, "plans/plan_add.html", form)


@either_way
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    if request.method != "POST" and not plan.is_editable:
        return _not_now(request, plan)
    form = form_of.PlanForm(request.POST or None, instance=plan, user=request.user)
    if form.is_valid():
        now, values = clock.now(), form.cleaned_data
        if _tried(form, lambda: act.change(plan, by=request.user, at=now, **values)):
            messages.success(request, _("Đã lưu kế hoạch."))
            return redirect("plans:plan-detail", pk)
    return _show(request, "plans/plan_edit.html", form, plan=plan)


@either_way
def entry_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Add agencies to a draft."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    if request.method != "POST" and not plan.is_editable:
        return _not_now(request, plan)
    form = form_of.EntryAddForm(request.POST or None, plan=plan, user=request.user)
    if form.is_valid():
        now = clock.now()
        values = form.cleaned_data | {"agencies": list(form.cleaned_data["agencies"].in_protocol_order())}
        if added := _tried(form, lambda: entries_act.add_entries(plan, by=request.user, at=now, **values)):
            messages.success(request, _("Đã thêm %(number)s cơ quan.") % {"number": len(added)})
            return redirect("plans:plan-detail", pk)
    return _show(request, "plans/plan_entry_add.html", form, plan=plan)


@either_way
def entry_edit(request: SignedRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Change how an agency stands in a draft: mode, number of processes, note."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    entry = get_object_or_404(plan.entries.select_related("agency", "plan"), pk=entry_pk)
    form = form_of.EntryForm(request.POST or None, instance=entry)
    form.cancel_url = reverse("plans:plan-entry-steps", args=[pk, entry_pk])
    if form.is_valid():
        now, values = clock.now(), form.cleaned_data
        if _tried(form, lambda: entries_act.change_entry(entry, by=request.user, at=now, **values)):
            messages.success(request, _("Đã lưu %(agency)s.") % {"agency": entry.agency})
            return redirect("plans:plan-entry-steps", pk, entry_pk)
    return _show(request, "plans/plan_entry_edit.html", form, plan=plan, entry=entry)


@either_way
def entry_remove(request: SignedRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Take an agency out of a draft, after asking."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    entry = get_object_or_404(plan.entries.select_related("agency", "plan"), pk=entry_pk)
    form = _confirmed(request, _("Bỏ khỏi kế hoạch"))
    if form.is_valid():
        now = clock.now()
        if _tried(form, lambda: entries_act.remove_entry(entry, by=request.user, at=now) or True):
            messages.success(request, _("Đã bỏ %(agency)s khỏi kế hoạch.") % {"agency": entry.agency})
            return redirect("plans:plan-detail", pk)
    lines = entry.lines.count()
    return _show(request, "plans/plan_entry_remove.html", form, plan=plan, entry=entry, lines=lines)


@either_way
def entry_steps(request: SignedRequest, pk: int, entry_pk: int) -> HttpResponse:
    """The twelve steps of one agency: planned in a draft, recorded once the plan is approved."""
    user, today = request.user, clock.today()
    entries = PlanEntry.objects.visible_to(user).with_steps().select_related("plan", "agency__superior")
    entry = get_object_or_404(entries, pk=entry_pk, plan=pk)
    plan = entry.plan
    allowed = _writable(user, entry)
    if request.method == "POST" and not allowed:
        raise Http404
    steps = list(entry.steps.select_related("step", "consultant", "evidence").order_by("step__order"))
    pages = _step_forms(request, steps, allowed)
    refused = ""
    if request.method == "POST" and not any(form.errors for form in pages):
        refused = _save_steps(user, entry, pages)
        if not refused and not any(form.errors for form in pages):
            messages.success(request, _("Đã lưu các bước của %(agency)s.") % {"agency": entry.agency})
            return redirect("plans:plan-entry-steps", pk, entry_pk)
    row = matrix.rows_of(plan, [entry], today)[0]
    context = {
        "plan": plan,
        "entry": entry,
        "lines": list(zip(steps, row.cells, pages, strict=True)),
        "row": row,
        "refused": refused,
        "can_write": bool(allowed),
        "evidence": form_of.known_numbers(user) if "evidence" in allowed else [],
        "has_errors": any(form.errors for form in pages),
        "can_keep": powers(user, plan)["can_keep"],
    }
    return render(request, "plans/plan_entry_steps.html", context, status=409 if refused else 200)


@either_way
def submit(request: SignedRequest, pk: int) -> HttpResponse:
    """Send a draft to the Department of Finance."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    form = _confirmed(request, _("Trình thẩm định"))
    return _decide(request, plan, form, act.submit, "plans/plan_submit.html", _("Đã trình thẩm định."))


@either_way
def return_(request: SignedRequest, pk: int) -> HttpResponse:
    """The Department of Finance returns a plan with what has to be mended."""
    plan = get_object_or_404(RolloutPlan.objects.reviewable_by(request.user), pk=pk)
    form = form_of.ReturnForm(request.POST if request.method == "POST" else None)
    said = _("Đã trả lại kế hoạch kèm góp ý.")
    return _decide(request, plan, form, act.return_for_correction, "plans/plan_return.html", said)


@either_way
def clear(request: SignedRequest, pk: int) -> HttpResponse:
    """The Department of Finance agrees to the estimate."""
    plan = get_object_or_404(RolloutPlan.objects.reviewable_by(request.user), pk=pk)
    form = _confirmed(request, _("Thẩm định xong"))
    return _decide(request, plan, form, act.clear, "plans/plan_clear.html", _("Đã thẩm định xong."))


@either_way
def approve(request: SignedRequest, pk: int) -> HttpResponse:
    """The People's Committee approves: number and date of its decision."""
    plans = RolloutPlan.objects.approvable_by(request.user).select_related("province")
    plan = get_object_or_404(plans, pk=pk)
    form = form_of.ApproveForm(request.POST or None, request.FILES or None)
    return _decide(request, plan, form, act.approve, "plans/plan_approve.html", _("Đã ghi phê duyệt."))


@either_way
def start(request: SignedRequest, pk: int) -> HttpResponse:
    """The department begins to carry out an approved plan."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    form = _confirmed(request, _("Bắt đầu thực hiện"))
    return _decide(request, plan, form, act.start, "plans/plan_start.html", _("Kế hoạch đang thực hiện."))


@either_way
def close(request: SignedRequest, pk: int) -> HttpResponse:
    """The department closes a running plan."""
    plan = get_object_or_404(RolloutPlan.objects.kept_by(request.user), pk=pk)
    form = form_of.CloseForm(request.POST if request.method == "POST" else None)
    left = EntryStep.objects.of_plan(plan).open().count()
    said = _("Đã kết thúc kế hoạch.")
    return _decide(request, plan, form, act.close, "plans/plan_close.html", said, left=left)


@require_safe
def versions(request: SignedRequest, pk: int) -> HttpResponse:
    """What was submitted each time, and what changed from one time to the next."""
    plan = get_object_or_404(_read_whole(request.user), pk=pk)
    kept = list(plan.versions.order_by("number"))
    pairs = [(new, compare(old.content, new.content)) for old, new in pairwise(kept)]
    comments = plan.comments.select_related("written_by", "line__entry__agency", "line__item")
    told = {"first": kept[0] if kept else None, "pairs": pairs[::-1], "comments": comments}
    return render(request, "plans/plan_versions.html", {"plan": plan} | told)


@require_safe
@costly
def paper(request: SignedRequest, pk: int, kind: str) -> FileResponse:
    """The submission letter, its annex, or the draft of the decision as PDF."""
    plans = _read_whole(request.user).select_related("province", "standard", "extends", "consent", "decision")
    plan = get_object_or_404(plans, pk=pk)
    if kind not in TEMPLATES:
        raise Http404
    template, context = paper_of(plan, kind, today=clock.today())
    return _file(pdf(template, context), f"{kind}-{plan.code}.pdf", "application/pdf")


@require_safe
@costly
def export(request: SignedRequest, pk: int) -> FileResponse:
    """The plan as a workbook; an officer's holds only the agencies they may see."""
    plan = get_object_or_404(RolloutPlan.objects.visible_to(request.user), pk=pk)
    entries = plan.entries.visible_to(request.user)
    return _file(plan_book(plan, entries, today=clock.today()), f"{plan.code}.xlsx", XLSX)


def powers(user: User, plan: RolloutPlan) -> dict[str, bool]:
    """What this person may do with a plan in its present state, for templates to say."""
    staff = user.role == Role.STAFF
    return {
        "can_keep": staff and plan.is_editable,
        "can_review": user.role == Role.FINANCE and plan.state == State.FINANCE_REVIEW,
        "can_approve": user.role == Role.LEADER and plan.state == State.CLEARED,
        "can_start": staff and plan.state == State.APPROVED,
        "can_close": staff and plan.state == State.RUNNING,
        "can_supplement": staff and plan.is_approved,
        "reads_whole": user.sees_province,
    }


def _read_whole(user: User) -> PlanQuerySet:
    """Plans that a person reads with every agency and all the money: not an officer's part of them."""
    return RolloutPlan.objects.visible_to(user) if user.sees_province else RolloutPlan.objects.none()


def _writable(user: User, entry: PlanEntry) -> frozenset[str]:
    """The fields of its steps this person may write now."""
    if entry.plan.is_editable and user.role == Role.STAFF:
        return entries_act.PLANNED
    if PlanEntry.objects.with_progress_by(user).contains(entry):
        return entries_act.PROGRESS
    return frozenset()


def _step_forms(
    request: SignedRequest, steps: Sequence[EntryStep], allowed: frozenset[str]
) -> list[form_of.StepForm]:
    data = request.POST if request.method == "POST" else None
    options: dict[str, Any] = {"allowed": allowed}
    options["consultants"] = form_of.shared_consultants() if "consultant" in allowed else []
    return [form_of.StepForm(data, instance=step, prefix=f"s{step.pk}", **options) for step in steps]


def _save_steps(user: User, entry: PlanEntry, pages: Sequence[form_of.StepForm]) -> str:
    """Save what was changed; refused values go to their fields. Returns why nothing can be saved any more."""
    by_step = {form.instance.pk: form for form in pages}
    changes = {
        pk: {name: form.cleaned_data[name] for name in form.changed_data}
        for pk, form in by_step.items()
        if form.has_changed()
    }
    try:
        entries_act.save_steps(entry, by=user, at=clock.now(), changes=changes)
    except WrongState as refusal:
        return str(refusal)
    except entries_act.StepsRefused as refusal:
        for one in refusal.refusals:
            form = by_step[one.step]
            form.add_error(one.field if one.field in form.fields else None, one.sentence)
    return ""


def _confirmed(request: SignedRequest, label: str) -> form_of.ConfirmForm:
    form = form_of.ConfirmForm({} if request.method == "POST" else None)
    form.submit_label = label
    return form


def _decide(
    request: SignedRequest,
    plan: RolloutPlan,
    form: forms.Form,
    action: Callable[..., Any],
    template: str,
    said: str,
    **context: Any,
) -> HttpResponse:
    """Ask, then do; a refusal keeps what was typed and says what stands in the way."""
    if form.is_valid():
        now, values = clock.now(), form.cleaned_data
        if _tried(form, lambda: action(plan, by=request.user, at=now, **values) or True):
            messages.success(request, f"{plan.code}: {said}")
            return redirect("plans:plan-detail", plan.pk)
    return _show(request, template, form, plan=plan, **context)


def _tried(form: forms.BaseForm, action: Callable[[], Any]) -> Any:
    """What the action returns, or None with its refusal in the form."""
    try:
        return action()
    except WrongState as refusal:
        form.add_error(None, ValidationError(str(refusal), code="moved"))
    except act.NotCleared as refusal:
        for sentence in refusal.judgement.sentences:
            form.add_error(None, ValidationError(sentence, code="money"))
    except ValidationError as refusal:
        form_of.add_refusal(form, refusal)
    return None


def _show(request: SignedRequest, template: str, form: forms.BaseForm, **context: Any) -> HttpResponse:
    """409 where another hand, the law or the money stands in the way; 200 for what can be mended here."""
    refused = form.has_error("__all__", "moved") or form.has_error("__all__", "money")
    return render(request, template, {"form": form} | context, status=409 if refused else 200)


def _not_now(request: SignedRequest, plan: RolloutPlan) -> HttpResponse:
    said = _("%(plan)s đang ở trạng thái “%(state)s”, không sửa được.")
    messages.error(request, said % {"plan": plan.code, "state": plan.get_state_display()})
    return redirect("plans:plan-detail", plan.pk)


def _file(content: bytes, name: str, media_type: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=media_type)
