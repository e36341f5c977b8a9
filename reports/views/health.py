"""What machines ask: alive, ready, and in numbers; nobody signs in for it (isotrack.kit.requests.Probes)."""

import os
from hmac import compare_digest
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from reports.operations import Gauges
from reports.readiness import not_well

# Whoever comes through a proxy is not the machine next door, whatever its address says.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


@login_not_required
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 where all parts are well, else 503 with the names of those that are not."""
    missing = not_well()
    told = {"ready": not missing, "not_well": missing}
    return JsonResponse(told, status=503 if missing else 200)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; 404 for whoever has neither the token nor an address of settings.METRICS_NETWORKS."""
    if not _may_read(request):
        return HttpResponseNotFound("not found\n", content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Gauges())
    measured = CollectorRegistry() if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else REGISTRY
    if measured is not REGISTRY:
        MultiProcessCollector(measured)
    told = generate_latest(measured) + generate_latest(registry)
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token, said = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if token and compare_digest(said.encode(), f"Bearer {token}".encode()):
        return True
    if any(name in request.headers for name in FORWARDED):
        return False
    address = request.META.get("REMOTE_ADDR") or ""
    try:
        return any(ip_address(address) in ip_network(network) for network in settings.METRICS_NETWORKS)
    except ValueError:  # a socket of this machine has no address
        return False
