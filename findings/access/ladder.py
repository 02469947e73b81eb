"""The exposure ladder: how far away from the owner a grant reaches, in one order for three clouds.

Definition: who may use a resource, from nobody to anybody without credentials. The order of the members is
the order of the ladder, so `max()` of several grants is the exposure of the resource.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Exposure(Enum):
    """One rung. Compares by rung (`Exposure.EXTERNAL > Exposure.SAME_ACCOUNT`); `.value` is the stored text."""

    NONE = "none"
    """Nobody is granted anything."""
    SAME_ACCOUNT = "same_account"
    """Principals of the owning account (project, subscription)."""
    SERVICE_SCOPED = "service_scoped"
    """A cloud service, acting for a named source of ours."""
    SERVICE_UNSCOPED = "service_unscoped"
    """A cloud service, acting for anybody's resource (the confused deputy)."""
    ORGANISATION = "organisation"
    """Every principal of an organisation, domain or tenant."""
    EXTERNAL = "external"
    """Named principals, accounts or networks outside the zone of trust."""
    PUBLIC_AUTHENTICATED = "public_authenticated"
    """Anybody who has some account in the cloud."""
    PUBLIC_ANONYMOUS = "public_anonymous"
    """Anybody, without credentials."""

    @property
    def rung(self) -> int:
        """0 for nobody, upwards."""
        return _RUNGS[self]

    @property
    def is_public(self) -> bool:
        """Whether strangers are let in, with or without credentials."""
        return self.rung >= Exposure.PUBLIC_AUTHENTICATED.rung

    def __lt__(self, other: Exposure) -> bool:
        return self.rung < other.rung

    def __le__(self, other: Exposure) -> bool:
        return self.rung <= other.rung

    def __gt__(self, other: Exposure) -> bool:
        return self.rung > other.rung

    def __ge__(self, other: Exposure) -> bool:
        return self.rung >= other.rung


_RUNGS = {member: rung for rung, member in enumerate(Exposure)}


def worst(levels: Iterable[Exposure]) -> Exposure:
    """The highest rung among `levels`; NONE when there is none."""
    return max(levels, default=Exposure.NONE)
