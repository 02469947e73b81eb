"""How many requests a second Google grants a project, by API; a little below the published quotas.

Sources: the quota pages of Cloud Run functions (1,200 reads a minute), Cloud Asset Inventory (100 a minute for the
calls used), Cloud Logging (60 reads a minute), Resource Manager and IAM (600 to 6,000 a minute).
"""

from __future__ import annotations

import threading

from collectors.pace import Bucket

_RATES = {
    "cloudfunctions": 18.0,
    "run": 18.0,
    "iam": 20.0,
    "cloudresourcemanager": 8.0,
    "cloudasset": 1.5,
    "logging": 0.95,
    "recommender": 1.5,
}
_OTHERS = 8.0

_buckets: dict[tuple[str, str], Bucket] = {}
_lock = threading.Lock()


def bucket(project: str, api: str) -> Bucket:
    """The bucket of this process for such calls; all sessions into one project share it."""
    with _lock:
        return _buckets.setdefault((project, api), Bucket(_RATES.get(api, _OTHERS)))
