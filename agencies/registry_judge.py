"""What a list of agencies would do to the registry: rows and registry in, judgement out, nothing stored.

A row with any error is refused whole. What the law or the name settles (a commune's committee is encouraged,
Điều 2 QĐ 19/2014; its ceilings are those of điểm d khoản 2 Điều 4 TT 116/2015) is assumed where a list leaves
it out for a new agency, and told as a warning before anybody confirms it.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from agencies.models.agency import CeilingTier, Group, Kind, Level, Mandate
from agencies.registry_match import VALUES, Being, Index, Registry, folded, name_key
from agencies.registry_sheet import CHOICES, HEADINGS, choices_of
from isotrack.kit.sheets import (
    Cell,
    Passed,
    Reading,
    Table,
    TableRow,
    code_in,
    day_in,
    flag_in,
    text_in,
    whole_in,
)
from isotrack.kit.text import clean, fold
from isotrack.kit.words import Misread, show_date

LevelName = Literal["error", "warning", "info"]
_LEVELS = ("error", "warning", "info")
DATED = ("superior", "name", "kind", "group", "mandate", "ceiling_tier", "reports_annually")
LONGEST = {"name": 200, "short_name": 100, "contact_email": 254}
MOST_SUGGESTED = 60  # looking for what is nearly alike is slow, and nobody reads more
FIRST_DAY, LAST_DAY = date(1945, 9, 2), date(2100, 12, 31)
# What kind an agency is, by the first words of its name; folded.
KIND_OF_NAME = (
    (("ubnd tinh",), Kind.PEOPLES_COMMITTEE_PROVINCE),
    (("ubnd huyen", "ubnd quan", "ubnd thi xa", "ubnd thanh pho"), Kind.PEOPLES_COMMITTEE_DISTRICT),
    (("ubnd xa", "ubnd phuong", "ubnd thi tran", "ubnd dac khu"), Kind.PEOPLES_COMMITTEE_COMMUNE),
    (("chi cuc",), Kind.SUB_DEPARTMENT),
    (("van phong",), Kind.OFFICE),
    (("thanh tra",), Kind.INSPECTORATE),
    (("so",), Kind.DEPARTMENT),
    (("ban",), Kind.BOARD),
    (("trung tam", "benh vien", "truong"), Kind.PUBLIC_SERVICE_UNIT),
)
_PROVINCIAL = (Level.PROVINCE, Group.DEPARTMENT, Mandate.MANDATORY, CeilingTier.T2B)
OF_KIND: dict[str, tuple[str, str, str, str]] = {
    Kind.PEOPLES_COMMITTEE_PROVINCE: (Level.PROVINCE, Group.NONE, Mandate.MANDATORY, CeilingTier.T2A),
    Kind.OFFICE: _PROVINCIAL,
    Kind.DEPARTMENT: _PROVINCIAL,
    Kind.BOARD: _PROVINCIAL,
    Kind.INSPECTORATE: _PROVINCIAL,
    Kind.SUB_DEPARTMENT: (Level.PROVINCE, Group.SUB_DEPARTMENT, Mandate.MANDATORY, CeilingTier.T2C),
    Kind.PEOPLES_COMMITTEE_DISTRICT: (Level.DISTRICT, Group.DISTRICT, Mandate.MANDATORY, CeilingTier.T2B),
    Kind.PEOPLES_COMMITTEE_COMMUNE: (Level.COMMUNE, Group.COMMUNE, Mandate.ENCOURAGED, CeilingTier.T2D),
    Kind.PUBLIC_SERVICE_UNIT: (Level.PROVINCE, Group.NONE, Mandate.ENCOURAGED, CeilingTier.T2D),
}


@dataclass(frozen=True)
class Message:
    """One thing to know, at one cell: what is wrong and, where there is one, what to do."""

    sheet: str
    cell: str
    level: LevelName
    code: str
    reason: str
    suggestion: str = ""
    heading: str = ""
    value: str = ""

    @property
    def message(self) -> str:
        """Reason and suggestion in one line."""
        return f"{self.reason} {self.suggestion}".strip()


class Outcome:
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(eq=False)
class Line:
    """One row: whom it means, what it says, and what becomes of it."""

    sheet: str
    row: TableRow
    outcome: str = ""
    being: Being | None = None
    said: dict[str, Any] = field(default_factory=dict)
    """What its cells say; superior and covered_by as words."""
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Field → what is stored and what it becomes."""

    @property
    def is_new(self) -> bool:
        """Whether it enters an agency."""
        return self.being is not None and self.being.pk is None

    @property
    def is_refused(self) -> bool:
        """Whether an error was found."""
        return self.outcome == Outcome.REFUSED

    @property
    def label(self) -> str:
        """The agency as a list shows it."""
        values = self.being.values if self.being else {}
        return str(values.get("name") or self.row.text("name"))

    @property
    def code(self) -> str:
        """Its code."""
        return self.being.code if self.being else self.row.text("code")


