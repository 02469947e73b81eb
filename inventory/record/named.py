"""Store what was seen of single functions, between two readings of their scope: when an event or a person named them.

Nobody else is called gone, and the coverage of the scope stays as it is: this says nothing of what it did not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from inventory.models import Account, Resource, Scope
from inventory.record.actors import settle_early
from inventory.record.batch import Batch, BatchResult
from inventory.record.hand_over import scopes_recorded
from inventory.record.prepare import Prepared
from inventory.record.scope import Outcome, rounds
from inventory.record.snapshots import Reading


class NeverRead(Exception):
    """The scope was never read as a whole, so that nothing can be said of one function in it."""


def store_named(
    account: Account, name: str, seen: Sequence[Prepared], at: datetime, *, normalizer: int = 1, keep_raw: bool = True,
    again: bool = False, run: int | None = None,
) -> Outcome:  # fmt: skip
    """Record what was seen of single functions of a scope at a time, and hand them over to be judged.

    `again`: an earlier try may have stored them and died before they were judged; then they are judged, changed or
    not. `run`: the run that reads them, if one does. Raises NeverRead, and Unstorable for what the database would
    refuse.
    """
    outcome = Outcome()
    with transaction.atomic():
        scope = Scope.objects.select_for_update().filter(account=account, name=name).first()
        if scope is None or scope.first_read_at is None:
            raise NeverRead(f"{name} was never read.")
        scope.account = account
        before = {row.part: row for row in scope.coverage.all()}
        reading = Reading(scope, at, run, normalizer, keep_raw, before)
        for distinct in rounds(seen):
            _add(outcome, Batch(reading, {}).store(distinct), at)
        if again:
            known = Resource.objects.filter(account=account, native_id__in=[one.native_id for one in seen])
            outcome.recovered = list(known.values_list("pk", flat=True))
        marked = bool(outcome.touched) and scope.reading_since is None
        if marked:
            # Whoever reads the scope next judges all of it, when we die before we have judged these.
            scope.reading_since = at
            scope.save(update_fields=["reading_since"])
        transaction.on_commit(lambda: _hand_over(scope, outcome, at, marked), robust=True)
    settle_early(scope, outcome.touched, at)
    return outcome


def _add(outcome: Outcome, result: BatchResult, at: datetime) -> None:
    outcome.added += result.added
    outcome.changed += result.changed
    outcome.returned += result.returned
    outcome.refreshed += result.refreshed
    outcome.facts_changed += result.facts_changed
    outcome.seen += len(result.told)
    deeply = {pk for pks in result.core.values() for pk in pks}
    wholly = {pk for pks in result.detail.values() for pk in pks}
    Resource.objects.filter(pk__in=result.told, seen_at__lt=at).update(seen_at=at)
    Resource.objects.filter(pk__in=deeply).update(core_at=at)
    Resource.objects.filter(pk__in=wholly).update(detail_at=at)


def _hand_over(scope: Scope, outcome: Outcome, at: datetime, marked: bool) -> None:
    """Tell whoever judges; then take back the mark that this was not judged yet, unless a reading has begun since."""
    if outcome.touched:
        scopes_recorded.send(Scope, account=scope.account, touched=frozenset(outcome.touched), at=at)
    if marked:
        Scope.objects.filter(pk=scope.pk, reading_run=None, reading_since=at).update(reading_since=None)
