"""The pages and the API over 100,000 functions and a million grants: server time at the 95th percentile.

    python -m benchmarks.bench_list [--functions N] [--keep FILE]      on SQLite, in a folder of its own
    DATABASE_URL=postgres://… python -m benchmarks.bench_list          on that (empty) PostgreSQL database

Prints median and 95th percentile beside the figure to reach (three times that on SQLite). Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROUNDS = 10

LISTS = (
    "", "ledger-42", "name:check*", "runtime:eol", "privilege:admin runtime:python", "exposure:public -tag.env:cart",
    "tag.owner:cart", "shared:>10", "changed:<7d", "account:team-04*", "policy:p1", "has:url trigger:sqs", "is:stale",
    "memory:>=512 OR timeout:>5m", "env:LOG_LEVEL", "principal:events*", "-exposure:none network:any",
)  # fmt: skip
QUESTIONS = ("can:s3:DeleteObject", "can:kms:*", "-can:s3:GetObject", "can:iam:PassRole on:*", "can:logs:ListKey")
FACETS = ("", "runtime:python3.12", "ledger", "can:s3:GetObject", "exposure:public")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("FANLIGHT_VAR", folder)
        if options.keep:
            os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(options.keep).resolve()}")
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["FANLIGHT_LOG_LEVEL"] = "ERROR"
        import django

        django.setup()
        _prepare(options.functions)
        _measure()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure lists, facets, searches and can: over a large estate.")
    parser.add_argument("--functions", type=int, default=100_000)
    parser.add_argument("--keep", help="an SQLite file to build the estate in, or to use again when it holds one")
    return parser.parse_args()


def _prepare(functions: int) -> None:
    from django.core.management import call_command

    from benchmarks.big_estate import BigEstate
    from inventory.models import Function

    call_command("migrate", verbosity=0)
    if not Function.objects.exists():
        begun = time.perf_counter()
        BigEstate(functions).build()
        print(f"estate of {functions:,} functions written in {time.perf_counter() - begun:.0f} s")


def _measure() -> None:
    from django.db import connection
    from django.test import Client

    from inventory.models import User

    user, _ = User.objects.get_or_create(username="bench", defaults={"role": "admin"})
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    times = 1 if connection.vendor == "postgresql" else 3
    print(
        f"{connection.vendor}; figures to reach: list {100 * times} ms, facets {250 * times} ms, can {300 * times} ms"
    )
    _group("list page", client, "/functions/", LISTS)
    _group("list page, worst first", client, "/functions/?sort=-privilege", [""])
    _group("facets", client, "/search/functions/facets/", FACETS)
    _group("can:", client, "/functions/", QUESTIONS)
    _group("API page of 100", client, "/api/v1/functions/", LISTS[:6])
    _group("completion", client, "/search/functions/suggest/", ["runtime:py"])
    _export(client)


def _group(title: str, client: Any, address: str, queries: Sequence[str]) -> None:
    """Ask each query ROUNDS times, after one to warm up; print how long the server took."""
    every: list[float] = []
    lines = []
    for query in queries:
        spent = [_milliseconds(client, address, query) for _ in range(ROUNDS + 1)][1:]
        every += spent
        lines.append(f"    {statistics.median(spent):7.1f} ms   {query or '(everything)'}")
    every.sort()
    p95 = every[int(len(every) * 0.95) - 1]
    print(f"{title}: median {statistics.median(every):.1f} ms, p95 {p95:.1f} ms")
    print("\n".join(lines))


def _milliseconds(client: Any, address: str, query: str) -> float:
    begun = time.perf_counter()
    answer = client.get(f"{address}{'&' if '?' in address else '?'}{urlencode({'q': query})}")
    spent = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 200, answer.status_code
    return spent


def _export(client: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, size = time.perf_counter(), 0
    for piece in client.get("/functions.csv").streaming_content:
        size += len(piece)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"CSV of everything: {time.perf_counter() - begun:.1f} s, {size / 1e6:.1f} MB, memory grew by {grown:.0f} MB")


if __name__ == "__main__":
    main()
