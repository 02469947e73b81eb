"""The rows of a run as it goes: what its page shows, a few writes every few seconds however large the estate."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from collectors.hygiene import mask
from collectors.models import Run, RunScope
from collectors.provider import CallCounts, ReadFault
from collectors.reading import Reader
from inventory.clock import now
from inventory.facts import Coverage, ReadState
from inventory.record import Outcome
from inventory.record.coverage import main_reason

BEAT_SECONDS = 5.0
GOOD = (ReadState.COMPLETE, ReadState.NOT_APPLICABLE)


class Superseded(Exception):
    """The run is no longer ours: it was cancelled, or taken for lost and replaced."""


class Progress:
    """Keeps `Run` and `RunScope` current; one object a run, used by its writing thread alone."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._beaten = time.monotonic()

    def plan(self, scopes: Sequence[str]) -> None:
        """One row a scope, also when an earlier attempt at this run made some."""
        RunScope.objects.bulk_create(
            [RunScope(run=self.run, name=name[:100]) for name in scopes], ignore_conflicts=True
        )

    def started(self, scope: str) -> None:
        self._row(scope, state="running", started_at=now())

    def ended(self, scope: str, outcome: Outcome, counts: CallCounts, fault: ReadFault | None) -> None:
        """Write how a scope went, and add it to the run's totals."""
        error = "" if fault and fault.error_class == "credentials" else main_reason(outcome.coverage)
        self._row(
            scope, state=str(outcome.state), finished_at=now(), seen=outcome.seen, calls=counts.calls,
            retries=counts.retries, throttles=counts.throttles, error=mask(error), changes=changes_of(outcome),
            error_class=_class_of(outcome, fault), parts=[part_of(part) for part in outcome.coverage],
        )  # fmt: skip
        totals = self.run.totals
        news = {"calls": counts.calls, "retries": counts.retries, "throttles": counts.throttles}
        for name, count in {**news, **changes_of(outcome)}.items():
            totals[name] = totals.get(name, 0) + count
        self._beat(force=True)

    def failed(self, scope: str, fault: ReadFault, state: str = "failed") -> None:
        """A scope that was not read at all; bad credentials are told once, at the run."""
        told = "" if fault.error_class == "credentials" else mask(fault.reason)
        self._row(scope, state=state, finished_at=now(), error_class=fault.error_class, error=told)

    def beat(self, readers: Iterable[Reader] = (), seen: Iterable[tuple[str, int]] = ()) -> None:
        """Show that the worker lives and how far it is; raises Superseded when the run was taken away."""
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        self._beat()
        counts = dict(seen)
        for reader in readers:
            calls: CallCounts = reader.task.session.calls(reader.scope)
            self._row(
                reader.scope, seen=counts.get(reader.scope, 0), calls=calls.calls, retries=calls.retries,
                throttles=calls.throttles,
            )  # fmt: skip

    def _beat(self, force: bool = False) -> None:
        self._beaten = time.monotonic()
        mine = Run.objects.filter(pk=self.run.pk, state=Run.State.RUNNING)
        if not mine.update(beat_at=now(), totals=self.run.totals):
            raise Superseded(f"run {self.run.pk} is no longer running")

    def _row(self, scope: str, **columns: Any) -> None:
        RunScope.objects.filter(run=self.run, name=scope[:100]).update(**columns)


def changes_of(outcome: Outcome) -> dict[str, int]:
    """The counts of what one scope brought."""
    return {
        "seen": outcome.seen, "added": len(outcome.added) + len(outcome.returned), "changed": len(outcome.changed),
        "gone": len(outcome.gone), "held": outcome.held, "quarantined": outcome.quarantined,
        "became_readable": len(outcome.refreshed),
    }  # fmt: skip


def part_of(part: Coverage) -> dict[str, Any]:
    """One part's coverage as the run keeps it."""
    told = {"part": part.part, "state": str(part.state), "count": part.count}
    more = {
        "reason": mask(part.reason),
        "permission": part.permission,
        "optional": part.optional,
        "listing": part.listing,
    }
    return {**told, **{name: value for name, value in more.items() if value}}


def _class_of(outcome: Outcome, fault: ReadFault | None) -> str:
    if outcome.state in GOOD:
        return ""
    if fault:
        return fault.error_class
    return "denied" if any(part.state is ReadState.DENIED for part in outcome.coverage) else "incomplete"
