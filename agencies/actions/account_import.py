"""Accounts from Excel: read, judged as a whole, and carried out all or nothing.

A person is known by their mailbox. Who has an account gets what differs (name, role, post); who has none is
invited and sets a password of their own. A row with any error is refused whole, and with one refused
row nothing is carried out. The same file twice changes nothing: what was invited is invited already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.actions.invitation import invite
from agencies.actions.person import begin_post, change_account, change_title
from agencies.models import Agency, Invitation, Post, Role, User
from isotrack.kit.clock import day_of
from isotrack.kit.sheets import (
    Cell,
    Field,
    Passed,
    Reading,
    Table,
    TableRow,
    code_in,
    day_in,
    flag_in,
    read_tables,
    text_in,
)
from isotrack.kit.text import fold
from isotrack.kit.words import Misread, say_date

FIELDS = (
    Field("number", ("STT", "TT", "Số TT", "Số thứ tự")),
    Field("full_name", ("Họ và tên", "Họ tên", "Họ, tên", "Tên người", "Cán bộ", "Full name")),
    Field("email", ("Thư điện tử", "Email", "E-mail", "Thư công vụ", "Địa chỉ thư", "Hộp thư")),
    Field("code", ("Mã cơ quan", "Mã đơn vị", "Mã", "Agency code"), spreads=True),
    Field("agency", ("Cơ quan", "Đơn vị", "Tên cơ quan", "Tên đơn vị", "Agency"), spreads=True),
    Field("role", ("Vai trò", "Vai trò trên hệ thống", "Role")),
    Field("title", ("Chức vụ", "Chức danh", "Title")),
    Field("is_head", ("Người đứng đầu", "Là người đứng đầu", "Lãnh đạo", "Head")),
    Field("starts_on", ("Từ ngày", "Ngày nhận nhiệm vụ", "Nhận nhiệm vụ từ ngày", "From")),
)
COLUMNS = {one.name: next(iter(one.words)) for one in FIELDS}
LEVELS = ("error", "warning", "info")
LONGEST_NAME, LONGEST_TITLE = 200, 100
# What people write in the column of roles besides the role's own name.
OTHER_WORDS = {
    "so khcn": Role.STAFF,
    "can bo so": Role.STAFF,
    "tai chinh": Role.FINANCE,
    "lanh dao": Role.LEADER,
    "can bo iso": Role.OFFICER,
    "thu ky iso": Role.OFFICER,
    "dau moi iso": Role.OFFICER,
    "quan tri he thong": Role.ADMINISTRATOR,
}
ROLES = {fold(str(role.label)): role for role in Role} | {role.value: role for role in Role} | OTHER_WORDS
_PASSED = {
    Passed.GROUP: gettext_lazy("Dòng nhóm, bỏ qua."),
    Passed.TOTAL: gettext_lazy("Dòng tổng, bỏ qua."),
    Passed.SIGNATURE: gettext_lazy("Phần ký hoặc nơi nhận, bỏ qua."),
    Passed.HEADING: gettext_lazy("Tiêu đề lặp lại, bỏ qua."),
    Passed.NUMBERS: gettext_lazy("Dòng đánh số cột, bỏ qua."),
}


@dataclass(frozen=True)
class Message:
    """What is to be said of one cell; `level` is error, warning or info."""

    sheet: str
    cell: str
    level: str
    code: str
    message: str

    @property
    def is_error(self) -> bool:
        """Whether it refuses its row."""
        return self.level == "error"


@dataclass
class Planned:
    """One row that can be carried out: who, and what will be done."""

    sheet: str
    row: int
    values: dict[str, Any]
    user: User | None = None
    post: Post | None = None
    """The post of this agency the person holds already."""
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What is called how → old and new, as people read it."""
    is_coming: bool = False
    """Whether the post is given already and begins on a day to come."""

    @property
    def does(self) -> str:
        """created, updated or unchanged."""
        if self.values.get("is_invited"):
            return "unchanged"
        if self.user is None:
            return "created"
        return "updated" if self.changes else "unchanged"


@dataclass
class AccountImport:
    """A file as it was judged: what each row will do, and everything there is to say."""

    planned: list[Planned] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    rows: int = 0
    skipped: int = 0
    refused: int = 0

    @property
    def can_be_done(self) -> bool:
        """All or nothing: one refused row stops everything."""
        return not self.refused and any(one.does != "unchanged" for one in self.planned)

    @property
    def worst_first(self) -> list[Message]:
        """The messages as a page shows them: errors, warnings, information."""
        return sorted(self.messages, key=lambda one: LEVELS.index(one.level))

    def counts(self) -> dict[str, int]:
        """The figures of the answer."""
        does = [one.does for one in self.planned]
        found = {name: does.count(name) for name in ("created", "updated", "unchanged")}
        return {"rows": self.rows, **found, "skipped": self.skipped, "refused": self.refused}

    def of(self, does: str) -> list[Planned]:
        """Those that will be created, updated or stay."""
        return [one for one in self.planned if one.does == does]


def read_accounts(file: BinaryIO, *, province: Agency, at: datetime) -> AccountImport:
    """Judge a file against one province; nothing is saved. Raises SheetRefused for what is no list."""
    reading = read_tables(file, FIELDS, needed=("email",), keys=("email",))
    return _Reader(province, day_of(at)).read(reading)


@transaction.atomic
def carry_out(found: AccountImport, *, by: User | None, at: datetime) -> None:
    """Do what was judged: invite, change, give posts; one entry in the journal for each.

    Raises ValidationError, and changes nothing, where a row was refused or something has moved meanwhile.
    """
    if found.refused:
        raise ValidationError(_("Còn dòng sai nên chưa nhập gì. Sửa tệp rồi chọn lại."))
    for one in found.planned:
        if one.does == "created":
            wanted = ("full_name", "email", "role", "agency", "title", "is_head", "starts_on")
            invite(by=by, at=at, **{name: one.values[name] for name in wanted})
        elif one.does == "updated":
            _change(one, by=by, at=at)


def _change(one: Planned, *, by: User | None, at: datetime) -> None:
    user, values = one.user, one.values
    assert user is not None
    own = {name: values[name] for name in ("full_name", "role") if getattr(user, name) != values[name]}
    if own:
        change_account(user, by=by, at=at, **own)
    if one.post is not None and values["title"] and one.post.title != values["title"]:
        change_title(one.post, by=by, at=at, title=values["title"])
    if one.post is None and not one.is_coming:
        given = {name: values[name] for name in ("agency", "title", "is_head", "starts_on")}
        begin_post(user, by=by, at=at, **given)


class _Reader:
    """Judges rows against what the province holds, loaded once."""

    def __init__(self, province: Agency, today: date) -> None:
        self.province, self.today = province, today
        agencies = list(Agency.objects.filter(province=province).valid_on(today))
        self.by_code = {agency.code.casefold(): agency for agency in agencies}
        self.by_name: dict[str, list[Agency]] = {}
        for agency in agencies:
            for name in {fold(agency.name), fold(agency.in_lists), fold(agency.short_name)} - {""}:
                self.by_name.setdefault(name, []).append(agency)
        own = User.objects.get_queryset().in_use().exclude(email="")
        held = own.with_post_on(today).filter(posts__agency__province=province).distinct()
        self.users = {user.email.casefold(): user for user in held}
        # Only whether, never whose: another province's accounts are not told of.
        self.elsewhere = {email.casefold() for email in own.values_list("email", flat=True)} - set(self.users)
        invited = Invitation.objects.open().filter(agency__province=province).select_related("agency")
        self.invited = {one.email.casefold(): one for one in invited}
        # Posts that are given already and only begin on a day to come.
        coming = Post.objects.own().after(today).filter(agency__province=province)
        self.coming = set(coming.values_list("user_id", "agency_id", "is_head"))
        self.seen: dict[str, tuple[str, dict[str, Any]]] = {}
        self.found = AccountImport()

    def read(self, reading: Reading) -> AccountImport:
        """Judge every list of a file."""
        for title in reading.hidden_sheets:
            self._say(title, "A1", "warning", "hidden-sheet", _("Trang tính ẩn không được đọc."))
        for title in reading.other_sheets:
            self._say(title, "A1", "warning", "no-list", _("Không tìm thấy danh sách ở trang tính này."))
        for table in reading.tables:
            self._about_table(table)
            for row in table.rows:
                self.found.rows += 1
                self._judge(table, row)
        return self.found

    def _about_table(self, table: Table) -> None:
        for passed in table.passed:
            self.found.skipped += 1
            self._say(table.sheet, passed.address, "info", passed.why.value, str(_PASSED[passed.why]))
        for cell in table.unknown:
            words = _("Cột “%(name)s” không dùng để nhập tài khoản, bỏ qua.") % {"name": cell.value}
            self._say(table.sheet, cell.address, "info", "unknown-column", words)
        for cell in table.repeated:
            words = _("Cột “%(name)s” có hai lần; chỉ đọc cột bên trái.") % {"name": cell.value}
            self._say(table.sheet, cell.address, "warning", "repeated-column", words)
        for letter in table.hidden_columns:
            words = _("Cột ẩn vẫn được đọc.")
            self._say(table.sheet, f"{letter}{table.heading_row}", "warning", "hidden-column", words)

    def _judge(self, table: Table, row: TableRow) -> None:
        judged = _Row(self, table, row)
        values = judged.values()
        if row.hidden:
            self._say(table.sheet, row.address, "warning", "hidden-row", _("Dòng ẩn vẫn được đọc."))
        self.found.messages += judged.messages
        if any(message.is_error for message in judged.messages):
            self.found.refused += 1
            return
        again = self.seen.get(values["email"].casefold())
        if again is not None:
            self._judge_again(table, row, values, again)
            return
        self.seen[values["email"].casefold()] = (f"{table.sheet}!{row.address}", values)
        self.found.planned.append(self._plan(table, row, values))

    def _judge_again(
        self, table: Table, row: TableRow, values: dict[str, Any], again: tuple[str, dict[str, Any]]
    ) -> None:
        where, before = again
        if before == values:
            self.found.skipped += 1
            words = _("Dòng trùng hoàn toàn với %(where)s, bỏ qua.") % {"where": where}
            self._say(table.sheet, row.address, "info", "duplicate", words)
            return
        self.found.refused += 1
        words = _("Thư này đã có ở %(where)s với thông tin khác: giữ lại một dòng.") % {"where": where}
        self._say(table.sheet, row.cells["email"].address, "error", "conflict", words)

    def _plan(self, table: Table, row: TableRow, values: dict[str, Any]) -> Planned:
        key = values["email"].casefold()
        user = self.users.get(key)
        planned = Planned(table.sheet, row.number, values, user)
        if user is not None:
            self._compare(planned, user)
        elif key in self.invited:
            values["is_invited"] = True
        return planned

    def _compare(self, planned: Planned, user: User) -> None:
        """What differs between the account and the row; an empty cell changes nothing."""
        values, told = planned.values, planned.changes
        if user.full_name != values["full_name"]:
            told[_("Họ và tên")] = (user.full_name, values["full_name"])
        if user.role != values["role"]:
            told[_("Vai trò")] = (user.get_role_display(), str(Role(values["role"]).label))
        posts: list[Post] = user.held  # type: ignore[attr-defined]
        same = [
            post
            for post in posts
            if post.agency_id == values["agency"].pk
            and post.is_head == values["is_head"]
            and post.acting_for_id is None
        ]
        planned.post = same[0] if same else None
        planned.is_coming = (user.pk, values["agency"].pk, values["is_head"]) in self.coming
        if planned.post is not None and values["title"] and planned.post.title != values["title"]:
            told[_("Chức vụ")] = (planned.post.title, values["title"])
        if planned.post is None and not planned.is_coming:
            before = ", ".join(str(post.agency) for post in posts)
            after = f"{values['agency']}, {say_date(values['starts_on'])}"
            told[_("Nhiệm vụ")] = (before, after)

    def _say(self, sheet: str, cell: str, level: str, code: str, message: str) -> None:
        self.found.messages.append(Message(sheet, cell, level, code, message))


