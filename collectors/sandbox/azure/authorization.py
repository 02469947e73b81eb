"""Microsoft.Authorization: role assignments, definitions, deny assignments (2022-04-01), eligibility (2020-10-01)."""

import re
from collections.abc import Callable

from collectors.sandbox.azure.words import Refused
from collectors.sandbox.estate.azure.access import EVERYONE, ROLES, Assignment, Denial, Role, role_body
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import BY_ID, chain, group_id
from collectors.sandbox.estate.names import uuid
from collectors.sandbox.rest import Wire

_GROUPS = "/providers/microsoft.management/managementgroups/"
_FILTER = re.compile(
    r"(principalid eq|assignedto\()\s*'([^']*)'\)?|(atscope\(\)|atscopeandbelow\(\)|type eq '(\w+)')", re.I
)


def above(scope: str) -> set[str]:
    """The scopes at and above one, in lower case: resource, group, subscription, management groups, root."""
    parts, found = scope.lower().split("/"), {"/"}
    if scope.lower().startswith(_GROUPS):
        return found | {group_id(name).lower() for name in chain(scope.rsplit("/", 1)[-1])}
    if len(parts) > 2 and parts[2] in BY_ID:
        found |= {group_id(name).lower() for name in chain(BY_ID[parts[2]].group)}
    return found | {"/".join(parts[:length]) for length in range(3, len(parts) + 1, 2)} | {scope.lower()}


class _Wanted:
    """A `$filter`, read. Raises Refused for what Azure does not know either."""

    def __init__(self, text: str) -> None:
        rest = _FILTER.sub("", text)
        if re.sub(r"\band\b|[\s()]", "", rest, flags=re.IGNORECASE):
            raise Refused(400, "BadRequestFormat", f"The filter '{text}' is not supported.")
        found = list(_FILTER.finditer(text))
        self.principal = next((one[2].lower() for one in found if one[2]), "")
        self.only_here = any((one[3] or "").lower() == "atscope()" for one in found)
        self.below = any((one[3] or "").lower() == "atscopeandbelow()" for one in found)
        self.kind = next((one[4].lower() for one in found if one[4]), "")


def role_assignments(state: AzureState, scope: str, text: str) -> list[Wire]:
    """Those at, above and below a scope; groups are not opened for `assignedTo()`."""
    wanted, at = _Wanted(text), above(scope)
    found = [one for one in state.holdings.assignments if _reached(one.scope, scope, at, wanted)]
    return state.in_turn([assignment(state, one) for one in found if wanted.principal in ("", one.principal)])


def _reached(own: str, scope: str, at: set[str], wanted: _Wanted) -> bool:
    below = own.lower().startswith(scope.lower() + "/") and not wanted.only_here
    return own.lower() in at or below


def assignment(state: AzureState, one: Assignment) -> Wire:
    home = "/".join(one.scope.split("/")[:3]) if one.scope.startswith("/subscriptions/") else ""
    told: Wire = {
        "roleDefinitionId": f"{home}/providers/Microsoft.Authorization/roleDefinitions/{one.role}",
        "principalId": one.principal,
        "principalType": one.kind,
        "scope": one.scope,
        "condition": one.condition or None,
        "conditionVersion": "2.0" if one.condition else None,
        "createdOn": state.stamp(one.made) + "Z",
        "updatedOn": state.stamp(one.made) + "Z",
        "delegatedManagedIdentityResourceId": None,
    }
    resource = f"{one.scope}/providers/Microsoft.Authorization/roleAssignments/{one.name}"
    return {"id": resource, "name": one.name, "type": "Microsoft.Authorization/roleAssignments", "properties": told}


def role_definitions(state: AzureState, scope: str, text: str) -> list[Wire]:
    """Built-in roles carry the id of the scope that asks; custom ones of a group below show only when asked for."""
    wanted, at = _Wanted(text), above(scope)
    found = []
    for role in ROLES:
        own = [one.lower() for one in role.scopes]
        seen = any(one in at or (wanted.below and one.startswith(scope.lower() + "/")) for one in own)
        if seen and wanted.kind in ("", "customrole" if role.custom else "builtinrole"):
            found.append(definition(scope, role))
    return state.in_turn(found)


def definition(scope: str, role: Role) -> Wire:
    home = "/".join(scope.split("/")[:3]) if scope.lower().startswith("/subscriptions/") else ""
    resource = f"{home}/providers/Microsoft.Authorization/roleDefinitions/{role.id}"
    told = {"id": resource, "name": role.id, "type": "Microsoft.Authorization/roleDefinitions"}
    return {**told, "properties": role_body(role)}


def deny_assignments(state: AzureState, scope: str, text: str) -> list[Wire]:
    wanted, at = _Wanted(text), above(scope)
    return [_denial(one) for one in state.holdings.denials if _reached(one.scope, scope, at, wanted)]


def _denial(one: Denial) -> Wire:
    name = uuid("azure", "denial", one.name)
    permissions = {"actions": list(one.actions), "notActions": [], "dataActions": [], "notDataActions": []}
    told = {
        "denyAssignmentName": one.name,
        "description": "Made by a deployment stack",
        "permissions": [permissions],
        "scope": one.scope,
        "doNotApplyToChildScopes": False,
        "principals": [{"id": EVERYONE, "type": "SystemDefined"}],
        "excludePrincipals": [{"id": principal, "type": "ServicePrincipal"} for principal in one.excluded],
        "isSystemProtected": True,
    }
    resource = f"{one.scope}/providers/Microsoft.Authorization/denyAssignments/{name}"
    return {"id": resource, "name": name, "type": "Microsoft.Authorization/denyAssignments", "properties": told}


def eligible(state: AzureState, scope: str, text: str) -> list[Wire]:
    """Roles that could be activated."""
    wanted, at = _Wanted(text), above(scope)
    return [_waiting(state, one) for one in state.holdings.eligible if _reached(one.scope, scope, at, wanted)]


def _waiting(state: AzureState, one: Assignment) -> Wire:
    told = assignment(state, one)["properties"]
    kept = {key: told[key] for key in ("scope", "roleDefinitionId", "principalId", "principalType", "condition")}
    kept |= {"status": "Provisioned", "memberType": "Direct", "startDateTime": state.stamp(one.made) + "Z"}
    kind = "Microsoft.Authorization/roleEligibilityScheduleInstances"
    return {"id": f"{one.scope}/providers/{kind}/{one.name}", "name": one.name, "type": kind, "properties": kept}


LISTS: dict[str, Callable[[AzureState, str, str], list[Wire]]] = {
    "roleassignments": role_assignments,
    "roledefinitions": role_definitions,
    "denyassignments": deny_assignments,
    "roleeligibilityscheduleinstances": eligible,
}
