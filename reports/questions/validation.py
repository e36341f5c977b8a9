"""Everything that can be wrong with a definition, each as a Vietnamese sentence that begins with its place.

A definition is written by people, so it is judged whole: all problems at once, none of them an exception.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from reports.questions import formula
from reports.questions.parts import CELL_TYPES, MANDATES, NUMERIC, TEXTS, TYPES
from reports.questions.rules import OPERATORS, RULES, RuleKind

Spec = Mapping[str, Any]

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_RULE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}", re.ASCII)
_TEXT, _NUMBER, _WHOLE, _FLAG, _LIST = (str,), (int, float), (int,), (bool,), (list,)
_FIELD_SHAPE: Mapping[str, tuple[type, ...]] = {
    "key": _TEXT,
    "type": _TEXT,
    "label_vi": _TEXT,
    "label_en": _TEXT,
    "help_vi": _TEXT,
    "help_en": _TEXT,
    "required": _FLAG,
    "unit": _TEXT,
    "min": _NUMBER,
    "max": _NUMBER,
    "max_length": _WHOLE,
    "pattern": _TEXT,
    "choices": _TEXT,
}
_QUESTION_SHAPE = {
    **_FIELD_SHAPE,
    "applies_to": _TEXT,
    "depends_on": _LIST,
    "columns": _LIST,
    "computed": _TEXT,
    "carry_over": _FLAG,
    "legal_basis": _TEXT,
    "accept": _LIST,
    "max_mb": _WHOLE,
    "signed_scan": _FLAG,
}
_SECTION_SHAPE = {"key": _TEXT, "title_vi": _TEXT, "title_en": _TEXT, "questions": _LIST}
_CHOICE_SHAPE = {"value": _TEXT, "label_vi": _TEXT, "label_en": _TEXT}
_RULE_SHAPE = {
    "id": _TEXT,
    "type": _TEXT,
    "severity": _TEXT,
    "message_vi": _TEXT,
    "message_en": _TEXT,
    "when": _LIST,
}
_EXTRA_SHAPE = {"ceiling": (dict,), "column": _TEXT, "months": _WHOLE, "percent": _WHOLE}
# The order in which people read the attributes; a JSON object of the database has none.
QUESTION_NAMES, SECTION_NAMES, CHOICE_NAMES = (
    tuple(_QUESTION_SHAPE),
    tuple(_SECTION_SHAPE),
    tuple(_CHOICE_SHAPE),
)
LONGEST_CODE, LONGEST_TITLE = 40, 300  # what the columns of the database hold


@dataclass(frozen=True)
class Place:
    """Where in a definition: in words, and for links the kind of part, its key, and its number from 1."""

    words: str
    kind: str = "form"
    key: str = ""
    number: int = 0


@dataclass(frozen=True)
class Problem:
    """One thing to mend, at its place."""

    place: Place
    said: str

    @property
    def sentence(self) -> str:
        """The whole sentence, its place first."""
        return f"{self.place.words}: {self.said}"


Problems = Iterator[Problem]


@dataclass
class _Known:
    """What has been met so far: questions by key, lists of choices by name."""

    questions: dict[str, Spec] = field(default_factory=dict)
    lists: dict[str, Collection[str]] = field(default_factory=dict)
    places: int = 0


def problems_of(definition: Any, given: Collection[str] | None = None) -> list[str]:
    """Every problem of a definition as a sentence; see `find_problems`."""
    return [problem.sentence for problem in find_problems(definition, given)]


def find_problems(definition: Any, given: Collection[str] | None = None) -> list[Problem]:
    """Every problem of a definition, empty when it can be used. Never raises on JSON values.

    `given` names the lists of choices that the caller has from files; None when that does not matter yet.
    """
    if not isinstance(definition, dict):
        return [Problem(Place(_("Biểu mẫu")), _("phải có các mục form, sections và rules."))]
    known = _Known()
    return [
        *_form(definition.get("form")),
        *_choice_lists(definition.get("choice_lists", {}), given, known),
        *_sections(definition.get("sections"), known),
        *_rules(definition.get("rules", []), known),
    ]


def _form(form: Any) -> Problems:
    place = Place(_("Mục form"))
    if not isinstance(form, dict):
        yield _say(place, _("chưa có."))
        return
    shape = {"code": _TEXT, "version": _WHOLE, "title_vi": _TEXT, "period": (dict,)}
    yield from _shape(place, {name: form[name] for name in shape if name in form}, shape, tuple(shape))
    if not isinstance(form.get("title_en", ""), str):
        yield _say(place, _("“%(name)s” sai kiểu giá trị."), name="title_en")
    for name, limit in (("code", LONGEST_CODE), ("title_vi", LONGEST_TITLE), ("title_en", LONGEST_TITLE)):
        if isinstance(form.get(name), str) and len(form[name]) > limit:
            yield _say(place, _("“%(name)s” dài quá %(limit)d ký tự."), name=name, limit=limit)
    if isinstance(form.get("period"), dict):
        days = [_day_of_2021(form["period"].get(end)) for end in ("from", "to")]
        if None in days or days != sorted(days, key=str):
            yield _say(place, _("kỳ báo cáo phải có from và to dạng {year}-01-01, from không sau to."))


def _day_of_2021(text: Any) -> date | None:
    try:
        return date.fromisoformat(text.replace("{year}", "2021")) if isinstance(text, str) else None
    except ValueError:
        return None


def _choice_lists(lists: Any, given: Collection[str] | None, known: _Known) -> Problems:
    if not isinstance(lists, dict):
        yield _say(Place(_("Mục choice_lists")), _("phải là các danh sách có tên."))
        return
    for name, entries in lists.items():
        place = Place(_("Danh sách %(name)s") % {"name": name}, "choices", name)
        known.lists[name] = ()
        yield from _key(place, name)
        if isinstance(entries, dict) and isinstance(entries.get("from_file"), str):
            if given is not None and name not in given:
                yield _say(place, _("lấy từ tệp %(file)s nhưng chưa được nạp."), file=entries["from_file"])
        elif isinstance(entries, list) and entries:
            yield from _choices(place, name, entries, known)
        else:
            yield _say(place, _("phải có ít nhất một mục chọn, hoặc ghi from_file."))


def _choices(place: Place, name: str, entries: list[Any], known: _Known) -> Problems:
    for entry in entries:
        yield from _shape(place, entry, _CHOICE_SHAPE, ("value", "label_vi"))
    known.lists[name] = _texts(entries, "value")
    for value in _repeated(known.lists[name]):
        yield _say(place, _("giá trị “%(name)s” có hai lần."), name=value)


def _sections(sections: Any, known: _Known) -> Problems:
    if not (isinstance(sections, list) and sections):
        yield _say(Place(_("Mục sections")), _("phải có ít nhất một phần."))
        return
    for key in _repeated(_texts(sections, "key")):
        yield _say(Place(_("Mục sections")), _("khóa “%(name)s” có hai lần."), name=key)
    for number, section in enumerate(sections, start=1):
        own = section.get("key") if isinstance(section, dict) else None
        place = Place(_("Phần %(number)d") % {"number": number}, "section", str(own or ""), number)
        yield from _shape(place, section, _SECTION_SHAPE, ("key", "title_vi", "questions"))
        yield from _key(place, own)
        questions = section.get("questions") if isinstance(section, dict) else None
        for question in questions if isinstance(questions, list) else ():
            yield from _question(question, known)


def _question(spec: Any, known: _Known) -> Problems:
    known.places += 1
    key = spec.get("key") if isinstance(spec, dict) else None
    words = _("Câu %(number)d (%(key)s)") % {"number": known.places, "key": key or "?"}
    place = Place(words, "question", str(key or ""), known.places)
    problems = list(_shape(place, spec, _QUESTION_SHAPE, ("key", "type", "label_vi")))
    yield from problems
    if problems:  # what follows trusts the kinds of values
        if isinstance(key, str):
            known.questions.setdefault(key, {})
        return
    yield from _field(place, spec, TYPES, known)
    if spec.get("applies_to", "all") not in ("all", *MANDATES):
        yield _say(place, _("applies_to phải là all, mandatory hoặc encouraged."))
    if not all(isinstance(kind, str) for kind in spec.get("accept", ())):
        yield _say(place, _("“%(name)s” sai kiểu giá trị."), name="accept")
    if spec.get("signed_scan") and spec["type"] != "file":
        yield _say(place, _("chỉ câu loại file mới là bản quét đã ký."))
    yield from _conditions(place, spec.get("depends_on", []), known)
    yield from _columns(place, spec, known)
    if "computed" in spec:
        yield from _computed(place, spec, known)
    if key in known.questions:
        yield _say(place, _("khóa “%(name)s” có hai lần."), name=key)
    known.questions[spec["key"]] = spec


def is_key(text: str) -> bool:
    """Whether a section, question, column or list may be called so."""
    return bool(_KEY.fullmatch(text))


def _key(place: Place, key: Any) -> Problems:
    """Names stand in addresses and in the names of fields."""
    if isinstance(key, str) and key and not is_key(key):
        yield _say(place, _("khóa chỉ gồm chữ thường không dấu, số và gạch dưới."))


def _field(place: Place, spec: Spec, types: Collection[str], known: _Known) -> Problems:
    """What holds for questions and columns alike. The shape of `spec` has been checked."""
    yield from _key(place, spec["key"])
    if spec["type"] not in types:
        words = {"name": spec["type"], "known": _any_of(types)}
        yield _say(place, _("không có loại “%(name)s”; dùng %(known)s."), **words)
    if spec.get("min") is not None and spec.get("max") is not None and spec["min"] > spec["max"]:
        yield _say(place, _("min lớn hơn max."))
    if spec.get("max_length", 1) < 1:
        yield _say(place, _("max_length phải lớn hơn 0."))
    if spec["type"] == "choice" and spec.get("choices") not in known.lists:
        yield _say(place, _("không có danh sách “%(name)s”."), name=spec.get("choices", ""))
    if spec["type"] != "choice" and "choices" in spec:
        yield _say(place, _("chỉ câu loại choice mới có choices."))
    yield from _limits(place, spec)


def _limits(place: Place, spec: Spec) -> Problems:
    if spec["type"] not in NUMERIC and ("min" in spec or "max" in spec):
        yield _say(place, _("chỉ câu loại số mới có min và max."))
    if any(isinstance(spec.get(end), float) for end in ("min", "max")):
        yield _say(place, _("min và max phải là số nguyên."))
    if "pattern" in spec:
        try:
            re.compile(spec["pattern"])
        except re.error:
            yield _say(place, _("pattern không phải biểu thức chính quy."))
        if spec["type"] not in TEXTS:
            yield _say(place, _("chỉ câu loại chữ mới có pattern."))


def _columns(place: Place, spec: Spec, known: _Known) -> Problems:
    columns = spec.get("columns", [])
    if (spec["type"] == "table") != bool(columns):
        yield _say(place, _("câu loại table, và chỉ câu ấy, phải có columns."))
    for number, column in enumerate(columns, start=1):
        inside = replace(
            place, words=_("%(place)s, cột %(number)d") % {"place": place.words, "number": number}
        )
        problems = list(_shape(inside, column, _FIELD_SHAPE, ("key", "type", "label_vi")))
        yield from problems or _field(inside, column, CELL_TYPES, known)
    for key in _repeated(_texts(columns, "key")):
        yield _say(place, _("khóa “%(name)s” có hai lần."), name=key)


def _computed(place: Place, spec: Spec, known: _Known) -> Problems:
    if spec["type"] not in NUMERIC:
        yield _say(place, _("chỉ câu loại số mới tự tính được."))
    try:
        names = sorted(formula.names(spec["computed"]))
    except formula.FormulaError:
        yield _say(place, _("công thức chỉ gồm khóa, số, + - * / và ngoặc."))
        return
    for name in names:
        yield from _reference(place, name, NUMERIC, known)


def _conditions(place: Place, conditions: Any, known: _Known) -> Problems:
    """Conditions look at questions that stand before, so that one pass from top to bottom decides."""
    for condition in conditions if isinstance(conditions, list) else ():
        if not (isinstance(condition, dict) and isinstance(condition.get("key"), str)):
            yield _say(place, _("điều kiện phải có key, op và value."))
        elif not (isinstance(condition.get("op"), str) and condition["op"] in OPERATORS):
            words = {"name": condition.get("op"), "known": _any_of(OPERATORS)}
            yield _say(place, _("không có phép so “%(name)s”; dùng %(known)s."), **words)
        elif problems := list(_reference(place, condition["key"], TYPES, known)):
            yield from problems
        else:
            yield from _compared(place, condition, known)


def _compared(place: Place, condition: Spec, known: _Known) -> Problems:
    """The value a condition compares with is one that the question can have."""
    question = known.questions[condition["key"]]
    op, value = condition["op"], condition.get("value")
    if set(condition) - {"key", "op", "value"}:
        yield _say(place, _("điều kiện phải có key, op và value."))
    if op == "answered" or not question:
        return
    if op in ("gt", "lt") and question["type"] not in NUMERIC:
        yield _say(
            place, _("gt và lt chỉ dùng với câu loại số, không với “%(name)s”."), name=condition["key"]
        )
    wanted = value if op == "in" and isinstance(value, list) else [value]
    if (op == "in" and not isinstance(value, list)) or not all(_fits(question, one, known) for one in wanted):
        yield _say(place, _("giá trị so sánh không hợp với câu “%(name)s”."), name=condition["key"])


def _fits(question: Spec, value: Any, known: _Known) -> bool:
    kind = question["type"]
    if kind in NUMERIC:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    values = known.lists.get(question.get("choices", ""), ())
    return isinstance(value, str) and kind != "table" and (not values or kind != "choice" or value in values)


def _rules(rules: Any, known: _Known) -> Problems:
    if not isinstance(rules, list):
        yield _say(Place(_("Mục rules")), _("phải là danh sách quy tắc."))
        return
    for name in _repeated(_texts(rules, "id")):
        yield _say(Place(_("Mục rules")), _("mã “%(name)s” có hai lần."), name=name)
    for number, rule in enumerate(rules, start=1):
        named = rule.get("id") if isinstance(rule, dict) else None
        words = _("Quy tắc %(name)s") % {"name": named or number}
        yield from _rule(Place(words, "rule", str(named or ""), number), rule, known)


def is_rule_id(text: str) -> bool:
    """Whether a rule may be called so; its id stands in addresses and in the names of fields."""
    return bool(_RULE_ID.fullmatch(text))


def _rule(place: Place, rule: Any, known: _Known) -> Problems:
    type_ = rule.get("type") if isinstance(rule, dict) else None
    if place.key and not is_rule_id(place.key):
        yield _say(place, _("mã chỉ gồm chữ không dấu, số, gạch nối và gạch dưới."))
    if isinstance(type_, str) and type_ not in RULES:
        yield _say(place, _("không có loại “%(name)s”; dùng %(known)s."), name=type_, known=_any_of(RULES))
        return
    kind = RULES.get(type_) if isinstance(type_, str) else None
    parts = {part: _LIST if part == "keys" else _TEXT for part in kind.parts} if kind else {}
    extras = {extra: _EXTRA_SHAPE[extra] for extra in kind.extras} if kind else {}
    needed = ("id", "type", "severity", "message_vi", *parts, *extras)
    problems = list(_shape(place, rule, {**_RULE_SHAPE, **parts, **extras}, needed))
    yield from problems
    if kind and not problems:
        yield from _rule_parts(place, rule, kind, known)


def _rule_parts(place: Place, rule: Spec, kind: RuleKind, known: _Known) -> Problems:
    if rule["severity"] not in ("error", "warning"):
        yield _say(place, _("severity phải là error hoặc warning."))
    if kind.needs_when and not rule.get("when"):
        yield _say(place, _("phải có điều kiện when."))
    yield from _conditions(place, rule.get("when", []), known)
    for part, types in kind.parts.items():
        for key in rule[part] if part == "keys" else [rule[part]]:
            yield from _reference(place, key, types, known)
    if not rule.get("keys", ["-"]):
        yield _say(place, _("keys phải có ít nhất một khóa."))
    yield from _rule_extras(place, rule, known)


def _rule_extras(place: Place, rule: Spec, known: _Known) -> Problems:
    ceiling = rule.get("ceiling", {"clause": "", "line": ""})
    if not all(isinstance(ceiling.get(name), str) for name in ("clause", "line")):
        yield _say(place, _("ceiling phải có clause và line."))
    if not 0 < rule.get("months", 1) <= 1200:
        yield _say(place, _("months phải từ 1 đến 1200."))
    if not 0 < rule.get("percent", 1) < 100:
        yield _say(place, _("percent phải từ 1 đến 99."))
    if "column" in rule:
        table = known.questions.get(rule["table"], {})
        columns = [column for column in table.get("columns", []) if isinstance(column, dict)]
        if not any(c.get("key") == rule["column"] and c.get("type") in NUMERIC for c in columns):
            yield _say(place, _("bảng không có cột số “%(name)s”."), name=rule["column"])


def _reference(place: Place, key: Any, types: Collection[str], known: _Known) -> Problems:
    """A question that stands before and has one of these types. Broken questions are reported once."""
    question = known.questions.get(key) if isinstance(key, str) else None
    if question is None:
        yield _say(place, _("không có câu “%(name)s” ở phía trước."), name=key)
    elif question and question["type"] in TYPES and question["type"] not in types:
        yield _say(place, _("câu “%(name)s” phải thuộc loại %(known)s."), name=key, known=_any_of(types))


def _shape(
    place: Place, spec: Any, shape: Mapping[str, tuple[type, ...]], needed: Collection[str]
) -> Problems:
    """Names that are unknown or lacking, and values of another kind than they should be."""
    if not isinstance(spec, dict):
        yield _say(place, _("phải gồm các cặp tên và giá trị."))
        return
    for name in needed:
        if spec.get(name) in (None, "", []):
            yield _say(place, _("thiếu “%(name)s”."), name=name)
    for name, value in spec.items():
        if name not in shape:
            yield _say(place, _("không có thuộc tính “%(name)s”."), name=name)
        elif not _is_of(value, shape[name]) and not (value is None and name in needed):
            yield _say(place, _("“%(name)s” sai kiểu giá trị."), name=name)


def _is_of(value: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a value is of one of these kinds; True and False are not numbers here."""
    return isinstance(value, kinds) and isinstance(value, bool) == (kinds == _FLAG)


def _texts(entries: Collection[Any], name: str) -> list[str]:
    """What the entries of a list have under `name`, where it is text."""
    found = (entry.get(name) for entry in entries if isinstance(entry, dict))
    return [value for value in found if isinstance(value, str)]


def _repeated(values: Collection[str]) -> list[str]:
    return sorted(value for value, times in Counter(values).items() if times > 1)


def _any_of(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _say(place: Place, said: str, **words: Any) -> Problem:
    return Problem(place, said % words if words else said)
