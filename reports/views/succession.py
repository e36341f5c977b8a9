"""Successions: the list, the wizard, one succession with its open duties, cancelling, deciding."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.generic import DetailView, ListView

from agencies.actions.succession import Wish, cancel, check, plan
from agencies.models import Agency, Document, Succession, SuccessionDuty
from agencies.models.succession import SuccessionQuerySet
from agencies.open_duties import OpenDuty
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_date
from reports.actions.succession import carry_out, choose, decide
from reports.forms.founding import lines_after, shown_lines
from reports.forms.succession import CancelForm, DecideForm, SuccessionForm, is_ahead
from reports.open_duties import open_duties
from reports.succession import Preview

either_way = require_http_methods(["GET", "HEAD", "POST"])


class SuccessionList(ListView):
    """Those that wait first, then by day; above them the open duties that wait for a decision."""

    request: SignedRequest
    template_name = "reports/succession_list.html"
    context_object_name = "successions"
    paginate_by = 50

    def get_queryset(self) -> SuccessionQuerySet:
        user = self.request.user
        if user.agency is None or not user.sees_province:
            raise Http404
        return Succession.objects.visible_to(user).prefetch_related("links").newest_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        waiting = SuccessionDuty.objects.visible_to(user).undecided().select_related("agency", "succession")
        return super().get_context_data(waiting=waiting, can_plan=user.is_reviewer, **kwargs)


class SuccessionDetail(DetailView):
    """Who is followed by whom, why, and what became of every open duty."""

    request: SignedRequest
    template_name = "reports/succession_detail.html"

    def get_queryset(self) -> SuccessionQuerySet:
        found = Succession.objects.visible_to(self.request.user).select_related("document", "planned_by")
        return found.prefetch_related("links__predecessor", "links__successor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        duties = list(self.object.duties.select_related("agency", "heir"))
        can_keep = self.request.user.is_reviewer
        return super().get_context_data(duties=duties, left=self._left(duties), can_keep=can_keep, **kwargs)

    def _left(self, chosen: Sequence[SuccessionDuty]) -> list[OpenDuty]:
        """What is open today and nobody has chosen for, while the day is still to come."""
        if not self.object.is_planned or self.object.keeps_entity:
            return []
        known = {f"{duty.about_kind}:{duty.about_key}" for duty in chosen}
        going = [link.predecessor_id for link in self.object.all_links if link.predecessor_id]
        return [duty for duty in open_duties(going, clock.now()) if duty.name not in known]


@either_way
def add(request: SignedRequest) -> HttpResponse:
    """The wizard: what happens, a preview with a choice for every open duty, then confirm."""
    user = request.user
    if user.agency is None or not user.is_reviewer:
        raise Http404
    act = request.POST.get("act", "")
    if request.method != "POST":
        asked = {"predecessors": request.GET.getlist("predecessor")}
        return _first_page(request, _form(request, None, {}, initial=asked))
    if act in ("find", "more", "edit") or act.startswith("drop-"):
        return _first_page(request, _once_more(request, act))
    form = _form(request, request.POST, request.POST)
    if not form.is_valid():
        return _first_page(request, form)
    try:
        wish = form.wish()
        check(wish)
    except ValidationError as refusal:
        _refuse(form, refusal)
        return _first_page(request, form)
    return _second_step(request, wish, form)


@either_way
def cancel_planned(request: SignedRequest, pk: int) -> HttpResponse:
    """Take back a succession before it is carried out."""
    succession = get_object_or_404(Succession.objects.kept_by(request.user), pk=pk)
    form = CancelForm(request.POST or None)
    form.cancel_url = reverse("reports:succession-detail", args=[pk])
    if form.is_valid():
        try:
            cancel(succession, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except WrongState as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Đã hủy; danh bạ không thay đổi."))
        return redirect("reports:succession-detail", pk)
    return render(request, "reports/succession_cancel.html", {"form": form, "succession": succession})


@either_way
def decide_duty(request: SignedRequest, pk: int) -> HttpResponse:
    """Decide where an open duty goes that waited for a person."""
    duties = SuccessionDuty.objects.decidable_by(request.user).select_related("succession", "agency")
    duty = get_object_or_404(duties, pk=pk)
    now = clock.now()
    left = [
        one for one in open_duties([duty.agency_id], now) if one.name == f"{duty.about_kind}:{duty.about_key}"
    ]
    if not left:
        raise Http404(_("Việc này đã xong hoặc đã chuyển."))
    links = duty.succession.links.select_related("successor").filter(predecessor=duty.agency)
    heirs = [link.successor for link in links if link.successor]
    form = DecideForm(request.POST or None, duty=left[0], heirs=heirs)
    form.cancel_url = reverse("reports:succession-detail", args=[duty.succession_id])
    if form.is_valid():
        try:
            decide(duty, form.decision(), by=request.user, at=now)
        except (ValidationError, WrongState) as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Đã ghi quyết định."))
            return redirect("reports:succession-detail", duty.succession_id)
    return render(request, "reports/succession_decide.html", {"form": form, "duty": duty})


def _second_step(request: SignedRequest, wish: Wish, form: SuccessionForm) -> HttpResponse:
    """What was asked for can be done: show what it would do, or do it where that was seen and confirmed."""
    preview = Preview(wish, clock.now())
    if request.POST.get("step") != "confirm":
        return _second_page(request, _asking(request, form, preview), preview)
    second = _form(request, request.POST, request.POST)
    second.decide_on(preview.duties, preview.heirs, ahead=preview.is_ahead)
    if second.is_valid():
        try:
            succession = _confirm(request, wish, second, preview)
        except (ValidationError, WrongState) as refusal:
            _refuse(second, refusal)
        else:
            return redirect("reports:succession-detail", succession.pk)
    return _second_page(request, second, preview)


def _form(request: SignedRequest, data: Any, asked: Mapping[str, Any], **options: Any) -> SuccessionForm:
    user, today = request.user, clock.today()
    agencies = Agency.objects.visible_to(user).valid_on(today).in_protocol_order()
    documents = Document.objects.visible_to(user).order_by("-issued_on", "-pk")
    return SuccessionForm(data, agencies=agencies, documents=documents, asked=asked, **options)


def _kept(form: SuccessionForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _once_more(request: SignedRequest, act: str) -> SuccessionForm:
    """The first page as it was sent, with what was looked for and a line more or less; nothing is judged."""
    sent = _form(request, request.POST, request.POST)
    lines = shown_lines(lines_after(sent.numbers, act))
    # Back from the preview: what had been looked for was chosen or not, and is over.
    asked = {} if act == "edit" else request.POST.dict()
    return _form(request, None, asked | {"lines": lines}, initial=_kept(sent))


def _asking(request: SignedRequest, form: SuccessionForm, preview: Preview) -> SuccessionForm:
    """The second page, with the values of the first."""
    second = _form(request, None, request.POST, initial=_kept(form))
    second.decide_on(preview.duties, preview.heirs, ahead=preview.is_ahead)
    return second


def _confirm(request: SignedRequest, wish: Wish, form: SuccessionForm, preview: Preview) -> Succession:
    """Plan it, keep the choices, and carry it out where its day has come; all or nothing."""
    user, now = request.user, clock.now()
    assert user.agency is not None and user.agency.province is not None and wish.effective_on is not None
    with transaction.atomic():
        succession = plan(wish, by=user, at=now, province=user.agency.province)
        choose(succession, form.decisions(preview.living_heirs), at=now)
        if not is_ahead(wish.effective_on, clock.day_of(now)):
            carry_out([succession], by=user, at=now)
            messages.success(request, _("Đã thực hiện: danh bạ theo tổ chức mới."))
        else:
            said = _("Đã ghi; hệ thống thực hiện vào ngày %(day)s, đến lúc đó còn hủy được.")
            messages.success(request, said % {"day": say_date(wish.effective_on)})
    return succession


def _first_page(request: SignedRequest, form: SuccessionForm) -> HttpResponse:
    return render(request, "reports/succession_add.html", {"form": form})


def _second_page(request: SignedRequest, form: SuccessionForm, preview: Preview) -> HttpResponse:
    return render(request, "reports/succession_preview.html", {"form": form, "preview": preview})


def _refuse(form: Any, refusal: ValidationError | WrongState) -> None:
    """Show a refusal beside its field, where the form has it, else on top."""
    if isinstance(refusal, WrongState) or not hasattr(refusal, "error_dict"):
        form.add_error(None, str(refusal) if isinstance(refusal, WrongState) else refusal)
        return
    for name, errors in refusal.error_dict.items():
        field = _field_of(form, name, errors)
        visible = field in form.fields and not form.fields[field].widget.is_hidden
        choice = f"choice-{field}"
        form.add_error(field if visible else choice if choice in form.fields else None, errors)


def _field_of(form: Any, name: str, errors: Sequence[ValidationError]) -> str:
    """The field that a refusal names; a code of a new agency stands on one of several lines."""
    if name != "code":
        return name
    params = errors[0].params
    written = str(params.get("code", "")) if isinstance(params, Mapping) else ""
    return cast(str, form.line_with(written))
