"""The addresses of IsoTrack, and beside them the pages it is compared with: see `pages`."""

from functools import cache
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import path

from isotrack.urls import handler400, handler403, handler404, handler500
from isotrack.urls import urlpatterns as product
from reports.models import AnnualReport
from tests.bench.admin import site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@cache
def _empty() -> Any:
    return engines["django"].from_string('{% extends "base.html" %}')


def empty(request: HttpRequest) -> HttpResponse:
    """A signed-in page of ours with nothing in it: header, navigation, footer."""
    return HttpResponse(_empty().render({}, request))


class OneField(forms.ModelForm):
    """One field of a report, read and checked."""

    class Meta:
        model = AnnualReport
        fields = ["nil_reason"]


def one_row(request: HttpRequest, pk: int) -> JsonResponse:
    """What any Django view does that saves one row for somebody signed in."""
    form = OneField(request.POST, instance=get_object_or_404(AnnualReport, pk=pk))
    if not form.is_valid():
        return JsonResponse(form.errors, status=422)
    return JsonResponse({"saved": form.save().nil_reason})


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/one-row/<int:pk>/", one_row),
    path("bench/admin/", site.urls),
    *product,
]
