"""Saved views: save what a list shows, rename, share, order and remove."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.actions.view import change_view, move_view, remove_view, save_view
from agencies.models import ListPage, SavedView
from agencies.views import SignedRequest
from isotrack.kit import clock
from reports.forms.saved import SavedViewForm
from reports.saved import kept, newest_year, pages_of


@require_safe
def listing(request: SignedRequest) -> HttpResponse:
    """Every saved view this person may use, by list."""
    views = list(SavedView.objects.visible_to(request.user).select_related("owner"))
    addresses = _addresses(request)
    pages = [
        {
            "label": page.label,
            "views": [
                {"view": view, "url": f"{addresses[page]}?{view.query}", "is_own": view.owner == request.user}
                for view in views
                if view.page == page
            ],
        }
        for page in pages_of(request.user)
    ]
    return render(request, "reports/view_list.html", {"pages": pages, "has_views": bool(views)})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedRequest) -> HttpResponse:
    """Keep what a list shows: ?page=agencies&query=… says which list and which filters."""
    page = request.GET.get("page", "")
    if page not in pages_of(request.user):
        raise Http404
    query = kept(page, request.user, request.GET.get("query", ""))
    back = _addresses(request)[ListPage(page)]
    if not query or len(query) > 1000:
        messages.warning(request, _("Chưa có bộ lọc nào để lưu: lọc danh sách trước rồi lưu."))
        return redirect(back)
    form = SavedViewForm(
        request.POST or None, instance=SavedView(owner=request.user, page=page), user=request.user
    )
    form.cancel_url = f"{back}?{query}"
    if form.is_valid():
        view = save_view(by=request.user, at=clock.now(), page=page, query=query, **form.cleaned_data)
        messages.success(request, _("Đã lưu chế độ xem “%(name)s”.") % {"name": view})
        return redirect(f"{back}?{query}")
    return render(request, "reports/view_edit.html", {"form": form, "page_label": ListPage(page).label})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Rename, share, or make it the first one."""
    view = get_object_or_404(SavedView.objects.editable_by(request.user), pk=pk)
    form = SavedViewForm(request.POST or None, instance=view, user=request.user)
    form.cancel_url = reverse("reports:view-list")
    if form.is_valid():
        change_view(view, by=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Đã đổi chế độ xem."))
        return redirect("reports:view-list")
    return render(request, "reports/view_edit.html", {"form": form, "page_label": view.get_page_display()})


@require_POST
def remove(request: SignedRequest, pk: int) -> HttpResponse:
    """Give it up."""
    view = get_object_or_404(SavedView.objects.editable_by(request.user), pk=pk)
    name = str(view)
    remove_view(view, by=request.user, at=clock.now())
    messages.success(request, _("Đã xóa chế độ xem “%(name)s”.") % {"name": name})
    return redirect("reports:view-list")


@require_POST
def move(request: SignedRequest, pk: int) -> HttpResponse:
    """One place further to the front, or to the back."""
    view = get_object_or_404(SavedView.objects.owned_by(request.user), pk=pk)
    move_view(view, by=request.user, at=clock.now(), up=request.POST.get("to") == "front")
    return redirect("reports:view-list")


def _addresses(request: SignedRequest) -> dict[ListPage, str]:
    year = newest_year(request.user)
    board = reverse("reports:cycle-board", args=[year]) if year else reverse("reports:cycle-list")
    return {
        ListPage.AGENCIES: reverse("agencies:agency-list"),
        ListPage.BOARD: board,
        ListPage.NOTICES: reverse("reports:notice-list"),
        ListPage.JOURNAL: reverse("reports:entry-list"),
    }
