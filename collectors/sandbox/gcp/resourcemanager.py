"""Cloud Resource Manager, API v3: the organisation, its folders and projects, and what each level grants."""

import re
from collections.abc import Iterable

from collectors.sandbox.estate.gcp.organisation import (
    BY_NAME,
    CUSTOMER,
    DOMAIN,
    FOLDERS,
    LEGAL,
    ORGANISATION,
    PROJECTS,
    Folder,
    Project,
)
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.policies import policy
from collectors.sandbox.gcp.words import denied
from collectors.sandbox.rest import Route, Wire


def _project(asked: Asked, one: Project) -> Wire:
    return {
        "name": f"projects/{one.number}",
        "parent": one.parent,
        "projectId": one.id,
        "state": "ACTIVE",
        "displayName": one.label,
        "createTime": asked.state.stamp(-20000),
        "updateTime": asked.state.stamp(-9000),
        "etag": 'W/"1"',
        "labels": dict(one.labels),
    }


def _folder(asked: Asked, one: Folder) -> Wire:
    told = {"name": one.name, "parent": one.parent, "displayName": one.label, "state": "ACTIVE"}
    return {**told, "createTime": asked.state.stamp(-30000), "updateTime": asked.state.stamp(-30000)}


def _organisation(asked: Asked) -> Wire:
    told = {"name": ORGANISATION, "displayName": DOMAIN, "directoryCustomerId": CUSTOMER, "state": "ACTIVE"}
    return {**told, "createTime": asked.state.stamp(-50000)}


def get_project(asked: Asked) -> Wire:
    one = BY_NAME.get(asked.places["project"])
    if one is None:
        raise denied(asked.permission, f"projects/{asked.places['project']}")
    return _project(asked, one)


def get_folder(asked: Asked) -> Wire:
    for one in FOLDERS:
        if one.name == f"folders/{asked.places['folder']}":
            return _folder(asked, one)
    raise denied(asked.permission, f"folders/{asked.places['folder']}")


def get_organisation(asked: Asked) -> Wire:
    if f"organizations/{asked.places['organisation']}" != ORGANISATION:
        raise denied(asked.permission, f"organizations/{asked.places['organisation']}")
    return _organisation(asked)


def list_projects(asked: Asked) -> Wire:
    parent = asked.text("parent")
    found = [_project(asked, one) for one in PROJECTS if one.parent == parent]
    return asked.page("projects", asked.state.in_turn(found), default=100, most=300)


def search_projects(asked: Asked) -> Wire:
    found = [_project(asked, one) for one in PROJECTS if _fits(_facts(one), asked.text("query"))]
    return asked.page("projects", asked.state.in_turn(found), default=100)


def list_folders(asked: Asked) -> Wire:
    found = [_folder(asked, one) for one in FOLDERS if one.parent == asked.text("parent")]
    return asked.page("folders", found, default=100, most=300)


def search_folders(asked: Asked) -> Wire:
    found = [_folder(asked, one) for one in FOLDERS if _fits(_folder_facts(one), asked.text("query"))]
    return asked.page("folders", found, default=100)


def search_organisations(asked: Asked) -> Wire:
    return asked.page("organizations", [_organisation(asked)])


def _facts(one: Project) -> Iterable[tuple[str, str]]:
    labels = [(f"labels.{name}", value) for name, value in one.labels.items()]
    own = [("id", one.id), ("projectid", one.id), ("name", one.label), ("displayname", one.label)]
    return [*own, ("state", "ACTIVE"), ("parent", one.parent), *labels]


def _folder_facts(one: Folder) -> Iterable[tuple[str, str]]:
    return [("displayname", one.label), ("parent", one.parent), ("state", "ACTIVE")]


def _fits(facts: Iterable[tuple[str, str]], query: str) -> bool:
    """The terms `key:value` and `key=value` of a search; a key nobody knows fits nothing."""
    known = dict(facts)
    for key, value in re.findall(r"([\w.]+)\s*[:=]\s*(\"[^\"]*\"|\S+)", query):
        wanted = re.escape(value.strip('"')).replace(r"\*", ".*")
        if not re.fullmatch(wanted, known.get(key.lower(), "\n"), re.IGNORECASE):
            return False
    return True


def get_iam_policy(asked: Asked) -> Wire:
    name = f"{asked.places['kind']}/{asked.places['id']}"
    project = BY_NAME.get(asked.places["id"]) if asked.places["kind"] == "projects" else None
    known = project or name == ORGANISATION or any(one.name == name for one in FOLDERS)
    if not known or (project and project.id == LEGAL):
        raise denied(f"resourcemanager.{asked.places['kind']}.getIamPolicy", name)
    return policy(asked.state.level_policy(name), asked.policy_version, audited=name == ORGANISATION)


_API = "cloudresourcemanager"
ROUTES = (
    Route("GET", "/v3/projects/{project}", _API, "GetProject", get_project, "resourcemanager.projects.get"),
    Route("GET", "/v3/projects", _API, "ListProjects", list_projects, "resourcemanager.projects.list"),
    Route("GET", "/v3/projects:search", _API, "SearchProjects", search_projects),
    Route("GET", "/v3/folders/{folder}", _API, "GetFolder", get_folder, "resourcemanager.folders.get"),
    Route("GET", "/v3/folders", _API, "ListFolders", list_folders, "resourcemanager.folders.list"),
    Route("GET", "/v3/folders:search", _API, "SearchFolders", search_folders),
    Route("GET", "/v3/organizations/{organisation}", _API, "GetOrganization", get_organisation),
    Route("GET", "/v3/organizations:search", _API, "SearchOrganizations", search_organisations),
    Route("POST", "/v3/{kind}/{id}:getIamPolicy", _API, "GetIamPolicy", get_iam_policy),
)
