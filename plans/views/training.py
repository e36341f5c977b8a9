"""Classes: the year's plan, one class, registration, attendance, certificates, coverage."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import DetailView, ListView

from agencies.models import Agency, Document, Role, User
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.forms import FileKind
from isotrack.kit.limits import costly
from isotrack.kit.sheets import SheetRefused
from plans.actions import training as actions
from plans.coverage import coverage_of
from plans.forms.refusals import show_refusal
from plans.forms.training import AttendanceForm, CoverageFilter, RegisterForm, TrainingForm, YearFilter
from plans.models import Participant, TrainingClass
from plans.models.training import ClassQuerySet
from plans.rolls import certificate_paper, list_paper, list_sheet, read_attendance

SUGGESTED = 10
READERS = (Role.STAFF, Role.FINANCE, Role.LEADER)


class TrainingList(ListView):
    """The plan of classes, newest first; an officer sees which ones they are in."""

    request: SignedRequest
    template_name = "plans/training_list.html"
    context_object_name = "classes"
    paginate_by = 50

    def get_queryset(self) -> ClassQuerySet:
        user = self.request.user
        if user.agency is None or user.role == Role.ADMINISTRATOR:
            raise Http404
        visible = TrainingClass.objects.visible_to(user)
        years = list(visible.order_by("-year").values_list("year", flat=True).distinct())
        self.filters = YearFilter(self.request.GET, years=years)
        year = self.filters.values.get("year")
        own = Prefetch("participants", Participant.objects.filter(user=user), to_attr="own")
        found = visible.of_year(year) if year else visible
        return found.with_numbers().prefetch_related(own).order_by("-starts_on", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, clock.today()
        context: dict[str, Any] = {
            "filters": self.filters,
            "today": today,
            "next_class": TrainingClass.objects.visible_to(user).open_for_registration(today).first(),
            "can_keep": user.is_reviewer,
            "sees_coverage": user.role in READERS,
        }
        return super().get_context_data(**context, **kwargs)


class TrainingDetail(DetailView):
    """One class: what it teaches, who is in it, and who should be."""

    request: SignedRequest
    template_name = "plans/training_detail.html"
    context_object_name = "training"

    def get_queryset(self) -> ClassQuerySet:
        classes = TrainingClass.objects.visible_to(self.request.user).select_related("province")
        return classes.with_numbers().prefetch_related("documents")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, clock.today()
        training: TrainingClass = self.object
        participants = _participants(training).visible_to(user)
        own = next((one for one in participants if one.user_id == user.pk), None)
        keeps = user.is_reviewer
        context: dict[str, Any] = {
            "participants": participants,
            "own": own,
            "left": max(training.capacity - training.taken, 0),  # type: ignore[attr-defined]
            "can_keep": keeps,
            "can_register": keeps and today <= training.ends_on,
            "can_join": user.role == Role.OFFICER and own is None and not training.has_begun(today),
            "can_leave": own is not None and own.attended is None and not training.has_begun(today),
            "can_mark": keeps and training.has_begun(today) and training.taken,  # type: ignore[attr-defined]
            "can_remove": keeps and not training.came,  # type: ignore[attr-defined]
            "sees_list": user.role in READERS,
            "suggested": self._suggested(training) if keeps else [],
        }
        return super().get_context_data(**context, **kwargs)

    def _suggested(self, training: TrainingClass) -> list[Any]:
        today = clock.today()
        return (
            []
            if training.has_begun(today)
            else coverage_of(training.province, today).needing(training)[:SUGGESTED]
        )


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedRequest) -> HttpResponse:
    """Put a class into the year's plan."""
    province, now = _kept_province(request.user), clock.now()
    documents = Document.objects.visible_to(request.user)
    initial = {"year": clock.day_of(now).year}
    form = TrainingForm(request.POST or None, documents=documents, initial=initial)
    form.cancel_url = reverse("plans:training-list")
    if form.is_valid():
        try:
            training = actions.plan_class(by=request.user, at=now, province=province, **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thêm lớp “%(topic)s”.") % {"topic": training})
            return redirect("plans:training-detail", training.pk)
    return render(request, "plans/training_add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change a class."""
    training = get_object_or_404(TrainingClass.objects.organised_by(request.user), pk=pk)
    name = str(training)
    documents = Document.objects.visible_to(request.user)
    form = TrainingForm(request.POST or None, instance=training, documents=documents)
    form.cancel_url = reverse("plans:training-detail", args=[pk])
    if form.is_valid():
        try:
            actions.change_class(training, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã lưu lớp."))
            return redirect("plans:training-detail", pk)
    return render(request, "plans/training_edit.html", {"form": form, "name": name, "pk": pk})


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: SignedRequest, pk: int) -> HttpResponse:
    """An officer takes a seat; the department chooses who else comes."""
    if request.user.is_reviewer:
        return _register_others(request, pk)
    if request.user.role != Role.OFFICER:
        raise Http404
    training = get_object_or_404(TrainingClass.objects.visible_to(request.user).with_numbers(), pk=pk)
    context: dict[str, Any] = {"training": training}
    if request.method == "POST":
        try:
            actions.register(training, [request.user], by=request.user, at=clock.now())
        except ValidationError as refusal:
            return render(
                request, "plans/training_join.html", context | {"problems": refusal.messages}, status=409
            )
        messages.success(request, _("Đã đăng ký. Lớp “%(topic)s” giữ chỗ cho Anh/Chị.") % {"topic": training})
        return redirect("plans:training-detail", pk)
    return render(request, "plans/training_join.html", context)


def _register_others(request: SignedRequest, pk: int) -> HttpResponse:
    training = get_object_or_404(
        TrainingClass.objects.organised_by(request.user).select_related("province").with_numbers(), pk=pk
    )
    now = clock.now()
    found = coverage_of(training.province, clock.day_of(now))
    needing = found.needing(training)
    asked = {one.user for one in needing} | set(training.participants.values_list("user_id", flat=True))
    others = [one for one in found.holders if one.user not in asked]
    form = RegisterForm(request.POST or None, holders=[*needing, *others])
    form.cancel_url = reverse("plans:training-detail", args=[pk])
    status = 200
    if form.is_valid():
        chosen = User.objects.get_queryset().filter(pk__in=form.cleaned_data["people"]).order_by("full_name")
        try:
            made = actions.register(training, list(chosen), by=request.user, at=now)
        except ValidationError as refusal:
            show_refusal(form, refusal)
            status = 409
        else:
            said = ngettext("Đã đăng ký %(number)d người.", "Đã đăng ký %(number)d người.", len(made))
            messages.success(request, said % {"number": len(made)})
            return redirect("plans:training-detail", pk)
    left = max(training.capacity - training.taken, 0)  # type: ignore[attr-defined]
    context = {"form": form, "training": training, "left": left, "needing": len(needing)}
    return render(request, "plans/training_register.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a registration back, after asking."""
    removable = Participant.objects.removable_by(request.user).select_related("training", "user")
    participant = get_object_or_404(removable, pk=pk)
    training, name = participant.training, str(participant.user)
    context: dict[str, Any] = {"training": training, "name": name}
    if request.method == "POST":
        try:
            actions.withdraw(participant, by=request.user, at=clock.now())
        except ValidationError as refusal:
            context["problems"] = refusal.messages
            return render(request, "plans/training_withdraw.html", context, status=409)
        messages.success(request, _("Đã rút đăng ký của %(name)s.") % {"name": name})
        return redirect("plans:training-detail", training.pk)
    return render(request, "plans/training_withdraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: SignedRequest, pk: int) -> HttpResponse:
    """Take in a filled-in list; every wrong cell is told at once and nothing is kept until all are right."""
    training = get_object_or_404(TrainingClass.objects.organised_by(request.user).with_numbers(), pk=pk)
    form = AttendanceForm(request.POST or None, request.FILES or None)
    form.cancel_url = reverse("plans:training-detail", args=[pk])
    context: dict[str, Any] = {"training": training, "form": form}
    if form.is_valid():
        try:
            found = read_attendance(training, form.cleaned_data["file"])
            context["mistakes"] = found.mistakes
            if not found.mistakes:
                actions.take_attendance(training, found.marks, by=request.user, at=clock.now())
                messages.success(request, _said_of(training, len(found.marks)))
                return redirect("plans:training-detail", pk)
        except SheetRefused as refusal:
            form.add_error("file", str(refusal))
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return render(request, "plans/training_attendance.html", context)


@require_safe
@costly
def list_export(request: SignedRequest, pk: int, form: str) -> HttpResponse:
    """The list of a class as a workbook or as an official PDF."""
    if request.user.role not in READERS:
        raise Http404
    classes = TrainingClass.objects.visible_to(request.user).select_related("province")
    training = get_object_or_404(classes, pk=pk)
    writers = {"xlsx": (list_sheet, FileKind.XLSX), "pdf": (list_paper, FileKind.PDF)}
    if form not in writers:
        raise Http404
    write, kind = writers[form]
    return _file(write(training, _participants(training)), f"lop-{training.year}-{pk}.{kind}", kind)


@require_safe
@costly
def certificate(request: SignedRequest, pk: int) -> HttpResponse:
    """The certificate of somebody who came."""
    visible = Participant.objects.visible_to(request.user).with_certificate()
    participant = get_object_or_404(visible.select_related("training__province", "user", "agency"), pk=pk)
    name = f"chung-nhan-{participant.certificate.replace('/', '-')}.pdf"
    return _file(certificate_paper(participant), name, FileKind.PDF)


@require_safe
def coverage(request: SignedRequest) -> HttpResponse:
    """How many of today's post holders are trained, over years and by level, and who needs the next class."""
    user, today = request.user, clock.today()
    province = user.agency and user.agency.province
    if province is None or user.role not in READERS:
        raise Http404
    filters = CoverageFilter(request.GET)
    found = coverage_of(province, today)
    page = Paginator(filters.narrow(found), 50).get_page(request.GET.get("page"))
    context = {
        "coverage": found,
        "filters": filters,
        "page_obj": page,
        "next_class": TrainingClass.objects.visible_to(user).open_for_registration(today).first(),
        "can_keep": user.is_reviewer,
    }
    return render(request, "plans/training_coverage.html", context)


def _participants(training: TrainingClass) -> Any:
    return training.participants.select_related("user", "agency")


def _kept_province(user: User) -> Agency:
    """The province whose classes this person plans; Http404 for everybody else."""
    province = user.agency and user.agency.province
    if province is None or not user.is_reviewer:
        raise Http404
    return province


def _said_of(training: TrainingClass, marked: int) -> str:
    left = training.participants.unmarked().count()
    said = _("Đã ghi điểm danh %(marked)d người.") % {"marked": marked}
    return said if not left else said + " " + _("Còn %(left)d người chưa điểm danh.") % {"left": left}


def _file(content: bytes, name: str, kind: FileKind) -> HttpResponse:
    response = HttpResponse(content, content_type=kind.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
