"""Who changed a function by hand or machine, as the cloud's log tells."""

from __future__ import annotations

from collections.abc import Iterator

from findings.seen import Seen, SeenActivity

#: Parts of the names of actions that change code, settings or permissions of a function.
_CHANGES = (
    "UpdateFunctionCode", "UpdateFunctionConfiguration", "CreateFunction", "UpdateFunction", "DeleteFunction",
    "AddPermission", "RemovePermission", "FunctionUrlConfig", "PublishVersion", "UpdateAlias", "PublishLayerVersion",
    "PutFunctionConcurrency", "ReplaceService", "UpdateService", "CreateService", "SetIamPolicy", "sites/write",
    "sites/slots/write", "sites/config/write", "publish/action", "sites/functions/write", "slotsswap/action",
)  # fmt: skip


def changes(seen: Seen) -> Iterator[SeenActivity]:
    """The acts of the last days that changed the function and went through, newest first."""
    for act in seen.activity:
        if act.outcome == "ok" and any(name.lower() in act.action.lower() for name in _CHANGES):
            yield act


def short_name(actor: str) -> str:
    """The name of a person or role without what stands before it; of a role's session the role."""
    parts = actor.split("/")
    return parts[1] if ":assumed-role/" in actor and len(parts) > 2 else parts[-1]
