"""Which role assignments let somebody call, change or take over a function app. Pure: patterns against fixed actions.

Azure has no action to invoke a function: who may list its keys may call it, and with the host's master key also replace
its code. Where only a list-keys call would tell the keys, this tells who may make it.
Actions: learn.microsoft.com/azure/role-based-access-control/permissions/web-and-mobile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

Json = Any

INVOKE = ("Microsoft.Web/sites/functions/listkeys/action", "Microsoft.Web/sites/host/listkeys/action")
SECRETS = ("Microsoft.Web/sites/config/list/action",)
DEPLOY = (
    "Microsoft.Web/sites/write",
    "Microsoft.Web/sites/config/write",
    "Microsoft.Web/sites/functions/write",
    "Microsoft.Web/sites/extensions/write",
    "Microsoft.Web/sites/sourcecontrols/write",
    "Microsoft.Web/sites/hostruntime/vfs/run.csx/write",
    "Microsoft.Web/sites/publishxml/action",
    "Microsoft.Web/sites/publish/action",
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies/write",
)
DESTROY = ("Microsoft.Web/sites/delete",)
OWN = ("Microsoft.Authorization/roleAssignments/write",)
ACTIONS = (*INVOKE, *SECRETS, *DEPLOY, *DESTROY, *OWN)


@lru_cache(maxsize=16384)
def covers(pattern: str, action: str) -> bool:
    """Whether an action pattern includes an action: `*` stands for anything, slashes too; case does not matter."""
    return re.fullmatch(".*".join(map(re.escape, pattern.lower().split("*"))), action.lower()) is not None


def on_slot(action: str) -> str:
    """The action as it is named for a slot."""
    return action.replace("Microsoft.Web/sites/", "Microsoft.Web/sites/slots/", 1)


def actions_of(permissions: Iterable[Mapping[str, Json]], slot: bool = False) -> tuple[str, ...]:
    """Which of the actions above these permission entries of a role include."""
    entries = list(permissions)
    asked = [on_slot(action) if slot else action for action in ACTIONS]
    return tuple(action for action in asked if any(_includes(entry, action) for entry in entries))


def _includes(entry: Mapping[str, Json], action: str) -> bool:
    named, left_out = entry.get("actions"), entry.get("notActions")
    return any(covers(one, action) for one in _texts(named)) and not any(
        covers(one, action) for one in _texts(left_out)
    )


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def level(scope: str, groups: Mapping[str, str]) -> str:
    """What a scope is, in words; `groups` are the names of management groups by id."""
    plain = scope.lower().rstrip("/")
    parts = plain.split("/")
    if not plain:
        return "the root of the tenant"
    if plain.startswith("/providers/microsoft.management/managementgroups/"):
        return f"management group {groups.get(parts[-1]) or parts[-1]}"
    if len(parts) == 3:
        return "the subscription"
    if len(parts) == 5:
        return f"resource group {parts[-1]}"
    return "the app itself"
