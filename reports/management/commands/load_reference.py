"""Load what the law and the letter give, for a real installation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agencies.actions.registry import load_registry
from agencies.models import Agency
from isotrack.kit import clock
from isotrack.kit.commands import BadInput, HouseCommand
from reports.actions.reference import load_reference


class Command(HouseCommand):
    """Idempotent: a second run creates 0."""

    help = "Load calendar, documents, ceilings, questionnaire and reminder rules; optionally a registry file."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--registry", type=Path, help="A registry in the form of agencies/data/*.csv.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Load and count."""
        file, at, created = options["registry"], clock.now(), 0
        if file is not None:
            created += _registry(file)
        created += load_reference(at=at)
        for province in Agency.objects.provinces():
            created += load_reference(at=at, province=province)
        return {"agencies": Agency.objects.count(), "created": created}


def _registry(file: Path) -> int:
    try:
        return load_registry(file, at=clock.now())
    except (OSError, KeyError, ValueError) as trouble:
        raise BadInput(f"{file} cannot be read as a registry: {trouble}") from trouble
