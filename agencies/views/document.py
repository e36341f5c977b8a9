"""The register of documents."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import DetailView, ListView

from agencies.actions.document import register
from agencies.forms.document import DocumentFilter, DocumentForm
from agencies.models import Document
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
        cycles = self.object.cycles.visible_to(self.request.user)
        return super().get_context_data(cycles=cycles, **kwargs)


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
