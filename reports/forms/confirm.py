"""The head of an agency asks for changes before confirming the report."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin


class SendBackForm(HouseFormMixin, forms.Form):
    """What the officer has to mend first."""

    submit_label = ""  # the page has one filled button, and it is another

    reason = forms.CharField(
        label=_("Cần sửa gì"),
        help_text=_("Công chức lập báo cáo đọc câu này; lời trả lại cũng ghi vào nhật ký."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Ghi cần sửa gì.")},
    )

    @cached_property
    def helper(self) -> FormHelper:
        """The page writes the form's own tag and its button."""
        helper = super().helper
        helper.form_tag = False
        helper.disable_csrf = True
        return helper
