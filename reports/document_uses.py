"""What points at a document of the register, in every app: settings.DOCUMENT_USES, asked by its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import Document, Succession, User
from plans.models import Declaration, FundingSource, PlanEntry, RolloutPlan
from reports.models import AnnualReport, InspectionPlan, ReportCycle

SHOWN = 20  # of each kind


@dataclass(frozen=True)
class Use:
    """One thing that names the document: what it is, what the document is to it, and its page."""

    title: str
    detail: str | Promise
    url: str


@dataclass(frozen=True)
class _Source:
    """Where a kind of thing names documents: the rows a person may see, and the lookup of the document."""

    rows: Callable[[User], "QuerySet[Any]"]
    lookup: str
    detail: str | Promise
    url: Callable[[Any], str]


_SOURCES = (
    _Source(
        lambda user: ReportCycle.objects.readable_by(user),
        "documents",
        _("căn cứ của kỳ báo cáo, thư nhắc và văn bản nhắc nhở"),
        lambda cycle: reverse("reports:cycle-board", args=[cycle.year]),
    ),
    _Source(
        lambda user: RolloutPlan.objects.visible_to(user),
        "consent",
        _("văn bản chủ trương của kế hoạch"),
        lambda plan: reverse("plans:plan-detail", args=[plan.pk]),
    ),
    _Source(
        lambda user: RolloutPlan.objects.visible_to(user),
        "decision",
        _("quyết định phê duyệt kế hoạch"),
        lambda plan: reverse("plans:plan-detail", args=[plan.pk]),
    ),
    _Source(
        lambda user: PlanEntry.objects.visible_to(user).select_related("agency", "plan").distinct(),
        "steps__evidence",
        _("minh chứng của bước trong kế hoạch"),
        lambda entry: reverse("plans:plan-entry-steps", args=[entry.plan_id, entry.pk]),
    ),
    _Source(
        lambda user: FundingSource.objects.visible_to(user),
        "document",
        _("văn bản giao nguồn kinh phí"),
        lambda source: reverse("plans:source-list"),
    ),
    _Source(
        lambda user: Declaration.objects.visible_to(user).select_related("agency"),
        "document",
        _("bản công bố"),
        lambda declaration: reverse("plans:declaration-detail", args=[declaration.pk]),
    ),
    _Source(
        lambda user: AnnualReport.objects.visible_to(user).select_related("agency", "cycle"),
        "extension_document",
        _("văn bản gia hạn"),
        lambda report: reverse("reports:report-detail", args=[report.pk]),
    ),
    _Source(
        lambda user: AnnualReport.objects.visible_to(user).select_related("agency", "cycle"),
        "exemption_document",
        _("văn bản miễn báo cáo"),
        lambda report: reverse("reports:report-detail", args=[report.pk]),
    ),
    _Source(
        lambda user: AnnualReport.objects.visible_to(user).select_related("agency", "cycle"),
        "reopening_document",
        _("văn bản mở lại báo cáo"),
        lambda report: reverse("reports:report-detail", args=[report.pk]),
    ),
    _Source(
        lambda user: AnnualReport.objects.visible_to(user).select_related("agency", "cycle").distinct(),
        "submissions__withdrawal_document",
        _("văn bản rút lại báo cáo"),
        lambda report: reverse("reports:report-detail", args=[report.pk]),
    ),
    _Source(
        lambda user: InspectionPlan.objects.visible_to(user),
        "decision",
        _("văn bản phê duyệt kế hoạch kiểm tra"),
        lambda plan: reverse("reports:inspectionplan-detail", args=[plan.year]),
    ),
    _Source(
        lambda user: Succession.objects.visible_to(user),
        "document",
        _("văn bản về việc sắp xếp cơ quan"),
        lambda succession: reverse("reports:succession-detail", args=[succession.pk]),
    ),
)


def uses_of(document: Document, user: User) -> list[Use]:
    """What this person may see of all that names the document; one statement a kind."""
    return [
        Use(str(found), source.detail, source.url(found))
        for source in _SOURCES
        for found in source.rows(user).filter(**{source.lookup: document})[:SHOWN]
    ]
