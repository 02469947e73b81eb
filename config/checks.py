"""What is wrong with an installation's settings, told before the first request: `manage.py check`.

Errors stop every command until they are mended; warnings are advice (`check --fail-level WARNING` fails on them).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
BROKERS = {"filesystem", "memory", "redis", "rediss", "amqp", "amqps", "pyamqp"}
OLDEST_POSTGRESQL = 15
METRICS_TOKEN_LENGTH = 24
SERVED = ("tabler.css", "icons.svg")
LIMITS = {
    "COLLECT_EVERY_MINUTES": (1, 7 * 24 * 60),
    "REFRESH_HOURS": (1, 30 * 24),
    "ACCOUNTS_AT_ONCE": (1, 64),
    "SCOPES_AT_ONCE": (1, 64),
    "SCOPE_DEADLINE_SECONDS": (10, 24 * 3600),
    "RUN_DEADLINE_SECONDS": (10, 24 * 3600),
    "GONE_AFTER_READINGS": (1, 10),
    "KEEP_RAW_DAYS": (0, 3660),
    "KEEP_RUN_DAYS": (1, 3660),
    "KEEP_HISTORY_DAYS": (0, 36600),
}


def public() -> bool:
    """True when people other than those at this very machine can reach the pages."""
    return settings.HTTPS or not set(settings.ALLOWED_HOSTS) <= LOOPBACK


@register(Tags.security)
def exposure_of_settings(**_: Any) -> Iterator[CheckMessage]:
    if settings.HTTPS and len(settings.SECRET_KEY) < 50:
        yield Error(
            "FANLIGHT_SECRET_KEY is shorter than 50 characters: sessions could be forged.",
            hint="python3 -c 'import secrets; print(secrets.token_urlsafe(60))' makes a good one.",
            id="fanlight.E001",
        )
    if settings.DEBUG and public():
        yield Error(
            "FANLIGHT_DEBUG is on where others can reach the pages: faults would show settings and data.",
            hint="Remove FANLIGHT_DEBUG.",
            id="fanlight.E002",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "FANLIGHT_HOSTS holds '*': links in messages could be made to point anywhere.",
            hint="Name the hosts under which people open Fanlight.",
            id="fanlight.E003",
        )
    if public() and not settings.HTTPS:
        yield Warning(
            "Others can reach the pages, but FANLIGHT_HTTPS is not on: passwords travel unencrypted.",
            hint="Put a TLS-terminating proxy in front and set FANLIGHT_HTTPS=true (docs/deploy.md).",
            id="fanlight.W009",
        )
    if 0 < len(settings.METRICS_TOKEN) < METRICS_TOKEN_LENGTH:
        yield Error(
            f"FANLIGHT_METRICS_TOKEN is shorter than {METRICS_TOKEN_LENGTH} characters: it could be guessed.",
            hint="python3 -c 'import secrets; print(secrets.token_urlsafe(32))' makes a good one.",
            id="fanlight.E015",
        )
    if settings.PROXY_SSL_HEADER and not settings.PROXY_SSL_HEADER.startswith("HTTP_"):
        yield Error(
            f"FANLIGHT_PROXY_SSL_HEADER is {settings.PROXY_SSL_HEADER!r}, which no request can hold.",
            hint="Write it as Django does: HTTP_X_FORWARDED_PROTO for the header X-Forwarded-Proto.",
            id="fanlight.E013",
        )


@register
def folder_and_files(**_: Any) -> Iterator[CheckMessage]:
    if not os.access(settings.VAR_DIR, os.W_OK):
        yield Error(
            f"{settings.VAR_DIR} cannot be written.",
            hint="Make it writable for the user that runs Fanlight, or choose another folder with FANLIGHT_VAR.",
            id="fanlight.E004",
        )
    vendor = settings.BASE_DIR / "static" / "vendor"
    if any(not (vendor / name).exists() for name in SERVED):
        yield Warning(
            "The pages' styles and scripts are not there yet (static/vendor).",
            hint="Run: sh scripts/setup.sh base",
            id="fanlight.W007",
        )


@register
def limits(**_: Any) -> Iterator[CheckMessage]:
    for name, (least, most) in LIMITS.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            yield Error(
                f"FANLIGHT_{name} is {value}.", hint=f"Choose from {least} to {most}.", id="fanlight.E011"
            )  # fmt: skip


@register
def broker(**_: Any) -> Iterator[CheckMessage]:
    scheme = urlsplit(settings.CELERY_BROKER_URL).scheme
    if scheme not in BROKERS:
        yield Error(
            f"CELERY_BROKER_URL begins with {scheme!r}, which is no broker we know.",
            hint="redis://host:6379/0, amqp://user:password@host:5672/ or, on one machine, filesystem://localhost//.",
            id="fanlight.E006",
        )
    embedded = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if embedded and scheme in BROKERS - {"filesystem", "memory"}:
        yield Warning(
            "A broker that several machines can share, with a database that only this machine has (SQLite).",
            hint="Set DATABASE_URL to a PostgreSQL database, or leave CELERY_BROKER_URL out.",
            id="fanlight.W012",
        )
    if not embedded and not (os.environ.get("FANLIGHT_FINGERPRINT_KEY") and os.environ.get("FANLIGHT_SECRET_KEY")):
        yield Warning(
            f"Keys are kept in {settings.VAR_DIR}: another machine on the same database would make different ones.",
            hint="Set FANLIGHT_SECRET_KEY and FANLIGHT_FINGERPRINT_KEY to the same values on every machine.",
            id="fanlight.W008",
        )


@register
def endpoints(**_: Any) -> Iterator[CheckMessage]:
    for name in sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")):
        address = urlsplit(os.environ[name])
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            yield Error(
                f"{name} is not an https address: credentials would travel unencrypted.",
                hint="Plain http is accepted on this machine only (127.0.0.1).",
                id="fanlight.E010",
            )


@register(Tags.database)
def database_version(databases: Sequence[str] | None = None, **_: Any) -> Iterator[CheckMessage]:
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        try:
            major = connection.get_database_version()[0]
        except DatabaseError:
            yield Error(
                "The database does not answer.",
                hint="See DATABASE_URL, and whether the server accepts connections from here.",
                id="fanlight.E014",
            )
            continue
        if major < OLDEST_POSTGRESQL:
            yield Error(
                f"PostgreSQL {major} is too old.",
                hint=f"Fanlight needs PostgreSQL {OLDEST_POSTGRESQL} or later.",
                id="fanlight.E005",
            )
