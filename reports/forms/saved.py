"""The name of a saved view, and who sees it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import SavedView, User
from isotrack.kit.forms import HouseFormMixin
from isotrack.kit.text import clean


class SavedViewForm(HouseFormMixin, forms.ModelForm):
    """Only the department shares; only the owner says what a list opens with."""

    submit_label = _("Lưu chế độ xem")
    constraint_fields = {"view_named_once": "name"}

    class Meta:
        model = SavedView
        fields = ["name", "is_default", "is_shared"]

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if not user.is_reviewer:
            del self.fields["is_shared"]
        if self.instance.pk and self.instance.owner_id != user.pk:
            del self.fields["is_default"]

    def clean_name(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["name"])

    def validate_unique(self) -> None:
        """A new first view takes the place of the one before, so only the name can be taken."""
        default, self.instance.is_default = self.instance.is_default, False
        super().validate_unique()
        self.instance.is_default = default

    def validate_constraints(self) -> None:
        """See validate_unique."""
        default, self.instance.is_default = self.instance.is_default, False
        super().validate_constraints()
        self.instance.is_default = default
