"""The form for a comment at one question of a sent report."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin
from reports.forms.review import LONGEST
from reports.questions import Question


class CommentForm(HouseFormMixin, forms.Form):
    """At which question, and what has to be mended there."""

    submit_label = _("Ghi góp ý")

    question = forms.ChoiceField(
        label=_("Câu"),
        help_text=_("Câu hỏi mà góp ý nói đến."),
        error_messages={
            "required": _("Chọn câu."),
            "invalid_choice": _("Câu này không có trong biểu mẫu của báo cáo."),
        },
    )
    text = forms.CharField(
        label=_("Góp ý"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Cần sửa, bổ sung gì ở câu này. Cơ quan đọc được khi báo cáo được trả lại."),
        error_messages={"required": _("Ghi góp ý.")},
    )

    def __init__(self, *args: Any, questions: Sequence[Question], **options: Any) -> None:
        """`questions` are those that can be commented on, in order."""
        super().__init__(*args, **options)
        field = self.fields["question"]
        assert isinstance(field, forms.ChoiceField)
        language = get_language()
        field.choices = [(one.key, f"{one.number}. {one.label(language)}") for one in questions]
