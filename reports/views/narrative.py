"""The words of a consolidated report: drafted from the figures of now, edited, then frozen."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions.narrative import stamp_of, write_narrative
from reports.chapters import TITLES
from reports.forms.narrative import NarrativeForm
from reports.models import Narrative, ReportCycle, Snapshot
from reports.narratives import drafts_of
from reports.period import usual_year


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """One box a chapter. What two people write at once is refused with both texts, never overwritten."""
    user, at = cast(User, request.user), clock.now()
    cycles = ReportCycle.objects.kept_by(user).select_related("questionnaire", "province")
    cycle = get_object_or_404(cycles, year=year)
    if kind not in TITLES:
        raise Http404
    written = list(Narrative.objects.about(cycle, kind).select_related("changed_by"))
    drafts = drafts_of(cycle, kind, at)
    form = NarrativeForm(request.POST or None, drafts=drafts, stamp=stamp_of(written))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            changed = write_narrative(cycle, kind, by=user, at=at, drafts=drafts, texts=form.texts, seen=seen)
        except WrongState as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            said = _("Đã lưu lời văn: %(count)s chương thay đổi.") % {"count": changed}
            messages.success(request, said if changed else _("Lời văn không thay đổi."))
            return redirect("reports:cycle-narrative", year, kind)
    context = {
        "cycle": cycle,
        "form": form,
        "kinds": [(value, Snapshot.Kind(value).label) for value in TITLES],
        "kind": kind,
        "label": Snapshot.Kind(kind).label,
        "report_year": usual_year(cycle, kind, at),
        "last": max(written, key=lambda one: one.changed_at, default=None),
        "stamp": stamp_of(written),
    }
    return render(request, "reports/narrative_edit.html", context, status=status)
