"""Microsoft Graph, v1.0: application permissions, directory roles and groups of service principals."""

import re

from collectors.sandbox.azure.words import Refused
from collectors.sandbox.estate.azure.access import GRAPH_APPLICATION, GRAPH_ROLES, USER_IDENTITIES, Directory
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import SUBSCRIPTIONS, person
from collectors.sandbox.estate.names import uuid
from collectors.sandbox.rest import Wire

_OWN = uuid("azure", "graph", "service principal")
_PATH = re.compile(r"^/v1\.0/serviceprincipals(?:/([^/]+)/(approleassignments|transitivememberof))?$")


def answer(state: AzureState, path: str, wanted: str) -> list[Wire]:
    """The list at a path (in lower case). Raises Refused where there is none."""
    found = _PATH.match(path)
    if found is None:
        raise Refused(400, "BadRequest", f"Resource not found for the segment '{path.rsplit('/', 1)[-1]}'.")
    if not found[1]:
        return [_graph()] if f"'{GRAPH_APPLICATION}'" in wanted else []
    if found[1] not in _principals(state):
        said = f"Resource '{found[1]}' does not exist or one of its queried reference-property objects are not present."
        raise Refused(404, "Request_ResourceNotFound", said)
    known = state.holdings.directory.get(found[1], Directory())
    return _granted(found[1], known) if found[2] == "approleassignments" else _member(known)


def _principals(state: AzureState) -> set[str]:
    apps = (app for one in SUBSCRIPTIONS for app in state.sites(one.id))
    return {app.principal for app in apps if app.system} | {one.principal for one in USER_IDENTITIES}


def _graph() -> Wire:
    roles = [{"id": role, "value": name, "isEnabled": True} for name, role in GRAPH_ROLES.items()]
    return {"id": _OWN, "appId": GRAPH_APPLICATION, "displayName": "Microsoft Graph", "appRoles": roles}


def _granted(principal: str, known: Directory) -> list[Wire]:
    return [
        {
            "id": uuid("azure", "granted", principal, name),
            "appRoleId": GRAPH_ROLES[name],
            "principalId": principal,
            "principalType": "ServicePrincipal",
            "resourceId": _OWN,
            "resourceDisplayName": "Microsoft Graph",
        }
        for name in known.permissions
    ]


def _member(known: Directory) -> list[Wire]:
    kind = "#microsoft.graph.group"
    return [{"@odata.type": kind, "id": person(name), "displayName": name} for name in known.groups]
