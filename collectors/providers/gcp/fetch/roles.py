"""What roles contain: custom ones of the project, and whatever role is granted on the project or above it.

Predefined roles are the same for everybody and change rarely: a process reads each once a day.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from collectors.provider import attempt
from collectors.providers.gcp.fetch import ancestry, calls
from collectors.shapes import LASTING
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Gathered, Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

#: Roles that stand in policies of functions and service accounts rather than on the project.
ALWAYS = (
    "roles/cloudfunctions.invoker", "roles/run.invoker", "roles/iam.serviceAccountUser",
    "roles/iam.serviceAccountTokenCreator",
)  # fmt: skip
_KEPT_SECONDS, _MOST_KEPT = 24 * 3600.0, 5000
_kept: dict[tuple[str, str], tuple[float, dict[str, Json]]] = {}
_lock = threading.Lock()


def roles(session: GcpSession, reach: Reach) -> dict[str, Json]:
    """Every role that matters by name: as the cloud answers it, or `Unread`."""
    return session.once("roles", lambda: dict(_roles(session, reach)))


def _roles(session: GcpSession, reach: Reach) -> Iterator[tuple[str, Json]]:
    custom = _custom(session, reach)
    entries = [entry for answer in custom.answers for entry in answer.get("roles") or ()]
    own = {str(role["name"]): role for role in entries if isinstance(role, dict) and role.get("name")}
    yield from own.items()
    used = {str(binding.get("role")) for _, binding in ancestry.bindings(ancestry.levels(session, reach))}
    for name in sorted({*used, *ALWAYS} - own.keys()):
        if custom.fault and name.startswith(f"projects/{session.project}/"):
            yield name, Unread(custom.fault.reason, custom.fault.permission, custom.fault.error_class)
        else:
            yield name, attempt(_role, session, reach, name)


def _custom(session: GcpSession, reach: Reach) -> Gathered:
    return session.once("custom roles", lambda: reach.gather(calls.custom_roles(session.project), "roles"))


def _role(session: GcpSession, reach: Reach, name: str) -> dict[str, Json]:
    """A role by name; a predefined one perhaps from an earlier session of this process."""
    key = (session.wire.endpoint, name)
    predefined = name.startswith("roles/")
    with _lock:
        at, found = _kept.get(key, (0.0, {}))
    if predefined and found and time.monotonic() - at < _KEPT_SECONDS:
        return found
    answer = reach.ask(calls.role(name))
    if predefined:
        with _lock:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[key] = (time.monotonic(), answer)
    return answer


def forget() -> None:
    """Drop what was kept of predefined roles (tests start from nothing)."""
    with _lock:
        _kept.clear()


def listed(session: GcpSession, scope: str) -> Iterator[Json]:
    """An entry for each role; incomplete when the project's own roles could not be listed."""
    reach = session.reach(scope)
    for name, role in roles(session, reach).items():
        yield {"name": name, "role": role}
    if fault := _custom(session, reach).fault:
        raise fault


def role_gaps(found: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Roles that failed in a way that may pass, as `ancestry.gaps` tells of levels: what was known of them holds on."""
    return [
        {"on": name, "part": "role", "why": role}
        for name, role in found.items()
        if isinstance(role, Unread) and role.error_class not in LASTING
    ]


def permissions(found: Mapping[str, Json], names: Iterable[str]) -> dict[str, list[str] | None]:
    """What these roles contain; None where nobody could say. A disabled or deleted role contains nothing."""
    told: dict[str, list[str] | None] = {}
    for name in names:
        role = found.get(name)
        if not isinstance(role, dict):
            told[name] = None
        elif role.get("deleted") or role.get("stage") == "DISABLED":
            told[name] = []
        else:
            listed_here = role.get("includedPermissions") or []
            told[name] = listed_here if isinstance(listed_here, list) else None
    return told
