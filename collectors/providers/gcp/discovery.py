"""The projects of an organisation or folder: by Asset Inventory in a few calls, else level by level, else what is seen.

Asset Inventory names only projects that have functions or Cloud Run services, which are those to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.provider import Discovered, attempt
from collectors.providers.gcp.fetch import ancestry, calls
from collectors.providers.gcp.shape import mapping, objects, text, words
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

ASSETS, LEVELS, SEARCH = "Asset Inventory", "Resource Manager, level by level", "Resource Manager, projects in sight"
_MOST_FOLDERS = 5000


def discover(session: GcpSession) -> Iterator[Discovered]:
    """The active projects below the connection's organisation or folder, or below the project's own organisation."""
    reach = session.reach("global")
    container = str(session.connection.get("organisation") or "") or _organisation(session, reach)
    for way in (_by_assets, _by_levels) if container else ():
        found = attempt(way, reach, container)
        if not isinstance(found, Unread):
            yield from found
            return
    yield from _in_sight(reach)


def _organisation(session: GcpSession, reach: Reach) -> str:
    """The topmost level above the project that can be seen; "" for a project without one."""
    top = str(ancestry.levels(session, reach)[-1]["on"])
    return "" if top.startswith("projects/") else top


def _by_assets(reach: Reach, container: str) -> list[Discovered]:
    found: dict[str, Discovered] = {}
    for asset in objects(reach.entries(calls.assets(container), "results")):
        name = _project_of(asset)
        if name and name not in found:
            above = [text(asset.get("organization")), *reversed(words(asset.get("folders")))]
            found[name] = Discovered(name, name, "ACTIVE", "/".join(filter(None, above)), found_by=ASSETS)
    return list(found.values())


def _project_of(asset: Mapping[str, Json]) -> str:
    """The project's id in the full name of a resource: //run.googleapis.com/projects/acme/locations/…"""
    parts = text(asset.get("name")).removeprefix("//").split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "projects" else ""


def _by_levels(reach: Reach, container: str) -> list[Discovered]:
    """Every project below, folder by folder; a folder that may not be listed costs what is below it."""
    found: list[Discovered] = []
    waiting = [(container, container)]
    for number in range(_MOST_FOLDERS):
        if not waiting:
            break
        parent, path = waiting.pop()
        listed = reach.entries if number == 0 else partial(attempt, reach.entries)
        for project in objects(listed(calls.children(parent, "projects"), "projects")):
            found += _discovered(project, path, LEVELS)
        for folder in objects(listed(calls.children(parent, "folders"), "folders")):
            name = text(folder.get("name"))
            waiting.append((name, f"{path}/{name}"))
    return found


def _in_sight(reach: Reach) -> Iterator[Discovered]:
    for project in objects(reach.entries(calls.projects_seen(), "projects")):
        yield from _discovered(project, text(project.get("parent")), SEARCH)


def _discovered(project: Mapping[str, Json], path: str, found_by: str) -> Iterator[Discovered]:
    """A project people made: those that Apps Script makes for itself (sys-…) hold no functions."""
    name = text(project.get("projectId"))
    if name and not name.startswith("sys-"):
        labels = {
            str(key): "" if value is None else str(value) for key, value in mapping(project.get("labels")).items()
        }
        shown = text(project.get("displayName")) or name
        yield Discovered(name, shown, text(project.get("state")), path, labels, found_by)
