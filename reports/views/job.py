"""Long work: what I asked for, how far it is, stopping it, fetching the file. Nobody sees another's."""

import uuid
from pathlib import PurePath
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import ListView

from agencies.models import User
from isotrack.journal.jobs import cancel
from isotrack.journal.models import Job
from isotrack.journal.models.job import KEPT, JobQuerySet
from isotrack.kit import clock
from isotrack.kit.states import WrongState

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def _mine(request: HttpRequest) -> JobQuerySet:
    return Job.objects.asked_by(cast(User, request.user)).with_progress()


class JobList(ListView):
    """Everything this person asked for in the last days, newest first."""

    template_name = "reports/job_list.html"
    context_object_name = "jobs"
    paginate_by = 50
    extra_context = {"days": KEPT.days}

    def get_queryset(self) -> JobQuerySet:
        return _mine(self.request).order_by("-asked_at", "pk")


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far one piece of work is; the page looks again by itself until it is over."""
    job = get_object_or_404(_mine(request), pk=pk)
    if job.state == Job.State.DONE and job.kind in settings.JOBS_LEAD_BACK:
        return redirect(job.back_url)
    return render(request, "reports/job_detail.html", {"job": job, "days": KEPT.days})


@require_POST
def stop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop it, unless it is over."""
    job = get_object_or_404(Job.objects.asked_by(cast(User, request.user)), pk=pk)
    try:
        cancel(job, at=clock.now())
    except WrongState:
        job.refresh_from_db(fields=["state"])
        told = {"job": job, "state": job.get_state_display()}
        messages.warning(request, _("“%(job)s” đã ở trạng thái “%(state)s” nên không dừng được.") % told)
    return redirect("reports:job-detail", pk)


@require_safe
def file(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """The finished file; 404 while there is none, and once it has been removed."""
    job = get_object_or_404(Job.objects.asked_by(cast(User, request.user)), pk=pk)
    if not job.file:
        raise Http404
    try:
        opened = job.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    kind = MEDIA_TYPES.get(PurePath(job.name).suffix, "application/octet-stream")
    return FileResponse(opened, as_attachment=True, filename=job.name, content_type=kind)
