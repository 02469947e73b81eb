"""How long it takes to verify an audit log of a million entries: `python -m benchmarks.bench_audit [entries]`.

Works in an embedded database of its own, or in the empty one that `DATABASE_URL` names. The aim is 60 s for a million.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["FANLIGHT_VAR"] = tempfile.mkdtemp(prefix="fanlight-bench-")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from inventory.audit import verify  # noqa: E402
from inventory.models.audit import GENESIS, SEALED, AuditEntry, seal  # noqa: E402

BATCH = 10_000


def fill(entries: int) -> None:
    """A log of so many entries, a second apart."""
    began, previous = timezone.now() - timedelta(seconds=entries), GENESIS
    for start in range(1, entries + 1, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, entries + 1)):
            told: dict[str, Any] = {
                "number": number, "at": began + timedelta(seconds=number), "action": "triage", "who": "analyst",
                "user": 7, "ip": "198.51.100.7", "request": f"{number:032x}", "kind": "finding", "key": str(number),
                "name": "public_invoke of checkout", "account": 3, "before": '{"status": "open"}',
                "after": '{"reason": "behind a gateway that signs", "status": "accepted"}',
            }  # fmt: skip
            hashed = seal(previous, *[told[name] for name in SEALED])
            rows.append(AuditEntry(**told, previous=previous, hash=hashed))
            previous = hashed
        AuditEntry.objects.bulk_create(rows)


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    call_command("migrate", verbosity=0)
    if AuditEntry.objects.exists():
        sys.exit("There are audit entries already, which are not to be mixed with invented ones.")
    fill(entries)
    began, cpu = time.monotonic(), time.process_time()
    found = verify()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    print(f"{found.entries:,} entries verified in {seconds:.1f} s, of them {cpu:.1f} s of CPU; "
          f"faults: {found.faults or 'none'}")  # fmt: skip
    shutil.rmtree(os.environ["FANLIGHT_VAR"])


if __name__ == "__main__":
    main()
