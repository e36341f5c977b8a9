"""Editing a definition: its parts by kind and key, put, moved and taken out; each gives a new definition.

A draft may hold problems, but every section, question, list and rule in it has a key that no other of its
kind has: whoever edits sees to that, so a part can always be found again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reports.questions import formula

Definition = dict[str, Any]
Spec = Any  # a mapping; for a list of choices the list of its entries, or the mapping that names its file


class Kind(StrEnum):
    """What a definition has many of."""

    SECTION = "section"
    QUESTION = "question"
    CHOICES = "choices"
    RULE = "rule"


FORM = "form"  # there is one of it, so it needs no key


class NoSuchPart(LookupError):
    """The definition has no part of this kind and key (any more)."""


@dataclass(frozen=True)
class Position:
    """Where a question stands: behind the question `after`, or first in `section` when that is empty."""

    section: str
    after: str = ""


def parts(definition: Mapping[str, Any], kind: str) -> dict[str, Spec]:
    """The parts of one kind by key, in order."""
    if kind == Kind.CHOICES:
        return dict(definition.get("choice_lists", {}))
    if kind == Kind.RULE:
        return {rule["id"]: rule for rule in definition.get("rules", [])}
    if kind == Kind.SECTION:
        return {section["key"]: section for section in definition["sections"]}
    return {
        question["key"]: question for section in definition["sections"] for question in section["questions"]
    }


def part(definition: Mapping[str, Any], kind: str, key: str = "") -> Spec:
    """One part; of a section only what is its own, without the questions. Raises NoSuchPart."""
    if kind == FORM:
        return definition["form"]
    try:
        found = parts(definition, kind)[key]
    except KeyError:
        raise NoSuchPart(key) from None
    return _without_questions(found) if kind == Kind.SECTION else found


def fingerprint(spec: Spec) -> str:
    """A short name for what a part says; another hand's change gives another one."""
    text = json.dumps(spec, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def position(definition: Mapping[str, Any], key: str) -> Position:
    """Where a question stands now. Raises NoSuchPart."""
    for section in definition["sections"]:
        keys = [question["key"] for question in section["questions"]]
        if key in keys:
            place = keys.index(key)
            return Position(section["key"], keys[place - 1] if place else "")
    raise NoSuchPart(key)


def put(
    definition: Definition, kind: str, spec: Spec, *, key: str = "", at: Position | None = None
) -> Definition:
    """Replace the part `key`, or add one when that is empty; a question goes to the position `at`, if given.

    The caller has seen to it that no other part bears the new key. Raises NoSuchPart.
    """
    if key or kind == FORM:
        part(definition, kind, key)
    edited = deepcopy(definition)
    _PUT[kind](edited, key, deepcopy(spec), at)
    return edited


def remove(definition: Definition, kind: str, key: str) -> Definition:
    """Take a part out; a section goes with its questions. Raises NoSuchPart."""
    part(definition, kind, key)
    edited = deepcopy(definition)
    if kind == Kind.CHOICES:
        del edited["choice_lists"][key]
        return edited
    for siblings in _rows(edited, kind):
        siblings[:] = [one for one in siblings if _key_of(one) != key]
    return edited


def move(definition: Definition, kind: str, key: str, *, up: bool) -> Definition:
    """Move a section or a question by one place; a question at the edge goes to the neighbouring section.

    The first stays first and the last last. Raises NoSuchPart.
    """
    part(definition, kind, key)
    edited = deepcopy(definition)
    rows = _rows(edited, kind)
    row = next(number for number, siblings in enumerate(rows) if key in map(_key_of, siblings))
    place = [_key_of(one) for one in rows[row]].index(key)
    target = place - 1 if up else place + 1
    if 0 <= target < len(rows[row]):
        rows[row].insert(target, rows[row].pop(place))
    elif 0 <= (row - 1 if up else row + 1) < len(rows):
        neighbour = rows[row - 1 if up else row + 1]
        neighbour.insert(len(neighbour) if up else 0, rows[row].pop(place))
    return edited


def mentions(definition: Mapping[str, Any], kind: str, key: str) -> list[tuple[str, str]]:
    """The questions and rules, as (kind, key), that would miss this question, section or list."""
    if kind == Kind.RULE:
        return []
    gone = {key}
    if kind == Kind.SECTION:
        gone = {question["key"] for question in parts(definition, kind)[key]["questions"]}
    found = [
        (Kind.QUESTION.value, own)
        for own, question in parts(definition, Kind.QUESTION).items()
        if own not in gone and gone & (_lists_of(question) if kind == Kind.CHOICES else _asks(question))
    ]
    if kind == Kind.CHOICES:
        return found
    rules = parts(definition, Kind.RULE)
    return found + [(Kind.RULE.value, own) for own, rule in rules.items() if gone & _names(rule)]


def _put_form(definition: Definition, key: str, spec: Spec, at: Position | None) -> None:
    definition["form"] = spec


def _put_section(definition: Definition, key: str, spec: Spec, at: Position | None) -> None:
    for section in definition["sections"]:
        if section["key"] == key:
            questions = section["questions"]
            section.clear()
            section.update(spec, questions=questions)
            return
    definition["sections"].append(spec | {"questions": []})


def _put_question(definition: Definition, key: str, spec: Spec, at: Position | None) -> None:
    if key and at is None:
        _replace(_rows(definition, Kind.QUESTION), key, spec)
        return
    for siblings in _rows(definition, Kind.QUESTION):
        siblings[:] = [one for one in siblings if one["key"] != key]
    last = definition["sections"][-1]
    section = next((one for one in definition["sections"] if at and one["key"] == at.section), last)
    keys = [question["key"] for question in section["questions"]]
    first = at is not None and not at.after
    place = 0 if first else keys.index(at.after) + 1 if at and at.after in keys else len(keys)
    section["questions"].insert(place, spec)


def _put_choices(definition: Definition, key: str, spec: Spec, at: Position | None) -> None:
    name, entries = spec["name"], spec["entries"]
    lists = definition.setdefault("choice_lists", {})
    if key:
        definition["choice_lists"] = {
            (name if old == key else old): (entries if old == key else lists[old]) for old in lists
        }
    else:
        lists[name] = entries


def _put_rule(definition: Definition, key: str, spec: Spec, at: Position | None) -> None:
    rules = definition.setdefault("rules", [])
    if key:
        _replace([rules], key, spec)
    else:
        rules.append(spec)


_PUT = {
    FORM: _put_form,
    Kind.SECTION: _put_section,
    Kind.QUESTION: _put_question,
    Kind.CHOICES: _put_choices,
    Kind.RULE: _put_rule,
}


def _rows(definition: Definition, kind: str) -> list[list[Definition]]:
    """The lists in which the parts of a kind stand."""
    if kind == Kind.QUESTION:
        return [section["questions"] for section in definition["sections"]]
    return [definition["sections"] if kind == Kind.SECTION else definition.get("rules", [])]


def _replace(rows: list[list[Definition]], key: str, spec: Spec) -> None:
    for siblings in rows:
        siblings[:] = [spec if _key_of(one) == key else one for one in siblings]


def _key_of(one: Mapping[str, Any]) -> str:
    return str(one["id"] if "id" in one else one["key"])


def _without_questions(section: Mapping[str, Any]) -> Definition:
    return {name: value for name, value in section.items() if name != "questions"}


def _asks(question: Mapping[str, Any]) -> set[str]:
    """The questions that a question looks at."""
    try:
        computed = formula.names(question.get("computed") or "0")
    except formula.FormulaError:
        computed = set()
    return computed | set(_keys(question.get("depends_on", [])))


def _names(rule: Mapping[str, Any]) -> set[str]:
    """The questions that a rule looks at."""
    alone = {rule.get(name) for name in ("key", "left", "right", "after", "table", "total")}
    return {*filter(None, alone), *rule.get("keys", []), *_keys(rule.get("when", []))}


def _keys(conditions: list[Mapping[str, Any]]) -> Iterator[str]:
    return (str(condition["key"]) for condition in conditions if condition.get("key"))


def _lists_of(question: Mapping[str, Any]) -> set[str]:
    return {one["choices"] for one in (question, *question.get("columns", [])) if one.get("choices")}
