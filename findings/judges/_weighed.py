"""What else had a say in an answer about AWS, and what could have one and is not known: in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from findings.access.aws.decide import Policies
from findings.access.aws.guardrails import Guardrails
from findings.access.aws.rcp import restrains

_KEPT = (":lambda:", ":iam:")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question and the policies it was put to. own, above: what binds the account of the identity, and that of the
    resource (None: of an account of which nothing was read)."""

    policies: Policies
    own: Guardrails
    above: Guardrails | None
    action: str
    resource: str


def weighed(told: Weighed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was weighed, and what was not."""
    said = [*_boundary(told), *_services(told), *_resources(told), *_hanging(told)]
    return tuple(text for sure, text in said if sure), tuple(text for sure, text in said if not sure)


Said = Iterator[tuple[bool, str]]


def _boundary(told: Weighed) -> Said:
    if told.policies.boundary:
        yield True, f"the permissions boundary {told.policies.boundary.name}"
    elif "boundary" in told.policies.unread:
        yield False, "a permissions boundary: whether there is one was not read"
    else:
        yield True, "no permissions boundary: it has none"


def _services(told: Weighed) -> Said:
    if told.own.exempt:
        yield True, "no service control policies: the management account is outside them"
    elif told.own.services is not None:
        yield True, f"service control policies: {_counted(len(told.own.services))}"
    else:
        yield False, "service control policies: they were not read, and could still refuse it"


def _resources(told: Weighed) -> Said:
    if not restrains(told.action):
        return
    if told.above is None or not told.above.read:
        yield (
            False,
            "resource control policies of the resource's account: they were not read, and could still refuse it",
        )
    elif told.above.exempt:
        yield True, "no resource control policies: the management account is outside them"
    elif told.above.resources:
        yield True, f"resource control policies: {_counted(len(told.above.resources))}"
    else:
        yield True, "no resource control policies: none are attached"


def _hanging(told: Weighed) -> Said:
    if told.policies.resource is not None:
        yield True, "the policy of the resource itself"
    elif not told.resource:
        yield False, "policies that hang on resources: name a resource to have its own policy weighed"
    elif not any(kind in told.resource for kind in _KEPT):
        yield False, "the policy of the resource itself: only those of functions and roles are read"


def _counted(levels: int) -> str:
    return f"{levels} level{'' if levels == 1 else 's'}"
