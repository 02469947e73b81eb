"""Cloud Logging, API v2: entries:list over the admin activity log."""

import re

from collectors.sandbox.estate.gcp.organisation import BY_NAME, DATA, ORGANISATION, PROJECTS
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


CHATTY = "night-audit"
"""The function whose log entries an exclusion drops."""
_NO_AUDIT = 'NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("cloudaudit.googleapis.com/data_access")'


def list_sinks(asked: Asked) -> Wire:
    """Of the project with data, one exclusion drops a function's logs."""
    project = asked.project
    bucket = f"logging.googleapis.com/projects/{project.id}/locations/global/buckets"
    noise = {"name": "health-checks", "filter": 'resource.type="http_load_balancer" AND httpRequest.status=200'}
    drops = {
        "name": "chatty",
        "filter": f'resource.type="cloud_run_revision" AND resource.labels.service_name="{CHATTY}"',
    }
    exclusions = [noise, drops] if project.id == DATA else [noise]
    default = {"name": "_Default", "destination": f"{bucket}/_Default", "filter": _NO_AUDIT, "exclusions": exclusions}
    required = {"name": "_Required", "destination": f"{bucket}/_Required",
                "filter": 'LOG_ID("cloudaudit.googleapis.com/activity")'}  # fmt: skip
    return asked.page("sinks", [default, required])


def list_exclusions(asked: Asked) -> Wire:
    """None in the older form."""
    assert asked.project
    return {}


ROUTES = (Route("POST", "/v2/entries:list", "logging", "ListLogEntries", list_entries, "logging.logEntries.list"),
    Route("GET", "/v2/projects/{project}/sinks", "logging", "ListSinks", list_sinks, "logging.sinks.list"),
    Route("GET", "/v2/projects/{project}/exclusions", "logging", "ListExclusions", list_exclusions,
          "logging.exclusions.list"),
)  # fmt: skip
