"""The definition of a questionnaire: read from YAML text, kept as JSON values, built into parts."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import yaml
from django.utils.translation import gettext as _

from reports.questions.parts import Choice, Column, Condition, Question, Rule, Section
from reports.questions.validation import problems_of

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


def read_definition(text: str) -> dict[str, Any]:
    """The definition in a YAML text as JSON values, checked. Raises DefinitionError with every problem.

    Lists of choices that come from files (`from_file`) stay references.
    """
    try:
        definition = json.loads(json.dumps(yaml.load(text, Loader=_PlainLoader), allow_nan=False))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DefinitionError([_("Dòng %(line)d: không đúng cú pháp YAML.") % {"line": line}]) from error
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise DefinitionError([_("Tệp có giá trị không phải chữ, số, có/không hoặc danh sách.")]) from error
    refuse(problems_of(definition))
    return dict(definition)


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
