"""The only writer of the inventory.

`open_scope` gives a `ScopeRecorder`; `store` it what was seen, batch by batch, and `close` it with how the reading
went. `known_of` is what a collector may remember, `conclude` writes what the reasoning worked out.
"""

from inventory.record.activity import record_activity
from inventory.record.backfill import fill_changes
from inventory.record.hand_over import HandOver, readings_ended, scopes_recorded
from inventory.record.memory import known_of
from inventory.record.named import NeverRead, store_named
from inventory.record.posture import conclude, conclude_exposed, conclude_identities, recount_sharing, tell_worst
from inventory.record.prepare import Prepared, Unstorable, prepare, unpack
from inventory.record.rewrite import rewrite
from inventory.record.scope import Outcome, ScopeRecorder, StaleReading, open_scope

__all__ = [
    "HandOver",
    "NeverRead",
    "Outcome",
    "Prepared",
    "ScopeRecorder",
    "StaleReading",
    "Unstorable",
    "conclude",
    "conclude_exposed",
    "conclude_identities",
    "fill_changes",
    "known_of",
    "open_scope",
    "prepare",
    "readings_ended",
    "record_activity",
    "recount_sharing",
    "rewrite",
    "scopes_recorded",
    "store_named",
    "tell_worst",
    "unpack",
]
