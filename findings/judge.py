"""What a cloud's judge must say of identities and functions, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from findings.access.decision import Decision, Outcome
from findings.access.holdings import Holdings
from findings.parties import Exposed
from findings.seen import MOST_WAYS
from inventory.models import Account, Function, Identity

Json = Any
#: Ways in, powers and reasons kept with a function; the full lists are worked out again where they are shown.
MOST = MOST_WAYS


@dataclass(frozen=True, slots=True)
class Escalating:
    """How a way to more rights goes, and whether what it needs exists."""

    path: str
    confirmed: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """One class of power of an identity; see `inventory.models.Privilege`."""

    power: str
    breadth: str
    via: str
    actions: tuple[str, ...]
    scope: str
    conditional: bool
    condition: str
    escalation: Escalating | None = None


@dataclass(frozen=True, slots=True)
class IdentityVerdict:
    """What an identity may do. `callers`: what it may do to functions by its own policies; `outsiders`, `becomes`: whom
    its trust policy lets in from outside, and what it can act as or replace (see IdentityPosture)."""

    level: str
    powers: tuple[Power, ...]
    unread: tuple[str, ...] = ()
    callers: tuple[Mapping[str, Json], ...] = ()
    outsiders: int | None = None
    becomes: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionVerdict:
    """Who may invoke and deploy a function, from where, and where it can send to. Words are those of the ladders;
    "unknown" where what was not read could lift them. `exposed`: every way in from beyond those who are named in its
    own account."""

    invoke: str
    deploy: str
    latent: bool
    reach: str
    egress: str
    because: Mapping[str, Json] = field(default_factory=dict)
    exposed: Sequence[Exposed] = ()


_RANK = {Outcome.DENIED_IMPLICIT: 0, Outcome.DENIED_EXPLICIT: 1, Outcome.ALLOWED_IF: 2, Outcome.ALLOWED: 3}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an identity may do something, at which place where several were asked about, and what was not read.

    `weighed` names what else had a say (boundary, organisation policies, the resource's own policy); `not_weighed` what
    could have one and is not kept or was not read. Sentences, for people.
    """

    decision: Decision
    place: str = ""
    unread: tuple[str, ...] = ()
    weighed: tuple[str, ...] = ()
    not_weighed: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """An outcome of the engine, or "unknown": what was not read could turn any other one."""
        outcome = self.decision.outcome
        certain = outcome in (Outcome.ALLOWED, Outcome.DENIED_EXPLICIT)
        return "unknown" if self.unread and not certain else outcome.value


def best(answers: Iterable[Answer]) -> Answer:
    """The answer that lets most through: "may it at all?" asked of every place. Needs at least one."""
    return max(answers, key=lambda answer: _RANK[answer.decision.outcome])


class Judge(Protocol):
    """Puts the stored facts of one account to the engine of its cloud.

    at: the time to judge for; without it, nothing that hangs on time is decided.
    """

    def __init__(self, account: Account, at: datetime | None = None) -> None: ...

    def identities(self) -> Iterable[tuple[int, IdentityVerdict]]:
        """Every present identity of the account, by its id."""

    def functions(
        self, functions: Sequence[Function], most: int | None = MOST
    ) -> Iterable[tuple[int, FunctionVerdict]]:
        """These functions, by their ids, with at most so many ways in; their `resource.latest.document` is loaded."""

    def decide(self, identity: Identity, action: str, resource: str) -> Answer:
        """May an identity of the account do this to a resource ("": to any)? By all that is stored of both sides.

        Raises ValueError when the action or the resource makes no sense in this cloud.
        """

    def holdings(self, identity: Identity) -> Holdings:
        """What an identity of the account holds of each service, and what it would lose with each policy.

        Raises ValueError when a policy cannot be read.
        """
