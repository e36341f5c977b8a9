"""Forms about reminder rules: one rule with its texts, and the agency it is tried on."""

from datetime import datetime
from typing import Any
from unicodedata import normalize

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from isotrack.kit.forms import HouseFormMixin
from reports.models import AnnualReport, ReminderRule
from reports.models.report import ReportQuerySet
from reports.reminder_words import problems

FURTHEST = 365  # days from the last day
TEXTS = ("subject_vi", "text_vi", "subject_en", "text_en")


class RuleForm(HouseFormMixin, forms.ModelForm):
    """When a rule speaks, to whom, and in which words; blank words are the usual ones."""

    submit_label = ""  # the page has two buttons: keep it, or look at it first
    constraint_fields = {"rule_once": "offset"}

    class Meta:
        model = ReminderRule
        fields = ["audience", "offset", "at", "working_days_only", *TEXTS]
        widgets = {
            "at": forms.TimeInput(format="%H:%M", attrs={"placeholder": "07:00"}),
            "text_vi": forms.Textarea(attrs={"rows": 8}),
            "text_en": forms.Textarea(attrs={"rows": 8, "lang": "en"}),
            "subject_en": forms.TextInput(attrs={"lang": "en"}),
        }
        error_messages = {
            "offset": {
                "required": _("Ghi số ngày, ví dụ −7."),
                "invalid": _("Ghi số nguyên, ví dụ −7 hoặc 15."),
            },
            "at": {"invalid": _("Giờ từ 00:00 đến 23:59, ví dụ 07:00.")},
        }

    def __init__(self, *args: Any, province: Agency, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.province = province
        offset = self.fields["offset"]
        assert isinstance(offset, forms.IntegerField)
        offset.widget = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"})

    @property
    def layout(self) -> list[Any]:  # type: ignore[override]
        """The texts of each language under their own head."""
        return [
            "audience",
            "offset",
            "at",
            "working_days_only",
            HTML(format_html("<h3>{}</h3>", gettext("Lời thư"))),
            "subject_vi",
            "text_vi",
            HTML(format_html("<h3>{}</h3>", gettext("Lời thư tiếng Anh"))),
            "subject_en",
            "text_en",
        ]

    @cached_property
    def helper(self) -> FormHelper:
        """Without the form's own tag: the page's form holds the choice of an agency as well."""
        helper: FormHelper = super().helper
        helper.form_tag = False
        return helper

    def clean_offset(self) -> int:
        """Within a year of the deadline."""
        offset: int = self.cleaned_data["offset"]
        if abs(offset) > FURTHEST:
            raise ValidationError(_("Từ −365 đến 365 ngày quanh hạn."))
        return offset

    def clean(self) -> dict[str, Any]:
        """Say what is wrong with the placeholders of each text, beside it."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name in TEXTS:
            values[name] = normalize("NFC", values.get(name, "")).strip()
            for problem in problems(values[name], values.get("audience", "")):
                self.add_error(name, problem)
        return values

    def _get_validation_exclusions(self) -> set[str]:
        """The province is no field, yet belongs to what must be unique."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"province"}


class TryOnForm(HouseFormMixin, forms.Form):
    """The report of a real agency on which a rule's words are tried."""

    report = forms.ModelChoiceField(
        AnnualReport.objects.none(),
        required=False,
        empty_label=None,
        label=_("Xem thử với cơ quan"),
        help_text=_("Thư như sẽ gửi lúc này, với số liệu thật của cơ quan được chọn."),
    )
    language = forms.ChoiceField(
        required=False,
        choices=[("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))],
        label=_("Ngôn ngữ người đọc"),
        help_text=_("Người chọn tiếng Anh nhận lời tiếng Anh, nếu quy tắc có."),
    )

    def __init__(self, *args: Any, reports: ReportQuerySet, as_of: datetime, **options: Any) -> None:
        """Without a choice it is somebody who still owes at `as_of`, and so would get the mail."""
        super().__init__(*args, **{"prefix": "try"} | options)
        field = self.fields["report"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = reports
        field.label_from_instance = lambda obj: str(obj.name_in_lists)  # type: ignore[method-assign]
        self.usual = reports.open(as_of).first() or reports.first()
        field.initial = self.usual

    @property
    def chosen(self) -> AnnualReport | None:
        """The chosen report; the usual one where none was chosen."""
        choice = self.cleaned_data.get("report") if self.is_bound and self.is_valid() else None
        return choice or self.usual

    @property
    def reader(self) -> str:
        """The language its reader chose."""
        return self.cleaned_data.get("language") or "vi" if self.is_bound and self.is_valid() else "vi"
