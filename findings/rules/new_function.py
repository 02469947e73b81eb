"""The function is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from findings.example import AT, function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

#: For so long a function counts as new.
NEW = timedelta(days=7)


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    if seen.first_seen is None or seen.known_since is None:
        yield Unsure("when it was first seen is not known")
    elif seen.known_since < seen.first_seen and seen.at - seen.first_seen <= NEW:
        made = [one for one in seen.activity if "create" in one.action.lower() and one.outcome == "ok"]
        by = f", made by {made[-1].actor.rpartition('/')[2]}" if made and made[-1].actor else ""
        yield Evidence(f"It was first seen on {seen.first_seen:%Y-%m-%d %H:%M} in {seen.region}{by}")


def _first_seen(cloud: str, days: int) -> Seen:
    return with_(
        function(cloud, config={"kind": "function"}), first_seen=AT - timedelta(days=days),
        known_since=AT - timedelta(days=90),
    )  # fmt: skip


_CHECK = Check(look, needs=("config",))
_FIX = Fix(console="Nothing is to be mended: see whether somebody expected it, and that it has an owner.")

RULE = Rule(
    id="new_function",
    title="It is new",
    severity=Severity.INFO,
    subject=Subject.INVENTORY,
    why="A function that nobody expected may be somebody's foothold; a new one is also looked at best while its maker "
    "still remembers.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={"aws": _FIX, "gcp": _FIX, "azure": _FIX},
    fails=tuple(_first_seen(cloud, 2) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(_first_seen(cloud, 30) for cloud in ("aws", "gcp", "azure")),
    catalogue=("INV-06",),
)
