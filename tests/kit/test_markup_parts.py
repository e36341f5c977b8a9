"""The components of a page: badges, blocks, key figures, pager."""

import re
from datetime import date

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from isotrack.kit.deadlines import Deadline
from isotrack.kit.markup import PUNCTUALITY, STATE_ICONS

DEADLINE = Deadline(date(2021, 6, 29))


def drawn(source: str, address: str = "/", **context: object) -> str:
    context["request"] = RequestFactory().get(address)
    html = Template(source).render(Context(context))
    return re.sub(r">\s+|\s+<", lambda found: found[0].strip(), re.sub(r"\s+", " ", html))


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def sprite(settings) -> str:
    return (settings.BASE_DIR / "static" / "icons.svg").read_text()


@pytest.mark.parametrize("kind", PUNCTUALITY)
def test_everybody_can_tell_a_punctuality_by_word_and_icon(kind, settings):
    html = drawn("{% punctuality kind %}", kind=kind)
    assert words_of(html) == PUNCTUALITY[kind][1]
    assert f'<symbol id="{PUNCTUALITY[kind][0]}"' in sprite(settings)


def test_a_clerk_reads_by_how_many_days_a_report_is_late():
    assert words_of(drawn("{% punctuality 'late' 3 %}")) == "Trễ 3 ngày"


def test_a_nil_declaration_has_a_badge_of_its_own():
    assert words_of(drawn("{% nil_badge %}")) == "Không phát sinh"


@pytest.mark.parametrize("name", sorted(set(STATE_ICONS.values())))
def test_every_state_has_a_drawing(name, settings):
    assert f'<symbol id="{name}"' in sprite(settings)


def test_a_state_is_said_in_the_words_of_its_model():
    html = drawn("{% state 'draft' 'Bản nháp' %}")
    assert "icons.svg#draft" in html
    assert words_of(html) == "Bản nháp"


def test_what_people_typed_cannot_become_markup():
    html = drawn("{% card title=name id='x' %}{{ name }}{% endcard %}{% tile name 1 '/' %}", name="<b>")
    assert "<b>" not in html


def test_a_card_with_an_id_is_named_by_its_heading():
    html = drawn("{% card title='Hạn' id='han' %}…{% endcard %}")
    assert '<section class="panel " id="han" aria-labelledby="han-title"><h2 id="han-title">Hạn</h2>' in html


def test_a_warning_is_told_by_its_icon_too():
    html = drawn("{% note kind='warn' role='status' %}Xem lại{% endnote %}")
    assert '<div class="note note-warn" role="status">' in html
    assert "icons.svg#warn" in html


def test_the_last_step_of_the_path_is_the_page_itself():
    html = drawn("{% crumbs %}{% crumb 'Trang chủ' '/' %}{% crumb 'Kỳ 2020' %}{% endcrumbs %}")
    assert '<a href="/">Trang chủ</a>' in html
    assert '<span aria-current="page">Kỳ 2020</span>' in html


def test_a_page_without_a_path_has_no_empty_landmark():
    assert drawn("{% crumbs %} {% endcrumbs %}{% pagehead %} {% endpagehead %}") == ""


def test_a_key_figure_leads_to_its_rows():
    html = drawn("{% tile 'Chưa gửi' 1021 '/bao-cao/?chua-gui' 'missing' '12 cơ quan' %}")
    assert html.startswith('<a class="tile" href="/bao-cao/?chua-gui">')
    assert words_of(html) == "Chưa gửi 1.021 12 cơ quan"


def test_the_chosen_chip_says_so():
    html = drawn("{% chip 'Trễ' 24 '?p=late' True 'late' %}")
    assert 'class="chip k-late" href="?p=late" aria-current="true"' in html
    assert words_of(html) == "Trễ 24"


@pytest.mark.parametrize(
    ("today", "css", "left"),
    [
        (date(2021, 6, 15), "deadline", "Còn 14 ngày"),
        (date(2021, 6, 29), "deadline", "Hạn cuối là hôm nay, đến 24:00"),
        (date(2021, 7, 5), "deadline deadline-late", "Đã qua hạn 6 ngày"),
    ],
)
def test_an_officer_reads_the_cutoff_in_words_with_the_days_left(today, css, left):
    html = drawn("{% deadline deadline today %}", deadline=DEADLINE, today=today)
    assert f'<div class="{css}"' in html
    assert words_of(html) == f"Gửi trước ngày 30/6/2021 (hết ngày 29/6/2021) {left}"


def test_a_page_may_say_something_else_than_the_days_left():
    html = drawn(
        "{% deadline deadline today slim=True lead='Hạn:' aside='Đã gửi' %}",
        deadline=DEADLINE,
        today=date(2021, 7, 5),
    )
    assert words_of(html) == "Hạn: trước ngày 30/6/2021 (hết ngày 29/6/2021) Đã gửi"


def test_a_reader_who_turns_the_page_keeps_the_search():
    page = Paginator(range(202), 50).page(2)
    html = drawn("{% pager page 'cơ quan' %}", "/?q=ton+giao&page=2", page=page)
    assert "51–100 trong 202 cơ quan" in words_of(html)
    assert 'href="?q=ton+giao&amp;page=3"' in html
    assert 'aria-label="Trang 2" aria-current="page"' in html


def test_a_list_of_one_page_has_a_count_and_no_links():
    html = drawn("{% pager page 'cơ quan' %}", page=Paginator(range(7), 50).page(1))
    assert words_of(html) == "1–7 trong 7 cơ quan"
    assert "href" not in html


@pytest.mark.parametrize(
    ("address", "href", "order"),
    [
        ("/?q=a", "?q=a&amp;sort=name", ""),
        ("/?sort=name&page=3", "?sort=-name", "ascending"),
        ("/?sort=-name", "?sort=name", "descending"),
    ],
)
def test_a_column_head_sorts_one_way_and_then_the_other(address, href, order):
    html = drawn("{% th_sort 'name' 'Cơ quan' %}", address)
    assert f'href="{href}"' in html
    assert (f'aria-sort="{order}"' in html) == bool(order)


def test_an_empty_list_says_why_and_what_next():
    html = drawn("{% empty 'Chưa có' 'Kỳ chưa mở.' '/mo' 'Mở kỳ' %}")
    assert words_of(html) == "Chưa có Kỳ chưa mở. Mở kỳ"
