"""What reading AWS costs: 1,000 functions in 4 regions with 250 roles, from one moto server on the same machine.

    python benchmarks/bench_collect_aws.py [--functions 1000] [--rounds 3]

First reads and normalizes alone; then collects as a worker does, recorded and judged, into a SQLite database of its
own that is emptied before each round. Prints medians of wall time, CPU time and requests of our process, and its peak
memory. Goals, recording and judging included: 16 s wall, 8 s CPU, 3,100 requests, 150 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from collectors.provider import AccountRef, Memory, Unsupported  # noqa: E402
from collectors.providers.aws import PROVIDER  # noqa: E402
from collectors.providers.aws.session import AwsSession  # noqa: E402

Estate = dict[str, Any]


def read(session: AwsSession, scope: str) -> int:
    """Read a scope as the collector does, keeping nothing; returns how many observations came."""
    session.begin(scope, 600)
    memory, count = Memory(datetime.now(UTC)), 0
    for listing in PROVIDER.listings(scope):
        try:
            for raw in listing.fetch(session, scope, memory):
                count += len(list(PROVIDER.normalize(listing.name, raw)))
        except Unsupported:
            continue
    return count


def once(estate: Estate) -> tuple[float, float, int, int]:
    """One reading of the account: wall and CPU seconds, requests, observations."""
    wall, cpu = time.monotonic(), time.process_time()
    regions = estate["regions"]
    connection = {"endpoint": estate["url"], "regions": regions}
    session = PROVIDER.connect(AccountRef("aws", estate["account"], "bench", connection))
    seen = read(session, "global")
    with ThreadPoolExecutor(len(regions)) as pool:
        seen += sum(pool.map(lambda region: read(session, region), regions))
    requests = sum(session.calls(scope).calls for scope in ("global", *regions))
    return time.monotonic() - wall, time.process_time() - cpu, requests, seen


def whole(estate: Estate) -> tuple[float, float, int, int]:
    """One first collection of the account into an empty database: wall and CPU seconds, requests, resources."""
    from django.core.management import call_command

    from collectors.collect import collect_now
    from inventory.models import Account

    call_command("flush", verbosity=0, interactive=False)
    connection = {"endpoint": estate["url"], "regions": estate["regions"]}
    account = Account.objects.create(provider="aws", native_id=estate["account"], name="bench", connection=connection)
    wall, cpu = time.monotonic(), time.process_time()
    totals = collect_now(account).totals
    return time.monotonic() - wall, time.process_time() - cpu, totals["calls"], totals["seen"]


def tell(title: str, rounds: list[tuple[float, float, int, int]]) -> None:
    wall, cpu, requests, seen = (statistics.median(column) for column in zip(*rounds, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{title}: {seen:.0f} seen, {wall:.1f} s wall, {cpu:.1f} s CPU, {requests:.0f} requests, {peak} MB peak",
          flush=True)  # fmt: skip


def measure(estate: Estate, rounds: int) -> None:
    """Both, once without counting: moto and we load what we need with the first questions."""
    from django import setup
    from django.core.management import call_command

    once(estate)
    tell("read", [once(estate) for _ in range(rounds)])
    setup()
    call_command("migrate", verbosity=0)
    whole(estate)
    tell("read, recorded and judged", [whole(estate) for _ in range(rounds)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    command = [sys.executable, str(ROOT / "benchmarks" / "moto_estate.py"), "--functions", str(options.functions)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        os.environ.update(DATABASE_URL=f"sqlite:///{folder}/bench.sqlite3", FANLIGHT_VAR=folder,
                          FANLIGHT_LOG_LEVEL="ERROR")  # fmt: skip
        assert server.stdout
        assert server.stdin
        estate = json.loads(next(line for line in server.stdout if line.startswith("{")))
        print(f"{options.functions} functions in {len(estate['regions'])} regions")
        measure(estate, options.rounds)
        server.stdin.close()


if __name__ == "__main__":
    main()
