"""May this identity, or whatever this function runs as, do that? One answer for the command `can` and for the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from findings.access.decision import Reason
from findings.evaluate import judge_of
from findings.judge import Answer
from findings.seen import identity_ids
from inventory.facts import Kind
from inventory.models import Account, Identity, Resource
from inventory.resources import NotFound, find_resource

#: Outcomes as the command line and the API say them.
WORDS = {
    "allowed": "allowed",
    "allowed_if": "allowed if",
    "denied_explicit": "denied explicitly",
    "denied_implicit": "denied implicitly",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class Told:
    """What one identity was found to be allowed. `answer` None: nobody could be asked, and `instead` says why;
    `certain` is true where that means that nothing is allowed."""

    identity: str
    answer: Answer | None
    instead: str = ""
    certain: bool = False

    @property
    def outcome(self) -> str:
        """A key of WORDS."""
        if self.answer:
            return self.answer.word
        return "denied_implicit" if self.certain else "unknown"

    @property
    def unread(self) -> tuple[str, ...]:
        if self.answer:
            return self.answer.unread
        return () if self.certain else (self.instead,)

    @property
    def because(self) -> tuple[Reason, ...]:
        return self.answer.decision.because if self.answer else ()

    @property
    def unless(self) -> tuple[Reason, ...]:
        return self.answer.decision.unless if self.answer else ()


def place_of(text: str, rows: QuerySet[Resource, Any]) -> str:
    """The native id of what a resource argument names; what is not in the inventory is taken as it stands.

    Raises NotFound for what is neither in the inventory nor an id of a cloud.
    """
    if not text:
        return ""
    try:
        return find_resource(text, rows).native_id
    except NotFound:
        if any(sign in text for sign in ":/*"):
            return text
        raise


def tell(found: Resource, action: str, resource: str) -> Iterator[Told]:
    """The answer for an identity, or for each identity of a function. Raises ValueError for what makes no sense."""
    named = [found.native_id] if found.kind == Kind.IDENTITY else identity_ids(found.document)
    if named is None:
        yield Told("", None, "What it runs as was not read.")
    elif not named:
        yield Told("", None, "It runs as no identity, so it may do nothing.", certain=True)
    for native_id in named or ():
        identity = _identity(native_id, found)
        if identity is None:
            yield Told(native_id, None, "This identity is not in the inventory: it does not exist, or was not read.")
        else:
            yield _asked(identity.account, identity, action, resource)


def _identity(native_id: str, found: Resource) -> Identity | None:
    """The identity with this id; where several accounts hold one, that of the function's own account."""
    rows = Identity.objects.filter(native_id=native_id, gone_at=None, account__provider=found.provider)
    rows = rows.select_related("account", "resource__latest")
    return max(rows, key=lambda row: row.account_id == found.account_id, default=None)


def _asked(account: Account, identity: Identity, action: str, resource: str) -> Told:
    judge = judge_of(account)
    if judge is None:
        return Told(identity.native_id, None, f"Nothing judges {account.provider} yet.")
    return Told(identity.native_id, judge.decide(identity, action, resource))
