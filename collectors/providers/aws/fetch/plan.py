"""What is due: which functions of a region are read in full this time, and which only in the list.

Two depths. *Core* (policies, aliases, URLs and all that surrounds a function) is read when a function is new, when its
revision changed, when the activity log names it, and for the whole region when the oldest core in it is older than the
refresh age; where the log cannot be read, always. *Detail* (one call each for rarely changed settings) is read
when the function is new or changed, and when its own last detail is too old.

Ages are shortened by up to half, by a hash of the id, so that not everything falls due at once. The first reading of a
region with many functions leaves the detail to the next ones: at 15 requests a second it would take the time of the
core.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from collectors.provider import Memory
from inventory.facts import Known

Json = Any

#: A first reading of more functions than this reads no detail; later ones at most so many functions' detail each.
DETAIL_AT_ONCE, DETAIL_A_RUN = 100, 1000
#: Up to so many functions' log groups are looked up by name; for more of them one sweep is cheaper.
BY_NAME = 20


def settings_id(account: str, region: str) -> str:
    """The native id of the resource that stands for an account's settings in a region."""
    return f"{account}/{region}"


class Plan:
    """The decisions of one reading of one region. Safe for threads."""

    def __init__(self, memory: Memory, account: str, region: str, functions: int) -> None:
        self._memory = memory
        place = settings_id(account, region)
        settings = memory.known.get(place)
        self.settings_due = settings is None or too_old(memory, place, settings.core_at)
        ages = [
            known.core_at for native_id, known in memory.known.items() if ":function:" in native_id and known.core_at
        ]
        self.region_due = bool(ages) and too_old(memory, place, min(ages))
        first_of_many = not memory.known and functions > DETAIL_AT_ONCE
        self._details_left = 0 if first_of_many else DETAIL_A_RUN
        self._lock = threading.Lock()

    @property
    def everything(self) -> bool:
        """Whether the whole region is read in full."""
        return self.region_due or self._memory.named is None

    def core(self, function: Mapping[str, Json]) -> bool:
        known = self._known(function)
        return self.everything or known is None or known.core_at is None or self._changed(function, known)

    def detail(self, function: Mapping[str, Json]) -> bool:
        known = self._known(function)
        due = known is None or self._changed(function, known) or too_old(self._memory, _arn(function), known.detail_at)
        with self._lock:
            if due and self._details_left > 0:
                self._details_left -= 1
                return True
        return False

    def _known(self, function: Mapping[str, Json]) -> Known | None:
        return self._memory.known.get(_arn(function))

    def _changed(self, function: Mapping[str, Json], known: Known) -> bool:
        named = self._memory.named
        return known.revision != str(function.get("RevisionId") or "")[:64] or bool(named and _arn(function) in named)


def too_old(memory: Memory, native_id: str, at: datetime | None) -> bool:
    """Whether what was read of a resource `at` a time is due again."""
    if at is None:
        return True
    return memory.at - at >= timedelta(hours=memory.refresh_hours) * (0.5 + 0.5 * _spread(native_id))


def _arn(function: Mapping[str, Json]) -> str:
    return str(function.get("FunctionArn") or "")


def _spread(text: str) -> float:
    """Always the same number between 0 and 1 for a text."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).digest()) / 0xFFFFFFFF
