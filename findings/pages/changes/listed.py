"""What the page of changes asks of the database: the filters in its address, pages by key, counts, gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q
from django.http import HttpRequest

from findings.pages import _asked
from inventory.changes import READABLE, WHO, Asked, filtered
from inventory.models import Account, Change, ReadingGap
from inventory.models.account import AccountQuerySet
from inventory.models.change import ChangeQuerySet
from inventory.semantics import KINDS

#: Counts are of so many newest changes at most: what people choose by need not be exact over years.
COUNTED = 10_000
ACTORS, GAPS = 8, 30
TEXT = 200


def asked_of(request: HttpRequest) -> Asked:
    """The filters of an address."""
    given = request.GET
    words = {name: given.get(name, "").strip() for name in ("risk", "kind", "mark", "on", "who", "actor", "account")}
    return Asked(
        **words, actor_kind=given.get("by", ""), text=given.get("q", "").strip()[:TEXT],
        since=_asked.moment(request, "since"), until=_until(request),
    )  # fmt: skip


def _until(request: HttpRequest) -> datetime | None:
    """The end of the time asked for; a day alone means all of that day."""
    end = _asked.moment(request, "until")
    return end + timedelta(days=1) if end and len(request.GET.get("until", "")) == len("2026-11-22") else end


def after_mark(changes: ChangeQuerySet, mark: str) -> ChangeQuerySet:
    """The changes that come after the one at which the page before ended ("time" or "time/number")."""
    time, _, number = mark.partition("/")
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return changes
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return changes.filter(at__lt=at)
    return changes.filter(at__lte=at).exclude(at=at, pk__gte=int(number))


@dataclass(frozen=True)
class Counts:
    """How many of the newest changes are of each sort, without the sorts that are chosen; `whole`: of all of them."""

    of: Mapping[str, int]
    actors: Sequence[tuple[str, str, int]]
    whole: bool

    @property
    def kinds(self) -> list[tuple[str, int]]:
        return [(kind, self.of[kind]) for kind in (*KINDS, READABLE) if self.of[kind]]

    @property
    def who(self) -> list[tuple[str, str, int]]:
        return [(word, title, self.of[word]) for word, (title, _) in WHO.items() if self.of[word]]


def counts(changes: ChangeQuerySet, asked: Asked) -> Counts:
    """Count what can be chosen from, in two queries."""
    base = filtered(changes, Asked(on=asked.on, account=asked.account, text=asked.text, actor=asked.actor,
                                   since=asked.since, until=asked.until))  # fmt: skip
    some = base.order_by("-at", "-pk")[:COUNTED]
    sorts = {kind: Q(**{kind: True}) for kind in KINDS} | {"up": Q(risk="up"), "down": Q(risk="down")}
    sorts |= {word: Q(told__in=told) for word, (_, told) in WHO.items()}
    found = some.aggregate(all=Count("pk"), **{name: Count("pk", filter=limit) for name, limit in sorts.items()})
    newest = Change.objects.filter(pk__in=some.values("pk")).exclude(actor="").order_by()
    actors = (
        newest.values_list("actor", "actor_kind").annotate(number=Count("pk")).order_by("-number", "actor")[:ACTORS]
    )
    return Counts({**found, READABLE: 0}, list(actors), found["all"] < COUNTED)


@dataclass(frozen=True)
class Gap:
    """A time in which an account was not read, and in how many of its scopes."""

    account: Account
    after: datetime
    until: datetime
    scopes: Sequence[str]


def gaps(accounts: AccountQuerySet, since: datetime | None, until: datetime | None) -> list[Gap]:
    """Times without a reading that ended between these times, newest first."""
    limit = (Q(until__gte=since) if since else Q()) & (Q(until__lte=until) if until else Q())
    rows = accounts.limit(ReadingGap.objects.all()).filter(limit).select_related("scope", "account")
    same: dict[tuple[int, datetime, datetime], list[ReadingGap]] = defaultdict(list)
    for row in rows.order_by("-until", "account", "scope__name")[: GAPS * 10]:
        same[row.account_id, row.after, row.until].append(row)
    found = [
        Gap(rows[0].account, after, end, [row.scope.name for row in rows]) for (_, after, end), rows in same.items()
    ]
    return found[:GAPS]
