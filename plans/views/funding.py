"""Money: the table of a plan, its workbook in and out, the finance review, and the sources."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import ListView

from agencies.models import Role
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.sheets import Sheet, SheetRefused, write_book
from isotrack.kit.states import WrongState
from plans.actions.funding import (
    LinesRefused,
    Saved,
    add_source,
    answer_comments,
    change_source,
    comment_lines,
    save_lines,
)
from plans.actions.plan import NotCleared, clear, return_for_correction
from plans.forms.funding import Choices, ImportForm, LineForm, NewLineForm, SourceForm
from plans.forms.refusals import show_refusal
from plans.models import FundingSource, RolloutPlan
from plans.models.funding import SourceQuerySet
from plans.money_table import MoneyTable, Row
from plans.sheets import LINES, Intake, all_lines, funding_file_name, funding_notes, read_lines

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SPARE_ROWS = 1
MORE_ROWS = 3
MOST_NEW_ROWS = 30
either_way = require_http_methods(["GET", "HEAD", "POST"])


@dataclass
class _Forms:
    """The forms of one page of the table."""

    lines: list[LineForm] = field(default_factory=list)
    new: list[NewLineForm] = field(default_factory=list)

    @property
    def kept(self) -> list[LineForm]:
        """Those of lines that stay."""
        return [form for form in self.lines if not form.wants_removal]

    @property
    def touched(self) -> list[NewLineForm]:
        """New rows in which something was typed."""
        return [form for form in self.new if form.has_changed()]

    def are_valid(self) -> bool:
        """Check every one, so that all errors are shown at once."""
        return not [form for form in [*self.kept, *self.touched] if not form.is_valid()]

    @property
    def bad(self) -> list[LineForm | NewLineForm]:
        """Those that say what is wrong."""
        forms: list[LineForm | NewLineForm] = [*self.kept, *self.touched]
        return [form for form in forms if form.errors]

    def take(self, refused: LinesRefused) -> None:
        """Show what the action refused beside its fields."""
        by_key: dict[int | str, LineForm | NewLineForm] = {form.line.pk: form for form in self.lines}
        by_key |= {form.key: form for form in self.new}
        for one in refused.refusals:
            form = by_key[one.key]
            name = "amount" if isinstance(form, LineForm) and one.field == form.column else one.field
            form.add_error(name if name in form.fields else None, one.sentence)
            if isinstance(form, LineForm) and one.is_conflict:
                form.conflicts = True


@either_way
def table(request: SignedRequest, pk: int) -> HttpResponse:
    """The money of a plan; one column is written here by the role whose turn it is."""
    plan = get_object_or_404(RolloutPlan.objects.visible_to(request.user), pk=pk)
    found = MoneyTable(
        plan,
        request.user,
        clock.today(),
        column=_asked(request, "column"),
        page=request.GET.get("page"),
    )
    if request.method == "POST":
        return _post_table(request, found)
    if found.column not in found.open:
        found.column = found.open[0] if found.open else ""  # an address from before the plan moved on
    return _show_table(request, found, _forms(found) if found.column else _Forms())


@require_safe
@costly
def export(request: SignedRequest, pk: int) -> FileResponse:
    """The lines of a plan as a workbook."""
    plan = get_object_or_404(RolloutPlan.objects.visible_to(request.user), pk=pk)
    today = clock.today()
    found = MoneyTable(plan, request.user, today)
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    write_book(file, [Sheet(_("Kinh phí"), LINES, all_lines(found), funding_notes(found))])
    file.seek(0)
    name = funding_file_name(plan, today)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@either_way
def import_(request: SignedRequest, pk: int) -> HttpResponse:
    """Take the column in turn, and new lines of a draft, from a workbook: all of it or nothing."""
    plan = get_object_or_404(RolloutPlan.objects.visible_to(request.user), pk=pk)
    found = MoneyTable(plan, request.user, clock.today(), column=_asked(request, "column"))
    if not found.column or found.column not in found.open:
        raise Http404
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None)
    form.cancel_url = reverse("plans:funding-table", args=[pk])
    intake = None
    if form.is_valid():
        try:
            intake = read_lines(form.cleaned_data["file"].file, found, found.column, request.user)
            saved = _take_in(request, plan, intake)
        except (SheetRefused, WrongState) as refusal:
            form.add_error("file", str(refusal))
        else:
            if saved is not None:
                messages.success(request, _told(saved))
                return redirect("plans:funding-table", pk)
    context = {"plan": plan, "form": form, "intake": intake, "column": found.column_heading}
    return render(request, "plans/funding_import.html", context)


@either_way
def review(request: SignedRequest, pk: int) -> HttpResponse:
    """Finance says per line what to mend, and returns the plan or clears it."""
    plan = get_object_or_404(RolloutPlan.objects.reviewable_by(request.user), pk=pk)
    found = MoneyTable(plan, request.user, clock.today(), page=request.GET.get("page"))
    problems: Sequence[str] = ()
    if request.method == "POST":
        try:
            return _post_review(request, plan)
        except WrongState as refusal:
            problems = [str(refusal)]
        except NotCleared as refusal:
            problems = refusal.judgement.sentences
        except ValidationError as refusal:
            problems = refusal.messages
        plan.refresh_from_db()
    typed = {name: text for name, text in request.POST.items() if name.startswith("c-")}
    rows = [(row, typed.get(f"c-{row.line.pk}", "")) for row in found.rows]
    context = {
        "plan": plan,
        "table": found,
        "rows": rows,
        "typed_plan": typed.get("c-plan", ""),
        "problems": problems,
        "page_obj": found.page,
    }
    return render(request, "plans/finance_review.html", context, status=409 if problems else 200)


class SourceList(ListView):
    """The sources of the province with what is committed and what is left."""

    request: SignedRequest
    template_name = "plans/source_list.html"
    context_object_name = "sources"
    paginate_by = 50

    def get_queryset(self) -> SourceQuerySet:
        if self.request.user.role not in (Role.STAFF, Role.FINANCE, Role.LEADER):
            raise Http404
        return FundingSource.objects.visible_to(self.request.user).with_commitments()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        can_edit = self.request.user.role == Role.FINANCE
        return super().get_context_data(can_edit=can_edit, **kwargs)


@either_way
def source_add(request: SignedRequest) -> HttpResponse:
    """Enter a source of a fiscal year."""
    province = request.user.agency and request.user.agency.province
    if province is None or request.user.role != Role.FINANCE:
        raise Http404
    form = SourceForm(request.POST or None, user=request.user, initial={"fiscal_year": clock.today().year})
    form.cancel_url = reverse("plans:source-list")
    if form.is_valid():
        try:
            source = add_source(by=request.user, at=clock.now(), province=province, **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi nguồn %(source)s.") % {"source": source})
            return redirect("plans:source-list")
    return render(request, "plans/source_add.html", {"form": form})


@either_way
def source_edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change a source, never below what was committed from it."""
    sources = FundingSource.objects.editable_by(request.user).with_commitments()
    source = get_object_or_404(sources.select_related("document"), pk=pk)
    label = str(source)  # reading the form writes into the object
    form = SourceForm(request.POST or None, instance=source, user=request.user)
    form.cancel_url = reverse("plans:source-list")
    if form.is_valid():
        try:
            change_source(source, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã lưu nguồn %(source)s.") % {"source": label})
            return redirect("plans:source-list")
    return render(request, "plans/source_edit.html", {"form": form, "source": source, "label": label})


def _asked(request: SignedRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name) or ""


def _post_table(request: SignedRequest, found: MoneyTable) -> HttpResponse:
    if not found.column:
        raise Http404
    spare = _number_of_new(request) if found.can_add else 0
    found.only = _posted_lines(request)
    forms = _forms(found, request.POST, spare)
    if request.POST.get("act") == "more":
        more = min(spare + MORE_ROWS, MOST_NEW_ROWS)
        return _show_table(request, found, _forms(found, request.POST, more), is_asked=False)
    if not forms.are_valid():
        return _show_table(request, found, forms)
    try:
        saved = _save(request, found, forms)
    except LinesRefused as refused:
        forms.take(refused)
        return _show_table(request, found, forms)
    except WrongState as refusal:
        return _show_table(request, found, forms, refusal=str(refusal), status=409)
    messages.success(request, _told(saved))
    _tell_of_missing(request, found, forms)
    keep = {"page": request.GET.get("page", "1"), "column": found.column}
    return redirect(f"{reverse('plans:funding-table', args=[found.plan.pk])}?{urlencode(keep)}")


def _posted_lines(request: SignedRequest) -> set[int]:
    """The lines the form was about, known by their hidden values; those of others are not fetched."""
    found = (re.fullmatch(r"l(\d{1,18})-seen", name) for name in request.POST)
    return {int(match[1]) for match in found if match}


def _tell_of_missing(request: SignedRequest, found: MoneyTable, forms: _Forms) -> None:
    """What was typed into a line that another hand removed meanwhile is not saved, and that is said."""
    missing = len(found.only or ()) - len(forms.lines)
    if missing:
        told = {"count": missing}
        messages.warning(request, _("%(count)s dòng vừa bị người khác xóa nên không lưu.") % told)


@transaction.atomic
def _save(request: SignedRequest, found: MoneyTable, forms: _Forms) -> Saved:
    """Lines and answers to comments together, or neither."""
    user, at = request.user, clock.now()
    saved = save_lines(
        found.plan,
        by=user,
        at=at,
        column=found.column,
        edits=[form.edit() for form in forms.kept],
        new=[form.new_line() for form in forms.touched],
        removed=[form.line.pk for form in forms.lines if form.wants_removal],
    )
    mended = [int(pk) for pk in request.POST.getlist("mended") if pk.isdecimal()]
    if mended and found.can_answer:
        answer_comments(found.plan, by=user, at=at, comments=mended)
    return saved


def _take_in(request: SignedRequest, plan: RolloutPlan, intake: Intake) -> Saved | None:
    """Write what the workbook asks for; None where something in it is wrong."""
    if intake.problems:
        return None
    try:
        return save_lines(
            plan, by=request.user, at=clock.now(), column=intake.column, edits=intake.edits, new=intake.new
        )
    except LinesRefused as refused:
        for one in refused.refusals:
            intake.refuse_line(one)
        return None


def _post_review(request: SignedRequest, plan: RolloutPlan) -> HttpResponse:
    user, at, act = request.user, clock.now(), request.POST.get("act")
    with transaction.atomic():
        written = comment_lines(plan, by=user, at=at, texts=_texts(request))
        settled = [int(pk) for pk in request.POST.getlist("settled") if pk.isdecimal()]
        answered = answer_comments(plan, by=user, at=at, comments=settled)
        if act == "return":
            return_for_correction(plan, by=user, at=at)
        elif act == "clear":
            clear(plan, by=user, at=at)
    if act == "return":
        messages.success(request, _("Đã trả lại %(plan)s kèm góp ý.") % {"plan": plan.code})
    elif act == "clear":
        messages.success(request, _("Đã thẩm định xong %(plan)s.") % {"plan": plan.code})
    else:
        messages.success(request, _said(len(written), answered))
        return redirect("plans:finance-review", plan.pk)
    return redirect("plans:plan-detail", plan.pk)


def _said(written: int, settled: int) -> str:
    """What saving without a decision did to the comments."""
    told = {"count": written, "settled": settled}
    if settled and written:
        return _("Đã lưu %(count)s góp ý; %(settled)s góp ý không cần sửa nữa.") % told
    if settled:
        return _("%(settled)s góp ý không cần sửa nữa.") % told
    return _("Đã lưu %(count)s góp ý.") % told


def _texts(request: SignedRequest) -> dict[int | None, str]:
    """What was typed beside the lines and for the whole plan."""
    texts: dict[int | None, str] = {None: request.POST.get("c-plan", "")}
    for name, text in request.POST.items():
        place = name.removeprefix("c-")
        if name.startswith("c-") and place.isdecimal():
            texts[int(place)] = str(text)
    return texts


def _forms(found: MoneyTable, data: Any = None, spare: int = SPARE_ROWS) -> _Forms:
    """A form for each line of the page, and the spare rows of a draft."""
    choices = Choices.of(found.plan, found.sources)
    lines = [
        LineForm(row.line, found.column, choices, data=data, suggested=_suggested(found, row))
        for row in found.rows
    ]
    if not found.can_add:
        return _Forms(lines)
    new = [NewLineForm(place, found.plan, choices, found.user, data=data) for place in range(spare)]
    return _Forms(lines, new)


def _suggested(found: MoneyTable, row: Row) -> int | None:
    """Finance agrees with what keeps the law: the estimate stands there to be saved."""
    return row.line.estimate if found.column == "approved" and not row.violations else None


def _number_of_new(request: SignedRequest) -> int:
    typed = request.POST.get("spare", "")
    return min(int(typed), MOST_NEW_ROWS) if typed.isdecimal() and len(typed) < 4 else 0


def _show_table(
    request: SignedRequest,
    found: MoneyTable,
    forms: _Forms,
    *,
    refusal: str = "",
    status: int = 200,
    is_asked: bool = True,
) -> HttpResponse:
    by_line = {form.line.pk: form for form in forms.lines}
    for row in found.rows:
        row.form = by_line.get(row.line.pk)
    context = {
        "plan": found.plan,
        "table": found,
        "page_obj": found.page,
        "new_forms": forms.new,
        "bad": forms.bad if request.method == "POST" and is_asked else [],
        "refusal": refusal,
    }
    return render(request, "plans/funding_table.html", context, status=status)


def _told(saved: Saved) -> str:
    """What a save did, in words."""
    if not saved:
        return _("Không có gì thay đổi.")
    told = {"changed": saved.changed, "added": saved.added, "removed": saved.removed}
    return _("Đã lưu: sửa %(changed)s dòng, thêm %(added)s dòng, xóa %(removed)s dòng.") % told
