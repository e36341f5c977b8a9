"""Loading the reference files of the registry: agencies, the working calendar, the legal documents."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from agencies.actions.agency import found
from agencies.models import Agency, Document, Holiday
from agencies.models.agency import Kind
from isotrack.journal.record import record
from isotrack.kit.text import clean

DATA = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load_registry(file: Path, *, at: datetime) -> int:
    """Load agencies from a reference CSV, superiors before subordinates; return how many are new.

    Loading the same file again creates nothing. Raises KeyError for a superior that the file does not know.
    """
    known = {agency.code: agency for agency in Agency.objects.all()}
    created = 0
    for row in read_rows(file):
        if row["code"] in known:
            continue
        known[row["code"]] = found(by=None, at=at, on=_day(row["valid_from"]), **_values(row, known))
        created += 1
    _share_systems(file, known)
    return created


def load_holidays(file: Path = DATA / "holidays_vn.csv") -> int:
    """Load days off and days worked in exchange; return how many are new. Edited rows are left alone."""
    days = [
        Holiday(day=_day(row["date"]), name=row["name_vi"], is_working_day=row["is_working_day"] == "yes")
        for row in read_rows(file)
    ]
    before = Holiday.objects.count()
    Holiday.objects.bulk_create(days, ignore_conflicts=True)
    return Holiday.objects.count() - before


@transaction.atomic
def load_documents(file: Path = DATA / "documents.csv", *, province: Agency | None, at: datetime) -> int:
    """Load the register's reference documents (own "yes": of this province); return how many are new."""
    created = 0
    for row in read_rows(file):
        own = row.pop("own") == "yes"
        if own and province is None:
            continue
        values: dict[str, Any] = {
            **row,
            "issued_on": _day(row["issued_on"]),
            "in_force_from": _day_or_none(row["in_force_from"]),
        }
        key = {name: values.pop(name) for name in ("number", "issued_on", "issuer")}
        values["province"] = province if own else None
        document, is_new = Document.objects.get_or_create(**key, defaults=values)
        if is_new:
            about = ("document", document.pk, document)
            record("document-registered", about, by=None, at=at, province=document.province_id or "")
        created += is_new
    return created


def read_rows(file: Path) -> Iterator[dict[str, str]]:
    """Rows of a UTF-8 CSV with a header, every text cleaned (NFC, single spaces)."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {name: clean(value or "") for name, value in row.items()}


def _values(row: dict[str, str], known: dict[str, Agency]) -> dict[str, Any]:
    code = row["parent_code"]
    return {
        "code": row["code"],
        "superior": known[code] if code else None,
        "name": row["name"],
        "short_name": row["short_name"],
        "kind": row["kind"],
        "level": row["level"],
        "group": row["universe_group"],
        "mandate": row["mandate"],
        "ceiling_tier": row["ceiling_tier"],
        "reports_annually": row["in_reporting_2020"] == "yes",
        "sort_order": 1000 if row["kind"] == Kind.PEOPLES_COMMITTEE_COMMUNE else int(row["sort_order"]),
    }


def _share_systems(file: Path, known: dict[str, Agency]) -> None:
    """Agencies that share the QMS of another one (TT 26/2014 Đ6)."""
    for row in read_rows(file):
        agency, keeper = known[row["code"]], known[row["qms_code"]]
        if agency != keeper and agency.covered_by_id != keeper.pk:
            Agency.objects.filter(pk=agency.pk).update(covered_by=keeper)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _day_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
