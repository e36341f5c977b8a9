"""A definition as YAML text: one order of names, whatever order the database gives, readable by people.

Reading the text gives the same definition, and writing that gives the same text, byte for byte.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

import yaml

from reports.questions.rules import RULES
from reports.questions.validation import CHOICE_NAMES, QUESTION_NAMES, SECTION_NAMES

_TOP = ("form", "conventions", "choice_lists", "sections", "rules")
_FORM = (
    "code",
    "version",
    "title_vi",
    "title_en",
    "recipient_vi",
    "period_vi",
    "period",
    "due_vi",
    "notice_vi",
)
_CONDITION = ("key", "op", "value")
_PARTS = tuple(dict.fromkeys(name for kind in RULES.values() for name in (*kind.parts, *kind.extras)))
_RULE = ("id", "type", *_PARTS, "when", "severity", "message_vi", "message_en")


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


def write_definition(definition: Mapping[str, Any]) -> str:
    """The YAML text of a definition."""
    text: str = yaml.dump(
        arranged(definition),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=inf,
    )
    return text


def arranged(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The same definition with every name in its place; names nobody knows follow by alphabet."""
    return {
        **_in_order(definition, _TOP),
        "form": _in_order(definition["form"], _FORM)
        | {"period": _line(definition["form"]["period"], ("from", "to"))},
        "choice_lists": _lists(definition.get("choice_lists", {})),
        "sections": [_section(section) for section in definition["sections"]],
        "rules": [_rule(rule) for rule in definition.get("rules", [])],
    }


def _in_order(spec: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    known = [name for name in names if name in spec]
    return {name: _by_alphabet(spec[name]) for name in (*known, *sorted(spec.keys() - set(known)))}


def _by_alphabet(value: Any) -> Any:
    if isinstance(value, list):
        return [_by_alphabet(one) for one in value]
    return {name: _by_alphabet(value[name]) for name in sorted(value)} if isinstance(value, dict) else value


def _line(spec: Mapping[str, Any], names: Iterable[str]) -> _Line:
    return _Line(_in_order(spec, names))


def _lists(lists: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: [_line(entry, CHOICE_NAMES) for entry in lists[name]]
        if isinstance(lists[name], list)
        else _line(lists[name], ("from_file",))
        for name in sorted(lists)
    }


def _section(spec: Mapping[str, Any]) -> dict[str, Any]:
    return _in_order(spec, SECTION_NAMES) | {"questions": [_question(one) for one in spec["questions"]]}


def _question(spec: Mapping[str, Any]) -> dict[str, Any]:
    question = _in_order(spec, QUESTION_NAMES)
    if "depends_on" in spec:
        question["depends_on"] = [_line(condition, _CONDITION) for condition in spec["depends_on"]]
    if "columns" in spec:
        question["columns"] = [_line(column, QUESTION_NAMES) for column in spec["columns"]]
    return question


def _rule(spec: Mapping[str, Any]) -> dict[str, Any]:
    rule = _in_order(spec, _RULE)
    if "when" in spec:
        rule["when"] = [_line(condition, _CONDITION) for condition in spec["when"]]
    return rule


class _Dumper(yaml.SafeDumper):
    """Lists are indented under their names, and nothing refers to something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """The reader refuses references."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """People see what belongs to what."""
        super().increase_indent(flow, False)


def _write_line(dumper: yaml.SafeDumper, line: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", line, flow_style=True)


_Dumper.add_representer(_Line, _write_line)
