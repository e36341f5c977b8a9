"""What a log line carries: when, how bad, which request, what happened, and nothing about a person.

LOG_FORMAT=json writes one JSON object a line (the default where others reach the installation),
LOG_FORMAT=line lines for people. The number of the request goes with whatever it starts, tasks included.
Addresses of pages are logged as routes ("POST reports/<int:pk>/send/"), as the real ones carry keys, tokens
and what people search for; mail addresses are masked, and of an exception its kind and its place are kept,
not its words.
"""

import re
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

MAIL_ADDRESS = re.compile(r"[\w.+%-]+@(?=[\w-]+\.)")
FRAMES = 12  # the innermost ones
Event = MutableMapping[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_addresses(_logger: Any, _method: str, event: Event) -> Event:
    """Mask mail addresses in every text."""
    for key, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[key] = MAIL_ADDRESS.sub("…@", value)
    return event


def without_words_of_errors(_logger: Any, _method: str, event: Event) -> Event:
    """An exception as its kind and the lines it came through: its words may quote what somebody typed."""
    found = event.pop("exc_info", None)
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if isinstance(found, tuple) and found[0] is not None:
        event["error"] = found[0].__name__
        event["error_at"] = _places(found[2])
    event.pop("exception", None)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('site-packages/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-FRAMES:]


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]
JSON_LINES: list[Any] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.EventRenamer("message"),
    without_words_of_errors,
    without_addresses,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]
LINES: list[Any] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]


def configure(form: str, level: str) -> dict[str, Any]:
    """The LOGGING of the settings, for `form` "json" or "line"; structlog's own lines go the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": JSON_LINES if form == "json" else LINES,
        "foreign_pre_chain": SHARED,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django would say each of these once more, with the address as it was typed.
        # Printing a page says a dozen lines about itself.
        "loggers": {
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
            "isotrack.security": {"level": "INFO"},  # see isotrack.kit.security
            "weasyprint.progress": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
        },
    }
