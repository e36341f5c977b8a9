"""Everything about one agency on one page; it shows reports, so it is a page of reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.views.generic import DetailView

from agencies.actions.agency import DATED
from agencies.models import Agency, Heritage, Standing, User
from agencies.models.agency import AgencyQuerySet
from agencies.models.invitation import roles_to_invite
from agencies.views import SignedRequest
from isotrack.journal.models import Entry
from isotrack.kit import clock
from reports.journal_words import Change, Line, changes_in_words, lines
from reports.models import AnnualReport, Punctuality
from reports.models.report import ReportQuerySet
from reports.succession import Kinship

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


class AgencyDetail(DetailView):
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
            reports=[_row(report, now) for report in self.reports()],
            lines=self.lines(),
            kinship=Kinship(agency),
            sees_succession=user.sees_province,
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
            "can_delegate": user.agency == self.object,
            "can_invite": bool(roles_to_invite(user)),
            "sees_superior": Agency.objects.visible_to(user).filter(pk=self.object.superior_id).exists(),
        }

    def people(self, now: datetime) -> dict[str, Any]:
        """Who stands for the agency today, who will, and who did."""
        today = clock.day_of(now)
        posts = self.object.posts.select_related("user", "acting_for__user")
        return {
            "held": posts.on(today).order_by("-is_responsible", "-starts_on"),
            "coming": posts.after(today).order_by("starts_on"),
            "past": posts.before(today).own().order_by("-ends_on"),
        }

    def subordinates(self, now: datetime) -> AgencyQuerySet:
        """The agencies directly below, in protocol order."""
        below = Agency.objects.visible_to(self.request.user).valid_on(clock.day_of(now))
        return below.filter(superior=self.object).in_protocol_order()

    def reports(self) -> ReportQuerySet:
        """The yearly reports this person may see, newest first; those of agencies before it among them."""
        earlier = Heritage.objects.filter(heir=self.object).values("agency_id")
        own = Q(agency=self.object) | Q(agency__in=earlier)
        mine = AnnualReport.objects.visible_to(self.request.user).filter(own)
        loaded = mine.select_related("cycle", "exemption_document", "passed_to")
        return loaded.order_by("-cycle__year", "agency__name_sort", "pk")

    def lines(self) -> list[Line]:
        """The newest entries of the journal, for who may read it."""
        entries = Entry.objects.about("agency", self.object.pk)
        return lines(list(entries[:ENTRIES])) if self.request.user.reads_accounts else []


def _steps(agency: Agency) -> Iterator[Step]:
    """The founding and every dated change, oldest first."""
    standings = list(agency.standings.select_related("superior").order_by("starts_on"))
    if standings:
        yield Step(standings[0], [])
    for before, after in pairwise(standings):
        changes = {name: [_plain(getattr(before, name)), _plain(getattr(after, name))] for name in DATED}
        differing = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        yield Step(after, changes_in_words("agency", differing))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Agency) else value


def _row(report: AnnualReport, now: datetime) -> ReportRow:
    kind = report.punctuality_at(now)
    late = kind == Punctuality.LATE
    return ReportRow(report, kind.value, report.days_late(clock.day_of(now)) if late else 0)
