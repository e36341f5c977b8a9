"""Showing in a form what an action refused."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def show_refusal(form: forms.BaseForm, refusal: ValidationError) -> None:
    """Put each sentence beside its field; what belongs to no field of this form stands in the list on top."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        known = name if name != NON_FIELD_ERRORS and name in form.fields else None
        form.add_error(known, errors)
