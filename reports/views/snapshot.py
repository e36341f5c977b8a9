"""Consolidated reports: their list, freezing one, reading it, the rows behind a figure, number and files."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import ListView

from agencies.models import Role, User
from isotrack.journal.jobs import ask
from isotrack.kit import clock
from isotrack.kit.words import say_time
from reports.actions.snapshot import freeze, number_snapshot
from reports.chapters import TITLES
from reports.consolidated import Consolidated
from reports.forms.snapshot import FreezeForm, NumberForm
from reports.jobs.consolidated import KINDS, arguments_of
from reports.models import Narrative, ReportCycle, Snapshot
from reports.models.snapshot import SnapshotQuerySet
from reports.statistics.rows import ROWS_A_PAGE, Wanted, with_answers
from reports.statistics.spread import spread_of_rows
from reports.work_tables import work_tables


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _readable(user: User) -> SnapshotQuerySet:
    found = Snapshot.objects.visible_to(user).consolidated()
    return found.select_related("cycle__questionnaire", "cycle__province", "made_by")


class SnapshotList(ListView):
    """Every consolidated report of the province, newest first; ?year= keeps one year's."""

    template_name = "reports/snapshot_list.html"
    context_object_name = "snapshots"
    paginate_by = 50

    @cached_property
    def year(self) -> int | None:
        """The year asked for; what cannot be read asks for every year."""
        typed = self.request.GET.get("year", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else None

    def get_queryset(self) -> SnapshotQuerySet:
        user = _person(self.request)
        if not user.sees_province or user.role == Role.ADMINISTRATOR:
            raise Http404
        return _readable(user).of_year(self.year).without_content()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = ReportCycle.objects.kept_by(_person(self.request))
        years = kept.filter(year=self.year) if self.year else kept
        cycles = ReportCycle.objects.surveyed_by(_person(self.request))
        return super().get_context_data(
            year=self.year, cycle=years.first(), years=[cycle.year for cycle in cycles], **kwargs
        )


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, year: int) -> HttpResponse:
    """Freeze the figures of a cycle."""
    user, at = _person(request), clock.now()
    cycle = get_object_or_404(ReportCycle.objects.kept_by(user), year=year)
    form = FreezeForm(request.POST or None, cycle=cycle, now=at)
    if form.is_valid():
        try:
            snapshot, is_new = freeze(cycle, by=user, at=at, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("as_of", refusal)
        else:
            _say_frozen(request, snapshot, is_new)
            return redirect("reports:snapshot-detail", snapshot.code)
    return render(
        request, "reports/snapshot_add.html", {"cycle": cycle, "form": form, "kinds": _worded(cycle)}
    )


def _worded(cycle: ReportCycle) -> list[tuple[str, str, int]]:
    """Kind of report, its name, and how many of its chapters somebody has edited."""
    edited = list(Narrative.objects.filter(cycle=cycle).values_list("kind", flat=True))
    return [(kind, str(Snapshot.Kind(kind).label), edited.count(kind)) for kind in TITLES]


def _say_frozen(request: HttpRequest, snapshot: Snapshot, is_new: bool) -> None:
    told = {"code": snapshot.code, "time": say_time(snapshot.as_of)}
    if is_new:
        messages.success(request, _("Đã chốt số liệu %(code)s tính đến %(time)s.") % told)
    else:
        messages.info(request, _("Từ %(code)s (%(time)s) số liệu chưa thay đổi, nên không chốt thêm.") % told)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """The report on the screen: every figure leads to its rows in this snapshot."""
    user = _person(request)
    snapshot = get_object_or_404(_readable(user), code=code)
    report = Consolidated.of(snapshot)
    context = {
        "snapshot": snapshot,
        "cycle": snapshot.cycle,
        "report": report,
        "picture": report.picture,
        "rows": reverse("reports:snapshot-rows", args=[code]),
        "tables": reverse("reports:snapshot-work", args=[code]),
        "chapters": list(report.chapters.values()),
        "can_keep": user.is_reviewer,
    }
    return render(request, "reports/snapshot_detail.html", context)


@require_safe
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The agencies behind one figure, as they were when it was frozen."""
    snapshot = get_object_or_404(_readable(_person(request)), code=code)
    report = Consolidated.of(snapshot)
    wanted = Wanted.read(request.GET, snapshot.cycle.questions)
    found = wanted.among(report.rows)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "snapshot": snapshot,
        "cycle": snapshot.cycle,
        "wanted": wanted,
        "title": wanted.in_words(report.picture.superiors),
        "page_obj": page,
        "lines": with_answers(wanted, page.object_list),
        "spread": spread_of_rows(wanted, found),
    }
    return render(request, "reports/snapshot_rows.html", context)


@require_safe
def work(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind the figures that come from the registers, as they were kept; ?table= names which."""
    snapshot = get_object_or_404(_readable(_person(request)), code=code)
    tables = work_tables(Consolidated.of(snapshot))
    chosen = request.GET.get("table", "")
    table = next((one for one in tables if one.key == chosen), tables[0] if tables else None)
    rows = table.labelled if table else []
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"snapshot": snapshot, "tables": tables, "table": table, "page_obj": page}
    return render(request, "reports/snapshot_tables.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest, code: str) -> HttpResponse:
    """Record the number, day and signer of the signed report: its print is no draft any more."""
    user, at = _person(request), clock.now()
    snapshot = get_object_or_404(_readable(user).kept_by(user), code=code)
    form = NumberForm(request.POST or None, instance=snapshot, today=clock.day_of(at))
    if form.is_valid():
        given = {name.removeprefix("letter_"): value for name, value in form.cleaned_data.items()}
        snapshot = number_snapshot(snapshot, by=user, at=at, **given)
        messages.success(request, _("Đã ghi số văn bản của %(code)s.") % {"code": code})
        return redirect("reports:snapshot-detail", code)
    return render(request, "reports/snapshot_number.html", {"snapshot": snapshot, "form": form})


@require_POST
def file(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Ask for the PDF or the workbook; the workers make it."""
    user = _person(request)
    snapshot = get_object_or_404(_readable(user).without_content(), code=code)
    if form not in KINDS:
        raise Http404
    job = ask(
        KINDS[form],
        _("Báo cáo tổng hợp %(code)s, %(form)s") % {"code": code, "form": _FORMS[form]},
        by=user,
        at=clock.now(),
        province=snapshot.cycle.province_id,
        arguments=arguments_of(snapshot, get_language() or "vi"),
        back_url=reverse("reports:snapshot-detail", args=[code]),
    )
    return redirect("reports:job-detail", job.pk)


_FORMS = {"pdf": "PDF", "xlsx": "Excel"}
