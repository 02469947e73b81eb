"""The functions as they were at an earlier time, so that whatever reads their tables reads that time.

Inside `state_at` the tables of functions, their tags, triggers, addresses and postures are hidden, on this connection
alone, behind temporary views of the same names. A view holds the rows that say the same now as then, and for the
functions that changed since, rows made from the snapshot in force then by the code that fills the tables themselves. A
query, its order, its facets and its pages need to know nothing of it; what it costs grows with what changed since.

What is kept for now only (bindings, grants, who shares an identity) is empty in there: `inventory.search.past` refuses
to search for it, `inventory.present` says null.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, Model

from inventory.chunks import batched
from inventory.facts import Kind
from inventory.models import (
    Account,
    Change,
    EntryPoint,
    Function,
    Posture,
    PostureStep,
    Resource,
    Snapshot,
    Tag,
    Trigger,
)
from inventory.models.account import AccountQuerySet
from inventory.record.columns import projected
from inventory.record.steps import KEPT
from inventory.rungs import EXPOSURE, PRIVILEGE, SEVERITY, rung

BATCH = 500
#: Severity of the gravest finding open then, of functions whose findings moved since; filled by the app that has them.
worst_at: list[Callable[[AccountQuerySet, datetime, Collection[int] | None], Mapping[int, str | None]]] = []
_shown: ContextVar[datetime | None] = ContextVar("shown", default=None)
LATER = {"reason": "It was first read later.", "permission": "", "error_class": "later"}


class NoSuchTime(ValueError):
    """A text that names no time of which a state can be told; the message says what is expected."""


def moment_of(text: str, now: datetime) -> datetime:
    """The time that people write: a day (its beginning, UTC) or a moment of RFC 3339. Raises NoSuchTime."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NoSuchTime(
            f"“{text[:40]}” is no time: write a day (2026-11-20, from its beginning, UTC) or a moment "
            "(2026-11-20T09:00:00Z)."
        ) from None
    try:
        at = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        raise NoSuchTime(f"“{text[:40]}” is a time that no calendar has in UTC.") from None
    if at > now:
        raise NoSuchTime(
            f"{at:%Y-%m-%d %H:%M} UTC lies ahead: nothing is known of it. Leave it out to see what is now."
        )
    return at


def shown_at() -> datetime | None:
    """The earlier time that tables show at present; None: they show what is known now."""
    return _shown.get()


@contextmanager
def state_at(
    at: datetime | None, accounts: AccountQuerySet | None = None, only: Collection[int] | None = None
) -> Iterator[None]:
    """Show the functions of these accounts (None: all) as they were at a time; None shows what is known now.

    `only`: of these functions alone. All others stay as they are now: limit what is read to these.
    """
    if at is None:
        yield
        return
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        token = _shown.set(at)
        try:
            _hide(_Then(at, Account.objects.all() if accounts is None else accounts, only))
            yield
        finally:
            _shown.reset(token)
            if not connection.needs_rollback:
                _uncover()


HIDDEN: tuple[tuple[type[Model], str], ...] = (
    (Resource, "id"), (Function, "resource_id"), (Tag, "function_id"), (Trigger, "function_id"),
    (EntryPoint, "function_id"), (Posture, "function_id"),
)  # fmt: skip
#: Functions of which the tables of now say another thing than was so then, and those judged otherwise then.
MOVED = ("then_moved", "then_rejudged")


class _Then:
    """What differs between then and now, of the functions of some accounts."""

    def __init__(self, at: datetime, accounts: AccountQuerySet, only: Collection[int] | None) -> None:
        self.at, self.accounts, self.only = at, accounts, only
        self.in_force = self._in_force()
        self.rejudged = set(self._steps(at__gt=at).values_list("function_id", flat=True).distinct())

    def _in_force(self) -> dict[int, int]:
        """Functions that are otherwise now (or gone since) → number of the snapshot in force then; 0: none was."""
        later = Snapshot.objects.filter(
            at__gt=self.at, resource__kind=Kind.FUNCTION, resource__account__in=self.accounts
        )
        gone = Resource.objects.filter(kind=Kind.FUNCTION, account__in=self.accounts, gone_at__gt=self.at)
        if self.only is not None:
            later, gone = later.filter(resource__in=self.only), gone.filter(pk__in=self.only)
        first = later.order_by().values_list("resource").annotate(Min("number"))
        found = {pk: number - 1 for pk, number in first}
        for pk, number in gone.exclude(latest=None).values_list("pk", "latest__number"):
            found.setdefault(pk, number)
        return found

    def _steps(self, **limits: Any) -> Any:
        steps = PostureStep.objects.filter(function__account__in=self.accounts, **limits).order_by()
        return steps if self.only is None else steps.filter(function__in=self.only)

    def resources(self) -> Iterator[list[tuple[Resource, dict[str, Any]]]]:
        """Those that were there then, as they were, each with its document; a bounded number at a time."""
        numbers: dict[int, list[int]] = {}
        for pk, number in self.in_force.items():
            if number:
                numbers.setdefault(number, []).append(pk)
        for number, pks in sorted(numbers.items()):
            for some in batched(pks, BATCH):
                rows = Snapshot.objects.filter(number=number, resource__in=some).select_related("resource__latest")
                changed = self._changed(some)
                yield [(self._as_then(row, changed), row.document) for row in rows.defer(*_UNUSED)]

    def _as_then(self, snapshot: Snapshot, changed: Mapping[int, datetime]) -> Resource:
        row, latest = snapshot.resource, snapshot.resource.latest
        missing = (latest.digests if latest else {}).keys() - snapshot.digests.keys()
        row.unread = {**dict.fromkeys(sorted(missing), LATER), **snapshot.unread}
        row.gone_at = snapshot.gone_at if snapshot.gone_at and snapshot.gone_at <= self.at else None
        row.changed_at = changed.get(row.pk, row.first_seen)
        row.latest, row.missing_since, row.missed = snapshot, None, 0
        return row

    def _changed(self, pks: Sequence[int]) -> dict[int, datetime]:
        """When each had last changed by then."""
        rows = Change.objects.filter(resource__in=pks, at__lte=self.at).exclude(event=Change.Event.READABLE)
        return dict(rows.order_by().values_list("resource").annotate(Max("at")))

    def postures(self) -> Iterator[Posture]:
        """What had been concluded by then of those that were judged otherwise since, or whose findings moved since."""
        worst: dict[int, str | None] = {}
        for ask in worst_at:
            worst.update(ask(self.accounts, self.at, self.only))
        self.rejudged |= worst.keys()
        for some in batched(sorted(self.rejudged), BATCH):
            steps = {one.function_id: one for one in self._steps(function__in=some, at__lte=self.at).order_by("at")}
            now = dict(Posture.objects.filter(function__in=list(steps)).values_list("pk", "worst"))
            for pk, step in steps.items():
                yield _posture(step, worst.get(pk, now.get(pk)))


