"""Accounts from Excel, as the page does it: without --commit nothing is saved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from agencies.actions.account_import import carry_out, lines, read_accounts
from agencies.models import Agency
from isotrack.kit import clock
from isotrack.kit.commands import BadInput, HouseCommand, RefusalsListed
from isotrack.kit.sheets import SheetRefused


class Command(HouseCommand):
    """New people are invited; those with an account get what differs; one refused row stops everything."""

    help = "Import accounts from an Excel file: people without an account are invited by mail."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="The .xlsx file.")
        parser.add_argument(
            "--commit", action="store_true", help="Carry it out; without this nothing is saved."
        )
        parser.add_argument("--province", help="Code of the province, where there are several.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Judge the file, carry it out if asked, and say everything."""
        at = clock.now()
        province = self._province(options["province"])
        try:
            with Path(options["file"]).open("rb") as file:
                found = read_accounts(file, province=province, at=at)
        except OSError as missing:
            raise BadInput(f"{options['file']}: {missing.strerror}") from missing
        except SheetRefused as refusal:
            raise BadInput(str(refusal)) from refusal
        answer = found.counts() | {"messages": list(lines(found.messages))}
        if found.refused:
            raise RefusalsListed(answer)
        if options["commit"]:
            try:
                carry_out(found, by=None, at=at)
            except ValidationError as refusal:
                raise BadInput(" ".join(refusal.messages)) from refusal
        return answer

    def _province(self, code: str | None) -> Agency:
        provinces = Agency.objects.provinces().order_by("pk")
        found = list(provinces.filter(code=code) if code else provinces[:2])
        if len(found) != 1:
            raise BadInput("Name the province with --province CODE: there is none, or more than one.")
        return found[0]
