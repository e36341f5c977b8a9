"""The form that gives reports to a colleague."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from isotrack.kit.forms import HouseFormMixin


class AssignForm(HouseFormMixin, forms.Form):
    """To whom; nobody in particular when left empty."""

    submit_label = _("Giao")

    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Giao cho"),
        required=False,
        empty_label=_("Không giao riêng ai"),
        help_text=_("Cán bộ của Sở đang giữ nhiệm vụ."),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("Người này không thuộc Sở hoặc đã thôi nhiệm vụ.")},
    )

    def __init__(self, *args: Any, user: User, today: date, **options: Any) -> None:
        """Those who review together with `user` on the day `today`."""
        super().__init__(*args, **options)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.get_queryset().reviewing_with(user, today)
