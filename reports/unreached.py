"""Agencies that no mail reaches: why, and since when a letter on paper has to go instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext as _

from agencies.models import Agency, Post
from agencies.models.agency import in_lists
from isotrack.journal.models import DeadAddress
from isotrack.kit.clock import day_of
from isotrack.kit.papers import Official
from isotrack.kit.statements import kept
from reports.board import Contact, answering_mailbox
from reports.board import unreached as conditions
from reports.mails import addressee_of
from reports.models import AnnualReport, ReportCycle

DAYS_BEFORE = 45  # before the last day a letter still arrives in time


@dataclass(frozen=True)
class Unreached:
    """One report that no reminder about reaches anybody, why, and whether it is still owed.

    `agency` is the key of whoever answers for it; `heir` its name where that is not the report's own agency.
    """

    report: int
    agency: int
    name: str
    address: str
    dead_because: str | None
    has_holder: bool
    is_open: bool
    heir: str = ""

    @property
    def called(self) -> str:
        """The report's agency, and who follows it."""
        return f"{self.name} → {self.heir}" if self.heir else self.name

    @property
    def reasons(self) -> list[str]:
        """Why nobody hears, in words."""
        found = []
        if not self.address:
            found.append(_("chưa có thư nhận tin"))
        if self.dead_because is not None:
            told = {"address": self.address, "why": self.dead_because}
            found.append(_("%(address)s không nhận thư: %(why)s") % told)
        if not self.has_holder:
            found.append(_("chưa có người phụ trách"))
        return found


def is_time_for_paper(cycle: ReportCycle, as_of: datetime) -> bool:
    """Whether the deadline is near enough that somebody must write on paper."""
    return cycle.is_running(as_of) and cycle.deadline.offset(day_of(as_of)) >= -DAYS_BEFORE


def unreached_in(cycle: ReportCycle, as_of: datetime) -> Sequence[Unreached]:
    """Open reports of agencies without an address, with a dead one, or with nobody in the post.

    In protocol order; one query.
    """
    return [one for one in lost_in(cycle, as_of) if one.is_open]


def lost_in(cycle: ReportCycle, as_of: datetime) -> Sequence[Unreached]:
    """The same of all reports, also of those that have come; one query."""
    found = _lost(cycle.pk, cycle.province_id, day_of(as_of))
    return [
        Unreached(
            pk,
            agency,
            in_lists(name),
            address,
            dead_because,
            has_holder,
            _is_open(state, as_of),
            in_lists(heir or ""),
        )
        for pk, agency, name, address, dead_because, has_holder, heir, *state in found
    ]


@kept(300)  # composing it took as long as asking
def _lost(cycle: int, province: int, day: date) -> "QuerySet[Any, Any]":
    dead = DeadAddress.objects.annotate(folded=Lower("address")).filter(
        province=str(province), folded=Lower(answering_mailbox(OuterRef))
    )
    holders = Post.objects.on(day).filter(is_responsible=True, user__is_active=True)
    rows = AnnualReport.objects.filter(_unreached(cycle, province, day), cycle=cycle).annotate(
        dead_because=Subquery(dead.values("reason")[:1]),
        has_holder=Exists(holders.filter(agency_id=Coalesce(OuterRef("passed_to"), OuterRef("agency")))),
        mailbox=answering_mailbox(),
        answering_key=Coalesce("passed_to_id", "agency_id"),
    )
    ordered = rows.order_by("agency__sort_order", "agency__name_sort", "pk")
    return ordered.values_list(
        "pk",
        "answering_key",
        "agency_name",
        "mailbox",
        "dead_because",
        "has_holder",
        "passed_to__name",
        "first_submitted_at",
        "exempted_at",
    )


def _unreached(cycle: int, province: int, day: date) -> Q:
    """All the board's conditions in one, of the report's own columns.

    Where one of them asks the joined agency, PostgreSQL expects to make the list of holders anew for each row
    and reads every agency of the nation instead.
    """
    why = conditions(cycle, province, day)
    reports = AnnualReport.objects.filter(cycle=cycle)
    no_mail = reports.filter(why[Contact.NO_ADDRESS] | why[Contact.DEAD_ADDRESS]).order_by()
    return Q(pk__in=no_mail.values("pk")) | why[Contact.NO_HOLDER]


def _is_open(state: Sequence[datetime | None], as_of: datetime) -> bool:
    sent, exempted = state
    return (exempted is None or exempted > as_of) and (sent is None or sent > as_of)


def letter(report: AnnualReport, as_of: datetime) -> dict[str, object]:
    """What the template print/reminder_letter.html needs: an official letter (công văn) to one agency."""
    province: Agency = report.cycle.province
    name = province.in_lists.removeprefix("UBND ")
    paper = Official(
        issuer_parent=f"UBND {name}",
        issuer="Sở Khoa học và Công nghệ",
        symbol="SKHCN-TĐC",
        place=name.removeprefix("tỉnh ").removeprefix("thành phố "),
        year=day_of(as_of).year,
        abstract=f"gửi báo cáo năm {report.cycle.year} về áp dụng, duy trì HTQLCL theo TCVN ISO 9001",
        signing=("GIÁM ĐỐC",),
        recipients=("Như trên", "Lưu: VT, TĐC"),
    )
    return {
        "paper": paper,
        "report": report,
        "addressee": addressee_of(report),
        "cycle": report.cycle,
        "name": name,
        "is_late": report.deadline.offset(day_of(as_of)) > 0,
        "days": abs(report.deadline.offset(day_of(as_of))),
        "today": day_of(as_of),
    }
