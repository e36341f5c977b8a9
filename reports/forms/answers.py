"""The browser form of one section: a field per question, and a card around each.

The page is always drawn from what is stored; what another hand saved meanwhile stands beside it as a choice,
and last year's answer stands in the field until somebody confirms it. Reading what was typed is
`reports.forms.posted`; only an upload is a field that can be refused, because nothing of it is kept.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from isotrack.kit.forms import CheckedUpload, FileKind, HouseFormMixin, UploadField
from reports.actions.report import Conflict
from reports.comments import comments_by_question
from reports.filling import ID, is_cards, numbers_in_words
from reports.forms.posted import Posted
from reports.last_year import last_year, prefilled
from reports.models import AnnualReport, Attachment, ReviewComment
from reports.questions import (
    Column,
    Finding,
    Outcome,
    Question,
    Section,
    formula,
    is_empty,
    legal_basis_in_words,
    read_typed,
    readable,
    show,
    show_rows,
)
from reports.questions.rules import holds

SPARE_ROWS, MORE_ROWS = 2, 7  # empty rows below those filled in, and after "Thêm dòng"
_NUMBER = re.compile(r"\d+/(?:\d{4}/)?[\w-]+")  # "19/2014/QĐ-TTg", "1141/UBND-TH"
# Last year's answer waits to be confirmed, was confirmed as it is, or was changed; "" where none was offered.
Prefill = Literal["", "open", "kept", "changed"]
_MODES = {"integer": "numeric", "money": "numeric", "percent": "decimal"}


class Rows(forms.Widget):
    """A table question as rows of fields; `bad` are the cells (row from 0, column key) to mark."""

    template_name = "reports/report_rows.html"
    use_fieldset = True

    def __init__(
        self, question: Question, spare: int, bad: set[tuple[int, str | None]], attrs: dict[str, Any]
    ) -> None:
        super().__init__(attrs)
        self.question, self.spare, self.bad = question, spare, bad

    def id_for_label(self, id_: str) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = [*(value or []), *({} for _spare in range(self.spare))]
        columns = self.question.columns
        table = [
            [self._cell(name, place, column, row) for column in columns] for place, row in enumerate(rows)
        ]
        heads = [_head(column) for column in columns]
        caption = self.question.label(get_language())
        return {"columns": heads, "rows": table, "name": name, "caption": caption, "attrs": attrs or {}}

    def _cell(self, name: str, place: int, column: Column, row: Mapping[str, str]) -> dict[str, Any]:
        language = get_language()
        text = row.get(column.key, "")
        return {
            "name": f"{name}-{place}-{column.key}",
            "id": f"{ID % name}-{place}-{column.key}",
            "label": _("%(column)s, dòng %(row)d") % {"column": column.label(language), "row": place + 1},
            "head": _head(column),
            "text": text,
            "mode": _MODES.get(column.type, ""),
            "choices": [(c.value, c.label(language), c.label(language) == text) for c in column.choices],
            "is_strange": bool(text) and all(c.label(language) != text for c in column.choices),
            "is_bad": (place, column.key) in self.bad,
        }


@dataclass
class Warned:
    """A warning and the field for the sentence that explains it."""

    finding: Finding
    note: BoundField

    @property
    def id(self) -> str:
        """The beginning of the ids in its box."""
        return f"{ID % self.finding.key}-{self.finding.rule}"


@dataclass
class Choose:
    """Two values of one answer: the one of this window, and the one somebody else saved meanwhile."""

    conflict: Conflict
    mine: str
    theirs: str
    posted: list[tuple[str, str]]  # what this window sent, to be sent again


@dataclass
class Card:
    """Everything a question's card says; the template only places it."""

    question: Question
    label: str
    kind: str
    bound: BoundField | None
    is_shown: bool
    seen: str
    year: int
    help: str = ""
    offered: str = ""
    prefill: Prefill = ""
    when: str = "[]"
    errors: list[str] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    basis: list[tuple[str, str]] = field(default_factory=list)
    last_year: str = ""
    computed: str = ""
    waits_for: str = ""
    choose: Choose | None = None
    file: Attachment | None = None
    comments: Sequence[ReviewComment] = ()

    @property
    def id(self) -> str:
        """The id of the control, and the beginning of the ids around it."""
        return ID % self.question.key

    @property
    def is_optional(self) -> bool:
        """Only what may be left out is marked."""
        return not self.question.required and not self.question.computed

    @property
    def is_narrow(self) -> bool:
        """Numbers and days need no long field; a unit stands at its right."""
        return self.question.type in (*_MODES, "date")

    @property
    def year_before(self) -> int:
        """The year that a prefilled answer is from."""
        return self.year - 1

    @property
    def described_by(self) -> str:
        """Help and messages, for a group of controls."""
        return str(self.bound.field.widget.attrs.get("aria-describedby", "")) if self.bound else ""

    @property
    def css(self) -> str:
        """The bar at the left."""
        return "q-error" if self.errors or self.choose else "q-warn" if self.warnings else ""


