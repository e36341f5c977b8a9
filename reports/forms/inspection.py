"""The form of a file inspection: thirteen things to look at, a result, what has to be remedied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.words import say_date
from reports.actions.inspection import Found
from reports.forms.review import LONGEST
from reports.models import ChecklistItem, FileFinding, FileInspection

LONGEST_REMARK = 500
_BOX = {"class": "form-control", "autocomplete": "off"}
ANSWERS = [("", _("Chưa xem")), *FileFinding.Answer.choices]


@dataclass(frozen=True)
class ItemRow:
    """One item of the checklist with its two fields."""

    item: ChecklistItem
    answer: BoundField
    remark: BoundField


class Checklist(HouseFormMixin, forms.Form):
    """The thirteen items; everything may be left open: what is filled in so far is kept."""

    def __init__(
        self,
        *args: Any,
        items: Sequence[ChecklistItem],
        findings: Mapping[str, Any],
        today: date,
        **options: Any,
    ) -> None:
        """`findings` are those kept so far, by the code of their item."""
        super().__init__(*args, **options)
        self.items, self.today = items, today
        for item in items:
            kept = findings.get(item.code)
            self.fields[f"answer-{item.pk}"] = forms.ChoiceField(
                choices=ANSWERS,
                required=False,
                label=item.text,
                initial=kept.answer if kept else "",
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            )
            self.fields[f"remark-{item.pk}"] = forms.CharField(
                required=False,
                max_length=LONGEST_REMARK,
                label=_("Ghi chú"),
                initial=kept.remark if kept else "",
                widget=forms.TextInput(attrs=_BOX),
            )

    @property
    def rows(self) -> Iterator[ItemRow]:
        """The items in order, each with its fields."""
        for item in self.items:
            yield ItemRow(item, self[f"answer-{item.pk}"], self[f"remark-{item.pk}"])

    @property
    def found(self) -> dict[str, Found]:
        """What was found at each item that was looked at or remarked on, by its code."""
        said = {item.code: Found(*self._said(item)) for item in self.items}
        return {code: found for code, found in said.items() if found.answer or found.remark}

    def _said(self, item: ChecklistItem) -> tuple[str, str]:
        return self.cleaned_data[f"answer-{item.pk}"], self.cleaned_data[f"remark-{item.pk}"]


class InspectionForm(Checklist):
    """The checklist filled in during the review, with its result."""

    inspected_on = VietnameseDateField(
        widget=forms.DateInput(attrs=_BOX | {"inputmode": "numeric"}, format="%d/%m/%Y"),
        label=_("Ngày kiểm tra"),
        help_text=_("Ngày xem hồ sơ."),
        error_messages={"required": _("Ghi ngày kiểm tra.")},
    )
    result = forms.ChoiceField(
        choices=[("", _("Chưa kết luận")), *FileInspection.Result.choices],
        label=_("Kết luận"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("Kết luận được khi đã xem đủ các nội dung."),
    )
    remark = forms.CharField(
        label=_("Yêu cầu khắc phục"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs=_BOX | {"rows": 4}),
        help_text=_("Nêu rõ cần khắc phục gì, đến bao giờ. Bắt buộc khi kết luận chưa đạt."),
    )

    def clean_inspected_on(self) -> date:
        """Not after today."""
        day: date = self.cleaned_data["inspected_on"]
        if day > self.today:
            said = gettext("Ngày kiểm tra không thể sau hôm nay (%(today)s).")
            raise ValidationError(said % {"today": say_date(self.today)})
        return day
