"""The project and what is above it, with what each level allows and denies: every function and identity inherits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from collectors.provider import attempt
from collectors.providers.gcp.fetch import calls
from collectors.providers.gcp.shape import mapping, objects, text
from collectors.shapes import LASTING
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

#: The hierarchy is at most ten folders deep (cloud.google.com/resource-manager/docs/limits).
_DEEPEST = 12


def levels(session: GcpSession, reach: Reach) -> list[dict[str, Json]]:
    """From the project upwards: {"on", "resource", "policy", "deny"}, each part `Unread` where it was refused.

    A level whose parent is not known has "above": Unread; so what is above it may grant anything.
    """
    return session.once("levels", lambda: list(_levels(session.project, reach)))


def _levels(project: str, reach: Reach) -> Iterator[dict[str, Json]]:
    on = f"projects/{project}"
    for _ in range(_DEEPEST):
        resource = _resource(on, project, reach)
        level = {
            "on": on,
            "resource": resource,
            "policy": attempt(reach.ask, calls.allow_policy(on)),
            "deny": attempt(_deny_policies, on, reach),
        }
        if isinstance(resource, Unread) and not on.startswith("organizations/"):
            yield level | {"above": resource}
            return
        yield level
        on = text(mapping(resource).get("parent"))
        if not on:
            return


def _resource(on: str, project: str, reach: Reach) -> Json:
    """What the level says of itself. Nothing is above an organisation: refused, it lacks a name, and no more."""
    if on.startswith("organizations/"):
        told = attempt(reach.ask, calls.organisation(on))
        return {"name": on} if isinstance(told, Unread) and told.error_class in LASTING else told
    return attempt(reach.ask, calls.project(project) if on.startswith("projects/") else calls.folder(on))


def _deny_policies(on: str, reach: Reach) -> list[Json]:
    """Lists leave the rules out, so each policy is read by itself."""
    listed = reach.entries(calls.deny_policies(on), "policies")
    return [reach.ask(calls.deny_policy(str(entry["name"]))) for entry in listed if isinstance(entry, dict)]


def project(session: GcpSession, scope: str) -> Iterator[Json]:
    """One entry for the project, and one for each folder and the organisation above it."""
    above: list[str] = []
    found = levels(session, session.reach(scope))
    for place, level in enumerate(found):
        above = [one["on"] for one in found[place + 1 :]]
        raw = {**level, "project": session.project, "ancestors": above, "cut": found[-1].get("above")}
        yield raw if place else raw | _log_router(session.project, session.reach(scope))


def _log_router(project_id: str, reach: Reach) -> dict[str, Json]:
    """Where the project's logs go, and what is dropped on the way."""
    return {
        "sinks": attempt(reach.entries, calls.log_sinks(project_id), "sinks"),
        "exclusions": attempt(reach.entries, calls.log_exclusions(project_id), "exclusions"),
    }


def bindings(levels_read: list[dict[str, Json]]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Each binding of the levels that were read, with the name of its level."""
    for level in levels_read:
        for binding in objects(mapping(level["policy"]).get("bindings")):
            yield level["on"], dict(binding)


def gaps(levels_read: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """What of the levels could not be read: {"on", "part", "why": Unread}; part is policy, deny or above."""
    return [
        {"on": level["on"], "part": part, "why": level[part]}
        for level in levels_read
        for part in ("policy", "deny", "above")
        if isinstance(level.get(part), Unread)
    ]
