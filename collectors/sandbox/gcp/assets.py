"""Cloud Asset Inventory, API v1: what there is, and who holds what, under a project, folder or organisation."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from collectors.sandbox.estate.gcp.access import Bound
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.organisation import BY_NAME, LEGAL, ORGANISATION, PROJECTS, Project
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.policies import policy
from collectors.sandbox.gcp.words import denied
from collectors.sandbox.rest import Route, Wire

_FUNCTIONS, _RUN, _MANAGER = (
    "cloudfunctions.googleapis.com",
    "run.googleapis.com",
    "cloudresourcemanager.googleapis.com",
)


def _within(asked: Asked) -> list[Project]:
    """The projects in the scope asked about. Raises Refused for a scope nobody knows."""
    kind, _, rest = asked.places["scope"].partition("/")
    name = f"projects/{BY_NAME[rest].number}" if kind == "projects" and rest in BY_NAME else asked.places["scope"]
    found = [project for project in PROJECTS if name in project.ancestors]
    if not found:
        raise denied(asked.permission, asked.places["scope"])
    return found


def search_resources(asked: Asked) -> Wire:
    wanted = asked.query.get("assetTypes", ())
    found = [
        (kind, one)
        for project in _within(asked)
        for one in asked.state.functions(project.id)
        for kind in _kinds(one)
        if not wanted or kind in wanted
    ]
    answer = asked.page("results", found, default=100, most=500)
    if "results" in answer:
        answer["results"] = [_resource(asked, kind, one) for kind, one in answer["results"]]
    return answer


def _kinds(one: Function) -> Iterator[str]:
    """A 2nd generation function is two assets: itself and its Cloud Run service."""
    if one.generation == "gen1":
        yield f"{_FUNCTIONS}/CloudFunction"
    if one.generation == "gen2":
        yield f"{_FUNCTIONS}/Function"
    if one.generation != "gen1" and not one.failed:
        yield f"{_RUN}/Service"


def _resource(asked: Asked, kind: str, one: Function) -> Wire:
    project, host = BY_NAME[one.project], kind.split("/")[0]
    name = one.service if host == _RUN else one.resource
    told: dict[str, Any] = {
        "name": f"//{host}/{name}",
        "assetType": kind,
        "displayName": name.rsplit("/", 1)[-1],
        "location": one.location,
        "labels": dict(one.labels),
        "state": "FAILED" if one.failed else "ACTIVE",
        "createTime": asked.state.stamp(one.created),
        "updateTime": asked.state.stamp(one.modified),
        "parentFullResourceName": f"//{_MANAGER}/projects/{project.id}",
        "parentAssetType": f"{_MANAGER}/Project",
    }
    return told | _above(project)


def _above(project: Project) -> Wire:
    own, *above = project.ancestors
    folders = [name for name in above if name != ORGANISATION]
    return {"project": own, "organization": ORGANISATION} | ({"folders": folders} if folders else {})


def search_policies(asked: Asked) -> Wire:
    """Every allow policy in the scope; a query keeps those that hold every quoted word of it."""
    words = re.findall(r'"([^"]+)"', asked.text("query"))
    found = [one for one in _policies(asked) if _holds(str(one["policy"]), words, asked.text("query"))]
    return asked.page("results", found, default=100, most=500)


def _holds(text: str, words: Sequence[str], query: str) -> bool:
    if not words:
        return True
    return (any if " OR " in query else all)(word in text for word in words)


def _policies(asked: Asked) -> Iterator[Wire]:
    projects = [project for project in _within(asked) if project.id != LEGAL]
    scope = asked.places["scope"]
    levels = {name for name in asked.state.level_policies if not name.startswith("projects/")}
    for name in sorted(levels if scope == ORGANISATION else levels & {scope}):
        kind = "Organization" if name == ORGANISATION else "Folder"
        yield _policy(
            f"//{_MANAGER}/{name}", f"{_MANAGER}/{kind}", asked.state.level_policy(name), {"organization": ORGANISATION}
        )
    for project in projects:
        name = f"//{_MANAGER}/projects/{project.id}"
        yield _policy(name, f"{_MANAGER}/Project", asked.state.level_policy(f"projects/{project.id}"), _above(project))
        for one in asked.state.functions(project.id):
            if one.invokers:
                host = _FUNCTIONS if one.generation == "gen1" else _RUN
                name = one.resource if one.generation == "gen1" else one.service
                kind = "CloudFunction" if one.generation == "gen1" else "Service"
                yield _policy(f"//{host}/{name}", f"{host}/{kind}", one.invokers, _above(project))


def _policy(resource: str, kind: str, bindings: Sequence[Bound], above: Wire) -> Wire:
    return {"resource": resource, "assetType": kind, **above, "policy": policy(bindings, 3)}


_API = "cloudasset"
ROUTES = (
    Route("GET", "/v1/{scope+}:searchAllResources", _API, "SearchAllResources", search_resources,
          "cloudasset.assets.searchAllResources"),
    Route("GET", "/v1/{scope+}:searchAllIamPolicies", _API, "SearchAllIamPolicies", search_policies,
          "cloudasset.assets.searchAllIamPolicies"),
)  # fmt: skip
