"""What a page of the report's form sends: answers, what the page showed, explanations, choices.

Reading refuses nothing. Each question of the page carries hidden fields: `seen-KEY`, the stored answer that
was shown; `offered-KEY`, last year's answer where that was shown instead. The page names itself in `window`,
so that its own saves are not taken for another hand's.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.actions.report import Page
from reports.models import AnnualReport
from reports.questions import Field, Question, Questionnaire, read_typed, show

LONGEST_WINDOW = 20  # letters of the name of a page


@dataclass(frozen=True)
class Posted:
    """The fields of some questions as they were sent: of a section, of one question, or of none but notes."""

    report: AnnualReport
    questions: Sequence[Question]
    data: Mapping[str, str]

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The typed answers, except those left to the other hand and last year's that nobody confirmed."""
        kept = [key for key in self.seen if self.data.get(f"choose-{key}") != "theirs"]
        typed = {key: self._typed(key) for key in kept}
        return {key: value for key, value in typed.items() if not self._is_unconfirmed(key, value)}

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What the page showed as stored when it was loaded, for each question it held."""
        names = {key: f"seen-{key}" for key in self._by_key}
        return {key: _from_json(self.data[name]) for key, name in names.items() if name in self.data}

    @property
    def touched(self) -> frozenset[str]:
        """Keys whose answer of last year was confirmed, changed or emptied on this page."""
        return frozenset(key for key in self.answers if key in self._offered)

    @cached_property
    def notes(self) -> dict[str, str]:
        """The sentences typed under warnings."""
        return typed_notes(self.data, self.report.cycle.questions)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Every question with what was typed, to be copied when nothing can be saved any more."""
        return [*self._in_words(self.answers), *notes_in_words(self.notes)]

    @property
    def news(self) -> list[tuple[str, str]]:
        """The same without what the page showed as stored already."""
        changed = [key for key, value in self.answers.items() if value != self.seen[key]]
        return [*self._in_words(changed), *notes_in_words(self.notes)]

    def _in_words(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        language = get_language()
        pairs = [(self._by_key[key], self.answers[key]) for key in keys]
        said = [(question.label(language), show(question, value, language)) for question, value in pairs]
        return [(label, text) for label, text in said if text]

    @property
    def page(self) -> Page:
        """All of it, to be saved."""
        return Page(
            self.answers, self.seen, self.notes, self.touched, self.data.get("window", "")[:LONGEST_WINDOW]
        )

    def of(self, question: Question) -> list[tuple[str, str]]:
        """The fields of one question, to be sent again."""
        name = question.key
        own = [one for one in self.data if one == name or _cell(name, one)]
        return [(one, str(self.data.get(one, ""))) for one in own]

    @cached_property
    def _by_key(self) -> dict[str, Question]:
        # What another window hid meanwhile was still typed here: every question of the agency is read.
        typed = (question for question in self.questions if question.type != "file")
        return {q.key: q for q in typed if not q.computed and q.asked_of(self.report.mandate)}

    @cached_property
    def _offered(self) -> dict[str, Any]:
        names = {key: f"offered-{key}" for key in self._by_key}
        return {key: _from_json(self.data[name]) for key, name in names.items() if name in self.data}

    @cached_property
    def _confirmed(self) -> Collection[str]:
        """The keys ticked; with one button all that the page showed."""
        if self.data.get("do") == "confirm":
            return self.data.get("shown", "").split()
        return {key for key in self._offered if self.data.get(f"confirm-{key}")}

    def _is_unconfirmed(self, key: str, value: Any) -> bool:
        return key in self._offered and value == self._offered[key] and key not in self._confirmed

    def _typed(self, key: str) -> Any:
        question = self._by_key[key]
        raw = cells(key, self.data) if question.type == "table" else self.data.get(key)
        return read_typed(question, raw)


def cells(name: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every posted cell of a table, gathered into its row."""
    rows: dict[int, dict[str, Any]] = {}
    for posted in data:
        if found := _cell(name, posted):
            rows.setdefault(int(found[1]), {})[found[2]] = data.get(posted)
    return [rows[place] for place in sorted(rows)]


def _cell(name: str, posted: str) -> re.Match[str] | None:
    return re.fullmatch(rf"{re.escape(name)}-(\d{{1,4}})-(\w+)", posted, flags=re.ASCII)


def typed_notes(data: Mapping[str, str], questions: Questionnaire) -> dict[str, str]:
    """The sentences posted under warnings, rule → text, as storable text; unknown rules are left out."""
    names = {f"note-{rule.id}": rule.id for rule in questions.rules}
    as_text = Field(key="note", type="long_text", label_vi="")
    return {names[name]: read_typed(as_text, data.get(name)) or "" for name in data if name in names}


def notes_in_words(notes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Explanations with their label."""
    return [(_("Giải trình"), text) for text in notes.values() if text]


def _from_json(text: str) -> Any:
    """What the page carried; a page that was tampered with counts as one that showed nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
