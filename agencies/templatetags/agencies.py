"""A row of the list of agencies: written at once, for the reason that the rows of the board are."""

from django.template import Library
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agencies.models import Agency
from isotrack.kit import markup

register = Library()


@register.simple_tag
def agency_row(agency: Agency, on: str, is_past: bool, picks: bool) -> SafeString:
    """One agency, as it stands today or stood on the day `on`; mailboxes are not dated, so then not shown.

    With `picks` it can be ticked, to be changed together with others.
    """
    name = escape(agency)
    above = escape(agency.superior or "–")
    address = reverse("agency-detail", args=[agency.pk]) + (f"?on={escape(on)}" if on else "")
    repeats = f'<span class="sub">{above}</span>' if getattr(agency, "name_repeats", False) else ""
    code = _("Mã")
    cells = [
        (_("Cấp trên"), above),
        (_("Loại"), escape(agency.get_kind_display())),
        (_("Áp dụng ISO"), escape(agency.get_mandate_display())),
        (_("Báo cáo năm"), _("Có") if agency.reports_annually else _("Không")),
    ]
    if not is_past:
        cells.append((_("Thư nhận tin"), escape(agency.contact_email) or _missing()))
    cells.append((_("Người phụ trách"), _holder(agency)))
    css, tick = (' class="picked"', _tick(agency, name)) if picks else ("", "")
    return mark_safe(
        f'<tr role="row"><th scope="row" role="rowheader"{css}>{tick}'
        f'<a href="{address}">{name}</a>{repeats}</th>'
        f'<td class="num" role="cell" data-l="{code}">{escape(agency.code)}</td>'
        + "".join(f'<td role="cell" data-l="{label}">{said}</td>' for label, said in cells)
        + "</tr>"
    )


def _tick(agency: Agency, name: str) -> str:
    said = _("Chọn %(name)s") % {"name": name}
    return (
        f'<input class="form-check-input" type="checkbox" form="picks" name="pick" value="{agency.pk}" '
        f'aria-label="{said}"> '
    )


def _holder(agency: Agency) -> str:
    held = getattr(agency, "held", [])
    return escape(held[0].user) if held else _missing()


def _missing() -> str:
    said = _("Chưa có")
    return f'<span class="state">{markup.icon("warn")}{said}</span>'
