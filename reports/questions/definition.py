"""The definition of a questionnaire: read from YAML text, kept as JSON values, built into parts."""

import json
import unicodedata
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import yaml
from django.utils.translation import gettext as _

from reports.questions.parts import Choice, Column, Condition, Question, Rule, Section
from reports.questions.typed import UNSTORABLE
from reports.questions.validation import Problem, find_problems

Lists = Mapping[str, Sequence[Choice]]


class DefinitionError(ValueError):
    """A definition that cannot be used; `problems` has one Vietnamese sentence for each thing to mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def refuse(problems: Sequence[str]) -> None:
    """Raise DefinitionError when there are problems."""
    if problems:
        raise DefinitionError(problems)


def read_definition(text: str, given: Collection[str] | None = None) -> dict[str, Any]:
    """The definition in a YAML text as JSON values, checked; texts in NFC. Raises DefinitionError with every
    problem, each with its line.

    Lists of choices that come from files (`from_file`) stay references; `given` names those there are.
    """
    try:
        definition = _storable(json.loads(json.dumps(yaml.load(text, Loader=_PlainLoader), allow_nan=False)))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DefinitionError([_("Dòng %(line)d: không đúng cú pháp YAML.") % {"line": line}]) from error
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise DefinitionError([_("Tệp có giá trị không phải chữ, số, có/không hoặc danh sách.")]) from error
    if problems := find_problems(definition, given):
        lines = _lines(yaml.compose(text, Loader=_PlainLoader))
        refuse([_with_line(problem, lines) for problem in problems])
    return dict(definition)


def _storable(value: Any) -> Any:
    """The same value with its texts in NFC. Raises ValueError where a text holds what cannot be stored."""
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise ValueError(value)
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value


def _with_line(problem: Problem, lines: Mapping[tuple[str, object], int]) -> str:
    place = problem.place
    line = lines.get((place.kind, place.key if place.kind == "choices" else place.number))
    if line is None:
        return problem.sentence
    return _("Dòng %(line)d, %(problem)s") % {"line": line, "problem": problem.sentence}


def _lines(root: yaml.Node | None) -> dict[tuple[str, object], int]:
    """Where each part of a YAML text begins: (kind, number from 1; for lists of choices the name) → line."""
    top = _children(root)
    sections = list(_items(top.get("sections")))
    questions = [one for section in sections for one in _items(_children(section).get("questions"))]
    found: dict[tuple[str, object], int] = {("form", 0): _line(top["form"])} if "form" in top else {}
    for kind, nodes in (
        ("section", sections),
        ("question", questions),
        ("rule", list(_items(top.get("rules")))),
    ):
        found |= {(kind, number): _line(node) for number, node in enumerate(nodes, start=1)}
    lists = _children(top.get("choice_lists"))
    return found | {("choices", name): _line(node) for name, node in lists.items()}


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _children(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(name.value): value for name, value in node.value}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


class _PlainLoader(yaml.SafeLoader):
    """YAML without surprises: dates stay text, a name stands once, nothing refers to something else."""

    yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse references: a few of them can blow a small file up to gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem_mark=self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a name that stands twice, where YAML would quietly keep the last."""
        seen: set[str] = set()
        for name, _value in node.value:
            if name.value in seen:
                raise yaml.MarkedYAMLError(problem_mark=name.start_mark)
            seen.add(name.value)
        return super().construct_mapping(node, deep)


def build_sections(definition: Mapping[str, Any], lists: Lists) -> tuple[Section, ...]:
    """The sections of a checked definition, their questions numbered from 1 throughout."""
    numbers = count(1)
    choices = _choices(definition.get("choice_lists", {}), lists)
    return tuple(
        Section(
            key=section["key"],
            title_vi=section["title_vi"],
            title_en=section.get("title_en", ""),
            questions=tuple(
                _question(question, next(numbers), section["key"], choices)
                for question in section["questions"]
            ),
        )
        for section in definition["sections"]
    )


def build_rules(definition: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of a checked definition, in its order."""
    return tuple(_rule(rule) for rule in definition.get("rules", []))


def _choices(written: Mapping[str, Any], lists: Lists) -> dict[str, tuple[Choice, ...]]:
    """Every list by name: written out in the definition, or given because it comes from a file."""
    return {
        name: tuple(lists[name] if isinstance(entries, dict) else (Choice(**entry) for entry in entries))
        for name, entries in written.items()
    }


def _field(spec: Mapping[str, Any], choices: Mapping[str, tuple[Choice, ...]]) -> dict[str, Any]:
    """The arguments that questions and columns share."""
    plain = (
        "key",
        "type",
        "label_vi",
        "label_en",
        "required",
        "unit",
        "max_length",
        "pattern",
        "help_vi",
        "help_en",
    )
    return {
        **{name: spec[name] for name in plain if name in spec},
        "minimum": spec.get("min"),
        "maximum": spec.get("max"),
        "choices": choices[spec["choices"]] if "choices" in spec else (),
    }


def _question(
    spec: Mapping[str, Any], number: int, section: str, choices: Mapping[str, tuple[Choice, ...]]
) -> Question:
    plain = ("applies_to", "computed", "carry_over", "legal_basis", "max_mb", "signed_scan")
    return Question(
        **_field(spec, choices),
        **{name: spec[name] for name in plain if name in spec},
        number=number,
        section=section,
        accept=tuple(spec.get("accept", ())),
        depends_on=_conditions(spec.get("depends_on", ())),
        columns=tuple(Column(**_field(column, choices)) for column in spec.get("columns", ())),
    )


def _rule(spec: Mapping[str, Any]) -> Rule:
    plain = {name: value for name, value in spec.items() if name not in ("when", "keys", "ceiling")}
    ceiling = spec.get("ceiling", {})
    return Rule(
        **plain,
        when=_conditions(spec.get("when", ())),
        keys=tuple(spec.get("keys", ())),
        clause=ceiling.get("clause", ""),
        line=ceiling.get("line", ""),
    )


def _conditions(specs: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    return tuple(Condition(spec["key"], spec["op"], spec.get("value")) for spec in specs)
