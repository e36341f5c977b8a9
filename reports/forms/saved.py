"""The name of a saved view, and who sees it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import SavedView, User
from isotrack.kit.forms import HouseFormMixin
from isotrack.kit.text import clean


class SavedViewForm(HouseFormMixin, forms.ModelForm):
    """Only the department shares; only the owner says what a list opens with."""

    submit_label = gettext_lazy("Lưu chế độ xem")

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
        """In one written form, and not that of another view of the same list."""
        name, view = clean(self.cleaned_data["name"]), self.instance
        others = SavedView.objects.owned_by(view.owner).of_page(view.page).exclude(pk=view.pk)
        if others.filter(name=name).exists():
            raise ValidationError(_("Đã có chế độ xem mang tên này cho danh sách này."), code="taken")
        return name

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
