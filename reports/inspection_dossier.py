"""The dossier of an inspection: ten kinds of documents, which of them are there (TT 26/2014 Đ39)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from reports.models import AnnualReport, CorrectiveAction, Inspection, InspectionPaper

Kind = InspectionPaper.Kind


@dataclass(frozen=True)
class PaperLink:
    """One document that is there, with its address."""

    name: str
    url: str


@dataclass(frozen=True)
class KindLine:
    """One of the ten kinds, and what is there of it."""

    kind: InspectionPaper.Kind
    papers: list[PaperLink]


@dataclass(frozen=True)
class Dossier:
    """What the dossier of an inspection holds; the report is that of the year the plan looks at."""

    row: Inspection
    report: AnnualReport | None
    actions: Sequence[CorrectiveAction] = ()

    @cached_property
    def lines(self) -> list[KindLine]:
        """The ten kinds in the order of the article; one statement."""
        found: dict[str, list[PaperLink]] = defaultdict(list)
        if decision := self.row.plan.decision:
            url = reverse("agencies:document-detail", args=[decision.pk])
            found[Kind.PLAN].append(PaperLink(str(decision), url))
        if self.report and self.report.first_submitted_at:
            url = reverse("reports:report-detail", args=[self.report.pk])
            found[Kind.REPORT].append(PaperLink(str(self.report), url))
        for paper in self.row.papers.all():
            url = reverse("reports:inspection-paper", args=[self.row.pk, paper.pk])
            found[paper.kind].append(PaperLink(paper.name, url))
        for action in self.actions:
            if action.answer_file:
                url = reverse("reports:corrective-file", args=[action.pk])
                found[Kind.CORRECTION].append(PaperLink(action.answer_name, url))
        return [KindLine(kind, found[kind]) for kind in Kind]

    @property
    def there(self) -> int:
        """How many of the ten kinds are there."""
        return sum(bool(line.papers) for line in self.lines)
