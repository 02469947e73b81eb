"""What a whole collection costs, recording and judging included: 1,000 functions of each cloud, from the sandbox.

    python -m benchmarks.bench_collect [--functions 1000] [--clouds aws,gcp,azure]

For each cloud a first run and one in which nothing changed: wall and CPU seconds of our process, requests, requests a
function, peak memory. The sandbox runs in a process of its own. Writes to a database in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
#: How many AWS functions an estate needs for one function of each cloud (the sandbox keeps these proportions).
SIZES = {"aws": 1.0, "gcp": 130 / 35, "azure": 130 / 30}


def measure(slug: str, functions: int) -> None:
    """Collect every account of one cloud twice and print what each time cost."""
    from django.core.management import call_command

    from collectors.collect import collect_now
    from collectors.models import Run
    from config.clouds import clouds
    from config.demo import connect_accounts
    from inventory.models import Account, Function

    call_command("migrate", verbosity=0)
    at = datetime.now(UTC).replace(microsecond=0)
    with clouds(round(functions * SIZES[slug]), at - timedelta(days=1)) as estate:
        connect_accounts(estate.url)
        accounts = list(Account.objects.filter(provider=slug))
        # The second "first" finishes what a first reading of many leaves to the next; then nothing is left to ask.
        for label, hours in (("first run", 0), ("run after it", 1), ("nothing changed", 2)):
            wall, cpu = time.monotonic(), time.process_time()
            runs = [collect_now(account, at=at + timedelta(hours=hours)).pk for account in accounts]
            told: list[dict[str, Any]] = list(Run.objects.filter(pk__in=runs).values_list("totals", flat=True))
            calls = sum(totals.get("calls", 0) for totals in told)
            seen = Function.objects.filter(provider=slug, gone_at=None).count()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            wall, cpu = time.monotonic() - wall, time.process_time() - cpu
            print(f"{slug:6} {label:16} {seen} functions in {len(accounts)} accounts: {wall:.1f} s wall,", end=" ")
            print(
                f"{cpu:.1f} s CPU, {calls} requests ({calls / max(seen, 1):.2f} a function), {peak} MB peak", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=1000)
    parser.add_argument("--clouds", default="aws,gcp,azure")
    options = parser.parse_args()
    for slug in options.clouds.split(","):
        # A process each, so that the memory of one is not told of the next.
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {"FANLIGHT_VAR": folder, "DATABASE_URL": "", "FANLIGHT_LOG_LEVEL": "ERROR"}
            os.environ.pop("DATABASE_URL")
            import django

            django.setup()
            measure(slug, options.functions)
        os._exit(0)


if __name__ == "__main__":
    main()
