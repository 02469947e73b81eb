"""How a function can be reached: every way in with its rung on the ladder, the network in front, and what is closed."""

from dataclasses import dataclass
from enum import StrEnum

from findings.access.decision import Reason
from findings.access.ladder import Exposure, worst


class Reach(StrEnum):
    """From where the network lets a caller come."""

    INTERNET = "internet"
    IP_RESTRICTED = "ip_restricted"
    LOAD_BALANCER = "load_balancer"
    INTERNAL = "internal"
    PRIVATE_ENDPOINT = "private_endpoint"
    CLOSED = "closed"
    UNKNOWN = "unknown"

    @property
    def summary(self) -> str:
        """One of internet, restricted, private, unknown."""
        return _SUMMARIES[self]


_SUMMARIES = {
    Reach.INTERNET: "internet",
    Reach.IP_RESTRICTED: "restricted",
    Reach.LOAD_BALANCER: "restricted",
    Reach.INTERNAL: "private",
    Reach.PRIVATE_ENDPOINT: "private",
    Reach.CLOSED: "private",
    Reach.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One binding or setting that lets someone in; certain is False when it hangs on what was not decided or read."""

    level: Exposure
    who: str
    reason: Reason
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Surface:
    """All ways in. latent: why the path is closed although the ways exist (stopped, no URL, …); empty when open."""

    ways: tuple[Way, ...]
    reach: Reach
    latent: tuple[str, ...] = ()

    @property
    def level(self) -> Exposure:
        """The highest rung that is certain."""
        return worst(way.level for way in self.ways if way.certain)

    @property
    def possible(self) -> Exposure:
        """The highest rung that may hold once everything undecided is known; never below `level`."""
        return worst(way.level for way in self.ways)

    @property
    def because(self) -> tuple[Reason, ...]:
        """What gives `level`."""
        return tuple(way.reason for way in self.ways if way.certain and way.level is self.level)

    @property
    def unless(self) -> tuple[Reason, ...]:
        """What would lift it above `level`."""
        return tuple(way.reason for way in self.ways if not way.certain and way.level > self.level)
