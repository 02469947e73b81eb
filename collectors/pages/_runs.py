"""What pages say of a run, of its scopes, and of what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from collectors.models import Run, RunScope
from collectors.pages._marks import Mark, mark_of
from inventory.facts import Kind
from inventory.models import Change, Resource, Snapshot
from inventory.templatetags.fanlight import history_of

SHOWN = 40
#: What someone can do about a fault, by its class.
STEPS = {
    "credentials": "Renew the credentials that the account's connection names, then test the connection.",
    "denied": "Grant the permissions listed on the account's page.",
    "throttled": "The cloud refused for too many requests; the next run tries again by itself.",
    "unreachable": "Check name resolution, routes and proxies from the worker's machine to the cloud.",
    "tls": "The endpoint's certificate is not trusted. Mend it, or add its authority to the machine.",
    "deadline": "Raise FANLIGHT_SCOPE_DEADLINE_SECONDS, or ask the cloud for higher quotas.",
    "parked": "Find out in the worker's log what kills it, then start a collection by hand.",
    "skew": "Set the clock of the worker's machine; requests are signed with the time.",
}


@dataclass(frozen=True)
class RunRow:
    """A run with `scopes_total` and `scopes_done` counted."""

    run: Run

    @property
    def mark(self) -> Mark:
        return mark_of(self.run.state)

    @property
    def active(self) -> bool:
        return self.run.state in Run.ACTIVE

    @property
    def seconds(self) -> float | None:
        """How long it took, or has taken so far."""
        end = self.run.finished_at or (self.run.beat_at if self.active else None)
        if self.run.started_at is None or end is None:
            return None
        return max(0.0, (end - self.run.started_at).total_seconds())

    @property
    def total(self) -> int:
        return int(getattr(self.run, "scopes_total", 0))

    @property
    def done(self) -> int:
        return int(getattr(self.run, "scopes_done", 0))

    @property
    def spoken(self) -> str:
        """What a screen reader is told: at quarters only, and how it ended."""
        if not self.active:
            return f"The run has {self.run.state}." if self.run.state != Run.State.LOST else "The run was lost."
        quarters = 4 * self.done // self.total if self.total else 0
        return f"{25 * quarters} percent of the scopes are read."

    @property
    def step(self) -> str:
        return STEPS.get(self.run.error_class, "")

    def total_of(self, name: str) -> int:
        return int(self.run.totals.get(name, 0))

    @property
    def totals(self) -> dict[str, int]:
        names = ("seen", "added", "changed", "gone", "held", "quarantined", "calls", "retries", "throttles")
        return {name: self.total_of(name) for name in names}


@dataclass(frozen=True)
class ScopeRow:
    """One scope of a run: its outcome, and the parts that were not read completely."""

    scope: RunScope

    @property
    def mark(self) -> Mark:
        return mark_of(self.scope.state)

    @property
    def seconds(self) -> float | None:
        if self.scope.started_at is None or self.scope.finished_at is None:
            return None
        return (self.scope.finished_at - self.scope.started_at).total_seconds()

    @property
    def troubles(self) -> list[dict[str, Any]]:
        """Parts with a reason, worst first: listings before sections, needed before optional ones."""
        found = [part for part in self.scope.parts if part.get("state") in ("partial", "denied", "failed")]
        return sorted(found, key=lambda part: (bool(part.get("optional")), not part.get("listing"), part["part"]))

    @property
    def mended_by_retry(self) -> bool:
        return self.scope.state not in ("complete", "not applicable", "queued", "running")

    @property
    def changes(self) -> dict[str, int]:
        return {name: int(self.scope.changes.get(name, 0)) for name in ("added", "changed", "gone")}


@dataclass(frozen=True)
class News:
    """One resource that a run found added, changed or gone; `sections` are those that changed."""

    resource: Resource
    word: str
    sections: Sequence[str] = ()
    number: int | None = None


@dataclass(frozen=True)
class OneFunction:
    """The function that a run read alone: how many sentences tell what changed, and where they stand."""

    resource: Resource
    changes: int
    address: str


def one_of(run: Run) -> OneFunction | None:
    """What became of the one function of a run; None for a run of more."""
    if not run.only_function:
        return None
    found = Resource.objects.filter(account=run.account_id, native_id=run.only_function, kind=Kind.FUNCTION).first()
    if found is None:
        return None
    rows = Change.objects.filter(resource=found, snapshot__run=run.pk).exclude(event=Change.Event.READABLE)
    told = list(rows.values_list("lines", "snapshot__number"))
    place = f"{history_of(found)}?to={told[0][1]}" if told else history_of(found)
    return OneFunction(found, sum(len(lines) for lines, _ in told), place)


def news_of(run: Run) -> list[News]:
    """The first of what changed in a run: in three queries, however much it was."""
    snapshots = (
        Snapshot.objects.filter(run=run.pk)
        .filter(Q(number=1) | ~Q(changed=[]))
        .defer("document", "digests")
        .select_related("resource")
        .order_by("resource__kind", "resource__name", "number")[:SHOWN]
    )
    found = [_news(snapshot) for snapshot in snapshots]
    gone = Resource.objects.filter(account=run.account_id, gone_at=run.at)[:SHOWN] if run.at else []
    return [*found, *(News(resource, "gone") for resource in gone)]


def _news(snapshot: Snapshot) -> News:
    word = "added" if snapshot.number == 1 else "changed"
    return News(snapshot.resource, word, snapshot.changed if word == "changed" else (), snapshot.number)
