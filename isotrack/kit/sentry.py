"""Errors to a Sentry of one's own, where SENTRY_DSN names one and the package is installed.

No personal data leaves: neither who was signed in, nor what was typed, nor the values of variables.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from isotrack.kit.logs import MAIL_ADDRESS


def begin(dsn: str) -> None:
    """Report errors of this process. Raises ImproperlyConfigured without the package."""
    try:
        init = import_string("sentry_sdk.init")
    except ImportError as missing:
        raise ImproperlyConfigured("SENTRY_DSN needs the package sentry-sdk.") from missing
    init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0,
        before_send=scrub,
        before_breadcrumb=lambda crumb, hint: None,
    )


def scrub(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Of the request its method alone: the address may carry keys and names. Words lose mail addresses."""
    event["request"] = {"method": event.get("request", {}).get("method", "")}
    event.pop("user", None)
    event.pop("server_name", None)
    for error in event.get("exception", {}).get("values", ()):
        error["value"] = MAIL_ADDRESS.sub("…@", error.get("value") or "")
    return event
