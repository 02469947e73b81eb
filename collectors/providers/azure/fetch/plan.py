"""What is due: which apps are read in full this time, and which only in the bulk lists.

Two depths. *Core* (functions with their bindings, sign-in settings, publishing policies) is read when an app is new,
when its revision changed, when the activity log names it, when its own reading is older than the refresh age, and
always where the log cannot be read. *Detail* (references to Key Vault, diagnostic settings) is read likewise, but not
for the log's failure; and so are identities (what Microsoft Graph says of them, who may sign in as them).

Ages are shortened by up to half, by a hash of the id, so that not everything falls due at once. The first reading of
many apps leaves the detail to the next ones: at 25 requests a second it would take the time of the core.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta

from collectors.provider import Memory

#: A first reading of more apps than this reads no detail; later ones at most so many apps' detail each.
DETAIL_AT_ONCE, DETAIL_A_RUN = 500, 2000


class Plan:
    """The decisions of one reading of one listing. Safe for threads.

    A revision is a mark of the resource itself, and after a dot maybe one of who holds roles on it from wherever. Only
    the first part makes it due; the second tells whether its bindings must be told again (`held`).
    """

    def __init__(self, memory: Memory, entries: int) -> None:
        self._memory = memory
        first_of_many = not memory.known and entries > DETAIL_AT_ONCE
        self._details_left = 0 if first_of_many else DETAIL_A_RUN
        self._lock = threading.Lock()

    def core(self, native_id: str, revision: str) -> bool:
        known = self._memory.known.get(native_id)
        unlogged = self._memory.named is None
        return unlogged or known is None or self._changed(native_id, revision) or self._old(native_id, known.core_at)

    def due(self, native_id: str, revision: str) -> bool:
        """Whether an identity is read in full; its revision tells what the log would, so it is not asked for."""
        known = self._memory.known.get(native_id)
        return known is None or self._changed(native_id, revision) or self._old(native_id, known.core_at)

    def detail(self, native_id: str, revision: str) -> bool:
        known = self._memory.known.get(native_id)
        due = known is None or self._changed(native_id, revision) or self._old(native_id, known.detail_at)
        with self._lock:
            if due and self._details_left > 0:
                self._details_left -= 1
                return True
        return False

    def _changed(self, native_id: str, revision: str) -> bool:
        named, known = self._memory.named, self._memory.known.get(native_id)
        own = known is not None and known.revision.partition(".")[0] == revision.partition(".")[0]
        return not own or bool(named and native_id in named)

    def held(self, native_id: str, revision: str) -> bool:
        """Whether who holds roles on it is not known to be the same as last time."""
        known = self._memory.known.get(native_id)
        return known is None or known.revision.partition(".")[2] != revision.partition(".")[2]

    def _old(self, native_id: str, at: datetime | None) -> bool:
        if at is None:
            return True
        return self._memory.at - at >= timedelta(hours=self._memory.refresh_hours) * (0.5 + 0.5 * _spread(native_id))


def _spread(text: str) -> float:
    """Always the same number between 0 and 1 for a text."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).digest()) / 0xFFFFFFFF
