"""The register of documents."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import DetailView, ListView

from agencies.actions.document import add_file, register
from agencies.forms.document import DocumentFilter, DocumentForm, FileForm
from agencies.models import Document, User
from agencies.models.document import DocumentQuerySet
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.forms import FileKind, safe_name


class DocumentList(ListView):
    """National law and the documents of the province, newest first."""

    request: SignedRequest
    template_name = "agencies/document_list.html"
    context_object_name = "documents"
    paginate_by = 50

    def get_queryset(self) -> DocumentQuerySet:
        self.filters = DocumentFilter(self.request.GET)
        return self.filters.narrow(Document.objects.visible_to(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        can_add = self.request.user.is_reviewer
        return super().get_context_data(filters=self.filters, can_add=can_add, **kwargs)


class DocumentDetail(DetailView):
    """One document, and what points at it."""

    request: SignedRequest
    template_name = "agencies/document_detail.html"

    def get_queryset(self) -> DocumentQuerySet:
        return Document.objects.visible_to(self.request.user).select_related("province")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        uses_of: Callable[[Document, User], list[Any]] = import_string(settings.DOCUMENT_USES)
        can_attach = Document.objects.without_file_of(user).contains(self.object)
        return super().get_context_data(uses=uses_of(self.object, user), can_attach=can_attach, **kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedRequest) -> HttpResponse:
    """Enter a document of the province into the register."""
    province = request.user.agency and request.user.agency.province
    if province is None or not request.user.is_reviewer:
        raise Http404
    now = clock.now()
    form = DocumentForm(request.POST or None, request.FILES or None, today=clock.day_of(now))
    if form.is_valid():
        try:
            document = register(by=request.user, at=now, province=province, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Đã ghi %(document)s vào sổ.") % {"document": document})
            return redirect("agencies:document-detail", document.pk)
    return render(request, "agencies/document_add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: SignedRequest, pk: int) -> HttpResponse:
    """Add the file of a document that was entered without one."""
    document = get_object_or_404(Document.objects.without_file_of(request.user), pk=pk)
    form = FileForm(request.POST or None, request.FILES or None)
    form.cancel_url = reverse("agencies:document-detail", args=[pk])
    if form.is_valid():
        try:
            add_file(document, by=request.user, at=clock.now(), file=form.cleaned_data["file"])
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            messages.success(request, _("Đã thêm tệp của %(document)s.") % {"document": document})
            return redirect("agencies:document-detail", pk)
    return render(request, "agencies/document_attach.html", {"form": form, "document": document})


@require_safe
def download(request: SignedRequest, pk: int) -> FileResponse:
    """The file of a document, always as a download and never shown inside our own pages."""
    document = get_object_or_404(Document.objects.visible_to(request.user).with_file(), pk=pk)
    name = safe_name(document.number.replace("/", "-"), FileKind.PDF)
    try:
        content = document.file.open("rb")
    except FileNotFoundError:
        raise Http404(_("Tệp không còn trong kho.")) from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=FileKind.PDF.media_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )
