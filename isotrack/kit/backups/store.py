"""The folder of a backup: what lies where, and whether it is whole."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from isotrack.kit.backups import rows
from isotrack.kit.backups.rows import Digest

FORMAT = 1
MANIFEST, FILES, FILE_LIST, TABLES = "manifest.json", "files", "files.jsonl.gz", "tables"
PIECE = 1 << 20
# What reading a file that was cut off or tampered with may raise.
BROKEN = (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError, AttributeError, ValidationError)


class Refused(Exception):
    """The backup, or the place it should go to, cannot be used; the message is one line for people."""


@dataclass
class Summary:
    """What a backup holds, table by table; equal summaries are equal installations."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: int = 0
    files_sha256: str = Digest().sha256
    missing: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """One digest of everything."""
        said = json.dumps([self.tables, self.files, self.files_sha256, self.missing], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def note(self, table: str, digest: Digest) -> None:
        """Keep what was counted of one table."""
        self.tables[table] = {"rows": digest.rows, "sha256": digest.sha256}


@dataclass(frozen=True)
class StoredFile:
    """One file as the store names it."""

    name: str
    size: int
    sha256: str


class Backup:
    """The folder, opened for reading or about to be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def table(self, name: str) -> Path:
        """Where the rows of a table lie."""
        return self.folder / TABLES / f"{name}.jsonl.gz"

    def file(self, name: str) -> Path:
        """Where a stored file lies. Raises Refused for a name that leads out of the folder."""
        path = self.folder / FILES / name
        if not path.resolve().is_relative_to((self.folder / FILES).resolve()):
            raise Refused(_("Bản sao lưu bị hỏng: tên tệp không hợp lệ “%(name)s”.") % {"name": name})
        return path

    def manifest(self) -> dict[str, Any]:
        """What the backup says of itself. Raises Refused where it was not finished or cannot be read."""
        try:
            told = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            known = told["format"] == FORMAT
        except FileNotFoundError:
            raise Refused(
                _("%(folder)s không phải là bản sao lưu đã xong: không có %(file)s.")
                % {"folder": self.folder, "file": MANIFEST}
            ) from None
        except PermissionError:
            raise Refused(
                _(
                    "Tài khoản chạy lệnh không được đọc %(folder)s: "
                    "giao thư mục này cho tài khoản đó (chown -R) rồi chạy lại."
                )
                % {"folder": self.folder}
            ) from None
        except BROKEN as trouble:
            raise broken(MANIFEST, trouble) from trouble
        if not known:
            raise Refused(_("Bản sao lưu có dạng khác, bản IsoTrack này không đọc được."))
        return dict(told)

    def rows(self, name: str) -> Iterator[list[Any]]:
        """The rows of a table, after its columns were found to be ours. Raises Refused."""
        try:
            yield from self._lines(self.table(name), expected=_columns(name))
        except BROKEN as trouble:
            raise broken(f"{TABLES}/{name}", trouble) from trouble

    def files(self) -> Iterator[StoredFile]:
        """The list of files. Raises Refused."""
        try:
            for told in self._lines(self.folder / FILE_LIST):
                yield StoredFile(**told)
        except BROKEN as trouble:
            raise broken(FILE_LIST, trouble) from trouble

    def _lines(self, path: Path, expected: list[str] | None = None) -> Iterator[Any]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            if expected is not None and json.loads(next(lines, "null")) != expected:
                raise ValueError(_("các cột không đúng như bản IsoTrack này cần"))
            for line in lines:
                yield json.loads(line)


def _columns(table: str) -> list[str]:
    return next(rows.columns_of(model) for model in rows.tables() if model._meta.db_table == table)


def write_lines(path: Path, lines: Iterable[Any], *, head: list[str] | None = None) -> None:
    """Write one JSON value a line, compressed. Fast rather than small: disks are large, nights are short."""
    with gzip.open(path, "wt", compresslevel=3, encoding="utf-8") as out:
        if head is not None:
            out.write(json.dumps(head) + "\n")
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def as_line(file: StoredFile) -> dict[str, Any]:
    """A file as its line in the list."""
    return asdict(file)


def copy(source: IO[bytes], target: IO[bytes] | None, name: str) -> StoredFile:
    """Copy piece by piece (nowhere, with None) and tell what it was."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        digest.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
    return StoredFile(name, size, digest.hexdigest())


def broken(what: str, trouble: Exception | str) -> Refused:
    """The refusal of a backup that is not whole."""
    why = trouble if isinstance(trouble, str) else str(trouble) or type(trouble).__name__
    return Refused(
        _("Bản sao lưu bị hỏng hoặc bị sửa, không khôi phục gì: %(what)s (%(why)s).")
        % {"what": what, "why": why}
    )
