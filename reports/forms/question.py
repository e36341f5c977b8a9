"""Editing one question or one rule: its attributes, its conditions, the columns of a table."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import FileKind
from isotrack.kit.words import Misread, read_decimal
from plans.models.funding import ANY, Ceiling
from reports import definition_words as words
from reports.forms.part import KeyField, PartForm, RowForm, Rows, TextField, WholeField, without_empty
from reports.models.questionnaire import lists_from_files
from reports.questions import RULES, Choice, Field, editing, read_typed
from reports.questions.editing import Definition, Kind, Position, Spec
from reports.questions.parts import CELL_TYPES, NUMERIC
from reports.questions.validation import is_rule_id

Choices = list[tuple[str, Any]]
NOTHING = ("", gettext_lazy("–"))
# Attributes that are written although they are "no": the form says them for every question.
ALWAYS = ("required",)
_SPLIT = re.compile(r"\s*[;\n]\s*")


class ConditionRow(RowForm):
    """A question, how to compare, and with what."""

    key = forms.ChoiceField(label=gettext_lazy("Câu"), required=False)
    op = forms.ChoiceField(label=gettext_lazy("Phép so"), required=False)
    value = TextField(label=gettext_lazy("Giá trị"), required=False)

    def prepare(self) -> None:
        self.fields["key"].choices = [NOTHING, *question_choices(self.owner.definition)]  # type: ignore[attr-defined]
        self.fields["op"].choices = [NOTHING, *words.OPERATORS.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A question without a comparison is "answered"; a value alone says nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("value") and not cleaned.get("key"):
            self.add_error("key", _("Chọn câu để so với giá trị này."))
        return cleaned

    @property
    def spec(self) -> Spec | None:
        cleaned = self.cleaned_data
        if not cleaned["key"]:
            return None
        op = cleaned["op"] or ("equals" if cleaned["value"] else "answered")
        return read_condition(self.owner.definition, cleaned["key"], op, cleaned["value"])


class ColumnRow(RowForm):
    """One column of a table."""

    key = KeyField(label=words.ATTRIBUTES["key"])
    type = forms.ChoiceField(label=words.ATTRIBUTES["type"])
    label_vi = TextField(label=gettext_lazy("Tên cột (tiếng Việt)"))
    label_en = TextField(label=gettext_lazy("Tên cột (tiếng Anh)"), required=False)
    required = forms.BooleanField(label=words.ATTRIBUTES["required"], required=False)
    choices = forms.ChoiceField(label=words.ATTRIBUTES["choices"], required=False)
    unit = TextField(label=words.ATTRIBUTES["unit"], required=False)
    min = WholeField(label=words.ATTRIBUTES["min"], required=False)
    max = WholeField(label=words.ATTRIBUTES["max"], required=False)
    max_length = WholeField(label=words.ATTRIBUTES["max_length"], required=False)
    pattern = TextField(label=words.ATTRIBUTES["pattern"], required=False)
    help_vi = TextField(label=words.ATTRIBUTES["help_vi"], required=False)
    help_en = TextField(label=words.ATTRIBUTES["help_en"], required=False)

    def prepare(self) -> None:
        types = [(type_, words.TYPES[type_]) for type_ in words.TYPES if type_ in CELL_TYPES]
        self.fields["type"].choices = [NOTHING, *types]  # type: ignore[attr-defined]
        self.fields["choices"].choices = list_choices(self.owner.definition)  # type: ignore[attr-defined]

    @property
    def spec(self) -> Spec:
        return _field_spec(self.cleaned_data, ColumnRow.base_fields)


CONDITIONS_HELP = gettext_lazy(
    "Mọi dòng phải cùng đúng. Giá trị ghi như người điền thấy (Có, Đã công bố, 0); "
    "với “là một trong” thì ngăn cách bằng dấu chấm phẩy."
)
DEPENDS_ON = Rows("depends_on", words.ATTRIBUTES["depends_on"], CONDITIONS_HELP, ConditionRow)
WHEN = Rows("when", words.ATTRIBUTES["when"], CONDITIONS_HELP, ConditionRow)
COLUMNS = Rows(
    "columns",
    words.ATTRIBUTES["columns"],
    gettext_lazy("Chỉ dùng cho câu loại bảng. Mỗi khung là một cột; khung để trống được bỏ qua."),
    ColumnRow,
    is_table=False,
    has_order=True,
)


class QuestionForm(PartForm):
    """One question with everything that the engine knows of it."""

    kind = Kind.QUESTION
    groups = (
        (gettext_lazy("Câu hỏi"), ("place", "key", "type", "label_vi", "help_vi", "required")),
        (gettext_lazy("Tiếng Anh"), ("label_en", "help_en")),
        (
            gettext_lazy("Giới hạn của câu trả lời"),
            ("unit", "min", "max", "max_length", "pattern", "choices", "computed"),
        ),
        (gettext_lazy("Tệp đính kèm"), ("accept", "max_mb", "signed_scan")),
        (gettext_lazy("Ai trả lời, theo căn cứ nào"), ("applies_to", "carry_over", "legal_basis")),
    )
    rows = (DEPENDS_ON, COLUMNS)
    submit_label = gettext_lazy("Lưu câu hỏi")

    place = forms.ChoiceField(
        label=gettext_lazy("Vị trí"),
        help_text=gettext_lazy("Điều kiện và công thức chỉ nhìn được các câu đứng trước."),
    )
    key = KeyField(
        label=words.ATTRIBUTES["key"],
        help_text=gettext_lazy(
            "Tên không đổi qua các năm, ví dụ staff_total. "
            "Khóa khác là một câu khác: số liệu năm trước không nối tiếp."
        ),
    )
    type = forms.ChoiceField(
        label=words.ATTRIBUTES["type"],
        choices=[NOTHING, *words.TYPES.items()],
        help_text=gettext_lazy("Quyết định cách nhập, cách kiểm tra và cách thống kê."),
    )
    label_vi = TextField(
        label=words.ATTRIBUTES["label_vi"],
        lines=2,
        help_text=gettext_lazy("Như in trên biểu mẫu, không ghi số câu."),
    )
    help_vi = TextField(
        label=words.ATTRIBUTES["help_vi"],
        lines=2,
        required=False,
        help_text=gettext_lazy("Một câu, đứng ngay trên ô nhập."),
    )
    required = forms.BooleanField(
        label=words.ATTRIBUTES["required"],
        required=False,
        help_text=gettext_lazy("Khi câu hiện ra thì phải trả lời mới gửi được."),
    )
    label_en = TextField(
        label=words.ATTRIBUTES["label_en"],
        lines=2,
        required=False,
        help_text=gettext_lazy("Để trống thì hiện tiếng Việt."),
    )
    help_en = TextField(
        label=words.ATTRIBUTES["help_en"],
        lines=2,
        required=False,
        help_text=gettext_lazy("Để trống thì hiện tiếng Việt."),
    )
    unit = TextField(
        label=words.ATTRIBUTES["unit"], required=False, help_text=gettext_lazy("Ví dụ người, TTHC, đồng.")
    )
    min = WholeField(
        label=words.ATTRIBUTES["min"],
        required=False,
        help_text=gettext_lazy("Số nguyên; chỉ cho câu loại số."),
    )
    max = WholeField(
        label=words.ATTRIBUTES["max"],
        required=False,
        help_text=gettext_lazy("Số nguyên; chỉ cho câu loại số."),
    )
    max_length = WholeField(
        label=words.ATTRIBUTES["max_length"],
        required=False,
        help_text=gettext_lazy("Để trống thì một dòng nhận 500, nhiều dòng nhận 5.000 ký tự."),
    )
    pattern = TextField(
        label=words.ATTRIBUTES["pattern"],
        required=False,
        help_text=gettext_lazy("Biểu thức chính quy mà câu trả lời phải khớp, ví dụ ^https?://"),
    )
    choices = forms.ChoiceField(
        label=words.ATTRIBUTES["choices"],
        required=False,
        help_text=gettext_lazy("Chỉ cho câu loại chọn; danh sách được soạn ở trang biểu mẫu."),
    )
    computed = TextField(
        label=words.ATTRIBUTES["computed"],
        required=False,
        max_length=200,
        help_text=gettext_lazy("Khóa các câu số, + - * / và ngoặc; có công thức thì người điền không nhập."),
    )
    accept = forms.MultipleChoiceField(
        label=words.ATTRIBUTES["accept"],
        choices=[(kind.media_type, kind.upper()) for kind in FileKind],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Chỉ cho câu loại tệp; không chọn thì nhận mọi loại kể trên."),
    )
    max_mb = WholeField(
        label=words.ATTRIBUTES["max_mb"],
        required=False,
        help_text=gettext_lazy("Để trống thì nhận đến 20 MB."),
    )
    signed_scan = forms.BooleanField(
        label=words.ATTRIBUTES["signed_scan"],
        required=False,
        help_text=gettext_lazy("Kỳ báo cáo có thể đòi phải kèm tệp của câu này."),
    )
    applies_to = forms.ChoiceField(
        label=words.ATTRIBUTES["applies_to"],
        choices=list(words.MANDATES.items()),
        help_text=gettext_lazy("Theo diện áp dụng của cơ quan khi kỳ báo cáo mở."),
    )
    carry_over = forms.BooleanField(
        label=words.ATTRIBUTES["carry_over"],
        required=False,
        help_text=gettext_lazy("Câu trả lời năm trước được điền sẵn và phải được xác nhận."),
    )
    legal_basis = TextField(
        label=words.ATTRIBUTES["legal_basis"],
        required=False,
        help_text=gettext_lazy("Ghi tắt được, ví dụ QĐ 19/2014 Đ4 k2d; trên biểu mẫu hiện đầy đủ."),
    )

    def prepare(self) -> None:
        self.fields["place"].choices = place_choices(self.definition, self.part_key)  # type: ignore[attr-defined]
        self.fields["choices"].choices = list_choices(self.definition)  # type: ignore[attr-defined]
        if self.part_key:
            at = editing.position(self.definition, self.part_key)
            self.initial["place"] = f"{at.section}/{at.after}"

    def shown_rows(self, name: str) -> list[dict[str, Any]]:
        rows: Sequence[Spec] = self.current.get(name, ())
        if name == "depends_on":
            return [_shown_condition(self.definition, row) for row in rows]
        return [dict(row) for row in rows]

    @property
    def spec(self) -> Spec:
        spec = _field_spec(self.cleaned_data, QuestionForm.base_fields)
        more = {name: self.row_specs(name) for name in ("depends_on", "columns")}
        return spec | {name: rows for name, rows in more.items() if rows}

    @property
    def position(self) -> Position | None:
        if self.part_key and "place" not in self.changed_data:
            return None
        section, _slash, after = self.cleaned_data["place"].partition("/")
        return Position(section, after)


class RuleForm(PartForm):
    """One rule; its type decides which questions and limits it names."""

    kind = Kind.RULE
    groups = (
        (
            gettext_lazy("Quy tắc"),
            ("id", "key", "left", "right", "after", "table", "column", "keys", "total"),
        ),
        (gettext_lazy("Giới hạn, mức độ"), ("ceiling", "months", "percent", "severity")),
        (gettext_lazy("Thông báo"), ("message_vi", "message_en")),
    )
    rows = (WHEN,)
    submit_label = gettext_lazy("Lưu quy tắc")

    id = TextField(
        label=words.ATTRIBUTES["id"],
        max_length=30,
        help_text=gettext_lazy("Ví dụ R30. Giải trình của cơ quan được giữ theo mã này."),
    )
    severity = forms.ChoiceField(
        label=words.ATTRIBUTES["severity"],
        choices=list(words.SEVERITIES.items()),
        help_text=gettext_lazy("Lỗi chặn việc gửi; cảnh báo cần một câu giải trình."),
    )
    message_vi = TextField(
        label=words.ATTRIBUTES["message_vi"],
        lines=2,
        help_text=gettext_lazy("Nói điều gì chưa đúng; phần mềm viết tiếp hai số và câu cần sửa."),
    )
    message_en = TextField(
        label=words.ATTRIBUTES["message_en"],
        lines=2,
        required=False,
        help_text=gettext_lazy("Để trống thì hiện tiếng Việt."),
    )

    def __init__(self, definition: Definition, key: str = "", *, type: str = "", **options: Any) -> None:
        current = editing.parts(definition, Kind.RULE).get(key, {})
        self.type = type if type in RULES else str(current.get("type", ""))
        super().__init__(definition, key, **options)

    def prepare(self) -> None:
        rule = RULES[self.type]
        for part, types in rule.parts.items():
            self.fields[part] = _reference(part, question_choices(self.definition, types))
        for extra in sorted(rule.extras):
            self.fields[extra] = _EXTRAS[extra](self.definition)

    def shown(self, spec: Spec) -> dict[str, Any]:
        ceiling = spec.get("ceiling", {})
        return {**spec, "ceiling": f"{ceiling.get('clause')}/{ceiling.get('line')}"}

    def shown_rows(self, name: str) -> list[dict[str, Any]]:
        return [_shown_condition(self.definition, row) for row in self.current.get(name, ())]

    def clean_id(self) -> str:
        """No other rule bears it, and it can stand in an address."""
        id_ = str(self.cleaned_data["id"])
        if not is_rule_id(id_):
            raise ValidationError(
                _("Bắt đầu bằng chữ không dấu; sau đó chỉ chữ không dấu, số, gạch nối, gạch dưới.")
            )
        if id_ != self.part_key and id_ in editing.parts(self.definition, Kind.RULE):
            raise ValidationError(_("Mã này đã có trong biểu mẫu; đặt mã khác."))
        return id_

    def clean_key(self) -> str:
        """Here it names a question."""
        return str(self.cleaned_data["key"])

    @property
    def name(self) -> str:
        return str(self.cleaned_data.get("id", ""))

    @property
    def spec(self) -> Spec:
        rule, cleaned = RULES[self.type], dict(self.cleaned_data)
        if "ceiling" in rule.extras:
            clause, _slash, line = cleaned["ceiling"].partition("/")
            before = self.current.get("ceiling", {}) if self.current else {}
            cleaned["ceiling"] = {**before, "clause": clause, "line": line}
        names = ("id", *rule.parts, *rule.extras, "severity", "message_vi", "message_en")
        spec = {"type": self.type, **{name: cleaned[name] for name in names}, "when": self.row_specs("when")}
        return without_empty(spec)


def read_condition(definition: Definition, key: str, op: str, text: str) -> Spec:
    """A condition as stored; a value that does not fit its question stays as typed and is a problem."""
    if op == "answered":
        return {"key": key, "op": op}
    question = editing.parts(definition, Kind.QUESTION).get(key, {})
    field = Field(
        key=key or "?",
        type=str(question.get("type", "text")),
        label_vi="",
        choices=_choices_of(definition, question),
    )
    values = [_read_value(field, one) for one in _SPLIT.split(text) if one]
    return {"key": key, "op": op, "value": values if op == "in" else _read_value(field, text)}


def _read_value(field: Field, text: str) -> Any:
    if field.type in NUMERIC:
        return _read_number(text)
    return text if field.type in ("table", "file") else read_typed(field, text)


def _read_number(text: str) -> Any:
    try:
        number: Decimal = read_decimal(text.removesuffix("%"))
    except Misread:
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def _choices_of(definition: Definition, question: Mapping[str, Any]) -> tuple[Choice, ...]:
    entries = definition.get("choice_lists", {}).get(question.get("choices"), ())
    if isinstance(entries, dict):
        return tuple(lists_from_files().get(str(question.get("choices")), ()))
    return tuple(Choice(**entry) for entry in entries)


def _shown_condition(definition: Definition, condition: Spec) -> dict[str, Any]:
    """As the fields hold it: values in the words of their choices, where reading these gives them back."""
    question = editing.parts(definition, Kind.QUESTION).get(condition["key"], {})
    labels = words.labels_of(definition.get("choice_lists", {}).get(question.get("choices"), ()))
    shown = {**condition, "value": words.condition_value_in_words(condition.get("value"), labels)}
    if read_condition(definition, shown["key"], shown["op"], shown["value"]) != condition:
        shown["value"] = words.condition_value_in_words(condition.get("value"))
    return shown


def _field_spec(cleaned: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The attributes of a question or a column; those that say nothing are left out, but for some."""
    spec = {name: cleaned[name] for name in fields if name in cleaned and name not in ("seen", "place")}
    always = {name: spec[name] for name in ALWAYS if name in spec}
    return without_empty(spec) | always


