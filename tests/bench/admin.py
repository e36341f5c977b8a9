"""Django's admin over the reports: the peer of the monitor board. IsoTrack itself has no admin."""

from typing import Any

from django.contrib import admin
from django.db.models import CharField, Count, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest

from isotrack.journal.models import Notice
from reports.models import AnnualReport, Punctuality
from tests.bench.nation import NOW


class OpenSite(admin.AdminSite):
    """Lets everybody in who is signed in; our users have none of the admin's permissions."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class ReportAdmin(admin.ModelAdmin):
    """The columns, filters and search of the board, as one declares them in an afternoon."""

    list_display = (
        "code",
        "agency_name",
        "superior",
        "group",
        "punctuality",
        "state",
        "is_nil",
        "first_submitted_at",
        "cutoff",
        "extended_to",
        "reminders",
    )
    list_select_related = ("agency", "superior", "cycle")
    list_filter = ("group", "state", "is_nil", ("superior", admin.RelatedOnlyFieldListFilter))
    list_per_page = 50
    search_fields = ("agency__name_search",)
    ordering = ("superior__sort_order", "superior__name_sort", "agency__sort_order", "agency__name_sort")

    def get_queryset(self, request: HttpRequest) -> Any:
        sent = Notice.objects.filter(about=Concat(Value("report:"), Cast(OuterRef("pk"), CharField())))
        counted = sent.filter(state="sent").order_by().values("about").annotate(number=Count("pk"))
        rows = super().get_queryset(request).with_punctuality(NOW)
        return rows.annotate(sent=Subquery(counted.values("number")))

    @admin.display(ordering="agency__code")
    def code(self, report: AnnualReport) -> str:
        return report.agency.code

    def punctuality(self, report: Any) -> str:
        return Punctuality(report.punctuality).label

    def reminders(self, report: Any) -> int:
        return report.sent or 0

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


site = OpenSite("bench")
site.register(AnnualReport, ReportAdmin)
