"""What the forms that edit a part of a questionnaire share: their groups of fields, and rows of fields below.

A form reads a part of the definition and gives it back as `spec`. It refuses only what could not be found or
read again (a key that is no key or stands twice, a number that is none); whatever else is wrong is listed on
the page of the draft, so that nothing typed is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import HouseFormMixin
from isotrack.kit.words import Misread, read_integer, show_number
from reports.questions import Field, editing, read_typed
from reports.questions.editing import Definition, Position, Spec
from reports.questions.validation import is_key

if TYPE_CHECKING:
    _Rows = forms.BaseFormSet["RowForm"]
else:
    _Rows = forms.BaseFormSet

SPARE_ROWS, MORE_ROWS = 1, 3
MOST_ROWS = 200
LONGEST = 2000  # letters of a label or a help text
_PLAIN, _LONG = (Field(key="text", type=type_, label_vi="") for type_ in ("text", "long_text"))


class TextField(forms.CharField):
    """A text in one written form, without what cannot be stored."""

    def __init__(self, *, lines: int = 1, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": lines}) if lines > 1 else forms.TextInput()
        self.kept = _LONG if lines > 1 else _PLAIN
        defaults: dict[str, Any] = {"max_length": LONGEST, "widget": widget}
        super().__init__(**defaults | options)

    def to_python(self, value: Any) -> str:
        return str(read_typed(self.kept, super().to_python(value)) or "")


class KeyField(TextField):
    """The key of a section, question, column or list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=63, **options)
        self.widget.attrs |= {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not is_key(value):
            said = _("Bắt đầu bằng chữ thường không dấu; sau đó chỉ chữ thường không dấu, số và gạch dưới.")
            raise ValidationError(said)


class WholeField(forms.CharField):
    """A whole number as people write it, "1.234" or "1234"; None when empty."""

    def __init__(self, **options: Any) -> None:
        shown = {"inputmode": "numeric", "autocomplete": "off"}
        defaults: dict[str, Any] = {"max_length": 25, "widget": forms.TextInput(attrs=shown)}
        super().__init__(**defaults | options)

    def prepare_value(self, value: Any) -> Any:
        return show_number(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_integer(text) if text else None
        except Misread as misread:
            raise ValidationError(str(misread)) from None


class RowForm(forms.Form):
    """One row of fields below a form; an empty one, or one that is ticked to go, is left out."""

    def __init__(self, *args: Any, owner: "PartForm", **options: Any) -> None:
        super().__init__(*args, **options)
        self.owner = owner
        self.use_required_attribute = False
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the definition."""

    @property
    def spec(self) -> Spec | None:
        """What the row says; None when that is nothing."""
        raise NotImplementedError

    @property
    def goes(self) -> bool:
        """Whether it was ticked to be left out; its faults count for nothing then."""
        return self.is_bound and bool(self.fields["DELETE"].clean(self["DELETE"].data))

    def dress(self, *, is_table: bool, number: int) -> None:
        """Give each field its class, and in a table, where no label stands beside it, its name."""
        for name, field in self.fields.items():
            kind = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            kind = "form-check-input" if isinstance(field, forms.BooleanField) else kind
            is_bad = self.is_bound and not self.goes and name in self.errors
            field.widget.attrs["class"] = f"{kind} is-invalid" if is_bad else kind
            if is_bad:
                field.widget.attrs["aria-invalid"] = "true"
            if is_table:
                words = {"label": field.label, "row": number}
                field.widget.attrs["aria-label"] = _("%(label)s, dòng %(row)d") % words


class RowSet(_Rows):
    """A run of rows; one may be ticked to go, and where the order means something it may be changed."""

    default_error_messages = {
        "missing_management_form": gettext_lazy("Trang gửi lên thiếu một phần. Tải lại trang rồi gõ lại."),
        "too_many_forms": gettext_lazy("Nhiều dòng quá. Bớt dòng rồi lưu lại."),
        "too_few_forms": gettext_lazy("Ít dòng quá."),
    }

    def add_fields(self, form: RowForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Bỏ")
        if self.can_order:
            form.fields["ORDER"].label = _("Thứ tự")
            form.fields["ORDER"].widget = forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off"}
            )

    @property
    def kept(self) -> list[RowForm]:
        """The rows that stay, in order, of a valid set."""
        rows = self.ordered_forms if self.can_order else self.forms
        return [form for form in rows if not form.goes and (form.has_changed() or form.initial)]


@dataclass(frozen=True)
class Rows:
    """A run of rows in a form: its name there, its title, and what to know."""

    name: str
    title: Any
    help: Any
    form: type[RowForm]
    is_table: bool = True
    has_order: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, for the list on top."""

    id: str
    said: str


class PartForm(HouseFormMixin, forms.Form):
    """A part of a definition to edit (`key`) or to add; `groups` and `rows` say how it is laid out."""

    kind: ClassVar[str]
    groups: ClassVar[Sequence[tuple[Any, Sequence[str]]]]
    rows: ClassVar[Sequence[Rows]] = ()
    submit_label = gettext_lazy("Lưu")

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, definition: Definition, key: str = "", *, data: QueryDict | None = None, **options: Any
    ) -> None:
        self.definition, self.part_key = definition, key
        has_one = bool(key) or self.kind == editing.FORM
        self.current: Any = editing.part(definition, self.kind, key) if has_one else None
        shown = self.shown(self.current) if has_one else {}
        seen = editing.fingerprint(self.current) if has_one else ""
        super().__init__(data=data, initial={**shown, **options, "seen": seen}, auto_id="f-%s")
        self.use_required_attribute = False
        self.prepare()
        self.formsets = {rows.name: self._formset(rows) for rows in self.rows}

    def prepare(self) -> None:
        """Fill the choices that depend on the definition."""

    def shown(self, spec: Spec) -> dict[str, Any]:
        """The part as its fields hold it."""
        return dict(spec)

    def shown_rows(self, name: str) -> list[dict[str, Any]]:
        """The rows as their fields hold them."""
        return []

    @property
    def spec(self) -> Spec:
        """The part as typed, of a valid form."""
        raise NotImplementedError

    @property
    def position(self) -> Position | None:
        """Where it is to stand, if that was asked."""
        return None

    @property
    def name(self) -> str:
        """The key that was typed."""
        return str(self.cleaned_data.get("key", ""))

    def clean_key(self) -> str:
        """No other part of this kind bears it."""
        key = str(self.cleaned_data["key"])
        if key != self.part_key and key in editing.parts(self.definition, self.kind):
            raise ValidationError(_("Khóa này đã có trong biểu mẫu; đặt khóa khác."))
        return key

    def is_valid(self) -> bool:
        """The fields and every row, so that all faults are shown at once."""
        rows_are_valid = [formset.is_valid() for formset in self.formsets.values()]
        return super().is_valid() and all(rows_are_valid)

    def row_specs(self, name: str) -> list[Spec]:
        """What the rows of one run say, in order, without those left empty or ticked to go."""
        specs = (form.spec for form in self.formsets[name].kept)
        return [spec for spec in specs if spec is not None]

    def forget_faults(self) -> None:
        """Show what was typed without judging it: more rows were asked for, nothing was sent."""
        quiet: list[Any] = [self, *(row for formset in self.formsets.values() for row in formset.forms)]
        for form in quiet:
            form._errors, form.cleaned_data = ErrorDict(), {}
        loud: list[Any] = [*self.formsets.values()]
        for formset in loud:
            formset._errors, formset._non_form_errors = [], formset.error_class()

    @cached_property
    def faults(self) -> list[Fault]:
        """Everything that keeps the form from being saved, linked to its field."""
        return list(self._faults()) if self.is_bound else []

    def _faults(self) -> Iterator[Fault]:
        yield from (Fault("", str(said)) for said in self.non_field_errors())
        for bound in self:
            yield from (Fault(bound.id_for_label, f"{bound.label}: {said}") for said in bound.errors)
        for formset in self.formsets.values():
            yield from (Fault("", str(said)) for said in formset.non_form_errors())
            for number, form in enumerate(formset.forms, start=1):
                yield from () if form.goes else _faults_of_row(form, number)

    @property
    def shown_groups(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """The groups of fields with their titles; fields that this part has not are left out."""
        for title, names in self.groups:
            bound = [self[name] for name in names if name in self.fields]
            if bound:
                yield title, bound

    @property
    def shown_formsets(self) -> Iterator[tuple[Rows, RowSet]]:
        """The runs of rows, ready to be drawn."""
        for rows in self.rows:
            formset = self.formsets[rows.name]
            for number, form in enumerate(formset.forms, start=1):
                form.dress(is_table=rows.is_table, number=number)
            yield rows, formset

    def _formset(self, rows: Rows) -> RowSet:
        kind = forms.formset_factory(
            rows.form,
            formset=RowSet,
            extra=SPARE_ROWS,
            can_delete=True,
            can_order=rows.has_order,
            max_num=MOST_ROWS,
            absolute_max=MOST_ROWS,
        )
        initial = self.shown_rows(rows.name) if self.current is not None else []
        data = self.data if self.is_bound else None
        formset = kind(data=data, initial=initial, prefix=rows.name, form_kwargs={"owner": self})
        return cast(RowSet, formset)


def _faults_of_row(form: RowForm, number: int) -> Iterator[Fault]:
    for bound in form:
        for said in bound.errors:
            words = {"label": bound.label, "row": number, "said": said}
            yield Fault(bound.id_for_label, _("%(label)s, dòng %(row)d: %(said)s") % words)


def with_more_rows(data: QueryDict, name: str) -> QueryDict:
    """The same typed values with more empty rows in the run `name`."""
    longer = data.copy()
    total = longer.get(f"{name}-TOTAL_FORMS", "")
    if total.isdecimal():
        longer[f"{name}-TOTAL_FORMS"] = str(min(int(total[:4]) + MORE_ROWS, MOST_ROWS))
    return longer


def seen_again(data: QueryDict, definition: Definition, kind: str, key: str) -> QueryDict:
    """The same typed values, seen beside what another hand has stored: the next save replaces that."""
    fresh = data.copy()
    fresh["seen"] = editing.fingerprint(editing.part(definition, kind, key))
    return fresh


def without_empty(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A part without the attributes that say nothing."""
    return {name: value for name, value in spec.items() if not _says_nothing(value)}


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [])  # 0 says something
