"""What a function inherits from its project and above: the part of their policies that bears on functions.

A project's policy may hold thousands of bindings; kept beside each function are those of roles that let somebody call,
change or take over a function. A role nobody could read is kept too: it may.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from collectors.providers.gcp.fetch import ancestry
from collectors.providers.gcp.fetch.roles import permissions, role_gaps, roles
from collectors.providers.gcp.shape import mapping, text
from inventory.facts import Unread
from inventory.history import canonical, digest

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

_ON_FUNCTIONS = ("cloudfunctions.functions.", "run.services.", "run.routes.")
_ON_POLICIES = frozenset(f"resourcemanager.{level}.setIamPolicy" for level in ("projects", "folders", "organizations"))
_READING = frozenset({"get", "list", "getIamPolicy", "listEffectiveTags", "listTagBindings"})


def inherited(session: GcpSession, reach: Reach) -> dict[str, Json]:
    """{"levels": names from the project up, "bindings", "deny", "audit", "gaps", "digest"}, read once a session."""
    return session.once("inherited", lambda: _inherited(session, reach))


def _inherited(session: GcpSession, reach: Reach) -> dict[str, Json]:
    levels = ancestry.levels(session, reach)
    contained = permissions(roles(session, reach), {str(one.get("role")) for _, one in ancestry.bindings(levels)})
    bindings = [
        {"on": on, **{key: binding[key] for key in ("role", "members", "condition") if key in binding}}
        for on, binding in ancestry.bindings(levels)
        if bears_on_functions(contained.get(str(binding.get("role"))))
    ]
    told: dict[str, Json] = {
        "levels": [level["on"] for level in levels],
        "number": text(mapping(levels[0]["resource"]).get("name")).removeprefix("projects/"),
        "bindings": bindings,
        "deny": [policy for level in levels if isinstance(level["deny"], list) for policy in level["deny"]],
        "audit": [_audited(level) for level in levels if isinstance(level["policy"], dict)],
        "gaps": [*ancestry.gaps(levels), *role_gaps(roles(session, reach))],
    }
    return told | {"digest": digest(canonical({**told, "gaps": _signs(told["gaps"])}, unordered=True))}


def _audited(level: dict[str, Json]) -> Json:
    return {"on": level["on"], "configs": level["policy"].get("auditConfigs") or []}


def _signs(gaps: list[dict[str, Json]]) -> Json:
    """What counts of a gap: its wording may hold a request's number."""
    return [[gap["on"], gap["part"], gap["why"].error_class] for gap in gaps if isinstance(gap["why"], Unread)]


def bears_on_functions(contained: Collection[str] | None) -> bool:
    """Whether a role with these permissions lets its holder do more to functions than look; None (unknown) may."""
    if contained is None:
        return True
    return any(
        name in _ON_POLICIES or (name.startswith(_ON_FUNCTIONS) and name.rpartition(".")[2] not in _READING)
        for name in contained
    )
