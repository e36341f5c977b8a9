"""The questionnaire as data: its versions, editing a draft, looking at it, comparing, publishing, YAML."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports import compare_versions as compare
from reports import definition_words as words
from reports import questionnaire_page as page
from reports.actions import questionnaire as act
from reports.forms.part import PartForm, seen_again, with_more_rows
from reports.forms.preview import Preview
from reports.forms.questionnaire import PARTS, PublishForm, RuleTypeForm, TitlesForm, UploadForm
from reports.models import QuestionnaireVersion, ReportCycle
from reports.models.questionnaire import QuestionnaireQuerySet
from reports.questions import RULES, DefinitionError, editing
from reports.questions.editing import FORM, Kind, NoSuchPart
from reports.questions.parts import MANDATES
from reports.questions.writing import write_definition

either_way = require_http_methods(["GET", "HEAD", "POST"])
YAML = "application/yaml; charset=utf-8"


@require_safe
def listing(request: SignedRequest) -> HttpResponse:
    """Every version with what it asks and where it is used."""
    _must_keep(request)
    return render(request, "reports/questionnaire_list.html", {"lines": page.lines(request.user)})


@require_safe
def detail(request: SignedRequest, pk: int) -> HttpResponse:
    """One version: its questions, rules and lists; of a draft what is left to mend, and where."""
    version = get_object_or_404(_visible(request), pk=pk)
    context = {
        "version": version,
        "can_edit": version.is_draft,
        "problems": page.to_mend(version),
        "titles": page.titles(version),
        "sections": page.sections(version),
        "rules": page.rules(version),
        "lists": page.lists(version),
        "cycles": ReportCycle.objects.visible_to(request.user).asking(version),
    }
    return render(request, "reports/questionnaire_detail.html", context)


@require_POST
def copy(request: SignedRequest, pk: int) -> HttpResponse:
    """Begin the next version from this one."""
    version = get_object_or_404(_visible(request), pk=pk)
    draft = act.copy_version(version, by=request.user, at=clock.now())
    messages.success(request, _("Đã chép thành bản nháp: %(draft)s.") % {"draft": draft})
    return redirect("reports:questionnaire-detail", draft.pk)


@require_safe
def download(request: SignedRequest, pk: int) -> HttpResponse:
    """The definition as YAML."""
    version = get_object_or_404(_visible(request), pk=pk)
    response = HttpResponse(write_definition(version.definition), content_type=YAML)
    name = f"{version.code}-{version.version}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{_plain(name)}"'
    return response


@either_way
def upload(request: SignedRequest) -> HttpResponse:
    """Make a draft of a YAML file; every problem of the file is told, and then nothing is saved."""
    _must_keep(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    form.cancel_url = reverse("reports:questionnaire-list")
    problems: tuple[str, ...] = ()
    if form.is_valid():
        try:
            draft = act.upload(form.cleaned_data["file"], by=request.user, at=clock.now())
        except DefinitionError as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("Đã tải lên thành bản nháp: %(draft)s.") % {"draft": draft})
            return redirect("reports:questionnaire-detail", draft.pk)
    context = {"form": form, "problems": problems}
    status = 422 if problems or form.errors else 200
    return render(request, "reports/questionnaire_upload.html", context, status=status)


@either_way
def titles(request: SignedRequest, pk: int) -> HttpResponse:
    """Change what is said about the form as a whole."""
    version = get_object_or_404(_editable(request), pk=pk)
    return _edit(request, version, TitlesForm, FORM)


@either_way
def part_add(request: SignedRequest, pk: int, part: str) -> HttpResponse:
    """Add a section, a question, a list of choices or a rule; of a rule the type is asked first."""
    version = get_object_or_404(_editable(request), pk=pk)
    form, type_ = _form_of(part), request.GET.get("type", "")
    if part != Kind.RULE:
        return _edit(request, version, form, place=_place(request, version))
    if version.is_draft and type_ not in RULES:
        return _ask_type(request, version)
    return _edit(request, version, form, type=type_)


@either_way
def part_edit(request: SignedRequest, pk: int, part: str, key: str) -> HttpResponse:
    """Change one part of a draft."""
    version = get_object_or_404(_editable(request), pk=pk)
    form = _form_of(part)
    if key in editing.parts(version.definition, part):
        return _edit(request, version, form, key)
    if request.method != "POST":
        raise Http404
    # Taken out meanwhile: what was typed may still be saved, as a new part.
    gone = _("Mục này vừa được người khác bỏ hoặc đổi khóa. Lưu thì thêm thành mục mới.")
    return _show_part(request, version, _form(version, form, "", request), refusal=gone, status=409)


@either_way
def part_remove(request: SignedRequest, pk: int, part: str, key: str) -> HttpResponse:
    """Say what would miss a part, and take it out."""
    version = get_object_or_404(_editable(request), pk=pk)
    _form_of(part)
    if not version.is_draft or key not in editing.parts(version.definition, part):
        return _gone(request, version)
    if request.method == "POST":
        removed = partial(act.remove, version, part, key, by=request.user, at=clock.now())
        return _after(request, removed, version)
    found = editing.mentions(version.definition, part, key)
    context = {
        "version": version,
        "part": part,
        "key": key,
        "title": _title(version, part, key),
        "mentions": page.mentioned(version, found),
        "questions": len(editing.parts(version.definition, part)[key].get("questions", ()))
        if part == Kind.SECTION
        else 0,
    }
    return render(request, "reports/questionnaire_remove.html", context)


@require_POST
def part_move(request: SignedRequest, pk: int, part: str) -> HttpResponse:
    """Move a section or a question one place up or down: `move` is "KEY:up" or "KEY:down"."""
    version = get_object_or_404(_editable(request), pk=pk)
    key, _colon, way = request.POST.get("move", "").partition(":")
    if part not in (Kind.SECTION, Kind.QUESTION) or way not in ("up", "down"):
        raise Http404
    by, now = request.user, clock.now()
    moved = partial(act.move, version, part, key, up=way == "up", by=by, at=now)
    return _after(request, moved, version, anchor=f"{part}-{key}")


@either_way
def preview(request: SignedRequest, pk: int) -> HttpResponse:
    """The form as an officer sees it; what is typed travels with the page and is stored nowhere."""
    version = get_object_or_404(_visible(request), pk=pk)
    if version.problems:
        messages.info(request, _("Xem trước mở khi biểu mẫu không còn điểm phải sửa."))
        return redirect("reports:questionnaire-detail", pk)
    shown = Preview(version, request.POST if request.method == "POST" else request.GET, clock.today())
    mandates = [(mandate, words.MANDATES[mandate], mandate == shown.mandate) for mandate in MANDATES]
    context = {"version": version, "preview": shown, "form": shown.form, "mandates": mandates}
    return render(request, "reports/questionnaire_preview.html", context)


@require_safe
def comparison(request: SignedRequest, pk: int) -> HttpResponse:
    """What differs from the version it was copied from, or from another one."""
    version = get_object_or_404(_visible(request), pk=pk)
    others = _visible(request).coded(version.code).exclude(pk=pk)
    asked = request.GET.get("with", "")
    base = get_object_or_404(others, pk=asked) if asked.isdecimal() else others.before(version)
    found = compare.differences(base.definition, version.definition) if base else []
    context = {"version": version, "base": base, "others": others, "differences": found}
    return render(request, "reports/questionnaire_compare.html", context)


@either_way
def publish(request: SignedRequest, pk: int) -> HttpResponse:
    """Publish a draft for the cycles from a year on; it never changes again."""
    version = get_object_or_404(_editable(request), pk=pk)
    form = PublishForm(request.POST or None, initial={"from_year": clock.today().year})
    form.cancel_url, form.cancel_label = reverse("reports:questionnaire-detail", args=[pk]), _("Xem lại")
    status = 422 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            act.publish(version, by=request.user, at=clock.now(), **form.cleaned_data)
        except (DefinitionError, WrongState) as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Đã phát hành: %(version)s.") % {"version": version})
            return redirect("reports:questionnaire-detail", pk)
    if not version.is_draft and not form.is_bound:
        return redirect("reports:questionnaire-detail", pk)
    context = {"version": version, "form": form, "problems": page.to_mend(version)}
    return render(request, "reports/questionnaire_publish.html", context, status=status)


@either_way
def use(request: SignedRequest, pk: int) -> HttpResponse:
    """Let a running cycle in which nobody has begun ask with this version."""
    version, now = get_object_or_404(_visible(request).published(), pk=pk), clock.now()
    cycles = ReportCycle.objects.kept_by(request.user).running(now).select_related("questionnaire")
    refusal, status = "", 200
    if request.method == "POST":
        asked = request.POST.get("cycle", "")
        cycle = get_object_or_404(cycles, pk=asked if asked.isdecimal() else 0)
        try:
            act.use_in_cycle(cycle, version, by=request.user, at=now)
        except WrongState as refused:
            refusal, status = str(refused), 409
        else:
            said = _("Kỳ %(year)s nay dùng %(version)s.")
            messages.success(request, said % {"year": cycle.year, "version": version})
            return redirect("reports:questionnaire-detail", pk)
    context = {"version": version, "cycles": cycles.with_begun(), "refusal": refusal}
    return render(request, "reports/questionnaire_use.html", context, status=status)


def _visible(request: SignedRequest) -> QuestionnaireQuerySet:
    return QuestionnaireVersion.objects.visible_to(request.user)


def _editable(request: SignedRequest) -> QuestionnaireQuerySet:
    return QuestionnaireVersion.objects.editable_by(request.user)


def _must_keep(request: SignedRequest) -> None:
    """Pages that are about no version yet: nobody but the department sees them."""
    if not request.user.is_reviewer or request.user.agency is None:
        raise Http404


def _plain(name: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in name)


def _form_of(part: str) -> type[PartForm]:
    if part not in PARTS:
        raise Http404
    return PARTS[part]


def _form(
    version: QuestionnaireVersion, form: type[PartForm], key: str, request: SignedRequest, **shown: Any
) -> PartForm:
    """The form with what was typed, or with what is stored; more empty rows where they were asked for."""
    if request.method != "POST":
        return form(version.definition, key, **shown)
    kept = {"type": shown["type"]} if "type" in shown else {}
    asked, _colon, rows = request.POST.get("do", "").partition(":")
    if asked != "more":
        return form(version.definition, key, data=request.POST, **kept)
    longer = form(version.definition, key, data=with_more_rows(request.POST, rows), **kept)
    longer.forget_faults()
    return longer


def _edit(
    request: SignedRequest, version: QuestionnaireVersion, kind: type[PartForm], key: str = "", **shown: Any
) -> HttpResponse:
    """Show a part, or save it as typed; what another hand changed meanwhile is shown beside."""
    if not version.is_draft and request.method != "POST":
        return _gone(request, version)
    form = _form(version, kind, key, request, **shown)
    if request.method != "POST" or request.POST.get("do", "").startswith("more:"):
        return _show_part(request, version, form)
    if not form.is_valid():
        return _show_part(request, version, form, status=422)
    try:
        saved = act.put(
            version,
            kind.kind,
            form.spec,
            by=request.user,
            at=clock.now(),
            key=key,
            seen=form.cleaned_data["seen"],
            position=form.position,
        )
    except WrongState as refusal:
        return _conflict(request, version, kind, key, str(refusal))
    _say_saved(request, saved)
    anchor = "" if kind.kind == FORM else f"#{kind.kind}-{form.name}"
    return redirect(reverse("reports:questionnaire-detail", args=[version.pk]) + anchor)


def _conflict(
    request: SignedRequest, version: QuestionnaireVersion, kind: type[PartForm], key: str, refusal: str
) -> HttpResponse:
    """What was typed, beside what is stored now; the next save replaces that."""
    version.refresh_from_db()
    try:
        data = seen_again(request.POST, version.definition, kind.kind, key) if key else request.POST
    except NoSuchPart:
        key, data = "", request.POST
    options = {"type": request.GET["type"]} if kind.kind == Kind.RULE and "type" in request.GET else {}
    form = kind(version.definition, key, data=data, **options)
    return _show_part(request, version, form, refusal=refusal, status=409)


def _show_part(
    request: SignedRequest,
    version: QuestionnaireVersion,
    form: PartForm,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    key = form.part_key
    stored = _stored(form) if refusal and form.current is not None else {}
    adds = (
        reverse("reports:questionnaire-part-add", args=[version.pk, form.kind]) if form.kind != FORM else ""
    )
    context = {
        "version": version,
        "form": form,
        "part": form.kind,
        "title": _title(version, form.kind, key),
        "action": "" if key or not refusal else adds,
        "refusal": refusal,
        "stored": stored.items(),
        "problems": [
            one.sentence
            for one in version.problems
            if key and (one.place.kind, one.place.key) == (form.kind, key)
        ],
    }
    return render(request, "reports/questionnaire_part.html", context, status=status)


def _stored(form: PartForm) -> dict[str, str]:
    return words.choices_in_words(form.current) if form.kind == Kind.CHOICES else words.in_words(form.current)


def _title(version: QuestionnaireVersion, kind: str, key: str) -> str:
    """What the page is about, for its h1."""
    adding = {
        Kind.SECTION: _("Thêm phần"),
        Kind.QUESTION: _("Thêm câu hỏi"),
        Kind.CHOICES: _("Thêm danh sách chọn"),
        Kind.RULE: _("Thêm quy tắc"),
    }
    if kind == FORM:
        return _("Thông tin chung của biểu mẫu")
    return compare.name_of(Kind(kind), key, version.definition) if key else adding[Kind(kind)]


def _place(request: SignedRequest, version: QuestionnaireVersion) -> str:
    """Where a new question stands unless chosen otherwise: last in the section it was asked for."""
    section = editing.parts(version.definition, Kind.SECTION).get(request.GET.get("section", ""))
    if section is None:
        return ""
    last = section["questions"][-1]["key"] if section["questions"] else ""
    return f"{section['key']}/{last}"


def _ask_type(request: SignedRequest, version: QuestionnaireVersion) -> HttpResponse:
    """The first step of a new rule: a GET form, so that the next page has its own address."""
    form = RuleTypeForm(request.GET if "type" in request.GET else None)
    context = {"version": version, "form": form}
    return render(request, "reports/questionnaire_rule_type.html", context)


def _gone(request: SignedRequest, version: QuestionnaireVersion) -> HttpResponse:
    """Nothing (any more) to edit there."""
    if version.is_draft:
        raise Http404
    said = _("%(version)s đã phát hành nên không đổi được nữa. Chép thành bản nháp mới để sửa.")
    messages.info(request, said % {"version": version})
    return redirect("reports:questionnaire-detail", version.pk)


def _after(
    request: SignedRequest,
    action: Callable[[], QuestionnaireVersion],
    version: QuestionnaireVersion,
    anchor: str = "",
) -> HttpResponse:
    """Do it and go back to the version; a refusal is said there."""
    try:
        _say_saved(request, action())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    url = reverse("reports:questionnaire-detail", args=[version.pk])
    return redirect(f"{url}#{anchor}" if anchor else url)


def _say_saved(request: SignedRequest, version: QuestionnaireVersion) -> None:
    left = len(version.problems)
    said = _("Đã lưu bản nháp.")
    messages.success(request, f"{said} {page.mend_in_words(left)}" if left else said)
