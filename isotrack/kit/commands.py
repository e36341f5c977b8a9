"""One door for every command: arguments in, one answer out, an exit status that scripts can trust.

0 done, 1 done with refusals listed, 2 wrong arguments or bad input: one clear line on standard error and
nothing changed. With `--format json` the answer is exactly one JSON object on standard output, else a short
table for people. Logs go to standard error.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from isotrack.kit.clock import ZONE, now, read_instant
from isotrack.kit.words import Misread, read_date, show_date, show_number, show_time


class BadInput(Exception):
    """The arguments or the input cannot be used; the message is one line for people (exit status 2)."""


class RefusalsListed(Exception):
    """Done, but the answer lists what was refused (exit status 1)."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(_("Đã làm xong; một số mục bị từ chối, xem trong kết quả."))
        self.answer = answer


class HouseCommand(BaseCommand):
    """A command that answers: subclasses say which `arguments` they take and find the `answer`.

    With `takes_as_of` the options hold `as_of`, an aware instant (now, when not given); with `takes_dry_run`
    they hold `dry_run`. Called from Python, BadInput and RefusalsListed reach the caller.
    """

    takes_as_of = False
    takes_dry_run = False

    def arguments(self, parser: CommandParser) -> None:
        """Add the command's own arguments."""

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Do it and return the keys that docs/commands.md promises. May raise BadInput or RefusalsListed."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--format", choices=["text", "json"], default="text", help=_("Bảng cho người đọc, hay JSON.")
        )
        if self.takes_as_of:
            parser.add_argument(
                "--as-of", type=an_instant, metavar="T", help=_("Tính tại thời điểm này (ISO 8601).")
            )
        if self.takes_dry_run:
            parser.add_argument("--dry-run", action="store_true", help=_("Chỉ tính, không lưu và không gửi."))
        self.arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if self.takes_as_of:
            options["as_of"] = options["as_of"] or now()
        try:
            self.say(self.answer(**options), options["format"])
        except RefusalsListed as refusals:
            self.say(refusals.answer, options["format"])
            raise

    def say(self, answer: Mapping[str, Any], form: str) -> None:
        """Print the answer as one JSON object or as a table."""
        self.stdout.write(as_json(answer) if form == "json" else as_table(answer))

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **options)
        parser.error = _refuse  # type: ignore[method-assign]  # argparse would print its usage as well
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except BadInput as refusal:
            self.stderr.write(" ".join(str(refusal).split()))
            sys.exit(2)
        except RefusalsListed:
            sys.exit(1)


def an_instant(text: str) -> datetime:
    """An argument in ISO 8601; without a zone it is Asia/Ho_Chi_Minh."""
    try:
        return read_instant(text)
    except ValueError:
        told = _("“%(typed)s” không phải là thời điểm ISO 8601, ví dụ 2021-06-30T00:00.") % {"typed": text}
        raise argparse.ArgumentTypeError(told) from None


def a_day(text: str) -> date:
    """An argument that is a day: 2021-06-30 or 30/06/2021."""
    try:
        return read_date(text)
    except Misread as misread:
        raise argparse.ArgumentTypeError(str(misread)) from None


def as_json(answer: Mapping[str, Any]) -> str:
    """One JSON object; instants in Vietnamese time."""
    return json.dumps(answer, ensure_ascii=False, default=_plain)


def as_table(answer: Mapping[str, Any]) -> str:
    """Two columns, what and how much; a list of things is a line for each."""
    lines = list(_lines(answer))
    width = max((len(name) for name, _value in lines), default=0)
    return "\n".join(f"{name:<{width}}  {value}".rstrip() for name, value in lines)


def _refuse(message: str) -> NoReturn:
    raise BadInput(message)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _lines(answer: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in answer.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{before}{name}.")
        elif _is_list(value) and any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value, start=1):
                yield f"{before}{name} {number}", ", ".join(_shown(part) for part in item.values())
        else:
            yield before + name, _shown(value)


def _shown(value: Any) -> str:
    if _is_list(value):
        return ", ".join(str(item) for item in value)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, datetime):
        return show_time(value)
    if isinstance(value, date):
        return show_date(value)
    # Years and small counts stay plain: 2020, 33.000.000.
    return show_number(value) if isinstance(value, int) and value >= 10_000 else str(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
