"""Two depths: what lists tell is read every time, what costs a call of its own only when it is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from collectors.provider import Memory


def is_due(memory: Memory, native_id: str, revision: str, also: Iterable[str] = ()) -> bool:
    """Whether to ask again what belongs to one resource: it is new, changed, named by the log, or last asked long ago.

    `also` are other names under which the log may speak of it. Without the log nothing may be skipped.
    """
    known = memory.known.get(native_id)
    if known is None or known.core_at is None or memory.named is None or known.revision != revision:
        return True
    if not memory.named.isdisjoint({native_id, *also}):
        return True
    return memory.at - known.core_at >= timedelta(hours=memory.refresh_hours)
