"""Write down what changed as sentences, so that lists can filter all of it in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.chunks import batched
from inventory.history import digest
from inventory.models import Change, Resource, Snapshot
from inventory.record.prepare import Document
from inventory.semantics import KINDS, Line, lines, risk_of

CHUNK = 500
TEXT = 8000
Event = Change.Event


@dataclass(frozen=True)
class News:
    """One snapshot and what to tell of it against the document before; `since` is when the earlier one still stood."""

    resource: Resource
    snapshot: Snapshot
    event: Event
    before: Document
    since: datetime | None


def event_of(snapshot: Snapshot, *, returned: bool = False) -> Event | None:
    """What a snapshot after the first tells; None for one that only our own normalizer made."""
    if returned:
        return Event.RETURNED
    if snapshot.changed and not snapshot.renormalized:
        return Event.CHANGED
    return Event.READABLE if snapshot.became_readable else None


def tell(news: Iterable[News]) -> None:
    """Write a row for each, in the transaction of the caller; equal ones of one account and time share a head."""
    for some in batched(news, CHUNK):
        _store([_row(one) for one in some])


def tell_removed(pks: Sequence[int], at: datetime) -> None:
    """Write that these resources are gone since `at`; they were seen last at their own mark."""
    for some in batched(pks, CHUNK):
        rows = Resource.objects.filter(pk__in=some).select_related("latest").defer("latest__document")
        _store([
            _row(News(row, row.latest, Event.REMOVED, {}, row.seen_at)) for row in rows.order_by("pk") if row.latest
        ])  # fmt: skip


def told_of(news: News) -> list[Line]:
    """The sentences of one piece of news."""
    noun = news.resource.kind
    if news.event == Event.ADDED:
        return lines(None, {}, noun=noun)
    if news.event == Event.REMOVED:
        return lines({}, None, noun=noun)
    changed = lines(news.before, news.snapshot.document, news.snapshot.became_readable, noun)
    if news.event == Event.RETURNED:
        return [Line(f"{noun.capitalize()} is there again", "added"), *changed]
    return changed


def _row(news: News) -> Change:
    told = told_of(news)
    row = Change(resource=news.resource, account_id=news.resource.account_id, snapshot=news.snapshot, event=news.event,
                 resource_kind=news.resource.kind, at=_when(news), changed_after=news.since)  # fmt: skip
    put(row, told, news.resource)
    return row


def put(row: Change, told: Sequence[Line], resource: Resource) -> None:
    """Set the columns that come from the sentences."""
    row.lines = [{"text": one.text, "kind": one.kind, "risk": str(one.risk), "section": one.section} for one in told]
    row.risk = risk_of(told)
    kinds = {one.kind for one in told}
    for kind in KINDS:
        setattr(row, kind, kind in kinds and row.event != Event.READABLE)
    row.search_text = "\n".join((resource.name, resource.native_id, *(one.text for one in told))).lower()[:TEXT]
    row.fold = digest([row.event, row.resource_kind, [one.text for one in told]])
    # What became readable was not done by anybody in the cloud.
    row.settled = row.event == Event.READABLE


def _when(news: News) -> datetime:
    if news.event == Event.REMOVED:
        assert news.snapshot.gone_at is not None
        return news.snapshot.gone_at
    return news.snapshot.at


def _store(rows: Sequence[Change]) -> None:
    """Write rows with their heads: one that is known already, or the first of these."""
    heads = _heads(rows)
    first: dict[tuple[int, datetime, str], Change] = {}
    others = []
    for row in rows:
        key = (row.account_id, row.at, row.fold)
        if key in heads:
            others.append((row, heads[key]))
        elif key in first:
            others.append((row, first[key]))
        else:
            first[key] = row
    Change.objects.bulk_create(first.values())
    for row, head in others:
        row.head = head
        head.alike += 1
    Change.objects.bulk_create(row for row, _ in others)
    Change.objects.bulk_update({head.pk: head for _, head in others}.values(), ["alike"], batch_size=CHUNK)


def _heads(rows: Sequence[Change]) -> dict[tuple[int, datetime, str], Change]:
    """The heads that stand in the database already for sentences of these rows."""
    accounts, times = {row.account_id for row in rows}, {row.at for row in rows}
    known = Change.objects.filter(account__in=accounts, at__in=times, head=None).only("account", "at", "fold", "alike")
    wanted = {row.fold for row in rows}
    return {(head.account_id, head.at, head.fold): head for head in known if head.fold in wanted}


def news_of_batch(
    stored: Iterable[tuple[Resource, Snapshot, bool]], before: Mapping[int, Document], complete: Mapping[str, datetime]
) -> list[News]:
    """What to tell of new snapshots: (resource as it was, its snapshot, whether the resource is new).

    `before` holds the earlier documents by the id of their snapshot, `complete` when each listing was read completely
    before: what is new in a listing that never was may have been there all the time.
    """
    found = []
    for row, snapshot, new in stored:
        if new:
            since = complete.get(row.listing)
            if since is not None and row.kind != "account":
                found.append(News(row, snapshot, Event.ADDED, {}, since))
            continue
        event = event_of(snapshot, returned=row.gone_at is not None)
        if event is not None:
            found.append(News(row, snapshot, event, before.get(row.latest_id or 0, {}), snapshot.changed_after))
    return found