def question_choices(definition: Definition, types: Iterable[str] | None = None) -> Choices:
    """Every question of these types (any when None): "16. Tổng số TTHC …"."""
    found = enumerate(editing.parts(definition, Kind.QUESTION).items(), start=1)
    return [
        (key, f"{number}. {spec.get('label_vi', key)}")
        for number, (key, spec) in found
        if types is None or spec.get("type") in types
    ]


def list_choices(definition: Definition) -> Choices:
    """Every list of choices by name."""
    return [NOTHING, *((name, name) for name in editing.parts(definition, Kind.CHOICES))]


def place_choices(definition: Definition, without: str = "") -> Choices:
    """Every position a question can have, by section: first, or behind one of the others."""
    numbers = {key: number for number, key in enumerate(editing.parts(definition, Kind.QUESTION), start=1)}
    found: Choices = []
    for section in definition["sections"]:
        first = (f"{section['key']}/", _("Đầu phần"))
        behind = [
            (
                f"{section['key']}/{key}",
                _("Sau câu %(number)d. %(label)s") % {"number": numbers[key], "label": label},
            )
            for key, label in ((one["key"], one.get("label_vi", "")) for one in section["questions"])
            if key != without
        ]
        found.append((section.get("title_vi", section["key"]), [first, *behind]))
    return found


