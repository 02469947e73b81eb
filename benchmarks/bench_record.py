"""How long it takes to record a large estate: its first reading, one without change, and one in which 1 % changed.

    DATABASE_URL=sqlite:////tmp/bench.sqlite3 python benchmarks/bench_record.py [--functions 100000]

Uses (and empties) the database it is given, so it insists on a name that says "bench". Prints seconds, statements that
write, and peak memory. Goal: 100,000 functions without change in less than 10 minutes on 2 cores, writes O(1) a scope.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from inventory.chunks import batched  # noqa: E402
from inventory.facts import Binding, Coverage, Grant, Kind, Observation, ReadState, Statement  # noqa: E402
from inventory.history import digest  # noqa: E402
from inventory.models import Account  # noqa: E402
from inventory.record import Outcome, known_of, open_scope  # noqa: E402

DAY = datetime(2026, 3, 2, tzinfo=UTC)
NUMBER, REGION = "123456789012", "eu-west-1"
ROLES_PER_FUNCTION = 0.25


def function(number: int, memory: int) -> Observation:
    arn = f"arn:aws:lambda:{REGION}:{NUMBER}:function:service-{number % 700}-worker-{number}"
    role = f"arn:aws:iam::{NUMBER}:role/service-{number % 25_000}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        "Condition": {"ArnLike": {"AWS:SourceArn": f"arn:aws:events:{REGION}:{NUMBER}:rule/r"}},
    }
    return Observation(
        kind=Kind.FUNCTION, native_id=arn, name=arn.rsplit(":", 1)[-1], region=REGION, listing="functions",
        sections={
            "config": {"runtime": "python3.13", "handler": "app.handler", "package": "Zip", "architectures": ["arm64"],
                       "state": "Active", "memory_mb": memory, "timeout_s": 15, "last_modified": "2026-02-27T08:00:00"},
            "code": {"sha256": digest(number), "size": 1000 + number, "layers": []},
            "environment": {"variables": [{"name": f"V{n}", "fingerprint": digest([number, n])} for n in range(6)]},
            "identity": {"identities": [{"id": role, "kind": "role"}]},
            "access": {"policies": [{"qualifier": "", "document": {"Statement": [statement]}}]},
            "entry_points": {"entry_points": []},
            "triggers": {"triggers": [{"kind": "schedule", "source": "rate(1 hour)", "id": "r"}]},
            "network": {"attached": False}, "logging": {"retention_days": 30}, "versions": {"aliases": []},
            "tags": {"env": "prod", "team": f"team-{number % 40}", "cost": str(number % 12)},
        },
        bindings=(Binding("events.amazonaws.com", "service", ("lambda:InvokeFunction",), "resource policy"),),
        revision=digest([number, memory]), raw={"function": {"FunctionArn": arn, "MemorySize": memory}},
    )  # fmt: skip


def role(number: int) -> Observation:
    arn = f"arn:aws:iam::{NUMBER}:role/service-{number}"
    bodies: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": f"arn:aws:dynamodb:*:*:table/t{number % 500}"},
    ]
    statements = [Statement("allow", tuple(body["Action"]), False, body, digest(body)) for body in bodies]
    return Observation(
        kind=Kind.IDENTITY, native_id=arn, name=f"service-{number}", region="", listing="roles",
        sections={"config": {"kind": "role"}, "policies": {"policies": [{"name": "p", "document": bodies}]}},
        grants=tuple(Grant("inline", "p", "p", statement) for statement in statements),
    )  # fmt: skip


def reading(account: Account, count: int, at: datetime, changed: int) -> Outcome:
    """Both scopes once; the first `changed` functions have more memory than before."""
    scopes = (
        ("global", "roles", (role(number) for number in range(int(count * ROLES_PER_FUNCTION)))),
        (REGION, "functions", (function(number, 256 if number < changed else 128) for number in range(count))),
    )
    outcome = Outcome()
    for scope, listing, seen in scopes:
        outcome = recorded(account, scope, listing, seen, at)
    return outcome


def recorded(account: Account, scope: str, listing: str, seen: Iterator[Observation], at: datetime) -> Outcome:
    recorder = open_scope(account, scope, at)
    known_of(recorder.scope)
    for some in batched(seen, 250):
        recorder.store(some)
    return recorder.close([Coverage(listing, ReadState.COMPLETE, listing=True)])


class Writes:
    """Counts the statements that write."""

    count = 0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.count += sql.startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, *rest)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--functions", type=int, default=100_000)
    count = parser.parse_args().functions
    if "bench" not in str(connection.settings_dict["NAME"]):
        sys.exit("The database's name must say bench: this empties it.")
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    account = Account.objects.create(provider="aws", native_id=NUMBER, name="bench")
    print(f"{count} functions, {int(count * ROLES_PER_FUNCTION)} roles, {connection.vendor}")
    for number, (name, changed) in enumerate([("first", 0), ("no change", 0), ("1 % changed", count // 100)]):
        writes, started, cpu = Writes(), time.perf_counter(), time.process_time()
        with connection.execute_wrapper(writes):
            outcome = reading(account, count, DAY + number * timedelta(hours=1), changed)
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told = f"{wall:8.1f} s {cpu:8.1f} CPU s {writes.count:8} writes {peak:6} MB peak"
        print(f"{name:12} {told}   {len(outcome.added)} added, {len(outcome.changed)} changed")


if __name__ == "__main__":
    main()
