"""Django's admin over the reports: the peer of the monitor board. IsoTrack itself has no admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reports.models import AnnualReport


class OpenSite(admin.AdminSite):
    """Lets everybody in who is signed in; our users have none of the admin's permissions."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class ReportAdmin(admin.ModelAdmin):
    """The columns, filters and search of the board, as one declares them in an afternoon."""

    list_display = (
        "agency",
        "superior",
        "group",
        "state",
        "is_nil",
        "first_submitted_at",
        "cutoff",
        "extended_to",
    )
    list_select_related = ("agency", "superior", "cycle")
    list_filter = ("group", "state", "is_nil")
    list_per_page = 50
    search_fields = ("agency__name_search",)
    ordering = ("agency__sort_order", "agency__name_sort")

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