@dataclass
class Judgement:
    """Everything a list would do, and everything that is to be said about it."""

    on: date
    lines: list[Line] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    passed: int = 0
    sheets: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Headings of columns that are not the registry's."""

    def of(self, *outcomes: str) -> list[Line]:
        """The rows of which this became."""
        return [line for line in self.lines if line.outcome in outcomes]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are, and of each outcome."""
        found = Counter(line.outcome for line in self.lines)
        found[Outcome.SKIPPED] += self.passed
        names = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.REFUSED)
        return {"rows": len(self.lines) + self.passed} | {name: found[name] for name in names}

    @property
    def errors(self) -> list[Message]:
        """What has to be mended."""
        return [one for one in self.messages if one.level == "error"]

    @property
    def digest(self) -> str:
        """The same for the same outcome: what a person saw is what is committed."""
        told = hashlib.sha256(repr((self.on, self.counts)).encode())
        for line in self.lines:
            changes = {name: (plain(old), plain(new)) for name, (old, new) in line.changes.items()}
            about = line.being.pk if line.being else None
            told.update(repr((line.sheet, line.row.number, line.outcome, about, changes)).encode())
        return told.hexdigest()


def plain(value: Any) -> Any:
    """A value as the journal keeps it."""
    if isinstance(value, Being):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def judge(reading: Reading, registry: Registry, *, on: date) -> Judgement:
    """Judge every row of every list against the registry as it stands on the day `on`."""
    return _Judge(reading, registry, on).judge()


class _Judge:
    """The steps of a judgement, each over all rows."""

    def __init__(self, reading: Reading, registry: Registry, on: date) -> None:
        self.reading, self.registry, self.on = reading, registry, on
        self.found = Judgement(on)
        self.index = Index(registry.beings, on)
        self.left = MOST_SUGGESTED
        self.superiors: dict[tuple[str, str], tuple[Being | None, str, str]] = {}

    def judge(self) -> Judgement:
        for table in self.reading.tables:
            self._take(table)
        self._tell_sheets()
        lines = [line for line in self.found.lines if not line.outcome or line.is_refused]
        # A refused row is judged to its end: people mend everything at once.
        self._identify_by_code(lines)
        self._find_superiors(lines)
        self._identify_by_name(lines)
        self._refuse_twice(lines)
        lines = [line for line in lines if line.outcome != Outcome.SKIPPED]
        self._find_covering(lines)
        self._settle(lines)
        self._refuse_circles(lines)
        self._refuse_below_refused(lines)
        for line in lines:
            self._close(line)
        order = {name: place for place, name in enumerate(self.found.sheets)}
        self.found.lines.sort(key=lambda one: (order[one.sheet], one.row.number))
        self.found.messages.sort(
            key=lambda one: (_LEVELS.index(one.level), order.get(one.sheet, -1), _place(one))
        )
        return self.found

    # What is said

    def refuse(self, line: Line, name: str, code: str, reason: str, suggestion: str = "") -> None:
        """An error: the row is refused whole."""
        line.outcome = Outcome.REFUSED
        self.say(line, name, "error", code, reason, suggestion)

    def say(
        self, line: Line, name: str, level: LevelName, code: str, reason: str, suggestion: str = ""
    ) -> None:
        """A message at a cell of the row, or at its first one where the list has no such column."""
        cell = line.row.cells.get(name)
        self.found.messages.append(
            Message(
                line.sheet,
                cell.address if cell else line.row.address,
                level,
                code,
                reason,
                suggestion,
                str(HEADINGS[name]) if name in HEADINGS else "",
                line.row.text(name) if cell else "",
            )
        )

    def _tell(self, sheet: str, cell: str, level: LevelName, code: str, reason: str, hint: str = "") -> None:
        self.found.messages.append(Message(sheet, cell, level, code, reason, hint))

    def _tell_sheets(self) -> None:
        for title in self.reading.hidden_sheets:
            hint = _("Bỏ ẩn trang tính rồi tải lên lại nếu cần đọc.")
            self._tell(title, "A1", "warning", "hidden_sheet", _("Trang tính ẩn không được đọc."), hint)
        for title in self.reading.other_sheets:
            reason = _("Trang tính không có dòng tiêu đề của danh bạ nên không được đọc.")
            self._tell(title, "A1", "info", "other_sheet", reason)

    # Reading

    def _take(self, table: Table) -> None:
        self.found.sheets.append(table.sheet)
        self._tell_table(table)
        seen: dict[tuple[Any, ...], TableRow] = {}
        for row in table.rows:
            line = Line(table.sheet, row)
            self.found.lines.append(line)
            same = tuple(cell.value for cell in row.cells.values())
            first = seen.setdefault(same, row)
            if first is not row:
                line.outcome = Outcome.SKIPPED
                told = {"cell": first.address}
                reason = _("Trùng hoàn toàn với dòng có ô %(cell)s nên bỏ qua.") % told
                self._tell(table.sheet, row.address, "info", "duplicate", reason)
                continue
            if row.hidden:
                reason = _("Dòng đang bị ẩn nhưng vẫn được đọc.")
                self._tell(table.sheet, row.address, "warning", "hidden_row", reason)
            self._read(line, table)

    def _tell_table(self, table: Table) -> None:
        why = {
            Passed.GROUP: _("Dòng nhóm"),
            Passed.TOTAL: _("Dòng tổng"),
            Passed.SIGNATURE: _("Phần ký, nơi nhận"),
            Passed.HEADING: _("Tiêu đề lặp lại"),
            Passed.NUMBERS: _("Dòng số thứ tự của cột"),
        }
        for row in table.passed:
            told = {"why": why[row.why], "text": row.text}
            reason = _("%(why)s nên bỏ qua: “%(text)s”.") % told
            self._tell(table.sheet, row.address, "info", f"passed_{row.why.value}", reason)
        self.found.passed += len(table.passed)
        for cell in table.unknown:
            self.found.ignored.append(clean(str(cell.value)))
            reason = _("Cột “%(heading)s” không thuộc danh bạ nên không được đọc.")
            self._tell(
                table.sheet,
                cell.address,
                "info",
                "ignored_column",
                reason % {"heading": clean(str(cell.value))},
            )
        for cell in table.repeated:
            reason = _("Cột “%(heading)s” lặp lại; chỉ đọc cột đứng trước.")
            told = {"heading": clean(str(cell.value))}
            self._tell(table.sheet, cell.address, "warning", "repeated_column", reason % told)
        for letter in table.hidden_columns:
            reason = _("Cột %(letter)s đang bị ẩn nhưng vẫn được đọc.") % {"letter": letter}
            self._tell(table.sheet, f"{letter}{table.heading_row}", "warning", "hidden_column", reason)

    def _read(self, line: Line, table: Table) -> None:
        for name, cell in line.row.cells.items():
            if cell.value is None and not cell.problem:
                continue
            try:
                value = _READERS[name](cell, table)
            except Misread as misread:
                self.refuse(line, name, _code_of(cell, name), str(misread), self._hint(name, cell, line))
                continue
            if value not in (None, ""):
                line.said[name] = value
        if not line.outcome:
            self._check_days(line)

    def _check_days(self, line: Line) -> None:
        for name in ("valid_from", "valid_to"):
            day = line.said.get(name)
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                self.refuse(line, name, "bad_date", _("Ngày này không thể đúng."), _("Kiểm tra lại năm."))
        begins, ends = line.said.get("valid_from"), line.said.get("valid_to")
        if begins and ends and ends < begins:
            reason = _("Ngày kết thúc không được trước ngày bắt đầu.")
            self.refuse(line, "valid_to", "days_out_of_order", reason, _("Sửa một trong hai ngày."))

    @staticmethod
    def _hint(name: str, cell: Cell, line: Line) -> str:
        if cell.problem:
            return _("Sửa hoặc xóa nội dung ô.")
        if name in ("valid_from", "valid_to"):
            return _("Ghi ngày dạng dd/mm/yyyy.")
        if name not in CHOICES:
            return ""
        if name == "ceiling_tier" and (kind := kind_of_name(line.row.text("name"))):
            told = {"kind": Kind(kind).label, "tier": OF_KIND[kind][3]}
            return _("%(kind)s là %(tier)s.") % told
        labels = {fold(str(choice.label)): choice for choice in CHOICES[name]}
        near = get_close_matches(fold(str(cell.value)), list(labels), 1, 0.6)
        return _("Có phải là “%(label)s”?") % {"label": labels[near[0]].label} if near else ""

    # Whom a row means

    def _identify_by_code(self, lines: Iterable[Line]) -> None:
        new: dict[str, Being] = {}
        for line in lines:
            code = line.said.get("code")
            if code is None:
                continue
            line.being = self._known(code, line.said.get("valid_from"))
            if line.being is None and "name" in line.said:
                key = code.casefold()
                if key not in new:
                    new[key] = Being(None, code, {"name": line.said["name"]} | self._of_kind(line))
                    new[key].values["short_name"] = line.said.get("short_name", "")
                    self.index.add(new[key])
                line.being = new[key]
            elif line.being is None and not line.is_refused:
                self._refuse_nameless(line, code)

    def _refuse_nameless(self, line: Line, code: str) -> None:
        near = self._suggest(lambda: self.index.suggest_code(code))
        hint = _("Có phải là %(agency)s?") % {"agency": near} if near else _("Ghi tên đầy đủ của cơ quan.")
        told = {"code": code}
        self.refuse(line, "code", "unknown_code", _("Không có cơ quan mang mã %(code)s.") % told, hint)

    def _of_kind(self, line: Line) -> dict[str, Any]:
        """What tells a new superior from its namesakes before its row is settled."""
        kind = line.said.get("kind") or kind_of_name(line.said["name"])
        level = line.said.get("level") or (OF_KIND[kind][0] if kind else None)
        return {"kind": kind, "level": level}

    def _known(self, code: str, begins: date | None) -> Being | None:
        """The agency that bears the code on the day, else the one with exactly this code and first day."""
        there = self.index.by_code.get(code.casefold(), ())
        present = next((one for one in there if one.exists_on(self.on)), None)
        if present is not None:
            return present
        return next((one for one in there if one.values["valid_from"] == begins), None)

    def _find_superiors(self, lines: Iterable[Line]) -> None:
        for line in lines:
            level = self._level(line)
            words, code = line.said.get("superior"), line.said.get("superior_code")
            found = self._superior(line, code, "superior_code", level) if code else None
            if not words:
                line.said["superior"] = found
                continue
            named = self._superior(line, words, "superior", level, told=not code)
            if found is not None and named is not None and named is not found:
                told = {"code": code, "found": found.values["name"]}
                reason = _("Mã cấp trên %(code)s là của %(found)s, khác với tên đã ghi.") % told
                self.refuse(line, "superior", "superior_mismatch", reason, _("Sửa mã hoặc tên cấp trên."))
            line.said["superior"] = found or named
            if line.being is not None and line.said["superior"] is line.being:
                reason = _("Cơ quan không thể là cấp trên của chính mình.")
                self.refuse(line, "superior", "cycle", reason, _("Ghi đúng cơ quan cấp trên."))

    def _level(self, line: Line) -> str:
        said = line.said.get("level") or (line.being.values.get("level") if line.being else None)
        kind = line.said.get("kind") or kind_of_name(line.said.get("name", ""))
        return str(said or (OF_KIND[kind][0] if kind else ""))

    def _superior(self, line: Line, words: str, name: str, level: str, *, told: bool = True) -> Being | None:
        key = (words, level)
        if key not in self.superiors:
            self.superiors[key] = self._look_up(words, level)
        being, code, hint = self.superiors[key]
        if being is None and told:
            reasons = {
                "unknown_superior": _("Không có cơ quan cấp trên “%(words)s”."),
                "ambiguous_superior": _("Nhiều cơ quan cùng mang tên “%(words)s”."),
            }
            self.refuse(line, name, code, reasons[code] % {"words": words}, hint)
        return being

    def _look_up(self, words: str, level: str) -> tuple[Being | None, str, str]:
        found = self.index.superiors(words, level)
        if len(found) == 1:
            return found[0], "", ""
        if found:
            named = "; ".join(str(one) for one in found[:4])
            return None, "ambiguous_superior", _("Ghi mã của một trong: %(named)s.") % {"named": named}
        near = self._suggest(lambda: self.index.suggest(words) or self.index.suggest_code(words))
        if near is not None:
            told = {"agency": near, "code": near.code}
            return None, "unknown_superior", _("Gần nhất: %(agency)s. Nếu đúng thì ghi mã %(code)s.") % told
        return None, "unknown_superior", _("Ghi mã của cơ quan cấp trên, hoặc thêm cơ quan ấy vào tệp.")

    def _suggest(self, look: Callable[[], Being | None]) -> Being | None:
        if self.left <= 0:
            return None
        self.left -= 1
        return look()

    def _identify_by_name(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if line.being is None and not line.is_refused:
                self._identify(line)
            elif line.being is not None and "name" in line.said:
                self._refuse_other_code(line)

    def _identify(self, line: Line) -> None:
        """A row without a code: the exact folded name under the same superior."""
        name = line.said.get("name")
        if name is None:
            reason = _("Dòng không có mã và không có tên cơ quan.")
            self.refuse(line, "name", "no_name", reason, _("Ghi mã và tên đầy đủ."))
            return
        superior = line.said.get("superior")
        found = self.index.namesakes(name, superior) if superior else []
        if len(found) == 1:
            line.being = found[0]
            return
        reason = _("Dòng không có mã và không khớp cơ quan nào trong danh bạ.")
        if len(found) > 1:
            reason = _("Dòng không có mã và khớp nhiều cơ quan.")
        elif superior is None:
            reason = _("Dòng không có mã; thiếu cấp trên nên không tìm theo tên được.")
        self.refuse(line, "code", "no_code", reason, self._name_hint(name, found))

    def _name_hint(self, name: str, found: Sequence[Being]) -> str:
        named = list(found[:4]) or self.index.by_fold.get(folded(name), [])[:4]
        near = None if named else self._suggest(lambda: self.index.suggest(name))
        named = [near] if near else named
        if not named:
            return _("Cơ quan mới thì ghi mã và cấp trên.")
        return _("Có thể là: %(named)s. Ghi mã nếu đúng.") % {"named": "; ".join(map(str, named))}

    def _refuse_other_code(self, line: Line) -> None:
        """A name that exists under the same superior with another code."""
        being = line.being
        assert being is not None
        superior = line.said.get("superior") or being.values.get("superior")
        own = being.values.get("name", "")
        if superior is None or (being.pk is not None and folded(own) == folded(line.said["name"])):
            return
        others = [one for one in self.index.namesakes(line.said["name"], superior) if one is not being]
        if others:
            told = {"agency": others[0], "code": others[0].code}
            reason = _("Tên này đã có dưới cùng cấp trên với mã khác: %(agency)s.") % told
            hint = _("Nếu là cơ quan ấy thì ghi mã %(code)s.") % told
            self.refuse(line, "code", "name_exists", reason, hint)

    def _refuse_twice(self, lines: Iterable[Line]) -> None:
        """Two rows about one agency: the same once more is passed over, anything else is decided by hand."""
        by_being: dict[Being, list[Line]] = defaultdict(list)
        for line in lines:
            if line.being is not None:
                by_being[line.being].append(line)
        for same in by_being.values():
            for line in same[1:]:
                if not line.is_refused and line.said == same[0].said:
                    line.outcome = Outcome.SKIPPED
                    told = {"cell": same[0].row.address}
                    reason = _("Lặp lại nội dung của dòng có ô %(cell)s nên bỏ qua.") % told
                    self._tell(line.sheet, line.row.address, "info", "duplicate", reason)
            left = [line for line in same if line.outcome != Outcome.SKIPPED]
            for line in left if len(left) > 1 else ():
                others = ", ".join(
                    f"{one.sheet}!{one.row.address}" if one.sheet != line.sheet else one.row.address
                    for one in left
                    if one is not line
                )
                reason = _("Cơ quan này còn ở dòng có ô %(cells)s với nội dung khác.") % {"cells": others}
                self.refuse(line, "code", "conflicting_duplicate", reason, _("Giữ lại một dòng đúng."))

    def _find_covering(self, lines: Iterable[Line]) -> None:
        for line in lines:
            code = line.said.pop("covered_by", None)
            if code is None:
                continue
            keeper = self.index.present.get(code.casefold())
            if keeper is None:
                reason = _("Không có cơ quan mang mã %(code)s.") % {"code": code}
                self.refuse(line, "covered_by", "unknown_code", reason, _("Ghi mã của cơ quan có HTQLCL."))
            elif keeper is not line.being:
                line.said["covered_by"] = keeper

    # What a row does

    def _settle(self, lines: Iterable[Line]) -> None:
        for line in lines:
            line.said.pop("superior_code", None)
            line.said.pop("code", None)
            if line.said.get("superior") is None:
                line.said.pop("superior", None)
            if line.is_new:
                self._settle_new(line)
            elif line.being is not None:
                self._settle_known(line)

    def _settle_new(self, line: Line) -> None:
        being, said = line.being, line.said
        assert being is not None
        self._assume(line)
        said.setdefault("valid_from", self.on)
        names_superior = any(line.row.text(name) for name in ("superior", "superior_code"))
        if not names_superior and not self._is_new_province(line):
            reason = _("Cơ quan mới phải có cấp trên.")
            self.refuse(line, "superior", "missing_superior", reason, _("Ghi mã hoặc tên cơ quan cấp trên."))
        self._check_code_free(line, being)
        self._warn_of_name(line, said["name"])
        being.values = {name: said.get(name, _EMPTY.get(name)) for name in VALUES}
        line.changes = {
            name: (None, value) for name, value in being.values.items() if value not in (None, "")
        }

    def _is_new_province(self, line: Line) -> bool:
        return self.registry.may_found_provinces and line.said.get("kind") == Kind.PEOPLES_COMMITTEE_PROVINCE

    def _assume(self, line: Line) -> None:
        """What the name and the law settle for a new agency."""
        said = line.said
        kind = said.get("kind") or kind_of_name(said["name"])
        if kind is None:
            told = {"kinds": ", ".join(str(label) for label in Kind.labels)}
            reason = _("Cơ quan mới phải ghi loại.")
            self.refuse(line, "kind", "missing_kind", reason, _("Ghi một trong: %(kinds)s.") % told)
            return
        usual = dict(zip(("level", "group", "mandate", "ceiling_tier"), OF_KIND[kind], strict=True))
        assumed = [name for name in ("kind", *usual) if name not in said]
        said.update({"kind": kind} | {name: value for name, value in usual.items() if name not in said})
        if assumed and not line.is_refused:
            words = "; ".join(f"{HEADINGS[name]}: {CHOICES[name](said[name]).label}" for name in assumed)
            reason = _("Tệp không ghi nên lấy theo loại cơ quan – %(words)s.") % {"words": words}
            self.say(line, assumed[0], "warning", "assumed", reason, _("Ghi rõ trong tệp nếu khác."))

    def _check_code_free(self, line: Line, being: Being) -> None:
        begins, ends = line.said["valid_from"], line.said.get("valid_to") or date.max
        key = being.code.casefold()
        spans = [
            (one.values["valid_from"], one.values["valid_to"], one) for one in self.index.by_code.get(key, ())
        ]
        foreign = [(since, until, None) for since, until in self.registry.taken.get(key, ())]
        for since, until, bearer in [*spans, *foreign]:
            if since <= ends and begins <= (until or date.max):
                self._refuse_code(line, since, bearer)
                return

    def _refuse_code(self, line: Line, since: date, bearer: Being | None) -> None:
        reason = _("Mã này đang thuộc về một cơ quan ngoài phạm vi của Anh/Chị.")
        if bearer is not None:
            told = {"day": show_date(since), "name": bearer.values["name"]}
            reason = _("Mã này đã có hiệu lực từ %(day)s (%(name)s).") % told
        hint = _("Dùng mã khác, hoặc ghi ngày hết hiệu lực cho cơ quan cũ.")
        self.refuse(line, "code", "code_in_use", reason, hint)

    def _warn_of_name(self, line: Line, name: str) -> None:
        if len(name) > 12 and name == name.upper():
            reason = _("Tên viết hoa toàn bộ.")
            self.say(line, "name", "warning", "capitals", reason, _("Ghi tên như trong văn bản."))

    def _settle_known(self, line: Line) -> None:
        being, said = line.being, line.said
        assert being is not None
        begins = said.pop("valid_from", None)
        if begins is not None and begins != being.values["valid_from"]:
            self._refuse_code(line, being.values["valid_from"], being)
            return
        changed = {name: value for name, value in said.items() if _differs(name, being.values[name], value)}
        if changed and not being.exists_on(self.on):
            told = {"day": show_date(self.on)}
            reason = _("Cơ quan này không hoạt động vào ngày %(day)s nên không đổi được.") % told
            self.refuse(line, "code", "not_valid", reason, _("Chọn ngày có hiệu lực khác."))
            return
        self._check_change(line, being, changed)
        line.changes = {name: (being.values[name], value) for name, value in changed.items()}

    def _check_change(self, line: Line, being: Being, changed: Mapping[str, Any]) -> None:
        dated = [name for name in DATED if name in changed]
        if dated and being.since is not None and being.since >= self.on:
            told = {"day": show_date(being.since)}
            reason = _("Thông tin hiện tại có hiệu lực từ %(day)s, không trước ngày của lần nhập.") % told
            self.refuse(line, dated[0], "too_early", reason, _("Chọn ngày có hiệu lực muộn hơn."))
        ends = changed.get("valid_to")
        if ends is not None and ends < self.on:
            told = {"day": show_date(self.on)}
            reason = _("Ngày kết thúc trước ngày có hiệu lực của lần nhập (%(day)s).") % told
            self.refuse(line, "valid_to", "ended_before", reason, _("Sửa ngày kết thúc."))
        superior = changed.get("superior")
        if superior is not None and being.values["superior"] is None:
            reason = _("UBND tỉnh là gốc của danh bạ nên không có cấp trên.")
            self.refuse(line, "superior", "root_moved", reason, _("Để trống ô này."))
        elif superior is not None and superior.pk is not None and superior.province != being.province:
            reason = _("Cấp trên thuộc tỉnh khác.")
            self.refuse(line, "superior", "other_province", reason, _("Ghi cơ quan cấp trên cùng tỉnh."))
        if "name" in changed and folded(changed["name"]) == folded(being.values["name"]):
            told = {"old": being.values["name"], "new": changed["name"]}
            reason = _("Tên chỉ khác dấu: “%(old)s” → “%(new)s”.") % told
            self.say(line, "name", "warning", "marks_differ", reason, _("Kiểm tra chính tả."))

    # Across rows

    def _refuse_circles(self, lines: Sequence[Line]) -> None:
        """Refuse the rows that would put an agency below itself; what is left may close another circle."""
        while True:
            moving = {
                line.being: line
                for line in lines
                if line.being is not None and not line.outcome and "superior" in line.changes
            }
            circle = _circle(moving, self.registry.beings)
            if not circle:
                return
            path = " → ".join(str(one.values.get("name") or one.code) for one in [*circle, circle[0]][:6])
            for being in circle:
                if being in moving:
                    reason = _("Vòng lặp cấp trên: %(path)s.") % {"path": path}
                    hint = _("Sửa cấp trên của một trong các cơ quan này.")
                    self.refuse(moving[being], "superior", "cycle", reason, hint)

    def _refuse_below_refused(self, lines: Sequence[Line]) -> None:
        """A new agency that is refused cannot stand above another."""
        fine = {line.being for line in lines if line.is_new and not line.outcome}
        left = [line for line in lines if not line.outcome]
        while True:
            lost = [line for line in left if not line.outcome and self._leans_on(line, fine)]
            if not lost:
                return
            for line in lost:
                fine.discard(line.being)
                reason = _("Cơ quan cấp trên ở dòng khác của tệp bị từ chối.")
                self.refuse(line, "superior", "superior_refused", reason, _("Sửa dòng ấy trước."))

    @staticmethod
    def _leans_on(line: Line, fine: set[Being | None]) -> bool:
        wanted = (line.changes.get(name, (None, None))[1] for name in ("superior", "covered_by"))
        return any(one is not None and one.pk is None and one not in fine for one in wanted)

    @staticmethod
    def _close(line: Line) -> None:
        if line.is_refused:
            line.changes = {}
        elif line.is_new:
            line.outcome = Outcome.CREATED
        else:
            line.outcome = Outcome.UPDATED if line.changes else Outcome.UNCHANGED


_EMPTY: dict[str, Any] = {
    "short_name": "",
    "contact_email": "",
    "sort_order": 0,
    "reports_annually": True,
}


def kind_of_name(name: str) -> str | None:
    """The kind that the first words of a name tell; None where they tell none."""
    words = folded(name) + " "
    return next(
        (kind for starts, kind in KIND_OF_NAME if any(words.startswith(f"{one} ") for one in starts)), None
    )


def _differs(name: str, old: Any, new: Any) -> bool:
    """Capitals, the placement of tones and "UBND" for the committee make no other name."""
    if name in ("name", "short_name"):
        return name_key(old) != name_key(new)
    return bool(old != new)


def _circle(moving: Mapping[Being, Line], beings: Sequence[Being]) -> list[Being]:
    """The beings of one circle of superiors, or nothing; only those that move can close one."""
    clear: set[Being] = set()
    for start in moving:
        path: dict[Being, None] = {}
        being: Being | None = start
        while being is not None and being not in clear and being not in path:
            path[being] = None
            line = moving.get(being)
            being = line.changes["superior"][1] if line else being.values.get("superior")
        if being is not None and being in path:
            steps = list(path)
            return steps[steps.index(being) :]
        clear.update(path)
    return []


def _place(message: Message) -> tuple[int, int, str]:
    """Row, then column: as the eye goes over the sheet."""
    letters = message.cell.rstrip("0123456789")
    return int(message.cell[len(letters) :] or 0), len(letters), letters


def _code_of(cell: Cell, name: str) -> str:
    if cell.problem:
        return "bad_cell"
    return {"valid_from": "bad_date", "valid_to": "bad_date", "contact_email": "bad_email"}.get(
        name, f"bad_{name}"
    )


# Cells


def _choice(name: str) -> Callable[[Cell, Table], str]:
    def read(cell: Cell, table: Table) -> str:
        return _chosen(name, cell.value, cell.problem)

    return read


@lru_cache(maxsize=10_000, typed=True)
def _chosen(name: str, value: Any, problem: str) -> str:
    """The same few words stand in a column 15,000 times."""
    words = text_in(Cell("", value, problem), 200)
    found = choices_of(name).get(fold(words))
    if found is None and name == "ceiling_tier":
        found = choices_of(name).get(fold(words).split(" ")[0].rstrip(".)–-"))
    if found is None:
        shown = CHOICES[name].values if name == "ceiling_tier" else CHOICES[name].labels
        raise Misread(_("Chỉ nhận: %(choices)s.") % {"choices": ", ".join(str(one) for one in shown)})
    return found


def _code(cell: Cell, table: Table) -> str:
    code = code_in(cell)
    if len(code) > 20:
        raise Misread(_("Mã dài quá 20 ký tự."))
    if not all(sign.isalnum() or sign in "-_./&" for sign in code):
        raise Misread(_("Mã chỉ gồm chữ, số và dấu - _ . /"))
    return code


def _text(name: str) -> Callable[[Cell, Table], str]:
    def read(cell: Cell, table: Table) -> str:
        text = text_in(cell, LONGEST.get(name, 200)).replace("\0", "")
        if name == "name" and text.casefold().startswith("ubnd "):
            return f"Ủy ban nhân dân {text[5:]}"
        return text

    return read


def _email(cell: Cell, table: Table) -> str:
    address = text_in(cell, LONGEST["contact_email"]).removeprefix("mailto:").rstrip(";,. ")
    try:
        validate_email(address)
    except ValidationError:
        raise Misread(_("Đây không phải là địa chỉ thư; chỉ ghi một địa chỉ.")) from None
    return address


def _order(cell: Cell, table: Table) -> int:
    number = whole_in(cell)
    if not 0 <= number <= 1_000_000:
        raise Misread(_("Thứ tự là số từ 0 đến 1.000.000."))
    return number


@lru_cache(maxsize=10_000, typed=True)
def _repeated_code(value: Any, problem: str) -> str:
    return code_in(Cell("", value, problem))


def _superior_words(cell: Cell, table: Table) -> str:
    return _repeated_words(cell.value, cell.problem)


@lru_cache(maxsize=10_000, typed=True)
def _repeated_words(value: Any, problem: str) -> str:
    cell = Cell("", value, problem)
    return text_in(cell, 250) if isinstance(value, str) else code_in(cell)


@lru_cache(maxsize=1_000, typed=True)
def _repeated_flag(value: Any, problem: str) -> bool:
    return flag_in(Cell("", value, problem))


_READERS: dict[str, Callable[[Cell, Table], Any]] = {
    "code": _code,
    "name": _text("name"),
    "short_name": _text("short_name"),
    "superior_code": lambda cell, _table: _repeated_code(cell.value, cell.problem),
    "superior": _superior_words,
    **{name: _choice(name) for name in CHOICES},
    "reports_annually": lambda cell, _table: _repeated_flag(cell.value, cell.problem),
    "covered_by": lambda cell, _table: code_in(cell),
    "contact_email": _email,
    "sort_order": _order,
    "valid_from": lambda cell, table: day_in(cell, table.epoch),
    "valid_to": lambda cell, table: day_in(cell, table.epoch),
}
