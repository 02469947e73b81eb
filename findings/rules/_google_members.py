"""Who may become a Google service account: by its own policy, and by that of its project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from findings.access.gcp.powers import ACT_AS, IMPERSONATION
from findings.access.gcp.principals import is_agent
from findings.access.gcp.roles import bundled
from findings.access.gcp.trust import Trust, levels
from findings.access.ladder import Exposure
from findings.rule import Unsure
from findings.seen import Seen, SeenIdentity

#: Basic roles are told by what they make of their holders, not for each service account that they take in.
_BASIC = ("roles/owner", "roles/editor", "roles/viewer")


@dataclass(frozen=True, slots=True)
class Member:
    """A member who may become a service account. `mints` is false where it may only attach it to what it deploys;
    `wide` is true where the binding stands on the project and takes in all of its service accounts."""

    name: str
    role: str
    mints: bool
    wide: bool
    level: Exposure

    @property
    def is_foreign(self) -> bool:
        return self.level >= Exposure.EXTERNAL


def members(seen: Seen, identity: SeenIdentity) -> Iterator[Member | Unsure]:
    """Everybody who may become this account, once for each role, but Google's own agents."""
    own = (f"projects/{seen.account}",)
    trust = Trust(containers=frozenset(f"projects/{one}" for one in seen.zone.accounts | seen.zone.trusted))
    for wide, binding in _bindings(seen, identity):
        role = str(binding.get("role", ""))
        permissions = bundled(role)
        if role in _BASIC:
            continue
        if permissions is None:
            yield Unsure(f"what the role {role}, bound on {identity.name}, allows is not known")
            continue
        mints = bool(permissions & IMPERSONATION.keys())
        if not mints and ACT_AS not in permissions:
            continue
        for name in binding.get("members") or ():
            bare = str(name).removeprefix("serviceAccount:")
            if bare != identity.native_id and not is_agent(bare):
                yield Member(str(name), role, mints, wide, levels(str(name), own, trust)[0])


def _bindings(seen: Seen, identity: SeenIdentity) -> Iterator[tuple[bool, Mapping[str, Any]]]:
    for binding in (identity.section("trust").get("document") or {}).get("bindings") or ():
        yield False, binding
    for policy in seen.of_account("access").get("policies") or ():
        for binding in policy.get("bindings") or ():
            if bundled(str(binding.get("role", ""))) is not None:
                yield True, binding
