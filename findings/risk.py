"""One number to sort findings by: severity × exposure × privilege × path × age. No Django here.

    risk = severity weight × exposure factor × privilege factor × path factor × 2 ^ (days open ÷ 180)

Weights: critical 100, high 40, medium 12, low 4, info 1. The factors run from 1 (nobody may invoke it; its identity may
do nothing) to 3 (anyone may; it is admin), and are 2 where that is unknown or the subject is an account: unknown is not
safe. A combination, which joins several faults into one path, counts double: it goes before each of its parts. A fault
that stays open counts double every 180 days.

Because age doubles at the same pace for all, the order of any two findings never changes with time. `key` is that
order (log₂ of risk at a fixed day, in millionths), so it is stored once and indexed; `score` turns it into the risk of
today.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import exp2, log2

from findings.severity import Severity
from inventory.rungs import EXPOSURE, PRIVILEGE, rung

DOUBLES_IN_DAYS = 180
UNKNOWN_FACTOR = 2.0
PATH_FACTOR = 2.0
WEIGHTS = {Severity.CRITICAL: 100, Severity.HIGH: 40, Severity.MEDIUM: 12, Severity.LOW: 4, Severity.INFO: 1}
FORMULA = (
    "severity × exposure × privilege × path × age: 100, 40, 12, 4 or 1, times 1 to 3, times 1 to 3, doubled for a "
    "combination of faults, and doubled every 180 days"
)

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_FINE = 1_000_000


def factor(ladder: tuple[str, ...], word: str) -> float:
    """1 for the lowest rung of a ladder, 3 for the highest, 2 for a word that is not on it (unknown)."""
    place = rung(ladder, word)
    return UNKNOWN_FACTOR if place is None else 1 + 2 * place / (len(ladder) - 1)


def weight(severity: Severity, invoke: str, privilege: str, is_path: bool = False) -> float:
    """The risk of a new finding on a function with this exposure and privilege; between 1 and 1,800.

    `is_path`: it joins several faults into one path.
    """
    return WEIGHTS[severity] * factor(EXPOSURE, invoke) * factor(PRIVILEGE, privilege) * (PATH_FACTOR if is_path else 1)


def key(weight: float, opened_at: datetime) -> int:
    """The place of a finding among all others; greater is more urgent."""
    return round((log2(weight) - _days(opened_at) / DOUBLES_IN_DAYS) * _FINE)


def score(key: int, at: datetime) -> int:
    """The risk at a time, as people see it. A finding cannot be younger than new."""
    return round(exp2(key / _FINE + _days(at) / DOUBLES_IN_DAYS))


def _days(at: datetime) -> float:
    return (at - _EPOCH).total_seconds() / 86_400
