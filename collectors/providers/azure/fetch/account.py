"""The subscription itself: its name and state, the management groups above, and who holds which role at or above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, Raw
from collectors.providers.azure.fetch import sweeps
from collectors.providers.azure.ids import plain
from collectors.providers.azure.routes import SUBSCRIPTION
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any


def account(session: AzureSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """One entry; a subscription that may not be read at all is told as such."""
    reach = session.reach(scope)
    found = reach.ask(SUBSCRIPTION)
    yield {
        "subscription": reach.subscription,
        "found": found,
        "above": sweeps.above(reach),
        "assignments": _at_or_above(sweeps.assignments(reach), f"/subscriptions/{reach.subscription}"),
        "denials": _at_or_above(sweeps.denials(reach), f"/subscriptions/{reach.subscription}"),
        "roles": _names(sweeps.definitions(reach)),
    }


def _at_or_above(listed: Json, subscription: str) -> Json:
    if isinstance(listed, Unread):
        return listed
    scopes = ((plain(sweeps.properties(row).get("scope")), row) for row in listed)
    return [row for scope, row in scopes if scope == subscription or not scope.startswith("/subscriptions/")]


def _names(roles: Json) -> Json:
    """Role names by GUID."""
    if isinstance(roles, Unread):
        return {}
    return {guid: sweeps.properties(row).get("roleName") for guid, row in roles.items()}
