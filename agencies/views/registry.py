"""The registry in Excel: out with the filters of the list; in over a preview, confirmed or dropped."""

import uuid
from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.actions.registry_file import NotReady, confirm, content_of, drop, keep, preview
from agencies.actions.registry_import import ChangedMeanwhile
from agencies.forms.registry import RegistryUploadForm
from agencies.models import Agency, RegistryFile
from agencies.models.registry_file import RegistryFileQuerySet
from agencies.registry_jobs import ask_for_preview, ask_to_take, kept_preview, under_way
from agencies.registry_judge import Judgement
from agencies.registry_page import A_PAGE, SHOWABLE, Preview
from agencies.registry_sheet import registry_file_name, registry_title, write_registry
from agencies.views import SignedRequest
from agencies.views.agency import agency_filter
from agencies.views.workbooks import marked_copy, workbook
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.sheets import Mark, SheetRefused
from isotrack.kit.states import WrongState


@require_safe
@costly
def export(request: SignedRequest) -> HttpResponse:
    """The agencies that the list shows with the same filters, as a workbook that imports back.

    Always those of today: a registry of another day is looked at and not sent in again. Where a filter cannot
    be read the list says so, and nobody takes all of them for some.
    """
    today, asked = clock.today(), request.GET.copy()
    for looking_back in ("on", "life"):
        asked.pop(looking_back, None)
    filters = agency_filter(request.user, asked, today)
    if filters.is_wrong:
        return redirect(reverse("agencies:agency-list", query=asked))
    found = filters.narrow(filters.among(Agency.objects.visible_to(request.user)))
    out = BytesIO()
    write_registry(out, found.for_workbook().iterator(chunk_size=2000), title=registry_title())
    return workbook(out.getvalue(), registry_file_name(today))


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedRequest) -> HttpResponse:
    """Choose a file and the day its changes hold from; nothing is saved yet."""
    if not request.user.is_reviewer or request.user.agency is None:
        raise Http404
    now = clock.now()
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RegistryUploadForm(*sent, today=clock.day_of(now))
    form.cancel_url = reverse("agencies:agency-list")
    if form.is_valid():
        file = form.cleaned_data["file"]
        told = {"name": file.name, "sha256": file.sha256, "content": file.file}
        try:
            kept = keep(by=request.user, at=now, on=form.cleaned_data["on"], **told)
        except SheetRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("agencies:registry-preview", kept.pk)
    return render(
        request, "agencies/registry_upload.html", {"form": form}, status=422 if form.errors else 200
    )


@require_safe
def look(request: SignedRequest, pk: uuid.UUID) -> HttpResponse:
    """What the file would do now; once decided, what came of it."""
    kept = get_object_or_404(_own(request), pk=pk)
    if kept.state != RegistryFile.State.WAITING:
        return render(request, "agencies/registry_done.html", {"kept": kept})
    taking = under_way(kept)
    if taking is not None:
        return redirect("reports:job-detail", taking.pk)
    found = kept_preview(kept) if kept.is_large else None
    if found is not None:
        return _show(request, kept, found)
    if kept.is_large:
        return redirect("reports:job-detail", ask_for_preview(kept, by=request.user).pk)
    try:
        return _show(request, kept, Preview(preview(kept)))
    except SheetRefused as refusal:
        return _start_again(request, refusal)


@require_POST
def take(request: SignedRequest, pk: uuid.UUID) -> HttpResponse:
    """Write the file as it was seen, whole or not at all."""
    kept = get_object_or_404(_own(request), pk=pk)
    seen = request.POST.get("seen", "")
    if kept.is_large and kept.state == RegistryFile.State.WAITING:
        job = under_way(kept) or ask_to_take(kept, by=request.user, seen=seen)
        return redirect("reports:job-detail", job.pk)
    try:
        confirm(kept, by=request.user, at=clock.now(), seen=seen)
    except ChangedMeanwhile as changed:
        kept.refresh_from_db()
        return _show(request, kept, Preview(changed.judgement), changed=True, status=409)
    except NotReady as refusal:
        messages.error(request, str(refusal))
    except SheetRefused as refusal:
        return _start_again(request, refusal)
    except WrongState:
        messages.warning(request, _("Tệp này đã được xử lý trước đó."))
    return redirect("agencies:registry-preview", pk)


@require_POST
def leave(request: SignedRequest, pk: uuid.UUID) -> HttpResponse:
    """Drop the file."""
    kept = get_object_or_404(_own(request), pk=pk)
    try:
        drop(kept, at=clock.now())
    except WrongState:
        messages.warning(request, _("Tệp này đã được xử lý trước đó."))
        return redirect("agencies:registry-preview", pk)
    messages.success(request, _("Đã bỏ tệp %(name)s; danh bạ giữ nguyên.") % {"name": kept.name})
    return redirect("agencies:agency-list")


@require_safe
@costly
def marked(request: SignedRequest, pk: uuid.UUID) -> HttpResponse:
    """The same workbook with its wrong cells coloured, and a first sheet that lists everything."""
    kept = get_object_or_404(_own(request).waiting(), pk=pk)
    try:
        copy = _marked(kept, preview(kept))
    except SheetRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("agencies:registry-preview", pk)
    return workbook(copy, "danh-dau-danh-ba.xlsx")


def _own(request: SignedRequest) -> RegistryFileQuerySet:
    return RegistryFile.objects.visible_to(request.user)


def _show(
    request: SignedRequest, kept: RegistryFile, found: Preview, *, changed: bool = False, status: int = 200
) -> HttpResponse:
    context: dict[str, object] = {"kept": kept, "preview": found, "seen": found.digest, "changed": changed}
    shown = request.GET.get("show", "")
    if shown in SHOWABLE:
        page = Paginator(found.list_of(shown), A_PAGE).get_page(request.GET.get("page"))
        context |= {"shown": shown, "page_obj": page, "paginator": page.paginator}
    return render(request, "agencies/registry_preview.html", context, status=status)


def _start_again(request: SignedRequest, refusal: SheetRefused) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect("agencies:registry-upload")


def _marked(kept: RegistryFile, found: Judgement) -> bytes:
    """Raises SheetRefused for a workbook too big to be coloured."""
    marks = [Mark(one.sheet, one.cell, one.level, one.message) for one in found.messages]
    return marked_copy(content_of(kept), marks, at=clock.now())
