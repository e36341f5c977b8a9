"""Agencies that no mail reaches: why, and since when a letter on paper has to go instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from agencies.models import Agency, Post
from agencies.models.agency import in_lists
from isotrack.journal.models import DeadAddress
from isotrack.kit.clock import day_of
from isotrack.kit.papers import Official
from reports.models import AnnualReport, ReportCycle

DAYS_BEFORE = 45  # before the last day a letter still arrives in time


@dataclass(frozen=True)
class Unreached:
    """One agency that still owes its report and that no reminder reaches, and why."""

    report: int
    agency: int
    name: str
    address: str
    dead_because: str | None
    has_holder: bool

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
    dead = DeadAddress.objects.annotate(folded=Lower("address")).filter(
        province=str(cycle.province_id), folded=Lower(OuterRef("agency__contact_email"))
    )
    in_post = Post.objects.on(day_of(as_of)).filter(is_responsible=True, user__is_active=True)
    holders = in_post.filter(agency__province_id=cycle.province_id)
    rows = cycle.reports.open(as_of).annotate(
        dead_because=Subquery(dead.values("reason")[:1]),
        has_holder=Exists(holders.filter(agency_id=OuterRef("agency_id"))),
    )
    lost = Q(agency__contact_email="") | Q(dead_because__isnull=False) | Q(has_holder=False)
    ordered = rows.filter(lost).order_by("agency__sort_order", "agency__name_sort", "pk")
    values = ordered.values_list(
        "pk", "agency_id", "agency_name", "agency__contact_email", "dead_because", "has_holder"
    )
    return [Unreached(pk, agency, in_lists(name), *rest) for pk, agency, name, *rest in values]


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
        "cycle": report.cycle,
        "name": name,
        "is_late": report.deadline.offset(day_of(as_of)) > 0,
        "days": abs(report.deadline.offset(day_of(as_of))),
        "today": day_of(as_of),
    }
