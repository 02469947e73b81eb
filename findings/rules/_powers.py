"""What rules about identities share: whose powers, how wide they are, and how they are told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from findings.rule import Unsure
from findings.seen import Seen, SeenIdentity, SeenPower

#: Breadths that take in a whole account or more.
WIDE = ("account", "organisation")
_CONTAINER = {"aws": "account", "gcp": "project", "azure": "subscription"}
#: The long front of a managed policy's ARN; its name is what people know it by.
_POLICY = re.compile(r"arn:aws[\w-]*:iam::\w*:policy/(?:[\w+=,.@-]+/)*")
_MOST = 4


def powers(seen: Seen, *wanted: str) -> Iterator[tuple[SeenIdentity, SeenPower]]:
    """The powers of these classes, of every identity the function runs as."""
    for identity in seen.identities:
        for power in identity.powers:
            if power.power in wanted:
                yield identity, power


def is_admin(identity: SeenIdentity) -> bool:
    """Whether it may do anything in its account, with certainty."""
    return any(power.power == "admin" and not power.conditional for power in identity.powers)


def admins(seen: Seen) -> Iterator[tuple[SeenIdentity, SeenPower]]:
    """Every identity that is an administrator with certainty, once, with the power that makes it one."""
    for identity in seen.identities:
        held = [power for power in identity.powers if power.power == "admin" and not power.conditional]
        if held:
            yield identity, held[0]


def climbing(identity: SeenIdentity) -> SeenPower | None:
    """A way to more rights that needs nothing that is not there: what it is used on exists, no condition is open."""
    ways = (power for power in identity.powers if power.power == "identity_escalation")
    return next((power for power in ways if power.confirmed and not power.conditional), None)


def without_identity(seen: Seen) -> str:
    """Why a rule about identities does not apply: the function runs as none."""
    section = seen.document.get("identity")
    return "it runs as no identity" if section is not None and not section.get("identities") else ""


def unless_admin(seen: Seen) -> str:
    """Why a rule about a single power does not apply: it runs as none, or as an administrator who holds them all."""
    admin = bool(seen.identities) and all(map(is_admin, seen.identities))
    return "its identity is an administrator: see admin_identity" if admin else without_identity(seen)


def unsure_of(seen: Seen) -> Iterator[Unsure]:
    """What is not known of its identities, for rules that need it only where something else is given."""
    for identity in seen.identities:
        if not identity.known:
            yield Unsure(f"{called(identity)}, which it runs as, was never read")
        elif "policies" in identity.unread or identity.privilege == "unknown":
            yield Unsure(f"not all of what {called(identity)} may do could be read")
    if "identity" not in seen.document:
        yield Unsure("whom it runs as was never read")


def called(identity: SeenIdentity) -> str:
    """The name that people know an identity by."""
    return identity.name or identity.native_id


def runs_as(seen: Seen, identity: SeenIdentity) -> str:
    """The identity as it is told in a path: one that is called like its function is the function's own."""
    return "an identity of its own" if called(identity) == seen.name else called(identity)


def by(power: SeenPower) -> str:
    """The policy, role or statement that gives a power."""
    return _POLICY.sub("", power.via) or "a policy"


def on(seen: Seen, power: SeenPower) -> str:
    """How far a power reaches, in words."""
    if power.breadth == "organisation":
        return "the whole directory" if power.scope == "directory" else f"more than one {_CONTAINER[seen.provider]}"
    if power.breadth == "account":
        home = power.scope.removeprefix("projects/").removeprefix("/subscriptions/") == seen.account
        elsewhere = seen.provider != "aws" and power.scope and not home
        return f"the whole of {power.scope}" if elsewhere else whole(seen)
    return power.scope or "some resources"


def whole(seen: Seen) -> str:
    """The account, in the cloud's word."""
    return f"the whole {_CONTAINER[seen.provider]}"


def short(arn: str) -> str:
    """The name at the end of an ARN or resource id."""
    return arn.rpartition("/")[2].rpartition(":")[2] or arn


def some(names: tuple[str, ...] | list[str]) -> str:
    """A few of many names."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
