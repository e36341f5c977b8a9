"""Loading what the law and the letter give: documents, calendar, ceilings, questionnaire, reminder rules."""

from datetime import datetime, time
from pathlib import Path

from django.db import transaction

from agencies.actions.registry import load_documents, load_holidays, read_rows
from agencies.models import Agency
from plans.actions.reference import load_build_steps, load_ceilings, load_cost_items, load_standards
from reports.models import QuestionnaireVersion, ReminderRule
from reports.questions import read_definition

DATA = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load_reference(*, at: datetime, province: Agency | None = None) -> int:
    """Load what is the same everywhere, and a province's own rules; return how many rows are new."""
    created = load_holidays() + load_ceilings() + load_cost_items()
    created += load_build_steps() + load_standards()
    created += load_documents(province=province, at=at)
    created += load_questionnaire(DATA / "questionnaire_annual_report.yaml", at=at)
    return created + (load_rules(province) if province else 0)


def load_questionnaire(file: Path, *, at: datetime) -> int:
    """Import a definition as a published version; a version that exists is never touched. Returns 0 or 1.

    Raises reports.questions.DefinitionError naming every problem of the file.
    """
    definition = read_definition(file.read_text(encoding="utf-8"))
    form = definition["form"]
    _version, is_new = QuestionnaireVersion.objects.get_or_create(
        code=form["code"],
        version=form["version"],
        defaults={"title": form["title_vi"], "definition": definition, "published_at": at},
    )
    return int(is_new)


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
