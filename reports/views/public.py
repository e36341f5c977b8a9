"""The public pages: how a province reports and declares, what of it can be taken away, how it is counted."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agencies.models.agency import Group
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.sheets import write_delimited
from isotrack.kit.words import show_date
from reports.board import Kind
from reports.models import Punctuality, ReportCycle
from reports.public import Asked, Declared, PublicProvince, Row, cycles_of, provinces_on

CSV = "text/csv; charset=utf-8"
SHOWN = (Kind.RECEIVED, Kind.ON_TIME, Kind.LATE, Kind.MISSING, Kind.NOT_DUE, Kind.EXEMPT, Kind.NIL)


@login_not_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The provinces to choose from; the only one at once."""
    provinces = list(provinces_on(clock.today()))
    if len(provinces) == 1:
        return redirect("reports:public-province", provinces[0].code)
    return render(request, "reports/public_overview.html", {"provinces": provinces})


@login_not_required
@require_safe
def province(request: HttpRequest, code: str) -> HttpResponse:
    """Rates and declarations of one province; ?year= another cycle."""
    found, now = _province(request, code), clock.now()
    cycles = cycles_of(found, now)
    if not cycles:
        return render(request, "reports/public_empty.html", {"province": found})
    context = {"public": PublicProvince(found, _chosen(request, cycles, now), now), "cycles": cycles}
    return render(request, "reports/public_province.html", context)


@login_not_required
@require_safe
def agencies(request: HttpRequest, code: str) -> HttpResponse:
    """The agencies of a cycle with the state of report and declaration; filters live in the address."""
    public, asked = _cycle(request, _province(request, code)), Asked.read(request.GET)
    context = {
        "public": public,
        "asked": asked,
        "page_obj": public.page(asked, request.GET.get("page")),
        "groups": Group.choices,
        "kinds": [(kind.value, kind.label) for kind in SHOWN],
        "declared": Declared.choices,
    }
    return render(request, "reports/public_agencies.html", context)


@login_not_required
@require_safe
@costly
def rates_file(request: HttpRequest, code: str) -> HttpResponse:
    """The rates of a cycle by group, as .csv."""
    public = _cycle(request, _province(request, code))
    heads = [_("Nhóm"), _("Phải báo cáo"), _("Đã nhận"), _("Đúng hạn"), _("Trễ"), _("Chưa gửi")]
    heads += [_("Chưa đến hạn"), _("Được miễn"), _("Không phát sinh"), _("Tỷ lệ nhận"), _("Tỷ lệ đúng hạn")]
    heads += [_("Đã công bố")]
    lines = [(line.label, line.rates, line.declared) for line in public.groups]
    lines.append((_("Toàn tỉnh"), public.rates, public.declared.done))
    rows = [
        [
            name,
            one.expected,
            one.received,
            one.on_time,
            one.late,
            one.missing,
            one.not_due,
            one.exempt,
            one.nil,
            one.rate,
            one.rate_on_time,
            declared,
        ]
        for name, one, declared in lines
    ]
    return _file(write_delimited(heads, rows), f"ty-le-bao-cao-{code}-{public.cycle.year}.csv")


@login_not_required
@require_safe
@costly
def declarations_file(request: HttpRequest, code: str) -> HttpResponse:
    """The agencies of a cycle with their declarations, as .csv."""
    public = _cycle(request, _province(request, code))
    heads = [_("Mã"), _("Cơ quan"), _("Cơ quan cấp trên"), _("Nhóm"), _("Bản công bố"), _("Công bố ngày")]
    heads += [_("Tiêu chuẩn"), _("Địa chỉ đăng tải"), _("Báo cáo năm %(year)s") % {"year": public.cycle.year}]
    return _file(write_delimited(heads, map(_line, public.rows())), f"cong-bo-{code}-{public.cycle.year}.csv")


@login_not_required
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """What an officer does once a year, and how rates and deadlines are counted."""
    return render(request, "reports/guide.html")


def _province(request: HttpRequest, code: str) -> Agency:
    """The province of the address, whose name the head of the page shows to a stranger."""
    found = get_object_or_404(provinces_on(clock.today()), code=code)
    request.province = found  # type: ignore[attr-defined]
    return found


def _cycle(request: HttpRequest, province: Agency) -> PublicProvince:
    """The cycle asked for. Raises Http404 where there is none."""
    now = clock.now()
    return PublicProvince(province, _chosen(request, cycles_of(province, now), now), now)


def _chosen(request: HttpRequest, cycles: list[ReportCycle], now: datetime) -> ReportCycle:
    """The cycle of ?year=, else the one that runs, else the newest. Raises Http404 where there is none."""
    if year := request.GET.get("year", ""):
        fitting = [cycle for cycle in cycles if str(cycle.year) == year]
    else:
        fitting = sorted(cycles, key=lambda cycle: not cycle.is_running(now))
    if not fitting:
        raise Http404
    return fitting[0]


def _line(row: Row) -> list[str]:
    declaration = row.declaration
    report = str(Punctuality(row.punctuality).label) + (f" ({_('Không phát sinh')})" if row.is_nil else "")
    said = ("", "", "", "")
    if declaration:
        day, standard = show_date(declaration.declared_on), str(declaration.standard.name)
        said = (declaration.number, day, standard, declaration.url)
    return [row.code, row.name, row.superior, row.group, *said, report]


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
