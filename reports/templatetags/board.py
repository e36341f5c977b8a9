"""A row of the monitor board.

Fifty rows drawn by template nodes took a third of the whole page (measured); written here they take a tenth.
"""

from functools import cache

from django.template import Library
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from isotrack.kit import markup
from isotrack.kit.words import show_number
from reports.board import Row

register = Library()
ANY = 0  # a key no report has


@register.simple_tag
def board_row(row: Row, is_grouped: bool, can_keep: bool) -> SafeString:
    """One report: code, agency, punctuality, state, first sending, reminders, and what to do."""
    under = "" if is_grouped else f'<span class="sub">{escape(row.superior)}</span>'
    return mark_safe(
        f'<tr role="row"><td role="cell" class="num hide-s">{escape(row.code)}</td>'
        f'<th role="rowheader" scope="row"><a href="{_url("report-detail", row.pk)}">{escape(row.name)}</a>'
        f"{under}</th>"
        f'<td role="cell" class="row-s">{_punctuality(row)}</td>'
        f'<td role="cell" class="row-s">{markup.state(row.state, row.state.label)}</td>'
        f'<td role="cell" class="num row-s muted">{markup.vndate(row.first_submitted_at)}</td>'
        f'<td role="cell" class="r hide-s">{show_number(row.reminders)}</td>'
        f'<td role="cell" class="act">{_act(row, can_keep)}</td></tr>'
    )


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
        return f'<a href="{_url("report-why", row.pk)}">{_("Vì sao?")}{named}'
    if can_keep and row.awaits_review:
        return f'<a class="only-l" href="{_url("report-detail", row.pk)}">{_("Xem xét")}{named}'
    return ""


def _url(name: str, pk: int) -> str:
    before, after = _around(name)
    return f"{before}{pk}{after}"


@cache
def _around(name: str) -> tuple[str, str]:
    """An address before and after its key: finding it in the URLconf anew for each row takes its time."""
    before, _key, after = reverse(f"reports:{name}", args=[ANY]).rpartition(str(ANY))
    return before, after
