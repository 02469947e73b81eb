"""The demonstration: an invented organisation's clouds, collected by the real collectors for a week of its life."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from collectors.accounts import add_account
from collectors.clouds import cloud
from collectors.collect import collect_now
from collectors.models import Run
from collectors.provider import AccountRef
from collectors.sandbox.estate import LAST_DAY
from collectors.sandbox.estate.aws import accounts
from collectors.sandbox.estate.azure import tenant
from collectors.sandbox.estate.gcp import organisation
from config.clouds import Clouds
from findings.compliance import keep_stands
from inventory.models import Account, User

Say = Callable[[str], None]
USERNAME, GROUP = "demo", "Larkfield"
#: The account of each cloud that can ask the cloud's directory, and how the sandbox lets us in.
FIRST = {"aws": accounts.MANAGEMENT, "gcp": organisation.SHOP, "azure": tenant.SHOP}
WAYS: dict[str, dict[str, Any]] = {
    "aws": {"access_key_id": f"FANLIGHT{accounts.MANAGEMENT}"},
    "gcp": {"anonymous": True},
    "azure": {"anonymous": True},
}
ACTIVE = ("ACTIVE", "ENABLED")
#: The estate lives by days, so its accounts are read daily: minutes from one reading to the next.
A_DAY = 24 * 60
#: What a demonstration keeps in its folder besides its keys; each start begins without it.
KEPT = ("fanlight.sqlite3*", "beat*", "queue/*/*")


@contextmanager
def only_one() -> Iterator[None]:
    """The demonstration's folder for us alone; raises CommandError (exit 2) when another one runs in it."""
    with (settings.VAR_DIR / "running").open("w") as mark:
        try:
            flock(mark, LOCK_EX | LOCK_NB)
        except OSError as taken:
            raise CommandError("A demonstration runs already; stop that one first (Ctrl-C).", returncode=2) from taken
        yield


def forget_the_last_one() -> None:
    """Remove the data of an earlier demonstration: its history would not end today."""
    for pattern in KEPT:
        for path in Path(settings.VAR_DIR).glob(pattern):
            path.unlink()


def make_user() -> str:
    """Somebody who may do everything here; returns the password, which nobody knows before."""
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(USERNAME, password=password)
    return password


def connect_accounts(endpoint: str) -> list[Account]:
    """Connect the organisation: in each cloud a first account, then every one that the cloud's directory lists."""
    return [account for slug, first in FIRST.items() for account in _connect(slug, first, endpoint)]


def _connect(slug: str, first: str, endpoint: str) -> list[Account]:
    provider = cloud(slug)
    way = {"endpoint": endpoint} | WAYS[slug]
    session = provider.connect(AccountRef(slug, first, first, provider.connection(first, way)))
    active = [found for found in provider.discover(session) if found.state.upper() in ACTIVE]
    return [
        add_account(
            slug,
            found.native_id,
            way | _role(slug, found.native_id),
            name=found.name or found.native_id,
            group=GROUP,
            every_minutes=A_DAY,
        )
        for found in sorted(active, key=lambda found: found.native_id != first)
    ]


def _role(slug: str, native_id: str) -> dict[str, str]:
    """Accounts of AWS other than the first are reached through a role in them."""
    if slug != "aws" or native_id == FIRST[slug]:
        return {}
    return {"role_arn": f"arn:aws:iam::{native_id}:role/{accounts.READER_ROLE}", "external_id": accounts.EXTERNAL_ID}


def live_through(running: Clouds, connected: list[Account], now: datetime, say: Say) -> None:
    """Collect every account on each day of the estate's life, dated as if it had been collected then."""
    for day in range(LAST_DAY + 1):
        running.move_to(day)
        at = now - timedelta(days=LAST_DAY - day)
        say(f"Collecting {len(connected)} accounts as of {at:%A, %d %B} (day {day + 1} of {LAST_DAY + 1})")
        with ThreadPoolExecutor(settings.ACCOUNTS_AT_ONCE) as side_by_side:
            list(side_by_side.map(partial(_collect, at=at), connected))
        keep_stands(at)
    say("Judging what was found")
    call_command("evaluate", stdout=StringIO())
    keep_stands(now)


def _collect(account: Account, at: datetime) -> None:
    try:
        _date(collect_now(account, at, trigger="schedule"), at)
    finally:
        connection.close()


def _date(run: Run, at: datetime) -> None:
    """Let a run seem to have happened when its estate's day was."""
    took = run.finished_at - run.started_at if run.finished_at and run.started_at else timedelta()
    Run.objects.filter(pk=run.pk).update(queued_at=at, started_at=at, beat_at=at + took, finished_at=at + took)
    run.scopes.exclude(finished_at=None).update(started_at=at, finished_at=at + took)


def build(running: Clouds, now: datetime, say: Say) -> str:
    """Everything up to the filled dashboard; returns the password of the demonstration's user."""
    password = make_user()
    live_through(running, connect_accounts(running.url), now, say)
    return password


def last_and_first_day() -> tuple[datetime, datetime]:
    """When it is the estate's last day (now, on the full second), and when its first one was."""
    now = timezone.now().replace(microsecond=0)
    return now, now - timedelta(days=LAST_DAY)
