"""Everything about one agency on one page; it shows reports, so it is a page of reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe
from django.views.generic import DetailView

from agencies.actions.agency import DATED
from agencies.forms.day import DayForm
from agencies.models import Agency, Heritage, Standing, User
from agencies.models.agency import AgencyQuerySet
from agencies.models.invitation import roles_to_invite
from agencies.views import SignedRequest
from isotrack.journal.models.entry import EntryQuerySet
from isotrack.journal.paging import leaf
from isotrack.kit import clock
from reports.about_agency import AboutAgency, trained_on
from reports.journal_words import Change, Line, changes_in_words, lines
from reports.models import AnnualReport, Punctuality
from reports.models.report import ReportQuerySet
from reports.succession import Kinship
from reports.views.entry import readable_by

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
    sent_at: datetime | None
    is_now: bool


class AgencyDetail(DetailView):
    """Facts, people, history, subordinates, reports and the journal of one agency."""

    request: SignedRequest
    template_name = "agencies/agency_detail.html"

    def get_queryset(self) -> AgencyQuerySet:
        return Agency.objects.visible_to(self.request.user).select_related(
            "superior", "covered_by", "province"
        )

    @cached_property
    def asked(self) -> DayForm:
        """The day that is looked at."""
        return DayForm(self.request.GET, today=clock.today())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, user, agency = self.asked.instant(clock.now()), self.request.user, self.object
        return super().get_context_data(
            **self.rights(user),
            asked=self.asked,
            then=self.then(),
            **self.people(now),
            steps=list(reversed(list(_steps(agency)))),
            subordinates=self.subordinates(now),
            reports=[_row(report, now, is_now=not self.asked.is_past) for report in self.reports()],
            lines=self.lines(),
            kinship=Kinship(agency),
            about=AboutAgency(agency, user, clock.day_of(now)),
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
        held = list(posts.on(today).order_by("-is_responsible", "-starts_on"))
        trained = trained_on(held, today)
        return {
            "held": [(post, trained.get(post.user_id)) for post in held],
            "coming": posts.after(today).order_by("starts_on"),
            "past": posts.before(today).own().order_by("-ends_on"),
        }

    def then(self) -> Agency | None:
        """The agency as it stood on that day; itself today, None where it did not exist."""
        day = self.asked.day
        if not self.asked.is_past:
            return self.object
        stood = self.get_queryset().filter(pk=self.object.pk).valid_on(day).stood_on(day)
        found = stood.with_standing(day).first()
        return found.as_it_stood() if found else None

    def subordinates(self, now: datetime) -> list[Agency]:
        """The agencies directly below on that day, in protocol order."""
        day = self.asked.day
        visible = Agency.objects.visible_to(self.request.user)
        if not self.asked.is_past:
            return list(visible.valid_on(day).filter(superior=self.object).in_protocol_order())
        return [one.as_it_stood() for one in visible.directly_under_on(self.object, day)]

    def reports(self) -> ReportQuerySet:
        """The yearly reports this person may see, newest first; those of agencies before it among them."""
        earlier = Heritage.objects.filter(heir=self.object).values("agency_id")
        own = Q(agency=self.object) | Q(agency__in=earlier)
        mine = AnnualReport.objects.visible_to(self.request.user).filter(own)
        if self.asked.is_past:
            mine = mine.filter(cycle__opens_at__lte=self.asked.instant(clock.now()))
        loaded = mine.select_related("cycle", "exemption_document", "passed_to")
        return loaded.order_by("-cycle__year", "agency__name_sort", "pk")

    def lines(self) -> list[Line]:
        """The newest entries of the journal, for who may read it."""
        if not self.request.user.reads_accounts:
            return []
        return lines(list(entries_of(self.object, self.request.user)[:ENTRIES]))


@require_safe
def history(request: SignedRequest, pk: int) -> HttpResponse:
    """Everything that was done about an agency and its reports, in words, newest first."""
    agency = get_object_or_404(Agency.objects.visible_to(request.user), pk=pk)
    page = leaf(entries_of(agency, request.user), request.GET)
    context = {"agency": agency, "leaf": page, "lines": lines(page.entries)}
    return render(request, "agencies/agency_log.html", context)


def entries_of(agency: Agency, user: User) -> EntryQuerySet:
    """The journal of one agency, and of its reports for who may read those. Raises Http404."""
    own, _kinds = readable_by(user)
    reports = AnnualReport.objects.visible_to(user).filter(agency=agency).order_by()
    keys = [str(pk) for pk in reports.values_list("pk", flat=True)]
    return own.about_any({"agency": [str(agency.pk)], "report": keys})


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


def _row(report: AnnualReport, now: datetime, *, is_now: bool) -> ReportRow:
    kind = report.punctuality_at(now)
    late = kind == Punctuality.LATE
    days = report.days_late(clock.day_of(now)) if late else 0
    sent_at = report.first_submitted_at
    return ReportRow(report, kind.value, days, sent_at if sent_at and sent_at <= now else None, is_now)