def _reference(part: str, choices: Choices) -> forms.Field:
    help_text = _("Chỉ các câu có loại hợp với quy tắc này.")
    if part == "keys":
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(
            label=words.ATTRIBUTES[part], choices=choices, widget=widget, help_text=help_text
        )
    return forms.ChoiceField(label=words.ATTRIBUTES[part], choices=[NOTHING, *choices], help_text=help_text)


def _columns(definition: Definition) -> forms.Field:
    tables = [one for one in editing.parts(definition, Kind.QUESTION).values() if one.get("columns")]
    found = [
        (column["key"], f"{column['key']} – {column.get('label_vi', '')}")
        for table in tables
        for column in table["columns"]
        if column.get("type") in NUMERIC
    ]
    help_text = _("Cột số của bảng đã chọn.")
    return forms.ChoiceField(label=words.ATTRIBUTES["column"], choices=[NOTHING, *found], help_text=help_text)


def _ceilings(definition: Definition) -> forms.Field:
    rows = Ceiling.objects.filter(tier=ANY).order_by("clause", "line", "pk")
    found = {
        f"{row.clause}/{row.line}": _("khoản %(clause)s Điều 4: %(line)s")
        % {"clause": row.clause, "line": row.get_line_display()}
        for row in rows
    }
    return forms.ChoiceField(
        label=words.ATTRIBUTES["ceiling"],
        choices=[NOTHING, *found.items()],
        help_text=_("Mức chi tối đa theo TT 116/2015/TT-BTC, lấy mức có hiệu lực vào ngày cuối kỳ."),
    )


def _months(definition: Definition) -> forms.Field:
    return WholeField(label=words.ATTRIBUTES["months"], help_text=_("Từ 1 đến 1200."))


def _percent(definition: Definition) -> forms.Field:
    return WholeField(label=words.ATTRIBUTES["percent"], help_text=_("Từ 1 đến 99, so với năm trước."))


_EXTRAS = {"ceiling": _ceilings, "column": _columns, "months": _months, "percent": _percent}
