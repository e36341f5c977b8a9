"""Take a list of agencies into the registry."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from agencies.actions.registry_import import (
    ChangedMeanwhile,
    import_registry,
    preview_registry,
    read_registry,
)
from agencies.registry_judge import Judgement
from isotrack.kit.clock import day_of
from isotrack.kit.commands import BadInput, HouseCommand, RefusalsListed, a_day
from isotrack.kit.sheets import SheetRefused


class Command(HouseCommand):
    """Without --commit nothing is saved. Rows with an error are refused whole and listed (status 1)."""

    help = "Read agencies from a workbook or a .csv: what would change, every problem with its cell."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The .xlsx or .csv file.")
        parser.add_argument("--commit", action="store_true", help="Save every row that is not refused.")
        parser.add_argument("--on", type=a_day, metavar="DAY", help="The day from which changes hold.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Read, judge, save, tell. Raises RefusalsListed when a row was refused."""
        at = options["as_of"]
        on = options["on"] or day_of(at)
        if on > day_of(at):
            raise BadInput(_("Chỉ ghi thay đổi đã có hiệu lực, muộn nhất là hôm nay."))
        try:
            reading = read_registry(BytesIO(_content(options["file"])))
            if options["commit"]:
                reason = _("Nhập từ tệp %(name)s") % {"name": options["file"].name}
                found = import_registry(reading, by=None, at=at, on=on, reason=reason)
            else:
                found = preview_registry(reading, by=None, on=on)
        except (SheetRefused, ChangedMeanwhile) as refused:
            raise BadInput(str(refused)) from refused
        told = _told(found)
        if told["refused"]:
            raise RefusalsListed(told)
        return told


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as failed:
        raise BadInput(f"Cannot read {file}: {failed.strerror}.") from failed


def _told(found: Judgement) -> dict[str, Any]:
    shown = ("sheet", "cell", "level", "code", "message")
    messages = [{name: getattr(message, name) for name in shown} for message in found.messages]
    return {**found.counts, "messages": messages}
