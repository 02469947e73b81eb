"""Store a batch of observations in one transaction: compare by digest, write only what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from inventory.facts import Kind
from inventory.models import Resource, Snapshot
from inventory.models.resource import uid_of
from inventory.record.activity import link_activity
from inventory.record.changes import news_of_batch, tell
from inventory.record.columns import link_functions, note_use, project
from inventory.record.links import replace_facts
from inventory.record.prepare import Document, Prepared, clip
from inventory.record.raw import keep_raw
from inventory.record.snapshots import Reading, differs, is_change, next_snapshot
from inventory.record.unread import refusals, signs, unread_now


@dataclass
class BatchResult:
    """What a batch changed (resource ids), and which sections it told of whom."""

    told: dict[int, frozenset[str]] = field(default_factory=dict)
    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    refreshed: list[int] = field(default_factory=list)
    facts_changed: list[int] = field(default_factory=list)
    sections: Counter[str] = field(default_factory=Counter)
    seen: dict[str, set[int]] = field(default_factory=dict)
    core: dict[str, set[int]] = field(default_factory=dict)
    detail: dict[str, set[int]] = field(default_factory=dict)


@dataclass
class Entry:
    """A prepared observation beside the row it belongs to; `snapshot` is set when it needs a new one."""

    prepared: Prepared
    row: Resource
    new: bool = False
    snapshot: Snapshot | None = None


class Batch:
    """One transaction's worth of observations; `told` is what this reading told before (a repetition adds nothing)."""

    def __init__(self, reading: Reading, told: Mapping[int, frozenset[str]]) -> None:
        self.reading, self.scope, self.at = reading, reading.scope, reading.at
        self.told = told
        self.result = BatchResult()

    def store(self, prepared: Sequence[Prepared]) -> BatchResult:
        """Write what differs of these, each of another resource."""
        entries = self._match(prepared)
        self._create([entry for entry in entries if entry.new])
        self._snapshot([entry for entry in entries if differs(entry.row, entry.prepared)])
        touched = self._note(entries)
        self._project(entries, touched)
        note_use({e.row.pk: used for e in entries if (used := e.prepared.observation.used_at)})
        told = [(entry.row, entry.prepared) for entry in entries]
        self.result.facts_changed = replace_facts(self.scope.account.provider, told)
        keep_raw(
            self.reading.at, self.reading.normalizer,
            [(e.row, e.prepared.observation.raw, e.snapshot is not None) for e in entries
             if self.reading.keep_raw and e.prepared.observation.raw is not None
             and (e.snapshot is not None or e.prepared.observation.detail_read)],
        )  # fmt: skip
        return self.result

    def _match(self, prepared: Sequence[Prepared]) -> list[Entry]:
        """Pair each with its row, made where the resource is new; leave out what this reading told already."""
        rows = Resource.objects.filter(
            account=self.scope.account_id, native_id__in=[one.native_id for one in prepared]
        ).select_related("latest").defer("latest__document")  # fmt: skip
        known = {(row.kind, row.native_id): row for row in rows}
        entries = []
        for one in prepared:
            row = known.get((one.observation.kind, one.native_id))
            if row is not None and row.seen_at > self.at:
                self._pass_over(row, one)
                continue
            entry = Entry(one, row) if row else Entry(one, self._row(one), new=True)
            if row is None or row.pk not in self.told or self._drop_repetition(one, self.told[row.pk]):
                entries.append(entry)
        return entries

    def _pass_over(self, row: Resource, one: Prepared) -> None:
        """A single reading after an event saw it later than this reading is dated: it is there, and news is old."""
        self.result.told.setdefault(row.pk, self.told.get(row.pk, frozenset()))
        self.result.seen.setdefault(one.observation.listing, set()).add(row.pk)

    @staticmethod
    def _drop_repetition(one: Prepared, told: frozenset[str]) -> bool:
        """The first word of a reading counts; returns whether anything is left to tell."""
        one.sections = {name: body for name, body in one.sections.items() if name not in told}
        one.digests = {name: one.digests[name] for name in one.sections}
        one.facts = "" if "facts" in told else one.facts
        return bool(one.sections or one.facts)

    def _row(self, one: Prepared) -> Resource:
        account, watched = self.scope.account, one.observation
        return Resource(
            uid=uid_of(account.provider, account.native_id, watched.kind, one.native_id), kind=str(watched.kind),
            provider=account.provider, account=account, scope=self.scope, listing=watched.listing,
            region=clip(watched.region, 60), native_id=one.native_id, name=one.name,
            revision=clip(watched.revision, 64),
            first_seen=self.at, seen_at=self.at, changed_at=self.at, unread=refusals(watched.unread),
            core_at=self.at if watched.core_read else None, detail_at=self.at if watched.detail_read else None,
        )  # fmt: skip

    def _create(self, new: list[Entry]) -> None:
        Resource.objects.bulk_create([entry.row for entry in new])
        self.result.added += [entry.row.pk for entry in new]
        identities = {e.prepared.native_id: e.row.pk for e in new if e.prepared.observation.kind == Kind.IDENTITY}
        link_functions(identities)
        link_activity(self.scope.account_id, {entry.prepared.native_id: entry.row.pk for entry in new})

    def _snapshot(self, different: list[Entry]) -> None:
        """Write a snapshot for each resource whose known configuration differs from its latest one."""
        documents = _documents([entry.row for entry in different])
        for entry in different:
            before = documents.get(entry.row.latest_id or 0, {})
            entry.snapshot = next_snapshot(self.reading, entry.row, entry.prepared, before)
        Snapshot.objects.bulk_create([entry.snapshot for entry in different if entry.snapshot])
        told = [(entry.row, entry.snapshot, entry.new) for entry in different if entry.snapshot]
        complete = {name: row.complete_at for name, row in self.reading.before.items() if row.complete_at}
        tell(news_of_batch(told, documents, complete))
        for entry in different:
            self._sort_out(entry)
            entry.row.latest = entry.snapshot

    def _sort_out(self, entry: Entry) -> None:
        """Say what kind of news a snapshot is: only a change in the cloud counts as changed."""
        snapshot, row = entry.snapshot, entry.row
        assert snapshot is not None
        if row.gone_at is not None:
            self.result.returned.append(row.pk)
        elif is_change(snapshot):
            self.result.changed.append(row.pk)
        elif not entry.new:
            self.result.refreshed.append(row.pk)

    def _note(self, entries: list[Entry]) -> set[int]:
        """Update the rows of resources of which anything but the time changed, and return their ids."""
        touched = []
        for entry in entries:
            row, one = entry.row, entry.prepared
            self._tell(entry)
            if not entry.new and (entry.snapshot is not None or self._moved(row, one)):
                self._update(row, one, entry.snapshot)
                touched.append(row)
        Resource.objects.bulk_update(touched, _NOTED, batch_size=200)
        new = [entry.row.pk for entry in entries if entry.new]
        first = Snapshot.objects.filter(resource=OuterRef("pk"), number=1)
        if new:
            Resource.objects.filter(pk__in=new).update(latest=Subquery(first.values("pk")))
        self._adopt(entries)
        return {*new, *(row.pk for row in touched)}

    def _tell(self, entry: Entry) -> None:
        """Remember for the end of the reading that this resource was seen, and how deeply."""
        row, watched, result = entry.row, entry.prepared.observation, self.result
        facts = {"facts"} if entry.prepared.facts else set()
        result.told[row.pk] = self.told.get(row.pk, frozenset()).union(entry.prepared.sections, facts)
        result.sections.update(entry.prepared.sections.keys())
        result.seen.setdefault(watched.listing, set()).add(row.pk)
        if watched.core_read:
            result.core.setdefault(watched.listing, set()).add(row.pk)
        if watched.detail_read:
            result.detail.setdefault(watched.listing, set()).add(row.pk)

    def _moved(self, row: Resource, one: Prepared) -> bool:
        watched = one.observation
        return (
            row.missing_since is not None
            or (row.name, row.scope_id, row.listing) != (one.name, self.scope.pk, watched.listing)
            or (row.region, row.revision) != (clip(watched.region, 60), clip(watched.revision, 64))
            or signs(row.unread) != signs(unread_now(row, one))
        )

    def _update(self, row: Resource, one: Prepared, snapshot: Snapshot | None) -> None:
        watched = one.observation
        returned = row.gone_at is not None
        row.unread = unread_now(row, one)
        row.gone_at = row.missing_since = None
        row.missed = 0
        row.name, row.scope, row.listing = one.name, self.scope, watched.listing
        row.region, row.revision = clip(watched.region, 60), clip(watched.revision, 64)
        row.core_at = self.at if watched.core_read else row.core_at
        row.detail_at = self.at if watched.detail_read else row.detail_at
        row.seen_at = self.at
        if returned or (snapshot and is_change(snapshot)):
            row.changed_at = self.at

    def _adopt(self, entries: list[Entry]) -> None:
        """A newer normalizer that says the same takes the snapshot over, lest a later change of the cloud look ours."""
        same = [
            latest.pk
            for entry in entries
            if entry.snapshot is None and (latest := entry.row.latest) is not None
            and latest.normalizer != self.reading.normalizer
            and entry.prepared.digests.keys() >= latest.digests.keys()
        ]  # fmt: skip
        if same:
            Snapshot.objects.filter(pk__in=same).update(normalizer=self.reading.normalizer)

    def _project(self, entries: list[Entry], touched: set[int]) -> None:
        """Refresh the searched columns of what changed (also of what came back or lost a readable part)."""
        shown = [entry for entry in entries if entry.row.pk in touched]
        documents = _documents([entry.row for entry in shown if entry.snapshot is None])
        project(
            (entry.row, entry.snapshot.document if entry.snapshot else documents.get(entry.row.latest_id or 0, {}))
            for entry in shown
        )


_NOTED = ["unread", "gone_at", "missing_since", "missed", "name", "scope", "listing", "region", "revision",
          "core_at", "detail_at", "seen_at", "changed_at", "latest"]  # fmt: skip


def _documents(rows: list[Resource]) -> dict[int, Document]:
    pks = [row.latest_id for row in rows if row.latest_id]
    return dict(Snapshot.objects.filter(pk__in=pks).values_list("pk", "document")) if pks else {}
