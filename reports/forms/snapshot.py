"""Forms about a snapshot: freezing one, and the number its report goes out under."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from isotrack.kit.clock import day_of
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField, VietnameseDateTimeField
from isotrack.kit.words import say_date, say_time
from reports.models import ReportCycle, Snapshot

USUAL_SYMBOL = {Snapshot.Kind.COMMITTEE: "BC-SKHCN", Snapshot.Kind.MINISTRY: "BC-UBND"}
KINDS = [(kind.value, kind.label) for kind in USUAL_SYMBOL]


class FreezeForm(HouseFormMixin, forms.Form):
    """For whom, and as of when."""

    submit_label = _("Chốt số liệu")

    kind = forms.ChoiceField(
        label=_("Dùng cho"), choices=KINDS, initial=Snapshot.Kind.COMMITTEE, widget=forms.RadioSelect
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
