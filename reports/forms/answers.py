"""The browser form of one section: a field per question, and a card around each.

The questionnaire engine reads what was typed and says what is wrong with it, so nothing here refuses an
answer. Only an upload can be refused, because nothing of it is kept. The page is always drawn from what is
stored; what another hand saved meanwhile stands beside it as a choice.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from isotrack.kit.forms import CheckedUpload, FileKind, HouseFormMixin, UploadField
from reports.actions.report import Conflict
from reports.filling import ID, is_cards, numbers_in_words
from reports.models import AnnualReport, Attachment
from reports.questions import (
    Column,
    Field,
    Finding,
    Outcome,
    Question,
    Questionnaire,
    Section,
    formula,
    is_empty,
    legal_basis_in_words,
    read_typed,
    show,
    show_rows,
)
from reports.questions.rules import holds

SPARE_ROWS, MORE_ROWS = 2, 7  # empty rows below those filled in, and after "Thêm dòng"
_NUMBER = re.compile(r"\d+/(?:\d{4}/)?[\w-]+")  # "19/2014/QĐ-TTg", "1141/UBND-TH"
_MODES = {"integer": "numeric", "money": "numeric", "percent": "decimal"}


class Typed(forms.Field):
    """Whatever was typed, as the engine stores it: never refused, never lost."""

    def __init__(self, question: Question, widget: forms.Widget) -> None:
        super().__init__(required=False, label=question.label(get_language()), widget=widget)
        self.question = question

    def clean(self, value: Any) -> Any:
        return read_typed(self.question, value)


class Rows(forms.Widget):
    """A table question as rows of fields; `bad` are the cells (row from 0, column key) to mark."""

    template_name = "reports/report_rows.html"
    use_fieldset = True

    def __init__(
        self, question: Question, spare: int, bad: set[tuple[int, str | None]], attrs: dict[str, Any]
    ) -> None:
        super().__init__(attrs)
        self.question, self.spare, self.bad = question, spare, bad

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile], name: str
    ) -> list[dict[str, Any]]:
        """Every posted cell of this table, gathered into its row."""
        rows: dict[int, dict[str, Any]] = {}
        for posted in data:
            found = re.fullmatch(rf"{re.escape(name)}-(\d{{1,4}})-(\w+)", posted, flags=re.ASCII)
            if found:
                rows.setdefault(int(found[1]), {})[found[2]] = data.get(posted)
        return [rows[place] for place in sorted(rows)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(posted.startswith(f"{name}-") for posted in data)

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
    when: str = "[]"
    errors: list[str] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    basis: list[tuple[str, str]] = field(default_factory=list)
    last_year: str = ""
    computed: str = ""
    waits_for: str = ""
    choose: Choose | None = None
    file: Attachment | None = None

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


class SectionForm(HouseFormMixin, forms.Form):
    """The questions of one section that this agency can come to see here.

    Bound, it reads what was typed (`answers`, `seen`, `notes`, `uploads`); to be shown it is made unbound,
    from the stored report, with the `conflicts` and the refused `uploads` of the save before.
    """

    submit_label = ""

    def __init__(
        self,
        part: Section,
        report: AnnualReport,
        outcome: Outcome,
        *,
        more: str = "",
        data: Any = None,
        files: Any = None,
        before: "SectionForm | None" = None,
        conflicts: Sequence[Conflict] = (),
    ) -> None:
        super().__init__(data=data, files=files, auto_id=ID)
        self.report, self.outcome, self.more = report, outcome, more
        self.before, self.conflicts = before, {conflict.key: conflict for conflict in conflicts}
        self.shown = {question.key for question in outcome.visible}
        # What another window hid meanwhile was still typed here: a bound form reads every question.
        asked = [question for question in part.questions if question.asked_of(report.mandate)]
        self.questions = asked if self.is_bound else list(_reachable(part, report, outcome))
        for question in self.questions:
            if not question.computed:
                self.fields[question.key] = self._field(question)
                self.initial[question.key] = _initial(question, report.answers.get(question.key))
        for finding in self._warnings():
            self.fields[f"note-{finding.rule}"] = note_field(finding)
            self.initial[f"note-{finding.rule}"] = report.notes.get(finding.rule or "", "")

    # What was typed

    @property
    def answers(self) -> dict[str, Any]:
        """The typed answers of the questions that the page held, except those left to the other hand."""
        keys = [key for key in self.seen if self.data.get(f"choose-{key}") != "theirs"]
        return {key: self.cleaned_data[key] for key in keys}

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What the page showed when it was loaded, for each question it held."""
        typed = [q.key for q in self.questions if q.type != "file" and not q.computed]
        return {key: _from_json(self.data[f"seen-{key}"]) for key in typed if f"seen-{key}" in self.data}

    @property
    def notes(self) -> dict[str, str]:
        """The sentences typed under warnings."""
        return typed_notes(self.data, self.report.cycle.questionnaire.questions)

    @property
    def uploads(self) -> dict[str, CheckedUpload]:
        """The files that may be kept."""
        found = ((q.key, self.cleaned_data.get(q.key)) for q in self.questions if q.type == "file")
        return {key: upload for key, upload in found if isinstance(upload, CheckedUpload)}

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every question with what was typed, in words, to be copied when nothing can be saved any more."""
        by_key = self.report.cycle.questionnaire.questions.by_key
        pairs = [
            (by_key[key].label(get_language()), show(by_key[key], value))
            for key, value in self.answers.items()
        ]
        notes = [(_("Giải trình"), text) for text in self.notes.values()]
        return [(label, text) for label, text in (*pairs, *notes) if text]

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
        files = self._files()
        return [self._card(question, files) for question in self.questions]

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Why uploads were refused just now, with the field to choose again."""
        by_key = {question.key: question for question in self.questions}
        return [
            (ID % key, _("Câu %(number)d: %(message)s") % {"number": by_key[key].number, "message": message})
            for key, messages in self._refused().items()
            for message in messages
        ]

    def _card(self, question: Question, files: Mapping[str, Attachment]) -> Card:
        key, language = question.key, get_language()
        findings = [f for f in self.outcome.at(key) if f.key == key and f.kind != "missing"]
        value = self.outcome.values.get(key) if question.computed else None
        return Card(
            question=question,
            label=question.label(language),
            kind=_kind(question),
            bound=None if question.computed else self[key],
            is_shown=key in self.shown,
            seen=json.dumps(self.report.answers.get(key), ensure_ascii=False),
            when=self._when(question),
            errors=[f.message for f in findings if f.severity == "error"] + self._refused().get(key, []),
            warnings=[Warned(f, self[f"note-{f.rule}"]) for f in findings if f.severity == "warning"],
            basis=[
                _basis(words) for words in legal_basis_in_words(question.legal_basis).split("; ") if words
            ],
            last_year=_with_unit(question, self._last_year(question)),
            computed=_with_unit(question, value),
            waits_for=self._waits_for(question),
            choose=self._choose(question),
            file=files.get(key),
        )

    def _field(self, question: Question) -> forms.Field:
        if question.type == "file":
            kinds = [kind for kind in FileKind if kind.media_type in question.accept] or list(FileKind)
            described = {"class": "form-control", "aria-describedby": self._described_by(question)}
            widget = forms.FileInput(attrs=described)
            return UploadField(kinds=kinds, max_mb=question.max_mb, required=False, widget=widget)
        return Typed(question, self._widget(question))

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
        is_wrong = key in self._refused() or any(f.severity == "error" for f in found)
        told = [f"{name}-help"] if question.help_vi else []
        told += [f"{name}-said"] if is_wrong else []
        return " ".join([*told, *(f"{name}-{f.rule}-why" for f in found if f.severity == "warning")])

    def _warnings(self) -> list[Finding]:
        keys = {question.key for question in self.questions}
        return [finding for finding in self.outcome.warnings if finding.key in keys]

    def _refused(self) -> dict[str, list[str]]:
        errors = self.before.errors if self.before is not None else {}
        return {key: [str(message) for message in messages] for key, messages in errors.items()}

    def _when(self, question: Question) -> str:
        """The conditions that answers of this page decide, for the script; the others hold already."""
        here = {other.key for other in self.questions}
        wanted = [c for c in question.depends_on if c.key in here]
        return json.dumps([{"key": c.key, "op": c.op, "value": c.value} for c in wanted], ensure_ascii=False)

    def _last_year(self, question: Question) -> Any:
        answers = getattr(self.report, "last_year", None) or {}
        value = answers.get(question.key)
        return value if question.type not in ("table", "file", "long_text") else None

    def _waits_for(self, question: Question) -> str:
        if not question.computed:
            return ""
        names = formula.names(question.computed)
        wanted = [q for q in self.report.cycle.questionnaire.questions.questions if q.key in names]
        return _("tính khi đã có số hợp lệ ở %(places)s") % {"places": numbers_in_words(wanted)}

    def _choose(self, question: Question) -> Choose | None:
        conflict = self.conflicts.get(question.key)
        if conflict is None or self.before is None:
            return None
        language, data = get_language(), self.before.data
        nothing = _("(để trống)")
        mine = show(question, conflict.mine, language) or nothing
        theirs = show(question, conflict.theirs, language) or nothing
        names = [name for name in data if name == question.key or name.startswith(f"{question.key}-")]
        return Choose(conflict, mine, theirs, [(name, str(data.get(name, ""))) for name in names])

    def _files(self) -> dict[str, Attachment]:
        """The current file of each file question; no query in a section without one."""
        if not any(question.type == "file" for question in self.questions):
            return {}
        return {attachment.question: attachment for attachment in self.report.attachments.current()}


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


def typed_notes(data: Mapping[str, str], questions: Questionnaire) -> dict[str, str]:
    """The sentences posted under warnings, rule → text, as storable text; unknown rules are left out."""
    names = {f"note-{rule.id}": rule.id for rule in questions.rules}
    as_text = Field(key="note", type="long_text", label_vi="")
    return {names[name]: read_typed(as_text, data.get(name)) or "" for name in data if name in names}


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


def _from_json(text: str) -> Any:
    """What the page carried; a page that was tampered with counts as one that showed nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
