"""Whether workers share the accounts: one worker against two, over PostgreSQL and Redis.

    python -m benchmarks.bench_workers [--size 260] [--at-once 2]

Reads every account of the sandbox through the queue with one worker process, then anew with two. Needs PostgreSQL and
Redis on their usual local ports (PGHOST, PGUSER, FANLIGHT_TEST_BROKER_URL name others); says so and ends well when they
are not there. The clouds, the database and the workers share this machine's cores.
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


def measure(workers: int, at_once: int, size: int) -> float:
    """Seconds from the first task to the end of the last run."""
    from django.core.management import call_command
    from django.utils import timezone

    from collectors.models import Run, Worker
    from collectors.tasks import tick
    from config.clouds import clouds
    from config.demo import connect_accounts
    from inventory.models import Account, Function

    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    with clouds(size, datetime.now(UTC)) as estate:
        connect_accounts(estate.url)
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "-c", str(at_once)]
        started = [
            subprocess.Popen([*command, "--hostname", f"bench{number}@%h"], cwd=ROOT, stderr=subprocess.DEVNULL)
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
            f"{workers} workers × {at_once} tasks: {accounts} accounts, {functions} functions in {took:.1f} s",
            flush=True,
        )
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=260)
    parser.add_argument("--at-once", type=int, default=2)
    options = parser.parse_args()
    try:
        with database() as address, tempfile.TemporaryDirectory() as folder:
            more = {"DATABASE_URL": address, "CELERY_BROKER_URL": BROKER, "FANLIGHT_QUEUE": NAME}
            os.environ |= {**more, "FANLIGHT_VAR": folder, "FANLIGHT_LOG_LEVEL": "ERROR"}
            import django

            django.setup()
            one, two = (measure(workers, options.at_once, options.size) for workers in (1, 2))
            print(f"Two workers take {two / one:.0%} of the time of one.")
            django.db.connections.close_all()
    except psycopg.OperationalError as away:
        print(f"Left out: PostgreSQL does not answer here ({str(away).splitlines()[0]}).")


if __name__ == "__main__":
    main()
