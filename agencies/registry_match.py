"""Who is meant: agencies by code, by name under a superior, and superiors by whatever a list calls them.

Names are compared as they are spelled, whatever the capitals and the placement of tones; what agrees only
without its marks, or only nearly, is offered as a suggestion and never taken.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from agencies.models.agency import Level
from isotrack.kit.text import fold, spell

VALUES = (
    "name",
    "short_name",
    "kind",
    "level",
    "group",
    "superior",
    "mandate",
    "ceiling_tier",
    "reports_annually",
    "covered_by",
    "contact_email",
    "sort_order",
    "valid_from",
    "valid_to",
)
_ABOVE: dict[Any, int] = {Level.PROVINCE: 0, Level.DISTRICT: 1, Level.COMMUNE: 2}
_ABBREVIATED = {
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
    "h": "huyện",
    "q": "quận",
    "p": "phường",
    "x": "xã",
    "t": "tỉnh",
}
_SHORTENED = re.compile(r"^(ubnd )?(tp|tx|tt|h|q|p|x|t)(?:\. ?| )(?=\S)")
_UNITS = ("tỉnh", "thành phố", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu")
_KINDS = re.compile(f"^(?:{'|'.join(map(spell, _UNITS))}) ")
_COMMITTEE = spell("Ủy ban nhân dân")


@dataclass(eq=False)
class Being:
    """One agency: of the registry (`pk` is its key) or new in the list (`pk` is None).

    `superior` and `covered_by` are beings too; a new one's values arrive as its row is judged.
    """

    pk: int | None
    code: str
    values: dict[str, Any] = field(default_factory=dict)
    province: int | None = None
    since: date | None = None
    """The day its present standing began."""

    def __str__(self) -> str:
        return f"{self.values.get('name', '')} ({self.code})"

    def exists_on(self, day: date) -> bool:
        """Whether it is in the registry on that day."""
        ended: date | None = self.values["valid_to"]
        return bool(self.values["valid_from"] <= day) and (ended is None or ended >= day)


@dataclass
class Registry:
    """What is stored: the beings in reach, and the codes that agencies out of reach bear and when."""

    beings: Sequence[Being]
    taken: Mapping[str, Sequence[tuple[date, date | None]]] = field(default_factory=dict)
    may_found_provinces: bool = False


@lru_cache(maxsize=200_000)
def name_key(name: str) -> str:
    """One form of a name: "TP. Long Xuyên" and "thành phố Long Xuyên", "UBND xã A" and "Ủy ban …" agree."""
    short = spell(name).replace(_COMMITTEE, "ubnd")
    found = _SHORTENED.match(short)
    if found:
        short = f"{found[1] or ''}{spell(_ABBREVIATED[found[2]])} {short[found.end() :]}"
    return short


def _keys(values: Mapping[str, Any]) -> set[str]:
    """Whatever a list may call an agency as a superior: in full, short, and without its committee."""
    full = name_key(values["name"])
    keys = {full, full.removeprefix("ubnd "), _KINDS.sub("", full.removeprefix("ubnd "))}
    if values.get("short_name"):
        keys.add(name_key(values["short_name"]))
    return keys


class Index:
    """Finds beings; those new in a list are added as they are met."""

    def __init__(self, beings: Iterable[Being], day: date) -> None:
        self.day = day
        self.by_code: dict[str, list[Being]] = defaultdict(list)
        self.present: dict[str, Being] = {}
        self.by_key: dict[str, list[Being]] = defaultdict(list)
        self.by_fold: dict[str, list[Being]] = defaultdict(list)
        self.under: dict[tuple[str, Being | None], list[Being]] = defaultdict(list)
        self.named: dict[tuple[str, Any], tuple[Being, ...]] = {}
        for being in beings:
            self.by_code[being.code.casefold()].append(being)
            if being.exists_on(day):
                self.present[being.code.casefold()] = being
                self._name(being)
                self.under[folded(being.values["name"]), being.values["superior"]].append(being)

    def add(self, being: Being) -> None:
        """A new agency of the list, which its other rows may name as superior."""
        self.present.setdefault(being.code.casefold(), being)
        self._name(being)

    def _name(self, being: Being) -> None:
        for key in _keys(being.values):
            self.by_key[key].append(being)
        self.by_fold[folded(being.values["name"])].append(being)

    def superiors(self, words: str, level: str | None) -> list[Being]:
        """Those that `words` may mean as the superior of an agency of this level: by code, else by name."""
        code = re.search(r"\(([^()]+)\)$", words)
        for said in (words, code[1] if code else ""):
            being = self.present.get(re.sub(r"\s", "", said).casefold())
            if being is not None:
                return [being]
        found = self.by_key.get(name_key(re.sub(r"\s*\([^()]*\)$", "", words) if code else words), [])
        if len(found) > 1 and level:
            rank = _ABOVE[Level(level)]
            above = [one for one in found if _ABOVE.get(one.values.get("level"), 3) < rank]
            found = above or found
        return found

    def suggest(self, words: str) -> Being | None:
        """The one whose name agrees without marks, or nearly."""
        key = folded(words)
        near = [key] if key in self.by_fold else get_close_matches(key, list(self.by_fold), 1, 0.82)
        return self.by_fold[near[0]][0] if near and len(self.by_fold[near[0]]) == 1 else None

    def suggest_code(self, code: str) -> Being | None:
        """The one whose code differs by lost zeros in front, or by one sign."""
        key = code.casefold()
        padded = [self.present[one] for one in (key.zfill(5), key.lstrip("0")) if one in self.present]
        near = get_close_matches(key, list(self.present), 1, 0.85) if not padded else []
        return padded[0] if padded else (self.present[near[0]] if near else None)

    def namesakes(self, name: str, superior: Being | None) -> list[Being]:
        """Those of the registry that bear this name under this superior: spelled alike, else folded alike."""
        found = self.under.get((folded(name), superior), [])
        exact = [one for one in found if name_key(one.values["name"]) == name_key(name)]
        return exact or found


@lru_cache(maxsize=200_000)
def folded(name: str) -> str:
    """A name without marks, "UBND" for the committee."""
    return fold(name_key(name))
