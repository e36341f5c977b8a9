"""How every form speaks to the people who fill it in."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms

from isotrack.kit.clock import ZONE
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField, VietnameseDateTimeField
from plans.models import Ceiling


class LetterForm(HouseFormMixin, forms.Form):
    number = forms.CharField(label="Số", help_text="Ví dụ 1141/UBND-TH.")
    dated = VietnameseDateField(label="Ngày", help_text="Ngày ký.")
    kind = forms.ChoiceField(
        label="Loại", help_text="Chọn một.", choices=[("a", "A")], widget=forms.RadioSelect
    )
    submit_label = "Ghi số"
    cancel_url = "/quay-lai"


class CeilingForm(HouseFormMixin, forms.ModelForm):
    constraint_fields = {"ceiling_dates_in_order": "effective_to", "ceiling_once": "note"}

    class Meta:
        model = Ceiling
        fields = [
            "clause",
            "tier",
            "line",
            "mode",
            "unit",
            "amount",
            "effective_from",
            "effective_to",
            "source",
        ]
        field_classes = {"effective_from": VietnameseDateField, "effective_to": VietnameseDateField}


MAINTENANCE = {
    "clause": "6",
    "tier": "any",
    "line": "maintenance_year",
    "mode": "any",
    "unit": "agency_year",
    "amount": "15000000",
    "effective_from": "26/10/2015",
    "source": "Điều 4 TT 116/2015/TT-BTC",
}


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def one(self, tag, **attrs):
        return next(found for name, found in self.all if name == tag and attrs.items() <= found.items())


def shown(form) -> str:
    return render_crispy_form(form)


def test_the_browser_checks_nothing_so_that_the_server_can_say_it():
    assert "novalidate" in Tags(shown(LetterForm())).one("form", method="post")


def test_the_button_is_the_verb_and_the_way_back_is_a_link():
    page = shown(LetterForm())
    assert Tags(page).one("a", href="/quay-lai")
    assert page.count("btn-primary") == 1
    assert "Ghi số</button>" in page


def test_a_form_without_a_verb_has_no_button():
    form = LetterForm()
    form.submit_label = ""
    assert "<button" not in shown(form)


def test_every_error_is_listed_on_top_and_leads_to_its_field():
    page = Tags(shown(LetterForm({"dated": "31/02/2021"})))
    links = [found["href"] for tag, found in page.all if tag == "a" and str(found["href"]).startswith("#")]
    assert links == ["#id_number", "#id_dated", "#id_kind_0"]
    assert {found.get("id") for _tag, found in page.all} >= {"id_number", "id_dated", "id_kind_0"}


def test_a_wrong_field_says_so_to_a_screen_reader():
    page = shown(LetterForm({"dated": "31/02/2021"}))
    field = Tags(page).one("input", id="id_dated")
    assert field["aria-invalid"] == "true"
    for described in field["aria-describedby"].split():
        assert f'id="{described}"' in page


def test_what_was_typed_stays_in_the_field():
    page = Tags(shown(LetterForm({"number": "1141/UBND-TH", "dated": "31/02/2021"})))
    assert page.one("input", id="id_dated")["value"] == "31/02/2021"
    assert page.one("input", id="id_number")["value"] == "1141/UBND-TH"


def test_a_clean_form_has_no_list_of_errors():
    assert "summary" not in shown(LetterForm())


def test_a_layout_decides_which_fields_are_drawn():
    form = LetterForm()
    form.layout = ["dated"]
    page = shown(form)
    assert "id_dated" in page
    assert "id_number" not in page


def test_fields_without_help_are_named():
    class Mute(HouseFormMixin, forms.Form):
        name = forms.CharField()
        key = forms.CharField(widget=forms.HiddenInput)

    assert Mute().fields_without_help() == ["name"]
    assert LetterForm().fields_without_help() == []


@pytest.mark.django_db
def test_a_broken_rule_stands_beside_the_field_it_is_mapped_to():
    form = CeilingForm(MAINTENANCE | {"effective_to": "25/10/2015"})
    assert form.errors == {"effective_to": ["Ngày hết hiệu lực không được trước ngày có hiệu lực."]}


@pytest.mark.django_db
def test_a_broken_rule_without_a_field_of_the_form_stands_on_top():
    CeilingForm(MAINTENANCE).save()
    form = CeilingForm(MAINTENANCE)
    assert form.errors == {"__all__": ["Đã có mức chi cho nội dung này từ ngày này."]}


@pytest.mark.django_db
def test_every_broken_rule_is_told_at_once():
    CeilingForm(MAINTENANCE).save()
    form = CeilingForm(MAINTENANCE | {"effective_to": "25/10/2015", "amount": "-1"})
    assert set(form.errors) == {"effective_to", "__all__"}
    assert len(form.non_field_errors()) == 2


@pytest.mark.parametrize(
    "typed", ["5/7/2021", "05/07/2021", "05-07-2021", "5.7.2021", "05072021", "2021-07-05"]
)
def test_a_day_is_read_in_every_usual_way(typed):
    assert VietnameseDateField().clean(typed) == date(2021, 7, 5)


@pytest.mark.parametrize(
    ("typed", "why"), [("31/02/2021", "lịch"), ("7/2021", "ngày/tháng/năm"), ("mai", "05/07/2021")]
)
def test_a_day_that_cannot_be_read_says_which_form_is_expected(typed, why):
    with pytest.raises(forms.ValidationError, match=why):
        VietnameseDateField().clean(typed)


def test_a_day_is_shown_as_forms_show_it():
    field = VietnameseDateField(initial=date(2021, 7, 5), help_text="x")
    form = type("F", (forms.Form,), {"dated": field})()
    html = str(form["dated"])
    assert 'value="05/07/2021"' in html
    assert 'inputmode="numeric"' in html
    assert 'placeholder="ngày/tháng/năm"' in html


def test_an_unchanged_day_counts_as_unchanged():
    assert not VietnameseDateField().has_changed(date(2021, 7, 5), "5/7/2021")


@pytest.mark.parametrize("typed", ["05/07/2021 08:30", "5/7/2021 8:30", " 05/07/2021  8h30 "])
def test_an_instant_is_read_as_vietnamese_time(typed):
    assert VietnameseDateTimeField().clean(typed) == datetime(2021, 7, 5, 8, 30, tzinfo=ZONE)


def test_an_instant_is_shown_in_vietnamese_time_wherever_the_server_is():
    value = VietnameseDateTimeField().prepare_value(datetime(2021, 7, 5, 1, 30, tzinfo=UTC))
    assert value == "05/07/2021 08:30"


@pytest.mark.parametrize(
    "typed", ["05/07/2021", "05/07/2021 24:00", "05/07/2021 08:60", "31/02/2021 08:30", "08:30"]
)
def test_an_instant_that_cannot_be_read_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        VietnameseDateTimeField().clean(typed)


def test_an_optional_day_may_stay_empty():
    assert VietnameseDateField(required=False).clean("") is None
    assert VietnameseDateTimeField(required=False).clean("") is None
