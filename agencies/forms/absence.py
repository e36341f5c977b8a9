"""The rule of absence of one role."""

from django import forms
from django.utils.translation import gettext_lazy

from agencies.models import AbsenceRule
from isotrack.kit.forms import HouseFormMixin


class AbsenceRuleForm(HouseFormMixin, forms.ModelForm):
    """After how many days an account of this role is locked, and when its holder is warned."""

    submit_label = gettext_lazy("Lưu quy tắc")
    constraint_fields = {"absence_rule_in_order": "first_warning"}

    class Meta:
        model = AbsenceRule
        fields = ["locks_after", "first_warning", "last_warning", "is_on"]
