"""What throttling costs: 2,000 functions of AWS read whole, then anew with 429 on 30 % of all calls.

    python -m benchmarks.bench_throttled [--functions 2000]

Two whole runs (read, record, judge) into an embedded database of their own, over a moto server and a proxy that breaks
what passes. Fails unless the second run succeeds, finds the same inventory and takes at most three times as long. Tells
how often a single call was tried: at most five times in a round, and a second round only after a rest. Not part of
`make bench` without FANLIGHT_BENCH_LONG=1, since it takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
SHARE, MOST_TIMES_AS_LONG = 0.3, 3.0
THROTTLED = {"service": "*", "probability": SHARE, "error": {"code": "ThrottlingException", "status": 429}}


@contextmanager
def estate(functions: int) -> Iterator[dict[str, Any]]:
    """A moto server with so many functions: {url, account, regions}."""
    command = [sys.executable, str(ROOT / "benchmarks" / "moto_estate.py"), "--functions", str(functions)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        yield json.loads(next(line for line in server.stdout if line.startswith("{")))
        server.stdin.close()


@contextmanager
def proxy(upstream: str) -> Iterator[str]:
    """The address of a proxy before this server."""
    from tests.services.cut import free_port

    port = free_port()
    command = [sys.executable, "-m", "microburst", "--upstream", upstream, "--port", str(port), "--no-resign"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        rules(url, [], patience=60)
        yield url
    finally:
        server.kill()
        server.wait()


def rules(url: str, wanted: list[dict[str, Any]], patience: float = 0) -> None:
    """Let the proxy break what these rules say."""
    deadline = time.monotonic() + patience
    asked = Request(f"{url}/_microburst/rules", method="POST", data=json.dumps(wanted).encode())
    asked.add_header("Content-Type", "application/json")
    while True:
        try:
            urlopen(asked, timeout=60).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def counted_attempts() -> Iterator[Counter[int]]:
    """How many rounds of attempts took how many."""
    from collectors.providers.aws.reach import Reach

    tally: Counter[int] = Counter()
    here = threading.local()
    rounds, single = Reach.attempts, Reach._attempt

    def counted_round(self: Reach, *args: Any, **more: Any) -> Any:
        here.tried = 0
        try:
            return rounds(self, *args, **more)
        finally:
            tally[here.tried] += 1

    def counted_try(self: Reach, *args: Any, **more: Any) -> Any:
        here.tried += 1
        return single(self, *args, **more)

    with patch.multiple(Reach, attempts=counted_round, _attempt=counted_try):
        yield tally


def collect(url: str, told: dict[str, Any]) -> tuple[float, Any, dict[str, Any]]:
    """A whole first run: its seconds, the run, and the inventory it found."""
    from django.core.management import call_command

    from collectors.collect import collect_now
    from inventory.models import Account, Resource

    call_command("flush", interactive=False, verbosity=0)
    way = {"endpoint": url, "regions": told["regions"]}
    account = Account.objects.create(provider="aws", native_id=told["account"], name="bench", connection=way)
    began = time.monotonic()
    run = collect_now(account)
    took = time.monotonic() - began
    rows = Resource.objects.filter(gone_at=None).select_related("latest")
    return took, run, {row.native_id: (row.latest and row.latest.digest, sorted(row.unread)) for row in rows}


def measure(functions: int) -> int:
    """Both runs; the exit code."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with estate(functions) as told, proxy(told["url"]) as url:
        collect(url, told)  # moto loads its back ends with the first questions
        whole, _, found = collect(url, told)
        rules(url, [THROTTLED])
        with counted_attempts() as tally:
            slow, run, again = collect(url, told)
    same = {name for name, row in found.items() if again.get(name) == row}
    print(f"{functions} functions, {len(found)} resources. Undisturbed: {whole:.1f} s.")
    print(f"{SHARE:.0%} of calls throttled: {run.state} in {slow:.1f} s ({slow / whole:.2f} times as long), "
          f"{run.totals['calls']} calls, {run.totals['throttles']} throttled, {run.totals['retries']} retries; "
          f"{len(same)} resources the same, {len(found.keys() ^ again.keys())} more or fewer.")  # fmt: skip
    print(f"Attempts of a call in one round, at most: {max(tally)}; rounds by attempts: {dict(sorted(tally.items()))}")
    good = run.state == "succeeded" and found == again and slow <= MOST_TIMES_AS_LONG * whole and max(tally) <= 5
    return 0 if good else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=2000)
    options = parser.parse_args()
    if len(sys.argv) == 1 and not os.environ.get("FANLIGHT_BENCH_LONG"):
        print("Left out: takes minutes; FANLIGHT_BENCH_LONG=1 or --functions 2000 runs it.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"FANLIGHT_VAR": folder, "FANLIGHT_LOG_LEVEL": "ERROR", "AWS_ACCESS_KEY_ID": "test",
                       "AWS_SECRET_ACCESS_KEY": "test"}  # fmt: skip
        import django

        django.setup()
        return measure(options.functions)


if __name__ == "__main__":
    sys.exit(main())
