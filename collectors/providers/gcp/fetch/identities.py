"""Service accounts: what is granted to them, who may act as them, their own keys, grants that they do not use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, attempt
from collectors.providers.gcp.fetch import ancestry, calls
from collectors.providers.gcp.fetch.beside import side_by_side
from collectors.providers.gcp.fetch.depth import is_due
from collectors.providers.gcp.fetch.roles import permissions, role_gaps, roles
from collectors.providers.gcp.shape import mapping, objects, words
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any


def service_accounts(session: GcpSession, scope: str, memory: Memory) -> Iterator[Json]:
    """An entry for each account; its own policy and keys only when it is due."""
    reach = session.reach(scope)
    around = _Around(session, reach)
    complete = partial(_entry, around, reach, memory)
    for answer in reach.pages(calls.service_accounts(session.project), "accounts"):
        yield from side_by_side(complete, answer.get("accounts") or ())


def _entry(around: _Around, reach: Reach, memory: Memory, account: Json) -> Json:
    email = str(account.get("email") or "") if isinstance(account, dict) else ""
    entry = {"account": account, **around.of(email)} if email else {"account": account}
    if email and is_due(memory, email, str(account.get("etag") or "")):
        name = str(account.get("name") or f"projects/-/serviceAccounts/{email}")
        entry["policy"] = attempt(reach.ask, calls.service_account_policy(name))
        entry["keys"] = attempt(reach.entries, calls.keys(name), "keys")
    return entry


class _Around:
    """What all accounts share: the policies of the levels, the roles in them, the recommender's word."""

    def __init__(self, session: GcpSession, reach: Reach) -> None:
        self._levels = ancestry.levels(session, reach)
        self._roles = roles(session, reach)
        self._gaps = [*ancestry.gaps(self._levels), *role_gaps(self._roles)]
        self._usage = attempt(reach.entries, calls.recommendations(session.project), "recommendations")
        self._by_member: dict[str, list[Json]] = {}
        for on, binding in ancestry.bindings(self._levels):
            for member in words(binding.get("members")):
                if member.startswith("serviceAccount:"):
                    kept = {key: binding[key] for key in ("role", "condition") if key in binding}
                    self._by_member.setdefault(member.lower(), []).append({"on": on, **kept})

    def of(self, email: str) -> dict[str, Json]:
        """What concerns one account."""
        bound = self._by_member.get(f"serviceaccount:{email.lower()}", [])
        return {
            "bindings": bound,
            "roles": permissions(self._roles, {str(binding.get("role")) for binding in bound}),
            "deny": [policy for level in self._levels for policy in _read(level["deny"]) if concerns(policy, email)],
            "gaps": self._gaps,
            "usage": self._recommended(email),
        }

    def _recommended(self, email: str) -> Json:
        if isinstance(self._usage, Unread):
            return self._usage
        member = f"serviceAccount:{email}"
        return [one for one in self._usage if isinstance(one, dict) and member in str(one.get("content"))]


def _read(part: Json) -> list[Json]:
    return part if isinstance(part, list) else []


def concerns(policy: Json, email: str) -> bool:
    """Whether a deny policy names the account, everybody, or a set that it may be in."""
    rules = [mapping(rule.get("denyRule")) for rule in objects(mapping(policy).get("rules"))]
    denied = [one for rule in rules for one in words(rule.get("deniedPrincipals"))]
    return any(email in one or one.startswith("principalSet://") for one in denied)