class QuestionCard(LayoutObject):
    """A question's place in the crispy layout."""

    template = "reports/report_question.html"

    def __init__(self, card: Card) -> None:
        self.card = card
        self.fields = [card.question.key]

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **_options: Any) -> str:
        return render_to_string(self.template, {"card": self.card})


class FilesForm(forms.Form):
    """The files sent with a section; an upload that is none of the wanted kinds, or too big, is refused."""

    def __init__(self, part: Section, report: AnnualReport, data: Any, files: Any) -> None:
        super().__init__(data=data, files=files)
        for question in part.questions:
            if question.type == "file" and question.asked_of(report.mandate):
                self.fields[question.key] = _upload_field(question)

    @property
    def uploads(self) -> dict[str, CheckedUpload]:
        """The files that may be kept."""
        return {key: one for key, one in self.cleaned_data.items() if isinstance(one, CheckedUpload)}

    @property
    def refused(self) -> dict[str, list[str]]:
        """Why the others may not."""
        return {key: [str(message) for message in messages] for key, messages in self.errors.items()}


class SectionForm(HouseFormMixin, forms.Form):
    """The questions of one section that this agency can come to see here, drawn from the stored report.

    `posted`, `conflicts` and `refused` (messages about uploads) are what the save before left to decide;
    `only` draws some of the questions.
    """

    submit_label = ""

    def __init__(
        self,
        part: Section,
        report: AnnualReport,
        outcome: Outcome,
        *,
        more: str = "",
        posted: Posted | None = None,
        conflicts: Sequence[Conflict] = (),
        refused: Mapping[str, list[str]] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        super().__init__(auto_id=ID)
        self.part, self.report, self.outcome, self.more = part, report, outcome, more
        self.posted, self.conflicts = posted, {conflict.key: conflict for conflict in conflicts}
        self._refused = refused or {}
        self.shown = {question.key for question in outcome.visible}
        self.before_year = last_year(report) if report.pk else {}
        self.prefilled = prefilled(report) if report.pk else frozenset()
        found = _reachable(part, report, outcome)
        self.questions = [question for question in found if only is None or question.key in only]
        for question in self.questions:
            if not question.computed:
                self.fields[question.key] = self._field(question)
                self.initial[question.key] = _initial(question, self._value(question))
        for finding in self._warnings():
            self.fields[f"note-{finding.rule}"] = note_field(finding)
            self.initial[f"note-{finding.rule}"] = report.notes.get(finding.rule or "", "")

    # What is shown

    @cached_property
    def helper(self) -> FormHelper:
        """The cards; the page writes the form's own tag around them."""
        helper = super().helper
        helper.form_tag = helper.form_show_errors = False
        helper.disable_csrf = True
        helper.layout = Layout(*(QuestionCard(card) for card in self.cards))
        return helper

    @cached_property
    def cards(self) -> list[Card]:
        """A card for each question, in order."""
        files, comments = self._files(), self._comments()
        return [self._card(question, files, comments) for question in self.questions]

    @property
    def unconfirmed(self) -> int:
        """How many of the answers shown here are last year's and wait to be confirmed."""
        return sum(card.is_shown and card.prefill == "open" for card in self.cards)

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Why uploads were refused just now, with the field to choose again."""
        by_key = {question.key: question for question in self.questions}
        return [
            (ID % key, _("Câu %(number)d: %(message)s") % {"number": by_key[key].number, "message": message})
            for key, messages in self._refused.items()
            for message in messages
        ]

    def _card(
        self,
        question: Question,
        files: Mapping[str, Attachment],
        comments: Mapping[str, Sequence[ReviewComment]],
    ) -> Card:
        key, language = question.key, get_language()
        findings = [f for f in self.outcome.at(key) if f.key == key and f.kind != "missing"]
        value = self.outcome.values.get(key) if question.computed else None
        return Card(
            question=question,
            label=question.label(language),
            kind=_kind(question),
            bound=None if question.computed else self[key],
            is_shown=key in self.shown,
            seen=_to_json(self.report.answers.get(key)),
            year=self.report.cycle.year,
            help=question.help(language),
            offered=self._offered(question),
            prefill=self._prefill(question),
            when=self._when(question),
            errors=[f.message for f in findings if f.severity == "error"] + self._refused.get(key, []),
            warnings=[Warned(f, self[f"note-{f.rule}"]) for f in findings if f.severity == "warning"],
            basis=[
                _basis(words) for words in legal_basis_in_words(question.legal_basis).split("; ") if words
            ],
            last_year=_with_unit(question, self._last_year(question)),
            computed=_with_unit(question, value),
            waits_for=self._waits_for(question),
            choose=self._choose(question),
            file=files.get(key),
            comments=comments.get(key, ()),
        )

    def _value(self, question: Question) -> Any:
        """What its field holds: the stored answer, or last year's as long as that is only offered."""
        held = self.before_year if question.key in self.prefilled else self.report.answers
        return held.get(question.key)

    def _offered(self, question: Question) -> str:
        """Last year's answer as reading its field again gives it; nothing where the stored one is shown."""
        if question.key not in self.prefilled:
            return ""
        return _to_json(read_typed(question, _initial(question, self._value(question))))

    def _prefill(self, question: Question) -> Prefill:
        key = question.key
        before = self.before_year.get(key)
        if key in self.prefilled:
            return "open"
        if not question.carry_over or question.type == "file" or readable(question, before) is None:
            return ""
        return "kept" if self.report.answers.get(key) == before else "changed"

    def _field(self, question: Question) -> forms.Field:
        if question.type == "file":
            described = {"class": "form-control", "aria-describedby": self._described_by(question)}
            return _upload_field(question, forms.FileInput(attrs=described))
        label = question.label(get_language())
        return forms.Field(required=False, label=label, widget=self._widget(question))

    def _widget(self, question: Question) -> forms.Widget:
        is_bad = any(f.key == question.key for f in self.outcome.blocking if f.kind != "missing")
        attrs: dict[str, Any] = {"aria-describedby": self._described_by(question)}
        if is_bad:
            attrs["aria-invalid"] = "true"
        if question.type == "table":
            spare = MORE_ROWS if self.more == question.key else SPARE_ROWS
            found = self.outcome.at(question.key)
            return Rows(question, spare, {(f.row - 1, f.column) for f in found if f.row}, attrs)
        if is_cards(question):
            return forms.RadioSelect(choices=_choices(question), attrs=attrs | {"class": "form-check-input"})
        css = "is-invalid" if is_bad else ""
        if question.type == "choice":
            choices = [("", _("Chọn…")), *_choices(question)]
            return forms.Select(choices=choices, attrs=attrs | {"class": f"form-select {css}"})
        if question.type == "long_text":
            return forms.Textarea(attrs=attrs | {"class": f"form-control {css}", "rows": 5})
        return forms.TextInput(attrs=attrs | _text_attrs(question, css))

    def _described_by(self, question: Question) -> str:
        """Help and messages, in the order of the page; ids that exist whenever they are named."""
        name, key = ID % question.key, question.key
        found = [f for f in self.outcome.at(key) if f.key == key and f.kind != "missing"]
        is_wrong = key in self._refused or any(f.severity == "error" for f in found)
        told = [f"{name}-help"] if question.help(get_language()) else []
        told += [f"{name}-said"] if is_wrong else []
        return " ".join([*told, *(f"{name}-{f.rule}-why" for f in found if f.severity == "warning")])

    def _warnings(self) -> list[Finding]:
        keys = {question.key for question in self.questions}
        return [finding for finding in self.outcome.warnings if finding.key in keys]

    def _when(self, question: Question) -> str:
        """The conditions that answers of this page decide, for the script; the others hold already."""
        here = {other.key for other in self.questions}
        wanted = [c for c in question.depends_on if c.key in here]
        return json.dumps([{"key": c.key, "op": c.op, "value": c.value} for c in wanted], ensure_ascii=False)

    def _last_year(self, question: Question) -> Any:
        value = self.before_year.get(question.key)
        return value if question.type not in ("table", "file", "long_text") else None

    def _waits_for(self, question: Question) -> str:
        if not question.computed:
            return ""
        names = formula.names(question.computed)
        here = [q for q in self.part.questions if q.key in names]
        # Asked elsewhere: only then the whole questionnaire is looked at.
        wanted = here if len(here) == len(names) else [q for q in self._all_questions() if q.key in names]
        return _("tính khi đã có số hợp lệ ở %(places)s") % {"places": numbers_in_words(wanted)}

    def _all_questions(self) -> Sequence[Question]:
        return self.report.cycle.questions.questions

    def _choose(self, question: Question) -> Choose | None:
        conflict = self.conflicts.get(question.key)
        if conflict is None or self.posted is None:
            return None
        language = get_language()
        nothing = _("(để trống)")
        mine = show(question, conflict.mine, language) or nothing
        theirs = show(question, conflict.theirs, language) or nothing
        return Choose(conflict, mine, theirs, self.posted.of(question))

    def _files(self) -> dict[str, Attachment]:
        """The current file of each file question; no query in a section without one."""
        if not any(question.type == "file" for question in self.questions):
            return {}
        return {attachment.question: attachment for attachment in self.report.attachments.current()}

    def _comments(self) -> Mapping[str, Sequence[ReviewComment]]:
        """What the department wrote at each question when it returned the report; no query otherwise."""
        if self.report.state != AnnualReport.State.RETURNED:
            return {}
        return comments_by_question(self.report)


class NotesForm(HouseFormMixin, forms.Form):
    """A sentence for each warning, before sending."""

    def __init__(self, report: AnnualReport, findings: Sequence[Finding], data: Any = None) -> None:
        super().__init__(data=data, auto_id=ID)
        self.findings = findings
        for finding in findings:
            self.fields[f"note-{finding.rule}"] = note_field(finding)
            self.initial[f"note-{finding.rule}"] = report.notes.get(finding.rule or "", "")

    @property
    def warned(self) -> list[Warned]:
        """Each warning with its field."""
        return [Warned(finding, self[f"note-{finding.rule}"]) for finding in self.findings]


def note_field(finding: Finding) -> forms.CharField:
    """The field for the sentence that explains a warning."""
    attrs = {"rows": 3, "class": "form-control", "aria-describedby": f"{ID % finding.key}-{finding.rule}-why"}
    return forms.CharField(
        label=_("Giải trình"),
        help_text=_("Vẫn gửi được báo cáo nếu có một câu giải trình. Cơ quan tiếp nhận sẽ đọc câu này."),
        required=False,
        widget=forms.Textarea(attrs=attrs),
    )


def _reachable(part: Section, report: AnnualReport, outcome: Outcome) -> Iterator[Question]:
    """The questions shown, and those that answers of this page can bring up."""
    here: set[str] = set()
    elsewhere = {question.key for question in part.questions}
    for question in part.questions:
        conditions = [(c, c.key in here, c.key in elsewhere) for c in question.depends_on]
        decided = all(is_here or (not own and holds(c, outcome.values)) for c, is_here, own in conditions)
        if question.asked_of(report.mandate) and decided:
            here.add(question.key)
            yield question


def _kind(question: Question) -> str:
    if question.computed:
        return "computed"
    if question.type in ("table", "file"):
        return question.type
    return "cards" if is_cards(question) else "plain"


def _choices(question: Question) -> list[tuple[str, str]]:
    if question.type == "boolean":
        return [("true", _("Có")), ("false", _("Không"))]
    return [(choice.value, choice.label(get_language())) for choice in question.choices]


def _initial(question: Question, value: Any) -> Any:
    """A stored answer as its field holds it."""
    if question.type == "file":
        return None
    if question.type == "table":
        return show_rows(question, value, get_language())
    if question.type == "boolean":
        return str(value).lower() if isinstance(value, bool) else ""
    if question.type == "choice":
        return value
    return show(question, value)


def _text_attrs(question: Question, css: str) -> dict[str, str]:
    attrs = {"class": f"form-control {css}", "autocomplete": "off"}
    if question.type in _MODES:
        attrs |= {"class": f"form-control num {css}", "inputmode": _MODES[question.type]}
    if question.type == "date":
        attrs |= {"class": f"form-control num {css}", "placeholder": _("ngày/tháng/năm")}
    return attrs


def _head(column: Column) -> str:
    label = column.label(get_language())
    return label if column.required else _("%(label)s (không bắt buộc)") % {"label": label}


def _with_unit(question: Question, value: Any) -> str:
    text = "" if is_empty(value) else show(question, value, get_language())
    unit = "\u00a0%" if question.type == "percent" else f" {question.unit}" if question.unit else ""
    return text + unit if text else ""


def _basis(words: str) -> tuple[str, str]:
    """A legal basis in words, and where the register of documents has it (nothing for standards)."""
    number = _NUMBER.search(words)
    if number is None:
        return words, ""
    return words, reverse("agencies:document-list", query={"q": number[0]})


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _upload_field(question: Question, widget: forms.Widget | None = None) -> UploadField:
    kinds = [kind for kind in FileKind if kind.media_type in question.accept] or list(FileKind)
    return UploadField(
        kinds=kinds, max_mb=question.max_mb, required=False, widget=widget or forms.FileInput()
    )
