"""The house's components as template tags and filters; a TEMPLATES builtin, so no page loads it.

Punctuality has a colour, an icon and a word; workflow states have an icon and a word; what a page says stays
in the page. Figures and dates are written by isotrack.kit.words.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.core.paginator import Page
from django.forms import BoundField, Select
from django.forms.utils import flatatt
from django.http import QueryDict
from django.template import Context, Library
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from isotrack.kit import words
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.plots import Drawing, Plot

register = Library()

Words = str | Promise

# Punctuality → its class in the style sheet (also the icon's name), and its word.
PUNCTUALITY: dict[str, tuple[str, Words]] = {
    "on_time": ("ok", gettext_lazy("Đúng hạn")),
    "late": ("late", gettext_lazy("Trễ hạn")),
    "missing": ("missing", gettext_lazy("Chưa gửi")),
    "not_due": ("notdue", gettext_lazy("Chưa đến hạn")),
    "exempt": ("exempt", gettext_lazy("Được miễn")),
    "nil": ("nil", gettext_lazy("Không phát sinh")),
}
# Workflow states of reports, notices and plans → icon.
STATE_ICONS = {
    "not_started": "notdue",
    "draft": "draft",
    "submitted": "sent",
    "returned": "returned",
    "accepted": "accepted",
    "extended": "plus",
    "locked": "lock",
    "planned": "clock",
    "sent": "mail",
    "failed": "error",
    "skipped": "skip",
    "finance_review": "sent",
    "cleared": "accepted",
    "approved": "accepted",
    "closed": "lock",
    "withdrawn": "returned",
    "expired": "skip",
}
NOTE_ICONS = {"": "info", "ok": "ok", "warn": "warn", "error": "error"}


# Words


@register.filter
def number(value: int | Decimal | None) -> str:
    """1234567 → "1.234.567"; None → "–"."""
    return words.NOTHING if value is None else words.show_number(value)


@register.filter
def money(value: int | None) -> str:
    """Whole đồng: 33000000 → "33.000.000 đồng"; None → "–"."""
    return words.NOTHING if value is None else words.show_money(value)


@register.filter
def percent(value: Decimal | None) -> str:
    """Decimal("89.105") → "89,11 %"; None (0/0) → "–"."""
    return words.show_percent(value)


def address_of(name: str, pk: int) -> str:
    """The address with this name that ends in a key, for the rows of a list.

    Finding it in the URLconf anew for each row takes its time.
    """
    before, after = _around_key(name)
    return f"{before}{pk}{after}"


@cache
def _around_key(name: str) -> tuple[str, str]:
    before, _key, after = reverse(name, args=[_NO_KEY]).rpartition(str(_NO_KEY))
    return before, after


_NO_KEY = 0  # a key that no row has


@register.filter
def vndate(value: date | datetime | None) -> str:
    """For tables and stamps: "05/07/2021", the day in Vietnam; None → ""."""
    return "" if value is None else words.show_date(_day(value))


@register.filter
def vntime(value: datetime | None) -> str:
    """For tables and stamps: "05/07/2021 09:41", Vietnamese time; None → ""."""
    return "" if value is None else words.show_time(value)


@register.filter
def in_sentence(value: date | datetime | None) -> str:
    """As official letters write it: "05/7/2021", and for an instant "10:12 ngày 16/6/2021"; None → ""."""
    if value is None:
        return ""
    return words.say_time(value) if isinstance(value, datetime) else words.say_date(value)


@register.filter
def day_in_sentence(value: date | datetime | None) -> str:
    """The Vietnamese day of a date or an instant as official letters write it: "05/7/2021"; None → ""."""
    return "" if value is None else words.say_date(_day(value))


def _day(value: date | datetime) -> date:
    return day_of(value) if isinstance(value, datetime) else value


# Icons, badges, states


@cache
def _sprite() -> str:
    # Asked once a process: a list draws hundreds of icons, and the address does not change while it runs.
    return static("icons.svg")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of static/icons.svg. It is decoration: the word beside it says the same."""
    return _drawn(name)


# A list of fifty rows writes the same few drawings and badges two hundred times.
@lru_cache(maxsize=256)
def _drawn(name: str) -> SafeString:
    return format_html(
        '<svg class="ic" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', _sprite(), name
    )


@register.simple_tag
def punctuality(kind: str, days: int | None = None) -> SafeString:
    """The badge of a punctuality kind; with `days` a late one says "Trễ 3 ngày" (calendar days)."""
    return _badge(str(kind), days, get_language() or "")


