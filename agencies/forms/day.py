"""The day as of which a page is looked at: ?on=05/07/2021."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from isotrack.kit.deadlines import DAY, start_of
from isotrack.kit.forms import VietnameseDateField
from isotrack.kit.words import show_date


class DayField(VietnameseDateField):
    """A day of the past or today; what will be nobody knows yet. The form says which day is `today`."""

    today: date | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(validators=PLAUSIBLE_DAYS, **options)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and self.today and day > self.today:
            raise ValidationError(_("Chỉ xem được đến hôm nay."), code="future")
        return day


class DayForm(forms.Form):
    """Read from the address of a page; without a day, or with one that cannot be read, it is today."""

    on = DayField(label=gettext_lazy("Xem tại ngày"), required=False)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["on"].today = today  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["class"] = "form-control"

    @property
    def day(self) -> date:
        """The day that is looked at."""
        day: date | None = None if self.errors else self.cleaned_data["on"]
        return day or self.today

    @property
    def is_past(self) -> bool:
        """Whether another day than today is looked at."""
        return self.day != self.today

    @property
    def shown_day(self) -> str:
        """The day as addresses carry it; "" for today."""
        return show_date(self.day) if self.is_past else ""

    @property
    def carried(self) -> str:
        """What a link adds behind its other words so that it stays on the past day; "" today."""
        return f"&on={self.shown_day}" if self.is_past else ""

    @property
    def carried_first(self) -> str:
        """The same for a link that asks for nothing else."""
        return f"?on={self.shown_day}" if self.is_past else ""

    def instant(self, now: datetime) -> datetime:
        """The last instant of a past day; `now` today."""
        return start_of(self.day + DAY) - timedelta(microseconds=1) if self.is_past else now
