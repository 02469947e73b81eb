"""How many requests go to Azure: as many as it grants, and fewer once it throttles.

Rates: Resource Manager refills 25 reads a second for each subscription and principal (learn.microsoft.com/azure/
azure-resource-manager/management/request-limits-and-throttling); Resource Graph takes 15 queries in 5 seconds for all
subscriptions together; the activity log and Microsoft Graph are kept well below what they document.
"""

from __future__ import annotations

import threading

from collectors.pace import Bucket

#: Class of calls → requests a second.
_RATES = {"arm": 22.0, "resource graph": 2.5, "activity log": 4.0, "graph": 10.0}

_buckets: dict[tuple[str, str], Bucket] = {}
_lock = threading.Lock()


def bucket(subscription: str, route: str, service: str) -> Bucket:
    """The bucket of this process for such calls; Resource Graph and Graph count for all subscriptions together."""
    name = route if route in _RATES else service
    owner = subscription if name in ("arm", "activity log") else ""
    with _lock:
        return _buckets.setdefault((owner, name), Bucket(_RATES[name]))
