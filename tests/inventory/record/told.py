"""Short ways to say what was seen, and to record one reading of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from inventory.facts import Binding, Coverage, Grant, Kind, Observation, ReadState, Statement, Unread
from inventory.history import digest
from inventory.models import Account, Resource, Scope, Snapshot
from inventory.record import Outcome, open_scope

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
REFUSED = Unread("Refused.", "lambda:GetPolicy")


def arn(name: str) -> str:
    return f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"


def function(name: str, *, bindings: Sequence[str] | None = None, **about: Any) -> Observation:
    """A function; keywords are sections, or an `Unread` in the place of one, or fields of Observation."""
    own = {key: about.pop(key) for key in ("revision", "core_read", "detail_read", "raw", "region") if key in about}
    parts = {"config": {"runtime": "python3.13", "memory_mb": 128}, **about}
    return Observation(
        kind=Kind.FUNCTION,
        native_id=arn(name),
        name=name,
        listing="functions",
        sections={key: part for key, part in parts.items() if not isinstance(part, Unread)},
        unread={key: part for key, part in parts.items() if isinstance(part, Unread)},
        bindings=None if bindings is None else tuple(Binding(one, "anyone", ("invoke",), "policy") for one in bindings),
        **{"region": "eu-west-1", **own},
    )


def functions(count: int, **about: Any) -> list[Observation]:
    return [function(f"f{number:03}", **about) for number in range(count)]


def role(name: str, *actions: str) -> Observation:
    body = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    statement = Statement("allow", actions, False, body, digest(body))
    return Observation(
        kind=Kind.IDENTITY,
        native_id=f"arn:aws:iam::123456789012:role/{name}",
        name=name,
        region="",
        listing="functions",
        sections={"policies": {"policies": [{"name": "p", "document": body}]}},
        grants=(Grant("inline", "p", "p", statement),),
    )


def read(
    account: Account,
    seen: Sequence[Observation],
    at: datetime = DAY,
    *,
    complete: bool = True,
    scope: str = "east",
    **how: Any,
) -> Outcome:
    """One reading of a scope with a single listing, complete or broken off; whoever judges it is done with it."""
    recorder = open_scope(account, scope, at, **how)
    recorder.store(seen)
    state = ReadState.COMPLETE if complete else ReadState.FAILED
    reason = "" if complete else "Cut off."
    outcome = recorder.close([Coverage("functions", state, reason, count=len(seen), listing=True)])
    judged(account)
    return outcome


def judged(account: Account) -> None:
    """Nothing commits in these tests, so that nobody is told to judge: take back the marks as judging would."""
    Scope.objects.filter(account=account, reading_run=None).update(reading_since=None)


def resource(name: str) -> Resource:
    return Resource.objects.select_related("latest", "scope").get(name=name)


def snapshots(name: str) -> list[Snapshot]:
    return list(Snapshot.objects.filter(resource__name=name).order_by("number"))
