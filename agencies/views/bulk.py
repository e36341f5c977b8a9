"""Changing many agencies at once: choose on the list, fill in, look at what it would do, confirm."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from agencies.actions.bulk import Outdated, Preview, change_together, preview
from agencies.forms.bulk import MOST, BulkForm
from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet
from agencies.views import SignedRequest
from agencies.views.agency import agency_filter
from isotrack.kit import clock
from isotrack.kit.words import show_number


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedRequest) -> HttpResponse:
    """The form for what was chosen; a POST shows the preview, and once it is agreed to carries it out."""
    if not request.user.is_reviewer or request.user.agency is None:
        raise Http404
    if request.method != "POST":
        return _ask(request)
    form = _form(request)
    if not form.is_valid() or request.POST.get("step") == "edit":
        return _fill_in(request, form, _count(form["chosen"].value()))
    agencies = _editable(request).filter(pk__in=form.cleaned_data["chosen"])
    asked = {"on": form.cleaned_data["on"], "values": form.values}
    if request.POST.get("step") != "confirm":
        return _show(request, form, preview(agencies, **asked))
    told = {"by": request.user, "at": clock.now(), "reason": form.cleaned_data["reason"]}
    try:
        number = change_together(agencies, **asked, **told, digest=request.POST.get("digest", ""))
    except Outdated:
        messages.warning(request, _("Danh bạ đã thay đổi sau khi xem trước; xem lại rồi xác nhận."))
        return _show(request, form, preview(agencies, **asked), status=409)
    said = ngettext(
        "Đã ghi thay đổi của %(number)s cơ quan.", "Đã ghi thay đổi của %(number)s cơ quan.", number
    )
    messages.success(request, said % {"number": show_number(number)})
    return redirect("agencies:agency-list")


def _ask(request: SignedRequest) -> HttpResponse:
    """The form for those ticked, or with ?of=all for everything the filters of the address leave."""
    keys = _keys(request)
    if not keys or len(keys) > MOST:
        too_many = _("Chọn nhiều nhất %(most)s cơ quan một lần.") % {"most": show_number(MOST)}
        messages.warning(request, too_many if keys else _("Chưa chọn cơ quan nào."))
        return redirect("agencies:agency-list")
    form = _form(request, initial={"chosen": ",".join(map(str, keys))})
    return _fill_in(request, form, len(keys))


def _keys(request: SignedRequest) -> list[int]:
    filters = agency_filter(request.user, request.GET, clock.today())
    if request.GET.get("of") == "all" and not filters.then and not filters.is_wrong:
        found = filters.narrow(filters.among(_editable(request)))
    else:
        ticked = [key for key in request.GET.getlist("pick") if key.isascii() and key.isdigit()]
        found = _editable(request).filter(pk__in=[key for key in ticked if len(key) < 19])
    return list(found.order_by("pk").values_list("pk", flat=True)[: MOST + 1])


def _editable(request: SignedRequest) -> AgencyQuerySet:
    return Agency.objects.editable_by(request.user)


def _form(request: SignedRequest, initial: dict[str, str] | None = None) -> BulkForm:
    today = clock.today()
    superiors = _editable(request).valid_on(today).in_protocol_order()
    form = BulkForm(request.POST or None, initial=initial, today=today, superiors=superiors)
    form.cancel_url = reverse("agencies:agency-list")
    return form


def _fill_in(request: SignedRequest, form: BulkForm, number: int) -> HttpResponse:
    return render(request, "agencies/agency_bulk.html", {"form": form, "number": number})


def _show(request: SignedRequest, form: BulkForm, seen: Preview, status: int = 200) -> HttpResponse:
    context = {"form": form, "preview": seen, "on": form.cleaned_data["on"]}
    return render(request, "agencies/agency_bulk_preview.html", context, status=status)


def _count(chosen: str | None) -> int:
    return len([key for key in (chosen or "").split(",") if key])
