"""The words of a consolidated report, one box a chapter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin
from isotrack.kit.text import clean
from isotrack.kit.words import show_number
from reports.chapters import WORDS_ALONE
from reports.narratives import Draft

LONGEST = 20_000  # letters of one chapter
_BOX = {"class": "form-control", "autocomplete": "off"}
_ROWS, _LETTERS_A_ROW, _MOST_ROWS = 3, 90, 24


@dataclass(frozen=True)
class ChapterRow:
    """One chapter with its two fields; `stored` is what somebody else wrote there meanwhile."""

    draft: Draft
    text: BoundField
    again: BoundField
    stored: str


class NarrativeForm(HouseFormMixin, forms.Form):
    """Words of every chapter; `again-…` takes the draft from the figures instead."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, drafts: Sequence[Draft], stamp: str, **options: Any) -> None:
        """`stamp` tells what has been written so far, as `reports.actions.narrative.stamp_of` does."""
        super().__init__(*args, **options)
        self.drafts = drafts
        self.fields["seen"].initial = stamp
        for one in drafts:
            self.fields[_text(one)] = forms.CharField(
                required=False,
                label=_("Lời văn"),
                help_text=_("Mỗi dòng là một đoạn; dòng bắt đầu bằng dấu gạch ngang là một ý."),
                initial=one.text,
                max_length=LONGEST,
                widget=forms.Textarea(attrs=_BOX | {"rows": _rows(one.text)}),
                error_messages={
                    "max_length": _("Chương dài quá %(longest)s chữ cái; rút gọn lại.")
                    % {"longest": show_number(LONGEST)}
                },
            )
            self.fields[_again(one)] = forms.BooleanField(
                required=False,
                label=_("Lấy bản soạn từ số liệu"),
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )

    @property
    def rows(self) -> Iterator[ChapterRow]:
        """The chapters in order, each with its fields."""
        typed_over = self.is_bound and self.data.get("seen", "") != self.fields["seen"].initial
        for one in self.drafts:
            text = self[_text(one)]
            differs = typed_over and _lines(str(text.value() or "")) != one.text
            yield ChapterRow(one, text, self[_again(one)], one.text if differs else "")

    @property
    def texts(self) -> dict[str, str]:
        """Chapter → its words, the draft's where that is wanted."""
        return {
            one.chapter.value: one.draft if self.cleaned_data[_again(one)] else self.cleaned_data[_text(one)]
            for one in self.drafts
        }

    def clean(self) -> dict[str, Any]:
        """Words in one way of writing; a chapter of words alone must say something."""
        given = super().clean() or self.cleaned_data
        for one in self.drafts:
            name = _text(one)
            if name not in given:
                continue
            given[name] = _lines(given[name])
            if one.chapter in WORDS_ALONE and not given[name] and not given.get(_again(one)):
                said = gettext("Ghi nội dung chương này, hoặc chọn lấy bản soạn từ số liệu.")
                self.add_error(name, ValidationError(said))
        return given


def _lines(text: str) -> str:
    """NFC, single spaces, at most one empty line between two; a number and its percent sign stay together."""
    lines = [re.sub(r"(?<=\d) %", "\u00a0%", clean(line)) for line in text.splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip()


def _text(one: Draft) -> str:
    return f"text-{one.chapter.value}"


def _again(one: Draft) -> str:
    return f"again-{one.chapter.value}"


def _rows(text: str) -> int:
    """As high as the text needs, within reason."""
    needed = sum(1 + len(line) // _LETTERS_A_ROW for line in text.splitlines())
    return min(max(needed + 1, _ROWS), _MOST_ROWS)
