"""IAM: v1 (roles, service accounts and their keys) and v2 (deny policies; the list leaves the rules out)."""

from typing import Any
from urllib.parse import unquote

from collectors.sandbox.estate.gcp.access import DENY_POLICIES, ROLE_BY_NAME, ROLES, DenyPolicy, Role, ServiceAccount
from collectors.sandbox.estate.gcp.organisation import BY_NAME, FOLDERS, ORGANISATION
from collectors.sandbox.estate.names import hexadecimal, uuid
from collectors.sandbox.gcp.asked import Asked, answer_of
from collectors.sandbox.gcp.policies import policy
from collectors.sandbox.gcp.words import Refused, denied, missing
from collectors.sandbox.rest import Route, Wire

_NEVER = "9999-12-31T23:59:59Z"


def _role(role: Role, full: bool) -> Wire:
    permissions = sorted(role.permissions) if full else ()
    stage = None if role.stage == "GA" and not role.name.startswith("roles/") else role.stage
    return answer_of(
        name=role.name,
        title=role.title,
        stage=stage,
        includedPermissions=permissions,
        etag=hexadecimal(10, role.name),
    )


def list_predefined_roles(asked: Asked) -> Wire:
    return _roles(asked, "roles/")


def list_project_roles(asked: Asked) -> Wire:
    return _roles(asked, f"projects/{asked.project.id}/roles/")


def list_organisation_roles(asked: Asked) -> Wire:
    return _roles(asked, f"organizations/{asked.places['organisation']}/roles/")


def _roles(asked: Asked, prefix: str) -> Wire:
    full = asked.text("view") == "FULL"
    found = [_role(role, full) for role in ROLES if role.name.startswith(prefix)]
    return asked.page("roles", asked.state.in_turn(found), default=300)


def get_role(asked: Asked) -> Wire:
    name = asked.places["name"]
    if name not in ROLE_BY_NAME:
        raise missing(name)
    return _role(ROLE_BY_NAME[name], full=True)


def list_service_accounts(asked: Asked) -> Wire:
    found = [_account(one) for one in asked.state.accounts(asked.project.id)]
    return asked.page("accounts", found, default=20, most=100)


def get_service_account(asked: Asked) -> Wire:
    return _account(_named(asked))


def _named(asked: Asked) -> ServiceAccount:
    found = asked.state.account(asked.places["email"])
    if found is None or asked.places["project"] not in ("-", *BY_NAME[found.project].names):
        raise Refused(404, f"Unknown service account: {asked.places['email']}")
    return found


def _account(one: ServiceAccount) -> Wire:
    return answer_of(
        name=f"projects/{one.project}/serviceAccounts/{one.email}",
        projectId=one.project,
        uniqueId="1" + str(int(hexadecimal(16, one.email), 16))[:20].zfill(20),
        email=one.email,
        displayName=one.label,
        etag=hexadecimal(10, one.email, len(one.bindings), one.keys),
        oauth2ClientId="1" + str(int(hexadecimal(16, one.email), 16))[:20].zfill(20),
        disabled=one.disabled or None,
    )


def get_account_policy(asked: Asked) -> Wire:
    found = _named(asked)
    asked.may_read_policies(BY_NAME[found.project], found.email)
    return policy(found.bindings, asked.policy_version)


def list_keys(asked: Asked) -> Wire:
    """Google's own keys show unless USER_MANAGED ones alone are asked for."""
    one, state = _named(asked), asked.state
    told: list[dict[str, Any]] = []
    for number, made in enumerate(one.keys):
        times = {"validAfterTime": state.stamp(made), "validBeforeTime": _NEVER}
        told.append({**_key(one, number), **times, "keyOrigin": "GOOGLE_PROVIDED", "keyType": "USER_MANAGED"})
    if "USER_MANAGED" not in asked.query.get("keyTypes", []):
        times = {"validAfterTime": state.stamp(-100), "validBeforeTime": state.stamp(300)}
        told.append({**_key(one, -1), **times, "keyOrigin": "GOOGLE_PROVIDED", "keyType": "SYSTEM_MANAGED"})
    return {"keys": told} if told else {}


def _key(one: ServiceAccount, number: int) -> Wire:
    name = f"projects/{one.project}/serviceAccounts/{one.email}/keys/{hexadecimal(40, one.email, number)}"
    return {"name": name, "keyAlgorithm": "KEY_ALG_RSA_2048"}


def _attached(asked: Asked) -> str:
    """What the policies asked for hang on, as the estate calls it. Raises Refused for what nobody knows."""
    given = unquote(asked.places["attachment"])
    on = given.removeprefix("cloudresourcemanager.googleapis.com/")
    kind, _, name = on.partition("/")
    if kind == "projects" and name in BY_NAME:
        return f"projects/{BY_NAME[name].id}"
    if on == ORGANISATION or any(folder.name == on for folder in FOLDERS):
        return on
    raise denied(asked.permission, on)


def list_deny_policies(asked: Asked) -> Wire:
    on = _attached(asked)
    return asked.page("policies", [_deny(asked, one, full=False) for one in DENY_POLICIES if one.on == on])


def get_deny_policy(asked: Asked) -> Wire:
    on, wanted = _attached(asked), asked.places["policy"]
    for one in DENY_POLICIES:
        if (one.on, one.id) == (on, wanted):
            return _deny(asked, one, full=True)
    raise missing(f"policies/{asked.places['attachment']}/denypolicies/{wanted}")


def _deny(asked: Asked, one: DenyPolicy, full: bool) -> Wire:
    told = {
        "name": one.name,
        "uid": uuid("deny", one.name),
        "kind": "DenyPolicy",
        "displayName": one.label,
        "createTime": asked.state.stamp(-4000),
        "updateTime": asked.state.stamp(-4000),
    }
    return told | ({"rules": [dict(rule) for rule in one.rules], "etag": hexadecimal(10, one.name)} if full else {})


_API = "iam"
_ACCOUNT = "/v1/projects/{project}/serviceAccounts/{email}"
_DENY = "/v2/policies/{attachment}/denypolicies"
ROUTES = (
    Route("GET", "/v1/roles", _API, "ListRoles", list_predefined_roles, "iam.roles.list"),
    Route("GET", "/v1/projects/{project}/roles", _API, "ListProjectRoles", list_project_roles, "iam.roles.list"),
    Route(
        "GET", "/v1/organizations/{organisation}/roles", _API, "ListOrganizationRoles", list_organisation_roles,
        "iam.roles.list",
    ),
    Route("GET", "/v1/projects/{project}/serviceAccounts", _API, "ListServiceAccounts", list_service_accounts,
          "iam.serviceAccounts.list"),
    Route("GET", _ACCOUNT, _API, "GetServiceAccount", get_service_account, "iam.serviceAccounts.get"),
    Route("POST", f"{_ACCOUNT}:getIamPolicy", _API, "GetServiceAccountPolicy", get_account_policy,
          "iam.serviceAccounts.getIamPolicy"),
    Route("GET", f"{_ACCOUNT}/keys", _API, "ListServiceAccountKeys", list_keys, "iam.serviceAccountKeys.list"),
    Route("GET", _DENY, _API, "ListDenyPolicies", list_deny_policies, "iam.denypolicies.list"),
    Route("GET", f"{_DENY}/{{policy}}", _API, "GetDenyPolicy", get_deny_policy, "iam.denypolicies.get"),
)  # fmt: skip
ROLE_ROUTE = Route("GET", "/v1/{name+}", _API, "GetRole", get_role, "iam.roles.get")
"""Asked last: a role's name may have two or four segments."""
