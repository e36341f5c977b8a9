"""A row of the list of agencies, and the tree: written at once, for the reason that the board's rows are."""

from collections.abc import Iterable

from django.http import QueryDict
from django.template import Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency
from agencies.models.agency import Kind, Mandate
from agencies.tree import Branch
from isotrack.kit import markup
from isotrack.kit.words import show_number

register = Library()


@register.simple_tag
def agency_rows(agencies: Iterable[Agency], on: str, is_past: bool, picks: bool) -> SafeString:
    """Each agency, as it stands today or stood on the day `on`; mailboxes are not dated, so then not shown.

    With `picks` they can be ticked, to be changed together.
    """
    words = _Words()
    return mark_safe("".join(_row(agency, words, on, is_past, picks) for agency in agencies))


class _Words:
    """What every row says, looked up once for all of them."""

    def __init__(self) -> None:
        self.code, self.above, self.kind = _("Mã"), _("Cấp trên"), _("Loại")
        self.mandate, self.annual = _("Áp dụng ISO"), _("Báo cáo năm")
        self.mailbox, self.holder = _("Thư nhận tin"), _("Người phụ trách")
        self.reports = {True: _("Có"), False: _("Không")}
        self.missing = f'<span class="state">{markup.icon("warn")}{_("Chưa có")}</span>'
        # Written out: escape() leaves a lazy text lazy, and each row would look it up again.
        self.kinds = {value: escape(str(label)) for value, label in Kind.choices}
        self.mandates = {value: escape(str(label)) for value, label in Mandate.choices}


def _row(agency: Agency, words: _Words, on: str, is_past: bool, picks: bool) -> str:
    name = escape(agency)
    above = escape(agency.superior or "–")
    repeats = f'<span class="sub">{above}</span>' if getattr(agency, "name_repeats", False) else ""
    holder = getattr(agency, "holder", None)
    cells = [
        (words.above, above),
        (words.kind, words.kinds[agency.kind]),
        (words.mandate, words.mandates[agency.mandate]),
        (words.annual, words.reports[agency.reports_annually]),
    ]
    if not is_past:
        cells.append((words.mailbox, escape(agency.contact_email) or words.missing))
    cells.append((words.holder, escape(holder) if holder else words.missing))
    css, tick = (' class="picked"', _tick(agency, name)) if picks else ("", "")
    return (
        f'<tr role="row"><th scope="row" role="rowheader"{css}>{tick}'
        f'<a href="{_address(agency.pk, on)}">{name}</a>{repeats}</th>'
        f'<td class="num" role="cell" data-l="{words.code}">{escape(agency.code)}</td>'
        + "".join(f'<td role="cell" data-l="{label}">{said}</td>' for label, said in cells)
        + "</tr>"
    )


@register.simple_tag
def agency_branches(branches: Iterable[Branch], on: str, query: QueryDict) -> SafeString:
    """Agencies with those below them, as far as the address (`query`) unfolds them."""
    words = _TreeWords(on, query)
    return mark_safe("".join(_branch(branch, words) for branch in branches))


class _TreeWords:
    """What every branch says, looked up once for all of them; `rest` is the address but for what is open."""

    def __init__(self, on: str, query: QueryDict) -> None:
        self.on, self.query = on, query
        self.rest = _changed(query, open=[])
        below = _("cơ quan bên dưới")  # makemessages does not look into an f-string
        self.below = f'</span><span class="visually-hidden"> {below}</span>'
        self.fold, self.unfold = _("Gập %(name)s"), _("Mở %(name)s")


def _branch(branch: Branch, words: _TreeWords) -> str:
    agency, name = branch.agency, escape(branch.agency)
    twig = _twig(branch, name, words) if branch.below and branch.can_toggle else ""
    if branch.below:
        said = f'<span class="count">{show_number(branch.below)}{words.below}'
    else:
        said = f'<span class="muted small num">{escape(agency.code)}</span>'
    below = "".join(_branch(child, words) for child in branch.children)
    children = f"<ul>{below}{_more(branch, words.query)}</ul>" if below else ""
    address = _address(agency.pk, words.on)
    return f'<li id="b{agency.pk}">{twig} <a href="{address}">{name}</a> {said}{children}</li>'


def _twig(branch: Branch, name: str, words: _TreeWords) -> str:
    says, drawn, is_open = (words.fold, "▾", "true") if branch.is_open else (words.unfold, "▸", "false")
    opened = "".join(f"&amp;open={key}" for key in branch.toggled)
    return (
        f'<a class="twig" href="{words.rest}{opened}#b{branch.agency.pk}" aria-expanded="{is_open}">'
        f'<span aria-hidden="true">{drawn}</span>'
        f'<span class="visually-hidden">{says % {"name": name}}</span></a>'
    )


def _more(branch: Branch, query: QueryDict) -> str:
    if not branch.left_out:
        return ""
    said = ngettext(
        "và %(number)s cơ quan nữa: xem dạng bảng",
        "và %(number)s cơ quan nữa: xem dạng bảng",
        branch.left_out,
    ) % {"number": show_number(branch.left_out)}
    address = _changed(query, view=[], open=[], superior=[branch.agency.pk])
    return f'<li><a href="{address}">{said}</a></li>'


def _changed(query: QueryDict, **values: list[int]) -> str:
    """The address with other values; it is written into an attribute."""
    asked = query.copy()
    for name, given in values.items():
        asked.setlist(name, map(str, given))
    return escape(f"?{asked.urlencode()}")


def _address(pk: int, on: str) -> str:
    return markup.address_of("agency-detail", pk) + (f"?on={escape(on)}" if on else "")


def _tick(agency: Agency, name: str) -> str:
    said = _("Chọn %(name)s") % {"name": name}
    return (
        f'<input class="form-check-input" type="checkbox" form="picks" name="pick" value="{agency.pk}" '
        f'aria-label="{said}"> '
    )
