"""What sendings from before 0002 lack: the figures of the latest one, and the check code that was printed.

Written once and left alone. Of the questionnaires only what counts is needed: a list of choices that a
definition takes from a file stands in the cells of tables, which no figure is made of.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from isotrack.kit.clock import day_of
from reports.questions import Choice, Questionnaire
from reports.statistics.sent import figures_as_sent

BATCH = 500


def keep_figures_and_codes(apps: Any, schema_editor: Any = None) -> None:
    """Fill `figures` and `check_code` of rows that were written without them; a second run changes nothing."""
    using = schema_editor.connection.alias if schema_editor else "default"
    _keep_codes(apps.get_model("reports", "Submission").objects.using(using))
    _keep_figures(apps.get_model("reports", "Submission").objects.using(using), apps, using)


def _keep_codes(submissions: "QuerySet[Any]") -> None:
    for keys in _batches(submissions.filter(check_code="")):
        batch = list(submissions.filter(pk__in=keys).only("pk", "code", "sent_at"))
        for one in batch:
            one.check_code = _code(one.code, one.sent_at)
        submissions.bulk_update(batch, ["check_code"])


def _batches(rows: "QuerySet[Any]") -> Iterator[list[int]]:
    """The keys first: what is read and written at once would be read twice or not at all."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _code(code: str, sent_at: datetime) -> str:
    """As receipts printed it before it was kept."""
    said = f"{code} {sent_at.isoformat()}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest().upper()[:16]
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))


def _keep_figures(submissions: "QuerySet[Any]", apps: Any, using: str) -> None:
    """The latest valid sending of each report that has no figures yet; a nil declaration has none."""
    reports = apps.get_model("reports", "AnnualReport").objects.using(using)
    asked = _questionnaires(apps, using)
    missing = submissions.filter(report__figures={}, is_nil=False, report__is_nil=False)
    # The instant of the latest valid sending stands on the report.
    latest = missing.filter(sent_at=F("report__submitted_at"), withdrawn_at__isnull=True)
    for keys in _batches(latest):
        batch = [
            _with_figures(one, asked) for one in latest.filter(pk__in=keys).select_related("report__cycle")
        ]
        reports.bulk_update(batch, ["figures"])


def _with_figures(submission: Any, asked: dict[int, Questionnaire]) -> Any:
    report = submission.report
    report.figures = figures_as_sent(
        asked[report.cycle.questionnaire_id],
        submission.answers,
        mandate=report.mandate,
        year=report.cycle.year,
        on=day_of(submission.sent_at),
    )
    return report


def _questionnaires(apps: Any, using: str) -> dict[int, Questionnaire]:
    versions = apps.get_model("reports", "QuestionnaireVersion").objects.using(using)
    return {pk: _read(definition) for pk, definition in versions.values_list("pk", "definition")}


def _read(definition: dict[str, Any]) -> Questionnaire:
    lists = definition.get("choice_lists", {})
    from_files = {name: [Choice("-", "-")] for name, entries in lists.items() if isinstance(entries, dict)}
    return Questionnaire.from_definition(definition, from_files)
