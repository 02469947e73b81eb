"""A shelf of toy rules and a function to judge: what happens to findings is tested apart from what rules look for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from findings.evaluate import judge_account
from findings.example import function as example
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity
from inventory.facts import Coverage, Observation, ReadState
from inventory.models import Account
from inventory.record import open_scope
from tests.cast import DAY_ONE, REGION, TIDY, function

ROLE = "arn:aws:iam::123456789012:role/reader"
Put = Callable[..., None]


def toy(id: str = "large", most: int = 512, **changes: Any) -> Rule:
    """Fails for functions with more memory than `most` MiB: medium, critical beyond four times as much."""

    def look(seen: Seen) -> Iterator[Evidence | Unsure]:
        memory = seen.section("config").get("memory_mb", 0)
        if memory > 4 * most:
            yield Evidence(f"{memory} MiB", "memory", Severity.CRITICAL, "very much")
        elif memory > most:
            yield Evidence(f"{memory} MiB", "memory")

    told: dict[str, Any] = {
        "id": id, "title": "It has much memory", "severity": Severity.MEDIUM, "subject": Subject.LIMITS,
        "why": "Memory costs.", "checks": {"aws": Check(look, needs=("config",))}, "fix": {"aws": Fix("Less.")},
        "fails": (example("aws", config={"memory_mb": 1024}),), "passes": (example("aws", config={"memory_mb": 128}),),
        "catalogue": ("TOY-01",), "standards": ("aws-fsbp:Lambda.1",),
    }  # fmt: skip
    return Rule(**told | changes)


def reported(account: Account, at: datetime = DAY_ONE, **memory: int | None) -> None:
    """One complete reading in which the functions have so much memory (None: it could not be read), all judged."""
    read(account, [_function(name, mib) for name, mib in memory.items()], at)
    judge_account(account, at)


def read(account: Account, seen: list[Observation], at: datetime) -> None:
    recorder = open_scope(account, REGION, at)
    recorder.store(seen)
    recorder.close([Coverage("functions", ReadState.COMPLETE, count=len(seen), listing=True)])


def _function(name: str, mib: int | None) -> Observation:
    from inventory.facts import Unread

    if mib is None:
        return function(name, ROLE, unread={"config": Unread("It was refused.")})
    return function(name, ROLE, config={**TIDY["config"], "memory_mb": mib})
