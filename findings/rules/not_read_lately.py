"""The account was not read for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from findings.example import AT, account, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen, SeenReading
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    reading = seen.reading
    if reading is None or reading.state not in ("stale", "failed", "paused"):
        return
    since = f"{reading.complete_at:%Y-%m-%d %H:%M}" if reading.complete_at else ""
    last = f"it was last read completely on {since}" if since else "it was never read completely"
    paused = reading.state == "paused"
    yield Evidence(
        f"{_WORDS[reading.state]}: {last}", about="reading", severity=Severity.LOW if paused else None,
        because="somebody paused it on purpose" if paused else "",
    )  # fmt: skip


_WORDS = {
    "stale": "Its readings are overdue",
    "failed": "Its last readings failed",
    "paused": "Its readings are paused",
}


def applies(seen: Seen) -> str:
    return "" if seen.is_own_account else "it is told of the account as a whole"


def _read(cloud: str, state: str, days: int) -> Seen:
    return with_(account(cloud), reading=SeenReading(state, AT - timedelta(days=days), 60))


_CHECK = Check(look, needs=("reading",), applies=applies)
_FIX = Fix(
    console="The account's page here shows the last runs and why they failed; read it now, and look at its schedule.",
    cli="manage.py collect --account ACCOUNT --wait",
)

RULE = Rule(
    id="not_read_lately",
    title="The account was not read lately",
    severity=Severity.MEDIUM,
    subject=Subject.INVENTORY,
    why="What is shown is how the account was, not how it is: a function that was opened since would not be seen.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={"aws": _FIX, "gcp": _FIX, "azure": _FIX},
    fails=tuple(_read(cloud, "stale", 9) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(_read(cloud, "fresh", 0) for cloud in ("aws", "gcp", "azure")),
    catalogue=("INV-05",),
    about="account",
)
