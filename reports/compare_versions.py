"""Two definitions side by side: what was added, taken out, moved or changed, in words.

A part is known by its key: a question that changes its key is another question, as it is for last year's
answers and for the statistics.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from isotrack.kit.words import NOTHING
from reports.definition_words import DEFAULTS, choices_in_words, in_words
from reports.questions.editing import FORM, Kind, parts

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One attribute before and after, in words; "–" where there is none."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Difference:
    """What became of one part: `acts` are any of added, removed, moved, changed."""

    kind: str
    key: str
    name: str
    acts: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    @property
    def is_added(self) -> bool:
        """Whether it was not there before."""
        return ADDED in self.acts

    @property
    def is_removed(self) -> bool:
        """Whether it is not there any more."""
        return REMOVED in self.acts


def differences(old: Spec, new: Spec) -> list[Difference]:
    """Everything that differs between two definitions, part by part in the order of the newer one."""
    found = [*_form(old, new)]
    for kind in (Kind.SECTION, Kind.QUESTION, Kind.CHOICES, Kind.RULE):
        found += _of_kind(kind, old, new)
    return found


def numbers(definition: Spec) -> dict[str, int]:
    """The number that people see of each question, by key."""
    return dict(zip(parts(definition, Kind.QUESTION), count(1), strict=False))


def _form(old: Spec, new: Spec) -> Iterator[Difference]:
    before, after = (_without(definition["form"], "version") for definition in (old, new))
    if changes := _changes(in_words(before), in_words(after)):
        yield Difference(FORM, FORM, _("Thông tin chung của biểu mẫu"), (CHANGED,), changes)


def _of_kind(kind: Kind, old: Spec, new: Spec) -> Iterator[Difference]:
    before, after = parts(old, kind), parts(new, kind)
    moved = _moved(kind, old, new)
    for key, spec in after.items():
        name = name_of(kind, key, new)
        if key not in before:
            yield Difference(kind, key, name, (ADDED,), _changes({}, _said(kind, spec)))
            continue
        changes = _changes(_said(kind, before[key]), _said(kind, spec))
        if key in moved:
            changes = (moved[key], *changes)
        acts = [
            act for act, holds in ((MOVED, key in moved), (CHANGED, len(changes) > (key in moved))) if holds
        ]
        if acts:
            yield Difference(kind, key, name, tuple(acts), changes)
    for key in before:
        if key not in after:
            yield Difference(kind, key, name_of(kind, key, old), (REMOVED,))


def _moved(kind: Kind, old: Spec, new: Spec) -> dict[str, Change]:
    """The parts that stand elsewhere: what the longest common run of both orders leaves out."""
    if kind in (Kind.CHOICES, Kind.RULE):  # their order means nothing
        return {}
    before, after = _rows(kind, old), _rows(kind, new)
    common = before.keys() & after.keys()
    one, other = [key for key in before if key in common], [key for key in after if key in common]
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    still = {key for block in blocks for key in one[block.a : block.a + block.size]}
    gone = {key for key in common if key not in still or before[key][0] != after[key][0]}
    return {key: Change(_("Vị trí"), before[key][1], after[key][1]) for key in gone}


def _rows(kind: Kind, definition: Spec) -> dict[str, tuple[str, str]]:
    """Key → the section a question stands in, and its place in words."""
    if kind == Kind.SECTION:
        keys = parts(definition, kind)
        return {
            key: ("", _("phần %(number)d") % {"number": place}) for place, key in enumerate(keys, start=1)
        }
    number = numbers(definition)
    return {
        question["key"]: (
            section["key"],
            _("câu %(number)d, %(section)s")
            % {"number": number[question["key"]], "section": section.get("title_vi", section["key"])},
        )
        for section in definition["sections"]
        for question in section["questions"]
    }


def name_of(kind: Kind, key: str, definition: Spec) -> str:
    """What a part is called: "Câu 16. Tổng số TTHC …"."""
    spec = parts(definition, kind)[key]
    if kind == Kind.QUESTION:
        words = {"number": numbers(definition)[key], "label": spec.get("label_vi", key)}
        return _("Câu %(number)d. %(label)s") % words
    if kind == Kind.RULE:
        return _("Quy tắc %(id)s: %(message)s") % {"id": key, "message": spec.get("message_vi", "")}
    return str(spec.get("title_vi", key)) if kind == Kind.SECTION else _("Danh sách %(name)s") % {"name": key}


def _said(kind: Kind, spec: Any) -> dict[str, str]:
    if kind == Kind.CHOICES:
        return choices_in_words(spec)
    defaults = DEFAULTS if kind == Kind.QUESTION else {}
    return in_words({**defaults, **_without(spec, "questions", "key", "id")})


def _without(spec: Spec, *names: str) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name not in names}


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    labels: Sequence[str] = [*new, *(label for label in old if label not in new)]
    pairs = ((label, old.get(label, NOTHING), new.get(label, NOTHING)) for label in labels)
    return tuple(Change(label, before, after) for label, before, after in pairs if before != after)