_UNUSED = ("resource__latest__document", "became_readable", "changed")


def _posture(step: PostureStep, worst: str | None) -> Posture:
    row = Posture(function_id=step.function_id, at=step.at, classes=None, shared_by=None, worst=worst)
    for name in KEPT:
        setattr(row, name, getattr(step, name))
    row.privilege_rank = rung(PRIVILEGE, row.privilege)
    row.invoke_rank, row.deploy_rank = rung(EXPOSURE, row.invoke), rung(EXPOSURE, row.deploy)
    row.worst_rank = rung(SEVERITY, worst) if worst else None
    return row


def _hide(then: _Then) -> None:
    """Fill the tables of then, and put the views before the tables of now."""
    for model, _ in HIDDEN:
        table = model._meta.db_table
        _run(f"CREATE TEMPORARY TABLE then_{table} AS SELECT * FROM {_now(table)} WHERE 1 = 0")  # noqa: S608
    for name in MOVED:
        _run(f"CREATE TEMPORARY TABLE {name} (id bigint PRIMARY KEY)")
    keys = itertools.count(-1, -1)
    for some in then.resources():
        _fill(Resource, [row for row, _ in some])
        for model, rows in projected(some).items():
            for row in rows if model is not Function else ():
                row.pk = next(keys)
            _fill(model, rows)
    _fill(Posture, then.postures())
    for name, pks in zip(MOVED, (then.in_force, then.rejudged), strict=True):
        _many(f"INSERT INTO {name} (id) VALUES (%s)", [(pk,) for pk in pks])  # noqa: S608
    for model, key in HIDDEN:
        _run(_view(model, key, then.at))


def _view(model: type[Model], key: str, at: datetime) -> str:
    table = model._meta.db_table
    columns = [connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields]
    listed = ", ".join(columns)
    if model is Posture:
        # What was judged of it first after that time says nothing of then; and some of it was kept for now only.
        nothing = {'"classes"': _null("jsonb"), '"shared_by"': _null("integer"), '"because"': "'{}'"}
        same = ", ".join(f"{nothing[one]} AS {one}" if one in nothing else one for one in columns)
        moment = connection.ops.adapt_datetimefield_value(at)
        steps = _now("inventory_posturestep")
        told = (
            f"{key} NOT IN (SELECT id FROM then_rejudged) AND EXISTS (SELECT 1 FROM {steps} AS step"  # noqa: S608
            f" WHERE step.function_id = {_now(table)}.{key} AND step.at <= '{moment}')"
        )
    else:
        same, told = listed, f"{key} NOT IN (SELECT id FROM then_moved)"  # noqa: S608
    return (
        f"CREATE TEMPORARY VIEW {table} AS SELECT {same} FROM {_now(table)} WHERE {told} "  # noqa: S608
        f"UNION ALL SELECT {listed} FROM then_{table}"
    )


def _uncover() -> None:
    """Take views and tables away again: what is read after this is known now."""
    place = "pg_temp" if connection.vendor == "postgresql" else "temp"
    for model, _ in HIDDEN:
        _run(f"DROP VIEW IF EXISTS {place}.{model._meta.db_table}")
    for model, _ in HIDDEN:
        _run(f"DROP TABLE IF EXISTS {place}.then_{model._meta.db_table}")
    for name in MOVED:
        _run(f"DROP TABLE IF EXISTS {place}.{name}")


def _now(table: str) -> str:
    """The table itself, whatever stands before it."""
    if connection.vendor != "postgresql":
        return f"main.{table}"
    return f"{connection.ops.quote_name(_schema(connection.settings_dict['NAME']))}.{table}"


@cache
def _schema(_database: str) -> str:
    """Where the tables of this PostgreSQL database are: the same as long as the process lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _null(kind: str) -> str:
    return f"NULL::{kind}" if connection.vendor == "postgresql" else "NULL"


def _fill(model: type[Model], rows: Iterable[Any]) -> None:
    fields = model._meta.concrete_fields
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    told = ([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows)
    for some in batched(told, BATCH):
        _many(f"INSERT INTO then_{model._meta.db_table} ({names}) VALUES ({marks})", some)  # noqa: S608


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
