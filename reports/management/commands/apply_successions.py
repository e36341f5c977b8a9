"""Apply a file of successions with the registries that go with it."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agencies.models import Agency
from agencies.reform import FileRefused
from isotrack.kit.commands import BadInput, HouseCommand, RefusalsListed
from reports.actions.reform import Applied, apply_reform

COUNTS = ("created", "updated", "unchanged", "skipped", "refused")


class Command(HouseCommand):
    """Without --commit nothing is saved; a second run changes nothing."""

    help = "Apply successions: agencies end and begin, open duties end somewhere, past rates stay."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The CSV of predecessors and successors.")
        parser.add_argument("--commit", action="store_true", help="Save what was applied.")
        parser.add_argument("--province", metavar="CODE", help="Whose agencies are followed.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Apply and tell. Raises RefusalsListed when a row was refused."""
        province = _first_province(options["province"])
        try:
            applied = apply_reform(
                options["file"], province=province, at=options["as_of"], keep=options["commit"]
            )
        except FileRefused as refused:
            raise BadInput(str(refused)) from refused
        told = _told(applied)
        if applied.counts["refused"]:
            raise RefusalsListed(told)
        return told


def _first_province(code: str | None) -> Agency:
    """The province with this code, or the only one that followed no other. Raises BadInput."""
    provinces = Agency.objects.provinces().filter(**({"code": code} if code else {}))
    kept = {key for one in Agency.objects.provinces() for key in one.keeps}
    first = [one for one in provinces if one.pk in kept or not one.keeps]
    if len(first) != 1:
        known = ", ".join(Agency.objects.provinces().values_list("code", flat=True)) or "none"
        raise BadInput(f"Name one province with --province (known: {known}).")
    return first[0]


def _told(applied: Applied) -> dict[str, Any]:
    return {
        "rows": applied.rows,
        **{name: applied.counts[name] for name in COUNTS},
        "messages": [asdict(message) for message in applied.messages],
    }
