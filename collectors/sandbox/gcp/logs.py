"""Cloud Logging, API v2: entries:list over the admin activity log."""

import re

from collectors.sandbox.estate.gcp.organisation import BY_NAME, ORGANISATION, PROJECTS
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.filter import Unreadable, compiled
from collectors.sandbox.gcp.words import Refused, denied
from collectors.sandbox.rest import Route, Wire


def list_entries(asked: Asked) -> Wire:
    wanted = asked.body.get("resourceNames")
    if not isinstance(wanted, list) or not wanted:
        raise Refused(400, "resourceNames must name at least one resource")
    try:
        fits = compiled(asked.text("filter"))
    except (Unreadable, re.error) as error:
        raise Refused(400, f"Unparseable filter: {error}") from error
    projects = frozenset(project for name in wanted for project in _below(asked, str(name)))
    entries = [entry for entry in asked.state.entries(projects) if fits(entry)]
    if asked.text("orderBy").replace("+", " ").endswith("desc"):
        entries.reverse()
    return asked.page("entries", entries, default=50)


def _below(asked: Asked, name: str) -> list[str]:
    """The projects that a resource's logs are of."""
    kind, _, rest = name.partition("/")
    if kind == "projects" and rest in BY_NAME:
        return [BY_NAME[rest].id]
    found = [project.id for project in PROJECTS if name in (project.parent, ORGANISATION)]
    if kind == "projects" or not found:
        raise denied(asked.permission, name)
    return found


ROUTES = (Route("POST", "/v2/entries:list", "logging", "ListLogEntries", list_entries, "logging.logEntries.list"),)
