"""Logs: one JSON object a line for machines, or readable lines for a terminal; both carry request, task and run ids.

What comes from outside cannot forge a line: JSON escapes control characters itself, readable lines have them escaped.
"""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import structlog

_SENSITIVE = re.compile(r"password|secret|token|authorization|cookie|credential|api_?key", re.IGNORECASE)
_PLAIN = re.compile(r"[\w.:/@%+,-]+\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: Said by every line of a request; on a terminal they only hide the rest.
_UNSAID_ON_A_TERMINAL = frozenset({"user_agent", "ip", "correlation_id", "parent_task_id", "delivery_info"})


def redact(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Blank the values of keys whose names promise a secret."""
    for key in event:
        if _SENSITIVE.search(key):
            event[key] = "[redacted]"
    return event


def readable(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    """`12:30:01 INFO event key=value …`, then the traceback if there is one."""
    traceback = event.pop("exception", "")
    time, level, name = (str(event.pop(key, "")) for key in ("timestamp", "level", "logger"))
    said = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", str(event.pop("event", "")))
    rest = [f"{key}={_value(value)}" for key, value in event.items() if key not in _UNSAID_ON_A_TERMINAL]
    line = " ".join([time[11:19], f"{level.upper():7}", said, *rest, f"[{name}]"])
    return f"{line}\n{traceback}" if traceback else line


def _value(value: Any) -> str:
    text = str(value)
    return text if _PLAIN.match(text) else json.dumps(text)


def structlog_settings(level: str, form: str = "json") -> tuple[dict[str, Any], Callable[[], None]]:
    """Django's LOGGING and the call that configures structlog to match. `form` is "json" or "lines"."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        redact,
        structlog.processors.format_exc_info,
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            readable if form == "lines" else structlog.processors.JSONRenderer(),
        ],
        "foreign_pre_chain": shared,
    }
    settings = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Answers with 4xx and 5xx are told by the request's own line, with the traceback.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING", "propagate": True, "handlers": []},
            # The SDKs' debug lines hold headers and bodies; they are never wanted in an operator's log.
            **{name: {"level": "WARNING"} for name in ("botocore", "urllib3", "google", "azure")},
            # Every tick would otherwise be told three times.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }

    def configure() -> None:
        structlog.configure(
            processors=[
                structlog.stdlib.filter_by_level,
                *shared,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
            cache_logger_on_first_use=True,
        )

    logging.captureWarnings(True)
    return settings, configure
