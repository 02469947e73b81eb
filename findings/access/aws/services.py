"""What an AWS identity holds of each service, and what would go with each of its policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from findings.access.aws.actions import service_title
from findings.access.aws.breadth import breadth_of
from findings.access.aws.callers import caller_of
from findings.access.aws.decide import Policies
from findings.access.aws.grants import Held, effective
from findings.access.aws.masks import level_masks, names_of, service_masks
from findings.access.aws.privileges import assess
from findings.access.holdings import MOST_NAMED, Holdings, Loss, Slice, in_order
from findings.access.privilege import Assessment, Breadth

_ORDER = (Breadth.ORGANISATION, Breadth.ACCOUNT, Breadth.PATTERN, Breadth.RESOURCE)


def holdings(policies: Policies, principal: str) -> Holdings:
    """What the identity policies grant and nothing else takes away. Raises MalformedPolicy."""
    held = effective(policies, caller_of(principal))
    told = _assessed(policies, principal)
    losses = tuple(_losses(policies, principal, told, held)) if len(policies.identity) <= _MOST_POLICIES else ()
    return Holdings(told.level.value, in_order(_slices(held)), losses)


_MOST_POLICIES = 20


def _slices(held: list[Held]) -> Iterator[Slice]:
    for service, whole in service_masks().items():
        mine = [grant for grant in held if grant.actions & whole]
        if mine:
            yield _slice(service, whole, mine)


def _slice(service: str, whole: int, mine: list[Held]) -> Slice:
    found = 0
    for grant in mine:
        found |= grant.actions & whole
    counts = {level: (found & mask).bit_count() for level, mask in level_masks().items()}
    resources = sorted({grant.resource for grant in mine}, key=lambda one: (_ORDER.index(breadth_of(one)), one))
    return Slice(
        service, service_title(service), {level: count for level, count in counts.items() if count},
        whole.bit_count(), names_of(found, MOST_NAMED), tuple(resources[:MOST_NAMED]),
        tuple(dict.fromkeys(grant.policy for grant in mine))[:MOST_NAMED], all(grant.open for grant in mine),
    )  # fmt: skip


def _assessed(policies: Policies, principal: str) -> Assessment:
    return assess(policies.identity, principal=principal, boundary=policies.boundary, scps=policies.scps,
                  unread=policies.unread)  # fmt: skip


def _losses(policies: Policies, principal: str, now: Assessment, held: list[Held]) -> Iterator[Loss]:
    caller, all_held = caller_of(principal), _union(held)
    for policy in policies.identity:
        rest = replace(policies, identity=tuple(one for one in policies.identity if one is not policy))
        left = _assessed(rest, principal)
        gone = all_held & ~_union(effective(rest, caller))
        powers = sorted(power.value for power in now.powers - left.powers)
        yield Loss(policy.name, policy.name, left.level.value, tuple(powers), gone.bit_count(),
                   names_of(gone, MOST_NAMED))  # fmt: skip


def _union(held: Iterable[Held]) -> int:
    found = 0
    for grant in held:
        found |= grant.actions
    return found