@lru_cache(maxsize=1024)
def _badge(kind: str, days: int | None, _language: str) -> SafeString:
    name, word = PUNCTUALITY[kind]
    if kind == "late" and days:
        word = ngettext("Trễ %(days)d ngày", "Trễ %(days)d ngày", days) % {"days": days}
    return format_html('<span class="st st-{}">{}{}</span>', name, icon(name), word)


@register.simple_tag
def nil_badge() -> SafeString:
    """ "Không phát sinh": stands beside the punctuality badge, never instead of it."""
    return punctuality("nil")


@register.simple_tag
def state(value: str, label: Words) -> SafeString:
    """A workflow state: grey icon and word. A state without a drawing of its own gets the neutral one."""
    return _state(str(value), str(label))


@lru_cache(maxsize=256)
def _state(value: str, label: str) -> SafeString:
    return format_html('<span class="state">{}{}</span>', icon(STATE_ICONS.get(value, "half")), label)


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: object) -> SafeString:
    """The options of a drop-down; drawn at once, as there may be hundreds of superiors."""
    chosen_as = str(chosen)
    written = (
        f'<option value="{escape(str(value))}"{" selected" if str(value) == chosen_as else ""}>'
        f"{escape(str(label))}</option>"
        for value, label in choices
    )
    return mark_safe("".join(written))


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input of a field. A drop-down is drawn at once: ten of them cost as much as a whole list."""
    widget = field.field.widget
    if not isinstance(widget, Select) or widget.allow_multiple_selected:
        return field.as_widget()
    attrs: dict[str, Any] = {"name": field.html_name, "id": field.auto_id} | widget.attrs
    attrs |= field.build_widget_attrs({}, widget)
    chosen = "" if field.value() is None else field.value()
    return format_html("<select{}>{}</select>", flatatt(attrs), options(list(widget.choices), chosen))


@register.simple_tag
def drawings(plot: Plot, label: Words) -> SafeString:
    """A plot in its two drawings, as SVG with `label` as its name: hundreds of shapes, drawn at once."""
    return mark_safe("".join(_svg(drawing, escape(label)) for drawing in plot.drawings))


def _svg(drawing: Drawing, label: str) -> str:
    width, height = drawing.width, drawing.height
    shapes = [f'<path class="{path.css}" d="{path.d}"/>' for path in drawing.paths]
    shapes += [
        f'<rect class="{box.css}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"/>'
        for box in drawing.boxes
    ]
    shapes += [f'<circle class="f-acc" cx="{dot.x}" cy="{dot.y}" r="5"/>' for dot in drawing.dots]
    shapes += [
        f'<text class="{one.css}" x="{one.x}" y="{one.y}" text-anchor="{one.anchor}">'
        f"{escape(one.text)}</text>"
        for one in drawing.texts
    ]
    return (
        f'<svg class="{drawing.css}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{label}">{"".join(shapes)}</svg>'
    )


# Blocks with children


@register.simple_block_tag
def card(content: str, title: Words = "", id: str = "", css: str = "") -> SafeString:
    """A white sheet with an h2; with `id` it is a named region that links can point at."""
    opening = format_html('<section class="panel {}">', css)
    heading = format_html("<h2>{}</h2>", title) if title else ""
    if id:
        named = format_html(' aria-labelledby="{}-title"', id) if title else ""
        opening = format_html('<section class="panel {}" id="{}"{}>', css, id, named)
        heading = format_html('<h2 id="{}-title">{}</h2>', id, title) if title else ""
    return format_html("{}{}{}</section>", opening, heading, content)


@register.simple_block_tag
def note(content: str, kind: str = "", role: str = "") -> SafeString:
    """A remark of `kind` "", "ok", "warn" or "error": bar, icon and text. `role` e.g. "status", "alert"."""
    return format_html(
        '<div class="note note-{}"{}>{}<div>{}</div></div>',
        kind or "info",
        format_html(' role="{}"', role) if role else "",
        icon(NOTE_ICONS[kind]),
        content,
    )


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The path to the page, around {% crumb %}s; nothing at all where there are none."""
    if not content.strip():
        return mark_safe("")
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', _("Đường dẫn"), content)


@register.simple_block_tag
def pagehead(content: str) -> SafeString:
    """One h1, then punctuality badge, workflow state and actions; nothing where the page has its own head."""
    if not content.strip():
        return mark_safe("")
    return format_html('<div class="pagehead">{}</div>', content)


