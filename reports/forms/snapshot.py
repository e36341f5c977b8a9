"""Forms about a snapshot: freezing one, and the number its report goes out under."""

from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField, VietnameseDateTimeField
from isotrack.kit.words import say_date, say_time, show_date
from reports.models import ReportCycle, Snapshot
from reports.period import Period, usual_year, years_open_to

USUAL_SYMBOL = {Snapshot.Kind.COMMITTEE: "BC-SKHCN", Snapshot.Kind.MINISTRY: "BC-UBND"}
KINDS = [(kind.value, kind.label) for kind in USUAL_SYMBOL]


class FreezeForm(HouseFormMixin, forms.Form):
    """For whom, and as of when."""

    submit_label = _("Chốt số liệu")

    kind = forms.ChoiceField(
        label=_("Dùng cho"), choices=KINDS, initial=Snapshot.Kind.COMMITTEE, widget=forms.RadioSelect
    )
    year = forms.TypedChoiceField(
        label=_("Năm của báo cáo gửi Bộ"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    as_of = VietnameseDateTimeField(
        label=_("Số liệu tính đến"),
        help_text=_("Giờ Việt Nam. Báo cáo gửi sau thời điểm này không được tính."),
        error_messages={"required": _("Ghi thời điểm tính số liệu.")},
    )

    def __init__(self, *args: Any, cycle: ReportCycle, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cycle, self.now = cycle, now
        self.fields["as_of"].initial = now
        year = cast(forms.ChoiceField, self.fields["year"])
        year.choices = [(one, _in_words(one)) for one in years_open_to(cycle, Snapshot.Kind.MINISTRY)]
        year.initial = usual_year(cycle, Snapshot.Kind.MINISTRY, now)
        year.help_text = gettext(
            "Báo cáo tháng 12 của một năm dùng báo cáo các cơ quan gửi trước ngày 30/6 năm đó; việc đã làm"
            " tính theo kỳ số liệu của Điều 12 NĐ 09/2019/NĐ-CP. Báo cáo gửi UBND tỉnh luôn của năm %(year)s."
        ) % {"year": cycle.year}

    def clean(self) -> dict[str, Any]:
        """The year is that of the report to the Ministry; the other one follows its cycle."""
        given = super().clean() or self.cleaned_data
        if given.get("kind") != Snapshot.Kind.MINISTRY:
            given["year"] = None
        return given

    def clean_as_of(self) -> datetime:
        """Not in the future; the minute that is shown as now counts as now, with its seconds."""
        as_of: datetime = self.cleaned_data["as_of"]
        if as_of.replace(second=0) == self.now.astimezone(as_of.tzinfo).replace(second=0, microsecond=0):
            return self.now
        if as_of > self.now:
            raise ValidationError(
                gettext("Bây giờ là %(now)s; chọn thời điểm đã qua.") % {"now": say_time(self.now)}
            )
        return as_of


def _in_words(year: int) -> str:
    """The year with the days its work is counted in."""
    period = Period.of_december(year, datetime.combine(date(year, 12, 31), time(12), ZONE))
    told = {"year": year, "first": show_date(period.first), "last": show_date(period.last)}
    return gettext("%(year)s – kỳ số liệu từ %(first)s đến %(last)s") % told


class NumberForm(HouseFormMixin, forms.ModelForm):
    """Number, symbol, day and signer of the signed report; all of them, or it stays a draft."""

    submit_label = _("Ghi số văn bản")
    field_order = ["letter_number", "letter_symbol", "letter_dated", "letter_signer", "letter_position"]

    letter_dated = VietnameseDateField(
        label=_("Ngày văn bản"),
        help_text=_("Ngày ký báo cáo."),
        error_messages={"required": _("Ghi ngày ký báo cáo.")},
    )

    class Meta:
        model = Snapshot
        fields = ["letter_number", "letter_symbol", "letter_signer", "letter_position"]
        help_texts = {"letter_number": _("Theo sổ văn bản đi.")}

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        for field in self.fields.values():
            field.required = True
        self.fields["letter_dated"].initial = self.instance.letter_dated
        self.initial["letter_symbol"] = self.instance.letter_symbol or USUAL_SYMBOL[self.instance.kind]

    def clean_letter_dated(self) -> date:
        """From the day of the figures to today."""
        dated: date = self.cleaned_data["letter_dated"]
        if dated > self.today:
            raise ValidationError(gettext("Ngày ký không được sau hôm nay (%s).") % say_date(self.today))
        first = day_of(self.instance.as_of)
        if dated < first:
            raise ValidationError(
                gettext("Số liệu tính đến ngày %s; ngày ký không được trước ngày đó.") % say_date(first)
            )
        return dated
