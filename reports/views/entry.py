"""The journal of the province: who did what to which thing, when and why."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import ListPage, Role, User
from agencies.saved import SavedViews
from agencies.views import SignedRequest
from isotrack.journal.models import Entry
from isotrack.journal.models.entry import EntryQuerySet
from isotrack.journal.paging import leaf
from isotrack.kit import clock
from isotrack.kit.forms import FileKind
from isotrack.kit.limits import costly
from isotrack.kit.sheets import Sheet, write_book
from isotrack.kit.words import show_number
from reports.entry_sheet import JOURNAL, in_words
from reports.forms.entry import EntryFilter
from reports.journal_words import KINDS, TECHNICAL_KINDS, lines

EXPORTED_UP_TO = 50_000  # rows of one workbook: about ten seconds


@require_safe
def listing(request: SignedRequest) -> HttpResponse:
    """Newest first; the department reads everything, an administrator nothing about reports."""
    filters, found = _asked(request)
    saved = SavedViews(request, ListPage.JOURNAL)
    if away := saved.away():
        return away
    page = leaf(found, request.GET)
    shown = lines(page.entries)
    context = {
        "filters": filters,
        "saved": saved,
        "leaf": page,
        "lines": shown,
        "about": shown[0].entry.about_label if filters.about and shown else "",
        "kept": {"about": filters.about} if filters.about else {},
    }
    return render(request, "reports/entry_list.html", context)


@require_safe
@costly
def export(request: SignedRequest) -> HttpResponse | FileResponse:
    """The entries found, as on the screen, as a workbook; too many for one are refused with what to do."""
    _filters, found = _asked(request)
    if found.order_by()[EXPORTED_UP_TO:].exists():
        told = _("Có hơn %(most)s mục: chọn khoảng ngày hẹp hơn rồi xuất từng phần.")
        messages.error(request, told % {"most": show_number(EXPORTED_UP_TO)})
        return redirect(f"{reverse('reports:entry-list')}?{request.GET.urlencode()}")
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    write_book(file, [Sheet(_("Nhật ký"), JOURNAL, in_words(found))])
    file.seek(0)
    name = _("nhat-ky-%(day)s.xlsx") % {"day": clock.today().isoformat()}
    return FileResponse(file, as_attachment=True, filename=name, content_type=FileKind.XLSX.media_type)


def readable_by(user: User) -> tuple[EntryQuerySet, tuple[str, ...]]:
    """The entries this person may read, and of which kinds. Raises Http404 for who reads none."""
    if user.agency is None or not user.reads_accounts:
        raise Http404
    kinds = TECHNICAL_KINDS if user.role == Role.ADMINISTRATOR else tuple(KINDS)
    own = Entry.objects.of_province(*map(str, user.agency.realm))
    return (own.of_kinds(kinds) if user.role == Role.ADMINISTRATOR else own), kinds


def _asked(request: SignedRequest) -> tuple[EntryFilter, EntryQuerySet]:
    own, kinds = readable_by(request.user)
    filters = EntryFilter(request.GET, kinds=kinds, people=User.objects.visible_to(request.user))
    return filters, filters.narrow(own)
