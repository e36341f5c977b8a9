"""Loading what the law and the letter give: documents, calendar, ceilings, questionnaire, reminder rules."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.db import transaction

from agencies.actions.registry import load_documents, load_holidays, read_rows
from agencies.models import Agency
from plans.actions.reference import load_build_steps, load_ceilings, load_cost_items, load_standards
from reports.models import ChecklistItem, QuestionnaireVersion, ReminderRule
from reports.questions import read_definition

DATA = Path(__file__).resolve().parent.parent / "data"
# Version 2 adds warnings against last year's answers and the English texts; question numbers are the same.
QUESTIONNAIRES = {"questionnaire_annual_report.yaml": 2000, "questionnaire_annual_report_2.yaml": 2020}


@transaction.atomic
def load_reference(*, at: datetime, province: Agency | None = None) -> int:
    """Load what is the same everywhere, and a province's own rules; return how many rows are new."""
    created = load_holidays() + load_ceilings() + load_cost_items()
    created += load_build_steps() + load_standards()
    created += load_documents(province=province, at=at)
    for file, from_year in QUESTIONNAIRES.items():
        created += load_questionnaire(DATA / file, at=at, from_year=from_year)
    created += load_checklist()
    return created + (load_rules(province) if province else 0)


def load_questionnaire(file: Path, *, at: datetime, from_year: int = 2000) -> int:
    """Import a definition as a published version; a version that exists is never touched. Returns 0 or 1.

    Raises reports.questions.DefinitionError naming every problem of the file.
    """
    return load_definition(read_definition(file.read_text(encoding="utf-8")), at=at, from_year=from_year)


def load_definition(definition: dict[str, Any], *, at: datetime, from_year: int = 2000) -> int:
    """Keep a definition as a published version, as `load_questionnaire` does with a file; returns 0 or 1."""
    form = definition["form"]
    _version, is_new = QuestionnaireVersion.objects.get_or_create(
        province=None,
        code=form["code"],
        version=form["version"],
        defaults={
            "title": form["title_vi"],
            "definition": definition,
            "published_at": at,
            "from_year": from_year,
        },
    )
    return int(is_new)


def load_checklist(file: Path = DATA / "inspection_checklist_tt26.csv") -> int:
    """The thirteen things a file inspection looks at (TT 26/2014 Đ36)."""
    names = ("part", "text_vi", "text_en", "legal_basis")
    items = [
        ChecklistItem(code=row["code"], place=place, **{name: row[name] for name in names})
        for place, row in enumerate(read_rows(file), start=1)
    ]
    before = ChecklistItem.objects.count()
    ChecklistItem.objects.bulk_create(items, ignore_conflicts=True)
    return ChecklistItem.objects.count() - before


def load_rules(province: Agency, file: Path = DATA / "reminder_rules.csv") -> int:
    """Give a province the usual reminder rules; rules that staff changed or switched off stay so."""
    rules = [
        ReminderRule(
            province=province,
            audience=row["audience"],
            offset=int(row["offset"]),
            at=time.fromisoformat(row["at"]),
        )
        for row in read_rows(file)
    ]
    before = ReminderRule.objects.count()
    ReminderRule.objects.bulk_create(rules, ignore_conflicts=True)
    return ReminderRule.objects.count() - before
