"""The demonstration's clock as a form."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import HouseFormMixin, VietnameseDateTimeField
from isotrack.kit.words import say_time

# What is due in between is played hour by hour of a working day; a year is done within a minute or two.
FARTHEST = timedelta(days=366)


class ClockForm(HouseFormMixin, forms.Form):
    """An instant after `now`, at most a year ahead, and where to go back to."""

    submit_label = gettext_lazy("Đặt ngày")

    as_of = VietnameseDateTimeField(
        label=gettext_lazy("Ngày giờ trình diễn"),
        help_text=gettext_lazy("Sau thời điểm hiện tại, ví dụ 30/06/2021 08:00. Đồng hồ chỉ chạy tới."),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_as_of(self) -> datetime:
        """Refuse the past, where the journal already has entries, and what is too far to play."""
        as_of: datetime = self.cleaned_data["as_of"]
        if as_of < self.now:
            told = _("Đồng hồ trình diễn chỉ chạy tới: chọn thời điểm sau %(now)s.")
            raise ValidationError(told % {"now": say_time(self.now)}, code="past")
        if as_of > self.now + FARTHEST:
            raise ValidationError(_("Mỗi lần đặt tới trước nhiều nhất một năm."), code="far")
        return as_of
