"""Everything about one agency on one page; it shows reports, so it is a page of reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.views.generic import DetailView

from agencies.actions.agency import DATED
from agencies.models import Agency, Standing, User
from agencies.models.agency import AgencyQuerySet
from agencies.views import SignedRequest
from isotrack.journal.models import Entry
from isotrack.kit import clock
from reports.journal_words import Change, Line, changes_in_words, lines
from reports.models import AnnualReport

ENTRIES = 8


@dataclass(frozen=True)
class Step:
    """One day in the life of an agency: its founding, or what changed then."""

    standing: Standing
    changes: list[Change]


@dataclass(frozen=True)
class ReportRow:
    """A yearly report with its punctuality as of now; `days` is 0 unless it came late."""

    report: AnnualReport
    punctuality: str
    days: int


class AgencyDetail(DetailView[Agency]):
    """Facts, people, history, subordinates, reports and the journal of one agency."""

    request: SignedRequest
    template_name = "agencies/agency_detail.html"

    def get_queryset(self) -> AgencyQuerySet:
        return Agency.objects.visible_to(self.request.user).select_related(
            "superior", "covered_by", "province"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, user, agency = clock.now(), self.request.user, self.object
        return super().get_context_data(
            **self.rights(user),
            **self.people(now),
            steps=list(reversed(list(_steps(agency)))),
            subordinates=self.subordinates(now),
            reports=[_row(report, now) for report in self.reports(now)],
            lines=self.lines(),
            namesakes=Agency.objects.visible_to(user).filter(code=agency.code).exclude(pk=agency.pk),
            **kwargs,
        )

    def rights(self, user: User) -> dict[str, bool]:
        """What this person may do with this agency."""
        own = Agency.objects.filter(pk=self.object.pk)
        return {
            "can_edit": own.editable_by(user).exists(),
            "can_contact": own.contactable_by(user).exists(),
            "can_read_journal": user.reads_accounts,
            "can_hand_over": user.keeps_accounts,
            "sees_superior": Agency.objects.visible_to(user).filter(pk=self.object.superior_id).exists(),
        }
