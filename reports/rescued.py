"""A rescued form in words: which page it belongs to and what was typed there."""

from dataclasses import dataclass

from django.urls import Resolver404, resolve

from agencies.models import User
from isotrack.kit.rescue import NOT_TYPED, Kept
from reports.forms.posted import Posted, notes_in_words
from reports.models import AnnualReport

# Hidden fields of the report's form.
_CARRIED = ("seen-", "offered-", "choose-", "confirm-")


@dataclass(frozen=True)
class Typed:
    """One thing that was typed, with its label where the form is known."""

    label: str
    text: str


def words_of(kept: Kept, user: User) -> list[Typed]:
    """Everything typed, in the order of the form; labels are those of the questionnaire."""
    pairs = _of_report(kept, user)
    if pairs is None:
        pairs = [("", text) for name, text in kept.fields if _is_typed(name) and text.strip()]
    return [Typed(label, text) for label, text in pairs]


def _of_report(kept: Kept, user: User) -> list[tuple[str, str]] | None:
    """The fields of a report's form; None for any other page."""
    try:
        place = resolve(kept.url.partition("?")[0])
    except Resolver404:
        return None
    if place.view_name not in ("reports:report-section", "reports:report-send"):
        return None
    reports = AnnualReport.objects.editable_by(user).select_related("cycle")
    report = reports.filter(pk=place.kwargs["pk"]).first()
    if report is None:
        return None
    section = place.kwargs.get("section")
    questions = [one for one in report.cycle.questions.questions if one.section == section]
    posted = Posted(report, questions, kept.data)
    return posted.news if questions else notes_in_words(posted.notes)


def _is_typed(name: str) -> bool:
    return name not in NOT_TYPED and not name.startswith(_CARRIED)
