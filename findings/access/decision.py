"""What an access engine answers: one shape for the three clouds.

Unknown is a value: a policy whose condition cannot be decided without a request gives ALLOWED_IF, never a guess.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The four answers to "may this principal do this?"; an undecided one is ALLOWED_IF."""

    ALLOWED = "allowed"
    ALLOWED_IF = "allowed_if"
    DENIED_EXPLICIT = "denied_explicit"
    DENIED_IMPLICIT = "denied_implicit"


class Effect(StrEnum):
    """What a statement, binding or setting does when it applies.

    ALLOW grants. DENY refuses whatever else grants. LIMIT only caps what others may grant (permissions boundary,
    organisation policy, principal access boundary): it refuses when it does not include the action.
    """

    ALLOW = "allow"
    DENY = "deny"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement, binding, assignment or setting that had a part in the decision.

    source: where it stands, in the cloud's own naming (policy name or ARN, resource of the allow policy, scope).
    says: the statement in one line, enough to find it again.
    condition: its condition as the cloud writes it, or what is unknown about it; "" when it has none or was decided.
    """

    effect: Effect
    source: str
    says: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, the reasons that gave it, and what is still open.

    because: what decided: the allows of an ALLOWED, the denies of a DENIED_EXPLICIT, the limits (if any) that refuse
        a DENIED_IMPLICIT (empty when simply nothing grants).
    unless: statements whose condition could not be decided. Those with effect ALLOW are alternatives: one that holds
        suffices when `because` has no allow. Those with effect DENY or LIMIT each refuse the request when they apply.
    """

    outcome: Outcome
    because: tuple[Reason, ...] = ()
    unless: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool | None:
        """True, False, or None when it hangs on an undecided condition."""
        if self.outcome is Outcome.ALLOWED_IF:
            return None
        return self.outcome is Outcome.ALLOWED