class _Row:
    """Reads the cells of one row and says what is wrong with each."""

    def __init__(self, reader: _Reader, table: Table, row: TableRow) -> None:
        self.reader, self.table, self.row = reader, table, row
        self.messages: list[Message] = []

    def values(self) -> dict[str, Any]:
        """The values; those that could not be read are missing, with a message."""
        found: dict[str, Any] = {
            "full_name": self._read("full_name", _name_in, _("Ghi họ và tên.")),
            "email": self._email(),
            "agency": self._agency(),
            "role": self._role(),
            "title": self._read("title", lambda cell: text_in(cell, LONGEST_TITLE)) or "",
            "is_head": bool(self._read("is_head", flag_in)),
            "starts_on": self._day(),
        }
        self._check_post(found)
        return found

    def _read(self, name: str, reads: Any, missing: str = "") -> Any:
        cell = self.row.cells.get(name)
        if cell is None or (cell.value is None and not cell.problem):
            if missing:
                self._error(name, "missing", missing)
            return None
        try:
            return reads(cell)
        except Misread as misread:
            self._error(name, "invalid", str(misread))
            return None

    def _email(self) -> str:
        email: str = self._read("email", lambda cell: text_in(cell, 254), _("Ghi thư điện tử.")) or ""
        email = email.removeprefix("mailto:").strip("<>;, ")
        if not email:
            return ""
        try:
            validate_email(email)
        except ValidationError:
            self._error("email", "email", _("“%(typed)s” không phải là thư điện tử.") % {"typed": email})
            return email
        if email.casefold() in self.reader.elsewhere:
            words = _("Không dùng được hộp thư này: nhờ quản trị kiểm tra, hoặc ghi hộp thư khác.")
            self._error("email", "taken", words)
        return email

    def _agency(self) -> Agency | None:
        code = self._read("code", code_in)
        name = self._read("agency", lambda cell: text_in(cell, 300))
        if code:
            return self._by_code(code, name)
        if name:
            return self._by_name(name)
        self._error(
            "code" if "code" in self.table.columns else "agency", "missing", _("Ghi mã hoặc tên cơ quan.")
        )
        return None

    def _by_code(self, code: str, name: str | None) -> Agency | None:
        agency = self.reader.by_code.get(code.casefold())
        if agency is None:
            near = self.reader.by_name.get(fold(name or ""), [])
            words = _("Hôm nay không có cơ quan mang mã %(code)s.") % {"code": code}
            if len(near) == 1:
                words += " " + _("%(name)s có mã %(code)s.") % {"name": near[0], "code": near[0].code}
            self._error("code", "unknown-agency", words)
        elif name and agency not in self.reader.by_name.get(fold(name), [agency]):
            words = _("Mã %(code)s là của %(name)s, khác với tên ghi ở dòng này.")
            self._error("code", "other-agency", words % {"code": code, "name": agency})
        return agency

    def _by_name(self, name: str) -> Agency | None:
        found = self.reader.by_name.get(fold(name), [])
        if len(found) == 1:
            return found[0]
        if not found:
            words = _("Không có cơ quan tên “%(name)s”: ghi mã cơ quan.") % {"name": name}
            self._error("agency", "unknown-agency", words)
            return None
        codes = ", ".join(sorted(agency.code for agency in found))
        words = ngettext(
            "%(number)d cơ quan cùng tên này: ghi mã (%(codes)s).",
            "%(number)d cơ quan cùng tên này: ghi mã (%(codes)s).",
            len(found),
        )
        self._error("agency", "same-name", words % {"number": len(found), "codes": codes})
        return None

    def _role(self) -> str:
        """An empty cell means the officer of an agency, whom such lists are about."""
        said = self._read("role", lambda cell: text_in(cell, 100))
        if not said:
            return Role.OFFICER.value
        role = ROLES.get(fold(said))
        if role is None:
            names = ", ".join(str(one.label) for one in Role)
            self._error("role", "unknown-role", _("Vai trò là một trong: %(names)s.") % {"names": names})
            return ""
        return role.value

    def _day(self) -> date:
        """An empty cell means today."""
        day: date | None = self._read("starts_on", lambda cell: day_in(cell, self.table.epoch))
        if day is not None and not date(1990, 1, 1) <= day <= date(2100, 12, 31):
            self._error("starts_on", "day", _("Ngày quá xa, xem lại năm."))
        return day or self.reader.today

    def _check_post(self, values: dict[str, Any]) -> None:
        """What would be refused when it is carried out is told beside its cell now."""
        key = values["email"].casefold()
        user, invited = self.reader.users.get(key), self.reader.invited.get(key)
        if values["agency"] is None:
            return
        if user is None:
            self._check_invited(invited, values)
            return
        posts: list[Post] = user.held  # type: ignore[attr-defined]
        if any(post.agency_id == values["agency"].pk and post.is_head == values["is_head"] for post in posts):
            return
        newest = max((post.starts_on for post in posts if post.acting_for_id is None), default=None)
        if newest is not None and values["starts_on"] <= newest:
            words = _("Người này đã nhận nhiệm vụ từ ngày %(date)s: ghi ngày sau ngày đó.")
            self._error("starts_on", "day", words % {"date": say_date(newest)})

    def _check_invited(self, invited: Invitation | None, values: dict[str, Any]) -> None:
        if invited is None:
            return
        same = (invited.agency_id, invited.role, invited.is_head)
        if same != (values["agency"].pk, values["role"], values["is_head"]):
            words = _("Người này đang có lời mời khác (%(invitation)s): rút lời mời đó trước.")
            self._error("email", "invited", words % {"invitation": invited})

    def _error(self, name: str, code: str, message: str) -> None:
        cell = self.row.cells.get(name)
        address = cell.address if cell is not None else self.row.address
        self.messages.append(Message(self.table.sheet, address, "error", code, message))


def _name_in(cell: Cell) -> str:
    name = text_in(cell, LONGEST_NAME)
    if any(sign.isdigit() for sign in name):
        raise Misread(_("Họ và tên không có chữ số."))
    return name


def lines(messages: Sequence[Message]) -> Iterator[dict[str, str]]:
    """The messages as the command prints them."""
    for one in messages:
        yield {
            "sheet": one.sheet,
            "cell": one.cell,
            "level": one.level,
            "code": one.code,
            "message": one.message,
        }
