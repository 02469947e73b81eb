"""How bad a fault is, in one order for rules, findings, pages and exports. No Django here."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Worst first; `.value` is the stored word."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info, so that lists can sort and rules can compare."""
        return _RANKS[self]

    def raised(self, steps: int = 1) -> Severity:
        """So many steps worse, at most critical."""
        return _BY_RANK[min(self.rank + steps, 4)]

    def lowered(self, steps: int = 1) -> Severity:
        """So many steps milder, at least info."""
        return _BY_RANK[max(self.rank - steps, 0)]


_RANKS = {member: 4 - place for place, member in enumerate(Severity)}
_BY_RANK = {rank: member for member, rank in _RANKS.items()}


def worst(severities: list[Severity]) -> Severity:
    """The worst of these; raises ValueError when there is none."""
    return max(severities, key=lambda severity: severity.rank)
