"""A questionnaire as an officer sees it: the cards of the report's form over a report never stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language

from plans.ceilings import ceiling
from reports.forms.answers import SectionForm
from reports.forms.posted import Posted
from reports.models import AnnualReport, Attachment, QuestionnaireVersion, ReportCycle
from reports.questions import Outcome, Section
from reports.questions.parts import MANDATES


class PreviewForm(SectionForm):
    """The cards of one section; nobody has attached anything."""

    def _files(self) -> dict[str, Attachment]:
        return {}


@dataclass(frozen=True)
class Preview:
    """One look at a version: what was typed so far travels with the page, and is stored nowhere.

    `version` has no problems.
    """

    version: QuestionnaireVersion
    typed: QueryDict
    today: date

    @property
    def mandate(self) -> str:
        """Which agencies the looker stands for."""
        asked = self.typed.get("mandate", "")
        return asked if asked in MANDATES else MANDATES[0]

    @cached_property
    def report(self) -> AnnualReport:
        """The report that would be filled in, never saved."""
        cycle = ReportCycle(questionnaire=self.version, year=self.version.from_year)
        report = AnnualReport(cycle=cycle, mandate=self.mandate, answers=self._carried)
        posted = Posted(report, self._left.questions, self.typed)
        report.answers = {**self._carried, **posted.answers}
        report.notes = posted.notes
        return report

    @cached_property
    def outcome(self) -> Outcome:
        """What the form would say about it."""
        return self.version.questions.check(
            self.report.answers,
            mandate=self.mandate,
            year=self.version.from_year,
            submitted_on=self.today,
            ceiling=ceiling,
        )

    @property
    def sections(self) -> tuple[Section, ...]:
        """Every section of the version."""
        return self.version.questions.sections

    @property
    def title(self) -> str:
        """The heading of the section to show."""
        return self.section.title(get_language())

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Every section with its heading, and whether it is the one shown."""
        return [(one.key, one.title(get_language()), one is self.section) for one in self.sections]

    @cached_property
    def section(self) -> Section:
        """The section to show: the one asked for, or the neighbour of the one just left."""
        place = self.sections.index(self._left)
        step = {"next": 1, "previous": -1}.get(self.typed.get("do", ""), 0)
        if self.typed.get("do") == "go":
            return self._named(self.typed.get("section", ""))
        return self.sections[min(max(place + step, 0), len(self.sections) - 1)]

    @property
    def form(self) -> PreviewForm:
        """The cards of that section."""
        more = self.typed.get("do", "").removeprefix("row:")
        return PreviewForm(self.section, self.report, self.outcome, more=more)

    @property
    def answers(self) -> str:
        """What was typed so far, for the next page."""
        return json.dumps(self.report.answers, ensure_ascii=False)

    @cached_property
    def _left(self) -> Section:
        """The section whose fields were sent."""
        return self._named(self.typed.get("left", ""))

    @cached_property
    def _carried(self) -> dict[str, Any]:
        try:
            found = json.loads(self.typed.get("answers", "{}"))
        except (ValueError, RecursionError):
            return {}  # a page that was tampered with counts as one on which nothing was typed
        known = self.version.questions.by_key
        return {key: found[key] for key in known if key in found} if isinstance(found, Mapping) else {}

    def _named(self, key: str) -> Section:
        return next((section for section in self.sections if section.key == key), self.sections[0])
