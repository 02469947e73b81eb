"""Whether workers share the accounts: one worker against two, over PostgreSQL and Redis.

    python -m benchmarks.bench_workers [--size 260] [--at-once 2] [--latency-ms 0 50] [--rounds 3]

Reads every account of the sandbox through the queue with one worker process and with two in turn, each time from an
empty inventory, and prints the medians. The clouds, the database and the workers share this machine's cores: with
clouds that answer at once it is those that are measured. Real clouds take 25 to 80 ms a call, in which a worker waits
and needs no core: `--latency-ms` makes every answer take so much longer. Needs PostgreSQL and Redis on their usual
local ports (PGHOST, PGUSER, FANLIGHT_TEST_BROKER_URL name others); says so and ends well when they are not there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
NAME = f"fanlight_bench_{os.getpid()}"
HOST, USER = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGUSER", "postgres")
BROKER = os.environ.get("FANLIGHT_TEST_BROKER_URL", "redis://127.0.0.1:6379/8")


@contextmanager
def database() -> Iterator[str]:
    """The address of a database of our own."""
    with psycopg.connect(dbname="postgres", host=HOST, user=USER, autocommit=True, connect_timeout=3) as server:
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            yield f"postgres://{USER}@{HOST}:5432/{NAME}"
        finally:
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def measure(workers: int, at_once: int, size: int, latency: float) -> float:
    """Seconds from the first task to the end of the last run."""
    from django.core.management import call_command
    from django.utils import timezone

    from collectors.models import Run, Worker
    from collectors.tasks import tick
    from config.clouds import clouds
    from config.demo import connect_accounts
    from inventory.models import Account, Function

    call_command("migrate", verbosity=0)
    empty_all_tables()
    with clouds(size, datetime.now(UTC), latency) as estate:
        connect_accounts(estate.url)
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "-c", str(at_once)]
        started = [
            subprocess.Popen(
                [*command, "--hostname", f"bench{number}@%h"],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for number in range(workers)
        ]
        try:
            while Worker.objects.count() < workers:
                time.sleep(0.2)
            Account.objects.update(due_at=timezone.now())
            began = time.monotonic()
            tick()
            while Run.objects.filter(finished_at=None).exists():
                time.sleep(0.1)
            took = time.monotonic() - began
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()
        accounts, functions = Account.objects.count(), Function.objects.count()
        print(
            f"{workers} workers × {at_once} tasks, {latency * 1000:.0f} ms: {accounts} accounts, "
            f"{functions} functions in {took:.1f} s",
            flush=True,
        )
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=260)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0.0, 50.0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    try:
        with database() as address, tempfile.TemporaryDirectory() as folder:
            more = {"DATABASE_URL": address, "CELERY_BROKER_URL": BROKER, "FANLIGHT_QUEUE": NAME}
            os.environ |= {**more, "FANLIGHT_VAR": folder, "FANLIGHT_LOG_LEVEL": "ERROR"}
            import django

            django.setup()
            for latency in options.latency_ms:
                compare(options.at_once, options.size, latency / 1000, options.rounds)
            django.db.connections.close_all()
    except psycopg.OperationalError as away:
        print(f"Left out: PostgreSQL does not answer here ({str(away).splitlines()[0]}).")


def empty_all_tables() -> None:
    """An installation as it was before its first account; the audit log's triggers would refuse that."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        call_command("flush", interactive=False, verbosity=0)
        cursor.execute("SET session_replication_role = origin")


def compare(at_once: int, size: int, latency: float, rounds: int) -> None:
    """Measure in turn, so that what else the machine does falls on both, and print the medians."""
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, seconds in took.items():
            seconds.append(measure(workers, at_once, size, latency))
    one, two = median(took[1]), median(took[2])
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"Medians of {rounds} at {latency * 1000:.0f} ms a call on {cores} cores (load {load:.0f}): one worker "
          f"{one:.1f} s, two {two:.1f} s, which is {two / one:.0%} of the time of one.", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