# Pieces


@register.simple_tag
def crumb(label: Words, url: str = "") -> SafeString:
    """One step of the path; the last one has no address and is the page itself."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li><span aria-current="page">{}</span></li>', label)


@register.simple_tag
def chip(label: Words, count: int | None, url: str, current: bool = False, kind: str = "") -> SafeString:
    """A quick filter (or tab) that is a link with a count; `kind` is a punctuality kind or "nil"."""
    name = PUNCTUALITY[kind][0] if kind else ""
    return format_html(
        '<a class="chip{}" href="{}"{}>{}{}{}</a>',
        f" k-{name}" if name else "",
        url,
        mark_safe(' aria-current="true"') if current else "",
        icon(name) if name else "",
        label,
        format_html(" <b>{}</b>", words.show_number(count)) if count is not None else "",
    )


@register.simple_tag
def tile(
    label: Words, value: int | str | None, url: str = "", kind: str = "", note: Words = ""
) -> SafeString:
    """A key figure that links to its rows; `kind` is a punctuality kind, `note` its base or percentage."""
    name = PUNCTUALITY[kind][0] if kind else ""
    return format_html(
        '<{} class="tile"{}><span class="k{}">{}{}</span><span class="v">{}</span>{}</{}>',
        "a" if url else "div",
        format_html(' href="{}"', url) if url else "",
        f" k-{name}" if name else "",
        icon(name) if name else "",
        label,
        value if isinstance(value, str) else number(value),
        format_html('<span class="s">{}</span>', note) if note else "",
        "a" if url else "div",
    )


@register.inclusion_tag("parts/empty.html")
def empty(title: Words, text: Words = "", url: str = "", action: Words = "") -> dict[str, object]:
    """What is absent, why, and one next step. Not straight inside a {% for %}, which has its own "empty"."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("parts/deadline.html")
def deadline(
    deadline: Deadline,
    today: date,
    due_before: date | None = None,
    slim: bool = False,
    lead: Words = "",
    text: Words = "",
    aside: Words = "",
) -> dict[str, object]:
    """The banner: blue before the cut-off, amber after; the sentence with both halves and the days left.

    `lead` begins the sentence ("Gửi" unless said), `text` is a line under it (what moved the cut-off, say),
    `aside` stands instead of the days left.
    """
    return {
        "late": deadline.offset(today) > 0,
        "slim": slim,
        "lead": lead or _("Gửi"),
        "words": deadline.in_words(due_before),
        "text": text,
        "left": aside or _days_in_bold(deadline.left_in_words(today), deadline.offset(today)),
    }


def _days_in_bold(sentence: str, offset: int) -> SafeString:
    before, days, after = sentence.partition(str(abs(offset))) if offset else (sentence, "", "")
    return format_html("{}<b>{}</b>{}", before, days, after) if days else format_html("{}", before)


@register.inclusion_tag("parts/pager.html", takes_context=True)
def pager(context: Context, page: Page, noun: Words) -> dict[str, object]:
    """ "1–50 trong 202 cơ quan" and links to the pages, which keep the other parameters of the address."""
    return {
        "request": context["request"],
        "page": page,
        "noun": noun,
        "first": page.start_index(),
        "last": page.end_index(),
        "count": page.paginator.count,
        "numbers": list(_page_numbers(page)) if page.has_other_pages() else [],
    }


def _page_numbers(page: Page) -> Iterator[int | None]:
    """The numbers to show; None where some are left out."""
    for place in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        yield place if isinstance(place, int) else None


@register.simple_tag(takes_context=True)
def th_sort(context: Context, key: str, label: Words, css: str = "") -> SafeString:
    """A column head that sorts: ?sort=key, and ?sort=-key the second time; other parameters are kept."""
    parameters: QueryDict = context["request"].GET.copy()
    now = parameters.get("sort", "")
    parameters["sort"] = f"-{key}" if now == key else key
    parameters.pop("page", None)
    return format_html(
        '<th scope="col" role="columnheader"{}{}><a href="?{}">{}{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        _aria_sort(key, now),
        parameters.urlencode(),
        label,
        mark_safe({key: " ↑", f"-{key}": " ↓"}.get(now, "")),
    )


def _aria_sort(key: str, now: str) -> SafeString:
    direction = {key: "ascending", f"-{key}": "descending"}.get(now)
    return format_html(' aria-sort="{}"', direction) if direction else mark_safe("")
