"""The chips of the monitor board, its rows, and the line above those of a superior.

Fifty rows drawn by template nodes took a third of the whole page (measured); written here they take a tenth.
"""

from collections.abc import Iterable, Iterator

from django.http import QueryDict
from django.template import Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from isotrack.kit import markup
from isotrack.kit.words import show_number
from reports.board import Block, Board, Row
from reports.rates import Rates

register = Library()


@register.simple_tag
def board_chips(board: Board, query: QueryDict) -> SafeString:
    """The most used filter, with counts that respect the others of the address (`query`)."""
    kept = query.copy()
    for name in ("kind", "page"):
        kept.pop(name, None)
    address, chosen = f"?{kept.urlencode()}", board.wanted.kind
    joint = "&" if kept else ""
    drawn = [markup.chip(_("Tất cả"), board.rates.expected, address, current=chosen is None)]
    for kind, count in board.chips:
        url = f"{address}{joint}kind={kind.value}"
        drawn.append(markup.chip(kind.label, count, url, current=kind == chosen, kind=kind.icon))
    return mark_safe("".join(drawn))


@register.simple_tag
def board_rows(rows: Iterable[Row], is_grouped: bool, can_keep: bool) -> SafeString:
    """Each report: code, agency, punctuality, state, first sending, reminders, and what to do."""
    return mark_safe("".join(_row(row, is_grouped, can_keep) for row in rows))


def _row(row: Row, is_grouped: bool, can_keep: bool) -> str:
    address = markup.address_of("reports:report-detail", row.pk)
    under = "" if is_grouped else f'<span class="sub">{escape(row.superior)}</span>'
    return (
        f'<tr role="row"><td role="cell" class="num hide-s">{escape(row.code)}</td>'
        f'<th role="rowheader" scope="row"><a href="{address}">{escape(row.name)}</a>'
        f"{under}</th>"
        f'<td role="cell" class="row-s">{_punctuality(row)}</td>'
        f'<td role="cell" class="row-s">{markup.state(row.state, row.state.label)}</td>'
        f'<td role="cell" class="num row-s muted">{markup.vndate(row.first_submitted_at)}</td>'
        f'<td role="cell" class="r hide-s">{show_number(row.reminders)}</td>'
        f'<td role="cell" class="act">{_act(row, can_keep)}</td></tr>'
    )


@register.simple_tag
def board_sums(block: Block) -> SafeString:
    """The line of a superior: the sums of its agencies without zeros, late and missing bold."""
    goes_on = _("(tiếp ở trang sau)") if block.goes_on else ""
    name = block.name or _("Không có cấp trên")
    return mark_safe(
        '<tr role="row" class="grp"><th role="rowheader" scope="rowgroup" colspan="7">'
        f"{escape(name)} "
        f'<span class="sum">{" · ".join(_sums(block.rates))} {goes_on}</span></th></tr>'
    )


def _sums(rates: Rates | None) -> Iterator[str]:
    if rates is None:
        return
    yield ngettext("%(n)s cơ quan", "%(n)s cơ quan", rates.expected) % {"n": show_number(rates.expected)}
    if rates.on_time:
        yield _("%(n)s đúng hạn") % {"n": show_number(rates.on_time)}
    if rates.late:
        yield _bold(_("%(n)s trễ") % {"n": show_number(rates.late)})
    if rates.missing:
        yield _bold(_("%(n)s chưa gửi") % {"n": show_number(rates.missing)})
    if rates.not_due:
        yield _("%(n)s chưa đến hạn") % {"n": show_number(rates.not_due)}
    if rates.exempt:
        yield _("%(n)s được miễn") % {"n": show_number(rates.exempt)}


def _bold(words: str) -> str:
    return f"<b>{words}</b>"


def _punctuality(row: Row) -> str:
    parts = [markup.punctuality(row.punctuality, row.days_late)]
    if row.is_nil:
        parts.append(markup.nil_badge())
    if row.extended_to:
        said = _("gia hạn đến %(day)s") % {"day": markup.vndate(row.extended_to)}
        parts.append(mark_safe(f'<span class="sub">{escape(said)}</span>'))
    return " ".join(parts)


def _act(row: Row, can_keep: bool) -> str:
    named = f'<span class="visually-hidden"> {escape(row.name)}</span></a>'
    if row.asks_why:
        return f'<a href="{markup.address_of("reports:report-why", row.pk)}">{_("Vì sao?")}{named}'
    if can_keep and row.awaits_review:
        address = markup.address_of("reports:report-detail", row.pk)
        return f'<a class="only-l" href="{address}">{_("Xem xét")}{named}'
    return ""
