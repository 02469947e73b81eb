"""Store what a provider saw in one scope. Absence counts only if the listing was read completely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from inventory.chunks import batched
from inventory.facts import Coverage, Observation, Quarantined, ReadState, UseFact
from inventory.models import Account, QuarantinedEntry, ReadingGap, Resource, Scope, ScopeCoverage
from inventory.record.absence import settle_absence
from inventory.record.actors import settle
from inventory.record.batch import Batch, BatchResult
from inventory.record.coverage import main_reason, section_coverage, state_of
from inventory.record.hand_over import HandOver
from inventory.record.prepare import Prepared, clip, prepare
from inventory.record.snapshots import Reading
from inventory.record.use import record_use

CHUNK = 500


class StaleReading(Exception):
    """A newer reading of the scope is already stored, or under way; this one may not overwrite it."""


@dataclass
class Outcome:
    """What the reading of one scope changed: resource ids, and counts for the run page.

    `changed` are changes in the cloud; `refreshed` says something new of a resource that did not change (a part became
    readable, a newer normalizer reads it otherwise); `recovered` was stored by a reading that was cut off early.
    """

    seen: int = 0
    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    refreshed: list[int] = field(default_factory=list)
    facts_changed: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    recovered: list[int] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    held: int = 0
    quarantined: int = 0
    state: str = "complete"
    coverage: list[Coverage] = field(default_factory=list)

    @property
    def touched(self) -> set[int]:
        """Every resource of which something is new, so that it must be judged again."""
        return {
            *self.added, *self.changed, *self.returned, *self.refreshed, *self.facts_changed, *self.gone,
            *self.recovered, *self.used,
        }  # fmt: skip


def open_scope(
    account: Account, name: str, at: datetime, *, run: int | None = None, normalizer: int = 1, keep_raw: bool = True,
    optional: frozenset[str] = frozenset(), hand_over: HandOver | None = None,
) -> ScopeRecorder:  # fmt: skip
    """Begin the record of one reading of a scope at the time `at`; `optional` sections do not make the scope partial.

    Once closed, the scope is judged at once, or with others of its account when their `hand_over` is sent.

    Raises StaleReading when a later reading of the scope is already stored.
    """
    with transaction.atomic():
        Scope.objects.get_or_create(account=account, name=name)
        scope = Scope.objects.select_for_update().get(account=account, name=name)
        if scope.read_at and at < scope.read_at:
            raise StaleReading(f"{name} was already read at {scope.read_at:{_TIME}}, after {at:{_TIME}}.")
        begun, closed = scope.reading_since is not None, scope.reading_run is None
        # One that was closed, and still stands, was not judged: whoever did that died on the way.
        cut_off, unjudged = begun and not closed, begun and closed
        scope.reading_since, scope.reading_run = scope.reading_since or at, run
        scope.save(update_fields=["reading_since", "reading_run"])
        before = {row.part: row for row in scope.coverage.all()}
    scope.account = account
    reading = Reading(scope, at, run, normalizer, keep_raw, before)
    return ScopeRecorder(reading, cut_off, optional, unjudged, hand_over)


_TIME = "%Y-%m-%d %H:%M:%S"


class ScopeRecorder:
    """The record of one reading of one scope; not shared between threads."""

    def __init__(
        self, reading: Reading, cut_off: bool, optional: frozenset[str], unjudged: bool, hand_over: HandOver | None
    ) -> None:
        self.hand_over = hand_over
        self.reading, self.scope, self.at = reading, reading.scope, reading.at
        self.cut_off, self.optional, self.unjudged = cut_off, optional, unjudged
        self.outcome = Outcome()
        self._told: dict[int, frozenset[str]] = {}
        self._same: dict[frozenset[str], frozenset[str]] = {}
        self._sections: Counter[str] = Counter()
        self._seen: dict[str, set[int]] = {}
        self._core: dict[str, set[int]] = {}
        self._detail: dict[str, set[int]] = {}

    def store(self, observations: Sequence[Observation | Prepared]) -> None:
        """Store some of what was seen: unchanged resources cost no write, changed ones a snapshot.

        All or nothing of each 500. Raises StaleReading when another reading has taken the scope over, and Unstorable.
        """
        ready = [one if isinstance(one, Prepared) else prepare(one) for one in observations]
        for some in batched(ready, CHUNK):
            for distinct in rounds(some):
                with transaction.atomic():
                    self._claim()
                    result = Batch(self.reading, self._told).store(distinct)
                self._add(result)

    def note_use(self, facts: Sequence[UseFact]) -> None:
        """Store how often functions of the scope are called. Raises StaleReading."""
        with transaction.atomic():
            self._claim()
            self.outcome.used += record_use(self.scope, facts, self.at)

    def due(self, part: str, every: timedelta, *, ask_refused: bool = False) -> bool:
        """Whether a part that is read by itself is to be read again; `ask_refused`: at once where it was refused."""
        before = self.reading.before.get(part)
        refused = before is not None and before.state != ReadState.COMPLETE
        return before is None or self.at - before.at >= every or (ask_refused and refused)

    def _claim(self) -> Scope:
        """Lock the scope; a reading that was taken for lost and replaced finds that here, and may not go on."""
        scope = Scope.objects.select_for_update().get(pk=self.scope.pk)
        if scope.reading_run != self.reading.run or (scope.read_at and self.at < scope.read_at):
            raise StaleReading(f"{scope.name} was taken over by a newer reading.")
        return scope

    def _add(self, result: BatchResult) -> None:
        # Few different sets of sections stand for many resources: one object each keeps 100,000 entries small.
        self._told.update((pk, self._same.setdefault(told, told)) for pk, told in result.told.items())
        self._sections.update(result.sections)
        for ours, news in ((self._seen, result.seen), (self._core, result.core), (self._detail, result.detail)):
            for listing, pks in news.items():
                ours.setdefault(listing, set()).update(pks)
        self.outcome.added += result.added
        self.outcome.changed += result.changed
        self.outcome.returned += result.returned
        self.outcome.refreshed += result.refreshed
        self.outcome.facts_changed += result.facts_changed
        self.outcome.seen = len(self._told)

    def close(
        self, coverage: Iterable[Coverage], quarantined: Sequence[Quarantined] = (), facts: dict[str, Any] | None = None
    ) -> Outcome:
        """End the record: coverage, what is gone, the scope's state; then the hand-over to judging.

        `coverage` is that of the listings, and of what is not told by the resources themselves (such as "activity").
        """
        outcome = self.outcome
        with transaction.atomic():
            scope = self._claim()
            given = {part.part: part for part in coverage}
            protected = self._protected(quarantined)
            for part in given.values():
                if part.listing and part.state is ReadState.COMPLETE:
                    before = self.reading.before.get(part.part)
                    complete_at = before.complete_at if before else None
                    seen = self._seen.get(part.part, set()) | protected
                    gone, held = settle_absence(scope, part.part, seen, self.at, complete_at)
                    outcome.gone += gone
                    outcome.held += held
            sections = section_coverage(scope, self._sections, self.reading.before.values(), self.optional)
            outcome.coverage = [*given.values(), *(part for part in sections if part.part not in given)]
            outcome.quarantined, outcome.state = len(quarantined), state_of(outcome.coverage)
            self._write_coverage(outcome.coverage)
            self._write_quarantine(quarantined)
            if self.cut_off:
                outcome.recovered = self._all()
            self._write_gap(scope)
            self._write_scope(scope, facts)
        self._hand_over()
        settle(scope)
        return outcome

    def _hand_over(self) -> None:
        """What is new, and what an earlier worker left unjudged, is to be judged: now, or with the other scopes."""
        if self.unjudged and not self.outcome.recovered:
            self.outcome.recovered = self._all()
        if not (self.outcome.touched or self.unjudged):
            return
        together = HandOver(self.scope.account) if self.hand_over is None else self.hand_over
        together.add(self.scope, self.outcome.touched, self.at)
        if self.hand_over is None:
            together.send_on_commit()

    def _all(self) -> list[int]:
        return list(Resource.objects.filter(scope=self.scope).values_list("pk", flat=True))

    def _protected(self, quarantined: Sequence[Quarantined]) -> set[int]:
        """What could not be understood is there all the same: it is not gone."""
        ids = {clip(entry.native_id, 1024) for entry in quarantined}
        return set(Resource.objects.filter(scope=self.scope, native_id__in=ids).values_list("pk", flat=True))

    def _write_coverage(self, coverage: Sequence[Coverage]) -> None:
        rows = [self._covered(part) for part in coverage]
        ScopeCoverage.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["scope", "part"],
            update_fields=[
                "state", "reason", "permission", "count", "listing", "optional", "at", "complete_at", "core_at",
                "detail_at",
            ],
        )  # fmt: skip

    def _covered(self, part: Coverage) -> ScopeCoverage:
        before = self.reading.before.get(part.part)
        row = ScopeCoverage(
            scope=self.scope, part=clip(part.part, 60), state=part.state, reason=clip(part.reason, 4000),
            permission=clip(part.permission, 200), count=part.count, listing=part.listing, optional=part.optional,
            at=self.at, complete_at=before.complete_at if before else None,
            core_at=before.core_at if before else None, detail_at=before.detail_at if before else None,
        )  # fmt: skip
        if part.state is ReadState.COMPLETE:
            row.complete_at = self.at
        if part.listing:
            self._mark_reading(row)
        return row

    def _mark_reading(self, row: ScopeCoverage) -> None:
        """Note how far the resources of a listing were read: once for all where true of all, else row by row."""
        seen = self._seen.get(row.part, set())
        complete = row.state == ReadState.COMPLETE
        if not complete:
            _update_each(seen, seen_at=Greatest(F("seen_at"), Value(self.at)))
        for name, read in (("core_at", self._core), ("detail_at", self._detail)):
            deeply = read.get(row.part, set())
            if complete and deeply and deeply >= seen:
                setattr(row, name, self.at)
            else:
                _update_each(deeply, **{name: self.at})

    def _write_quarantine(self, quarantined: Sequence[Quarantined]) -> None:
        QuarantinedEntry.objects.filter(scope=self.scope).delete()
        QuarantinedEntry.objects.bulk_create(
            QuarantinedEntry(
                scope=self.scope, listing=clip(entry.listing, 40), native_id=clip(entry.native_id, 1024),
                reason=clip(entry.reason, 4000), sample=clip(entry.sample, 4096), at=self.at, run=self.reading.run,
            )
            for entry in quarantined
        )  # fmt: skip

    def _write_gap(self, scope: Scope) -> None:
        """Note a time in which nothing of the scope was read: changes in it will be dated to this reading."""
        read = [row.complete_at for row in self.reading.before.values() if row.listing and row.complete_at]
        usual = timedelta(minutes=2 * max(self.scope.account.every_minutes, 1))
        again = any(part.listing and part.state is ReadState.COMPLETE for part in self.outcome.coverage)
        if again and read and self.at - max(read) > usual:
            ReadingGap.objects.get_or_create(
                scope=scope, until=self.at, defaults={"account": self.scope.account, "after": max(read)}
            )

    def _write_scope(self, scope: Scope, facts: dict[str, Any] | None) -> None:
        coverage = self.outcome.coverage
        scope.state, scope.reason = self.outcome.state, main_reason(coverage)
        scope.read_at, scope.last_run = self.at, self.reading.run
        scope.first_read_at = scope.first_read_at or self.at
        scope.reading_run = None
        if not (self.outcome.touched or self.unjudged):
            scope.reading_since = None
        listings = {part.state for part in coverage if part.listing and not part.optional}
        if listings and listings <= {ReadState.COMPLETE, ReadState.NOT_APPLICABLE}:
            scope.complete_at = self.at
        if facts is not None:
            scope.facts = facts
        scope.save()


def _update_each(pks: Iterable[int], **columns: Any) -> None:
    for some in batched(sorted(pks), CHUNK):
        Resource.objects.filter(pk__in=some).update(**columns)


def rounds(prepared: Sequence[Prepared]) -> Iterator[list[Prepared]]:
    """Rounds in which each resource stands once: a listing may name one twice (a page moved under the reader)."""
    waiting = list(prepared)
    while waiting:
        first: dict[tuple[str, str], Prepared] = {}
        later = []
        for one in waiting:
            key = (str(one.observation.kind), one.native_id)
            if key in first:
                later.append(replace(one))
            else:
                first[key] = one
        yield list(first.values())
        waiting = later
