# ruff: noqa: E501, UP031 - a case stays on its row
"""Questions on which evaluators of Azure's role assignments and app settings are known to go wrong, one a row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.access.azure import (
    Grants,
    Identity,
    Request,
    Site,
    Trigger,
    app_access,
    assess,
    decide,
    public_access,
    read_easy_auth,
    read_ip_rules,
    read_policies,
)
from findings.access.azure.conditions import evaluate
from findings.access.decision import Outcome
from findings.access.ladder import Exposure
from findings.access.privilege import Level, Power
from findings.access.surface import Reach

T, F, U = True, False, None
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
NAME, TAG = (
    "Microsoft.Storage/storageAccounts/blobServices/containers:name",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:Project",
)
ROLES = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"
KNOWN: dict[str, Any] = {
    NAME: "logs",
    TAG: "Cascade",
    "v:many": ["a", "b"],
    "v:none": None,
    "v:size": 12,
    "v:flag": True,
    "v:at": "2026-06-15T12:00:00Z",
    ROLES: "8E3AF657-a8ff-443c-a75c-2fe8c4bcb635",
    "@request[v:side]": "in",
    "@resource[v:side]": "out",
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # the usual form: other actions pass, this one is judged
        ("((!(ActionMatches{'%s'})) OR (@Resource[%s] StringEquals 'logs'))" % (READ, NAME), T), ("((!(ActionMatches{'%s'})) OR (@Resource[%s] StringEquals 'x'))" % (READ, NAME), F),
        ("((!(ActionMatches{'%s'})) OR (@Resource[%s] StringEquals 'x'))" % (WRITE, NAME), T), ("((!(ActionMatches{'%s'})) OR (@Resource[v:unread] StringEquals 'x'))" % READ, U),
        ("!(ActionMatches{'microsoft.storage/*/READ'})", F), ("ActionMatches{'%s', '%s'}" % (WRITE, READ), T), ("ActionMatches{'Microsoft.Storage/*'} AND NOT ActionMatches{'*/write'}", T),
        ("!(ActionMatches{'%s'} AND SubOperationMatches{'Blob.List'})" % READ, U), ("!(ActionMatches{'%s'} AND SubOperationMatches{'Blob.List'})" % WRITE, T), ("SubOperationMatches{'Blob.List'}", U),
        # texts
        ("@Resource[%s] StringEquals 'LOGS'" % NAME, F), ("@Resource[%s] StringEqualsIgnoreCase 'LOGS'" % NAME, T), ("@Resource[%s] StringNotEquals 'x'" % NAME, T), ("@Resource[%s] StringNotEquals 'logs'" % NAME, F),
        ("@Resource[%s] StringLike 'l*'" % NAME, T), ("@Resource[%s] StringLike 'l?gs'" % NAME, T), ("@Resource[%s] StringNotLike 'l*'" % NAME, F), ("@Resource[%s] StringStartsWith 'lo'" % NAME, T),
        ("@Resource[%s] StringNotStartsWith 'lo'" % NAME, F), ("@Resource[%s] StringStartsWithIgnoreCase 'LO'" % NAME, T), ("@resource[ %s ] stringequals 'logs'" % NAME.upper(), T), ("@Resource[%s<$key_case_sensitive$>] StringEquals 'Cascade'" % TAG, T),
        # several values
        ("@Resource[v:many] ForAnyOfAnyValues:StringEquals {'b', 'c'}", T), ("@Resource[v:many] ForAllOfAnyValues:StringEquals {'b', 'c'}", F), ("@Resource[v:many] ForAllOfAnyValues:StringEquals {'a', 'b', 'c'}", T),
        ("@Resource[v:many] ForAnyOfAllValues:StringNotEquals {'b', 'c'}", T), ("@Resource[v:many] ForAllOfAllValues:StringNotEquals {'c', 'd'}", T), ("@Resource[v:many] ForAllOfAllValues:StringNotEquals {'a', 'd'}", F),
        # roles that may be handed out
        ("@Request[%s] ForAnyOfAnyValues:GuidEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635}" % ROLES, T), ("@Request[%s] ForAnyOfAllValues:GuidNotEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635, 18d7d88d-d35e-4fb5-a5c3-7773c20a72d9}" % ROLES, F),
        ("@Request[%s] ForAnyOfAllValues:GuidNotEquals {18d7d88d-d35e-4fb5-a5c3-7773c20a72d9}" % ROLES, T), ("@Request[v:unread] ForAnyOfAnyValues:GuidEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635}", U),
        # numbers, truth, time
        ("@Resource[v:size] NumericLessThan 13", T), ("@Resource[v:size] NumericGreaterThanEquals 12.5", F), ("@Resource[v:size] NumericNotEquals -1", T), ("@Resource[%s] NumericEquals 1" % NAME, U), ("@Environment[v:flag] BoolEquals true", T),
        ("@Environment[v:flag] BoolNotEquals true", F), ("@Environment[v:at] DateTimeLessThan '2026-06-15T12:00:00+02:00'", F), ("@Environment[v:at] DateTimeGreaterThan '2026-01-01T00:00:00.0Z'", T), ("@Environment[UtcNow] DateTimeLessThan '2020-01-01T00:00:00Z'", U), ("@Environment[v:at] DateTimeLessThan 'soon'", U),
        # where an attribute is of: the request and the resource differ
        ("@Request[v:side] StringEquals 'in' AND @Resource[v:side] StringEquals 'out'", T), ("@Principal[v:side] StringEquals 'in'", U), ("@Request[v:side] StringEquals @Resource[v:side]", F), ("@Resource[%s] StringEquals @Resource[%s]" % (NAME, NAME), T), ("@Resource[%s] StringEquals @Principal[v:unread]" % NAME, U),
        ("Exists @Resource[%s]" % NAME, T), ("Exists @Resource[v:none]", F), ("Exists @Resource[v:unread]", U), ("NOT Exists @Resource[v:none]", T),
        # three values
        ("@Resource[v:unread] StringEquals 'x' OR @Resource[%s] StringEquals 'logs'" % NAME, T), ("@Resource[v:unread] StringEquals 'x' && @Resource[%s] StringEquals 'x'" % NAME, F), ("!(@Resource[v:unread] StringEquals 'x')", U),
        # what cannot be read is undecided
        ("", U), ("ActionMatches{'x'", U), ("@Resource[x]", U), ("@Resource[%s] OperatorOfTomorrow 'x'" % NAME, U), ("@Nobody[x] StringEquals 'x'", U), ("ActionMatches{'x'} ActionMatches{'y'}", U), ("(" * 60 + "ActionMatches{'*'}" + ")" * 60, U),
    ],
)  # fmt: skip
def test_what_a_condition_amounts_to(condition: str, expected: bool | None) -> None:
    assert evaluate(condition, READ, KNOWN) is expected


YES, IF, NO, REFUSED = Outcome.ALLOWED, Outcome.ALLOWED_IF, Outcome.DENIED_IMPLICIT, Outcome.DENIED_EXPLICIT
SUB, GROUP = "/subscriptions/S1", "/subscriptions/s1/resourceGroups/r1"
APP = GROUP + "/providers/Microsoft.Web/sites/f1"
SLOT = APP + "/slots/staging"
DEPLOY, KEYS = "Microsoft.Web/sites/write", "Microsoft.Web/sites/host/listkeys/action"
OWNER, CONTRIBUTOR, READER = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",
)
EVERYONE = {"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}


def flat(*actions: str, scope: str = SUB, principal: str = "U1", **more: Any) -> dict[str, Any]:
    return {"principal": principal, "scope": scope, "actions": list(actions), **more}


def listed(role: str, scope: str = SUB, principal: str = "u1", **more: Any) -> dict[str, Any]:
    return {
        "id": scope + "/providers/Microsoft.Authorization/roleAssignments/x",
        "properties": {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": principal,
            "principalType": "User",
            "scope": scope,
            **more,
        },
    }


def stack(*actions: str, scope: str = GROUP, **more: Any) -> dict[str, Any]:
    return {
        "properties": {
            "denyAssignmentName": "stack",
            "scope": scope,
            "permissions": [{"actions": list(actions) or ["*"], "notActions": ["*/read"]}],
            "principals": [EVERYONE],
            "isSystemProtected": True,
            **more,
        }
    }


@pytest.mark.parametrize(
    ("action", "resource", "policies", "expected"),
    [
        # scope
        (DEPLOY, APP, {"assignments": [flat("*")]}, YES), (DEPLOY, SLOT, {"assignments": [flat("*", scope=APP)]}, YES), (DEPLOY, APP, {"assignments": [flat("*", scope=SLOT)]}, NO), (DEPLOY, APP, {"assignments": [flat("*", scope="/")]}, YES),
        (DEPLOY, APP, {"assignments": [flat("*", scope="/subscriptions/s1/resourcegroups/R1/")]}, YES), (DEPLOY, APP, {"assignments": [flat("*", scope="/subscriptions/s1/resourceGroups/r")]}, NO), (DEPLOY, APP + "2", {"assignments": [flat("*", scope=APP)]}, NO),
        (DEPLOY, APP, {"assignments": [flat("*", scope="/providers/Microsoft.Management/managementGroups/mg1")]}, IF), (DEPLOY, APP, {"assignments": [flat("*", scope="/providers/Microsoft.Management/managementGroups/mg1")], "management_groups": ["MG1", "root"]}, YES),
        (DEPLOY, APP, {"assignments": [flat("*", scope="/providers/Microsoft.Management/managementGroups/mg1")], "management_groups": ["/providers/Microsoft.Management/managementGroups/other"]}, NO), (DEPLOY, APP, {"assignments": [flat("*", scope="/providers/Microsoft.Management/managementGroups/mg1")], "management_groups": []}, NO),
        # patterns, case
        ("microsoft.WEB/sites/read", APP, {"assignments": [flat("*/read")]}, YES), (DEPLOY, APP, {"assignments": [flat("Microsoft.Web/*/read")]}, NO), ("Microsoft.Web/sites/config/read", APP, {"assignments": [flat("Microsoft.Web/*/read")]}, YES),
        ("Microsoft.Web/sites/slots/config/read", SLOT, {"assignments": [flat("Microsoft.Web/sites/*/read")]}, YES), ("Microsoft.Web/sites/read", APP, {"assignments": [flat("Microsoft.Web/sites/*/read")]}, NO), (KEYS, APP, {"assignments": [flat("microsoft.web/SITES/*/action")]}, YES),
        (DEPLOY, APP, {"assignments": [flat("Microsoft.Web/sites")]}, NO), (DEPLOY, APP, {"assignments": [flat("Microsoft.Website/*")]}, NO), ("Microsoft.Web/sites/write", APP, {"assignments": [flat("Microsoft.Web/sites/writ")]}, NO),
        # notActions take away from one role only
        (DEPLOY, APP, {"assignments": [flat("*", notActions=["Microsoft.Web/*"])]}, NO), (DEPLOY, APP, {"assignments": [flat("*", notActions=["Microsoft.Web/*"]), flat(DEPLOY, scope=APP)]}, YES), (DEPLOY, APP, {"assignments": [flat("*", notActions=["microsoft.web/SITES/WRITE"])]}, NO),
        ("Microsoft.Authorization/roleAssignments/write", APP, {"assignments": [listed(CONTRIBUTOR)]}, NO), ("Microsoft.Authorization/roleAssignments/write", APP, {"assignments": [listed(OWNER)]}, YES), (KEYS, APP, {"assignments": [listed(CONTRIBUTOR)]}, YES), (KEYS, APP, {"assignments": [listed(READER)]}, NO),
        ("Microsoft.Storage/storageAccounts/listkeys/action", GROUP, {"assignments": [listed(CONTRIBUTOR)]}, YES),
        # principals
        (DEPLOY, APP, {"assignments": [flat("*", principal="u2")]}, NO), (DEPLOY, APP, {"assignments": [listed(OWNER, principal="g1", principalType="Group")]}, IF), (DEPLOY, APP, {"assignments": [listed(OWNER, principal="g1", principalType="ForeignGroup")]}, IF),
        (DEPLOY, APP, {"assignments": [listed(OWNER, principal="g1", principalType="Group")], "groups": {"G1": ["U1"]}}, YES), (DEPLOY, APP, {"assignments": [listed(OWNER, principal="g1", principalType="Group")], "groups": {"g1": ["g2"], "g2": ["g1", "u1"]}}, YES),
        (DEPLOY, APP, {"assignments": [listed(OWNER, principal="g1", principalType="Group")], "groups": {"g1": ["u2"]}}, NO), (DEPLOY, APP, {"assignments": [listed(OWNER, principal="u9", principalType="ServicePrincipal")]}, NO),
        # what is not in force
        (DEPLOY, APP, {"assignments": [listed(OWNER) | {"type": "Microsoft.Authorization/roleEligibilityScheduleInstances"}]}, NO), (DEPLOY, APP, {"assignments": [listed(OWNER) | {"id": SUB + "/providers/Microsoft.Authorization/roleEligibilityScheduleInstances/x"}]}, NO), (DEPLOY, APP, {"assignments": [listed(OWNER) | {"type": "Microsoft.Authorization/roleAssignmentScheduleInstances"}]}, YES),
        (DEPLOY, APP, {"assignments": [listed("11111111-2222-3333-4444-555555555555")]}, IF), (DEPLOY, APP, {"unread": [SUB]}, IF), (DEPLOY, APP, {"unread": ["/subscriptions/s2"]}, NO),
        # conditions bear on data and on handing out roles, nothing else
        (DEPLOY, APP, {"assignments": [listed(OWNER, condition="ActionMatches{'nothing'}")]}, YES), ("Microsoft.Authorization/roleAssignments/write", APP, {"assignments": [listed(OWNER, condition="ActionMatches{'nothing'}")]}, NO),
        ("Microsoft.Authorization/roleAssignments/write", APP, {"assignments": [listed(OWNER, condition="@Request[x:y] StringEquals 'a'")]}, IF), ("Microsoft.Authorization/roleAssignments/delete", APP, {"assignments": [listed(OWNER, condition="((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[x:y] StringEquals 'a'))")]}, YES),
        # deny assignments
        (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack()]}, REFUSED), ("Microsoft.Web/sites/read", APP, {"assignments": [listed(OWNER)], "denials": [stack()]}, YES), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(scope="/subscriptions/s1/resourceGroups/r2")]}, YES),
        (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(doNotApplyToChildScopes=True)]}, YES), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(scope=APP.upper(), doNotApplyToChildScopes=True)]}, REFUSED),
        (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(excludePrincipals=[{"id": "U1", "type": "User"}])]}, YES), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(excludePrincipals=[{"id": "u2", "type": "User"}])]}, REFUSED),
        (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(excludePrincipals=[{"id": "g1", "type": "Group"}])]}, IF), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(principals=[{"id": "g1", "type": "Group"}])]}, IF), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(principals=[{"id": "u2", "type": "User"}])]}, YES),
        (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(excludePrincipals=[{"id": "g1", "type": "Group"}])], "groups": {"g1": ["u1"]}}, YES), (DEPLOY, APP, {"denials": [stack()]}, REFUSED), (DEPLOY, APP, {"denials": [stack(principals=[{"id": "u2"}])]}, NO),
        (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(denyAssignmentEffect="audit")]}, YES), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack(denyAssignmentEffect="enforced")]}, REFUSED), (DEPLOY, APP, {"assignments": [listed(OWNER)], "denials": [stack("Microsoft.Web/*/delete")]}, YES),
    ],
)  # fmt: skip
def test_who_may_do_what(action: str, resource: str, policies: dict[str, Any], expected: Outcome) -> None:
    assert decide(Request("u1", action, resource), read_policies(**policies)).outcome is expected


BLOBS = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"  # Storage Blob Data Reader


@pytest.mark.parametrize(
    ("assignment", "data", "expected"),
    [
        (listed(OWNER), True, NO), (flat("*"), True, NO), (flat("*", dataActions=["*"]), True, YES), (listed(BLOBS), True, YES), (listed(BLOBS), False, NO), (flat(dataActions=["*/read"]), True, YES), (flat(dataActions=["*"], notDataActions=["*/blobs/*"]), True, NO), (flat("*", notActions=["*"], dataActions=["*"]), True, YES),
        (listed(BLOBS, condition="@Resource[%s] StringEquals 'logs'" % NAME), True, IF),
    ],
)  # fmt: skip
def test_the_two_planes_are_apart(assignment: dict[str, Any], data: bool, expected: Outcome) -> None:
    assert decide(Request("u1", READ, GROUP, data), read_policies(assignments=[assignment])).outcome is expected


SITE = Site(own_tenants=frozenset({"t-1"}))
OPEN = Trigger("httpTrigger", "anonymous", "/api/open")
ANON, AUTH, EXT, ORG, SAME, NONE = (
    Exposure.PUBLIC_ANONYMOUS,
    Exposure.PUBLIC_AUTHENTICATED,
    Exposure.EXTERNAL,
    Exposure.ORGANISATION,
    Exposure.SAME_ACCOUNT,
    Exposure.NONE,
)
ENTRA = {
    "azureActiveDirectory": {
        "registration": {"clientId": "c", "openIdIssuer": "https://login.microsoftonline.com/t-1/v2.0"}
    }
}


def v2(action: str | None = "Return401", required: bool | None = True, **more: Any) -> dict[str, Any]:
    rules = {
        "requireAuthentication": required,
        "unauthenticatedClientAction": action,
        "excludedPaths": more.pop("excluded", []),
    }
    return {
        "properties": {
            "platform": {"enabled": True, **more.pop("platform", {})},
            "globalValidation": rules,
            "identityProviders": ENTRA,
            **more,
        }
    }


@pytest.mark.parametrize(
    ("settings", "certain", "possible"),
    [
        (None, ANON, ANON), ({}, ANON, ANON), (v2(platform={"enabled": False}), ANON, ANON), (v2(), ORG, ORG), (v2("RedirectToLoginPage"), ORG, ORG), (v2("Return403"), ORG, ORG), (v2("Return302", None), ORG, ORG), (v2("RejectWith401", None), ORG, ORG),
        (v2("AllowAnonymous", False), ANON, ANON), (v2("AllowAnonymous", None), ANON, ANON), (v2("Return401", False), ANON, ANON), (v2(None, True), ORG, ORG), (v2(None, False), ANON, ANON), (v2(None, None), ORG, ANON), (v2("AllowAnonymous", True), ORG, ANON), (v2("ActionOfTomorrow", None), ORG, ANON),
        (v2(platform={"configFilePath": "auth.json"}), ORG, ANON), (v2(excluded=["/api/open"]), ANON, ANON), (v2(excluded=["/api/*"]), ANON, ANON), (v2(excluded=["/*"]), ANON, ANON), (v2(excluded=["/health"]), ORG, ORG),
        (v2(identityProviders={}), NONE, AUTH), (v2(identityProviders={"gitHub": {"registration": {"clientId": "x"}}}), AUTH, AUTH), (v2(identityProviders={"customOpenIdConnectProviders": {"okta": {"registration": {"clientId": "x"}}}}), EXT, EXT),
        (v2(identityProviders={"azureActiveDirectory": {"registration": {"clientId": "c", "openIdIssuer": "https://sts.windows.net/t-9/"}}}), EXT, EXT), (v2(identityProviders={"azureActiveDirectory": {"registration": {"clientId": "c"}}}), NONE, AUTH),
        ({"enabled": True, "unauthenticatedClientAction": "AllowAnonymous", "issuer": "https://sts.windows.net/t-1/"}, ANON, ANON), ({"enabled": True, "unauthenticatedClientAction": "RedirectToLoginPage", "issuer": "https://sts.windows.net/t-1/"}, ORG, ORG), ({"enabled": "true"}, ANON, ANON),
    ],
)  # fmt: skip
def test_sign_in_before_the_code(settings: dict[str, Any] | None, certain: Exposure, possible: Exposure) -> None:
    surface = public_access(OPEN, replace(SITE, easy_auth=read_easy_auth(settings)))
    assert (surface.level, surface.possible) == (certain, possible)


@pytest.mark.parametrize(
    ("trigger", "certain", "possible"),
    [
        (OPEN, ANON, ANON), (Trigger("HTTPTRIGGER", "Anonymous"), ANON, ANON), (Trigger("httpTrigger", ""), SAME, SAME), (Trigger("httpTrigger", "function"), SAME, SAME), (Trigger("httpTrigger", "admin"), SAME, SAME), (Trigger("httpTrigger", None), NONE, ANON), (Trigger("httpTrigger", "levelOfTomorrow"), NONE, ANON),
        (Trigger("timerTrigger"), SAME, SAME), (Trigger("queueTrigger", "anonymous"), SAME, SAME), (Trigger("eventGridTrigger"), SAME, SAME), (Trigger("timerTrigger", "anonymous"), SAME, SAME),
    ],
)  # fmt: skip
def test_what_each_trigger_asks_of_callers(trigger: Trigger, certain: Exposure, possible: Exposure) -> None:
    surface = public_access(trigger, SITE)
    assert (surface.level, surface.possible) == (certain, possible)


def rule(source: str, action: str = "Allow", priority: int = 100, **more: Any) -> dict[str, Any]:
    return {"ipAddress": source, "action": action, "priority": priority, **more}


def tag(name: str, **more: Any) -> dict[str, Any]:
    return rule(name, tag="ServiceTag", **more)


VNET = {
    "vnetSubnetResourceId": GROUP + "/providers/Microsoft.Network/virtualNetworks/v/subnets/a",
    "action": "Allow",
    "priority": 1,
}


@pytest.mark.parametrize(
    ("rules", "default", "change", "expected"),
    [
        ([], "", {}, Reach.INTERNET), ([], "Deny", {}, Reach.CLOSED), ([rule("Any", priority=2147483647)], "Deny", {}, Reach.INTERNET), ([rule("Any", "Deny", 2147483647)], "", {}, Reach.CLOSED),
        ([tag("AzureCloud")], "Deny", {}, Reach.INTERNET), ([tag("AzureCloud.WestEurope")], "Deny", {}, Reach.INTERNET), ([tag("AzureFrontDoor.Backend")], "Deny", {}, Reach.INTERNET), ([tag("AzureFrontDoor.Backend", headers={"X-Azure-FDID": ["id"]})], "Deny", {}, Reach.IP_RESTRICTED),
        ([tag("AzureFrontDoor.Backend", headers={"x-forwarded-host": ["a.example"]})], "Deny", {}, Reach.INTERNET), ([tag("AzureFrontDoor.Backend", headers={"x-azure-fdid": []})], "Deny", {}, Reach.INTERNET), ([tag("AzureEventGrid")], "Deny", {}, Reach.IP_RESTRICTED), ([tag("AzureCloud", action="Deny")], "Allow", {}, Reach.INTERNET),
        ([rule("Any", "Deny", 1), tag("AzureCloud", priority=2)], "", {}, Reach.CLOSED), ([VNET], "Deny", {}, Reach.INTERNAL), ([VNET, rule("203.0.113.0/24")], "Deny", {}, Reach.IP_RESTRICTED), ([VNET | {"action": "Deny"}], "Allow", {}, Reach.INTERNET),
        ([rule("10.0.0.0/8", "Deny", 1), rule("10.1.0.0/16", "Allow", 2)], "Deny", {}, Reach.CLOSED), ([rule("10.1.0.0/16", "Allow", 1), rule("10.0.0.0/8", "Deny", 2)], "Deny", {}, Reach.INTERNAL), ([rule("203.0.113.7/32", "Deny", 1)], "", {}, Reach.CLOSED), ([rule("203.0.113.7/32", "Deny", 1)], "Allow", {}, Reach.INTERNET),
        ([rule("::/0")], "Deny", {}, Reach.INTERNET), ([rule("203.0.113.0/24,198.51.100.0/24")], "Deny", {}, Reach.IP_RESTRICTED), ([rule("Any", headers={"x-azure-fdid": ["id"]})], "Deny", {}, Reach.IP_RESTRICTED),
        ([], "", {"public_network_access": "Disabled"}, Reach.CLOSED), ([], "", {"public_network_access": "Disabled", "private_endpoint": True}, Reach.PRIVATE_ENDPOINT), ([], "", {"private_endpoint": True}, Reach.PRIVATE_ENDPOINT), ([], "", {"public_network_access": "Enabled", "private_endpoint": True}, Reach.INTERNET),
        ([], "", {"public_network_access": "disabled", "ip_rules": read_ip_rules([rule("Any")])}, Reach.CLOSED), ([], "", {"public_network_access": "SecuredByPerimeter"}, Reach.UNKNOWN), ([], "", {"public_network_access": None}, Reach.UNKNOWN), ([], "", {"private_endpoint": None}, Reach.UNKNOWN),
    ],
)  # fmt: skip
def test_from_where_an_app_is_reached(rules: list[Any], default: str, change: dict[str, Any], expected: Reach) -> None:
    site = replace(SITE, ip_rules=read_ip_rules(rules), ip_default_action=default)
    assert public_access(OPEN, replace(site, **change)).reach is expected


@pytest.mark.parametrize(
    ("change", "closed"),
    [({}, False), ({"state": "Stopped"}, True), ({"state": "running"}, False), ({"state": ""}, False), ({"state": None}, False), ({"enabled": False}, True), ({"enabled": None}, False), ({"state": "QuotaExceeded"}, True)],
)  # fmt: skip
def test_what_is_stopped_is_closed_and_what_is_not_told_is_not(change: dict[str, Any], closed: bool) -> None:
    surface = public_access(OPEN, replace(SITE, **change))
    assert (surface.level, bool(surface.latent)) == (ANON, closed)


def test_an_app_is_as_open_as_the_most_open_function_that_can_be_started() -> None:
    keyed, off = Trigger("httpTrigger", "function"), replace(OPEN, disabled=True)
    assert [app_access(some, SITE).level for some in ([keyed, OPEN], [keyed, off], [off], [])] == [
        ANON,
        SAME,
        ANON,
        NONE,
    ]


NOTHING_MORE = Identity("u1", home="s1", groups=frozenset(), directory_roles=(), graph=(), vault_policies={})


@pytest.mark.parametrize(
    ("assignments", "change", "level", "has", "lacks"),
    [
        ([listed(OWNER)], {}, Level.ADMIN, {Power.ADMIN, Power.DATA_READ}, set()), ([listed(OWNER, scope=APP)], {}, Level.WRITE, {Power.IAM_WRITE, Power.DEPLOY_CODE}, {Power.ADMIN, Power.DATA_READ, Power.IDENTITY_ESCALATION}), ([listed(CONTRIBUTOR)], {}, Level.NEAR_ADMIN, {Power.DEPLOY_CODE, Power.DATA_READ, Power.SECRETS_READ}, {Power.ADMIN}),
        ([listed(READER)], {}, Level.READ, set(), {Power.DATA_READ, Power.SECRETS_READ, Power.INVOKE}), ([listed(BLOBS)], {}, Level.READ, {Power.DATA_READ}, {Power.DATA_WRITE_DESTROY}), ([], {}, Level.NONE, set(), set(Power)),
        ([], {"graph": None}, Level.UNKNOWN, set(), set(Power)), ([], {"directory_roles": None}, Level.UNKNOWN, set(), set(Power)), ([], {"vault_policies": None}, Level.UNKNOWN, set(), set(Power)), ([listed(OWNER)], {"graph": None}, Level.ADMIN, {Power.ADMIN}, set()),
        ([], {"graph": ["RoleManagement.ReadWrite.Directory"]}, Level.ADMIN, {Power.ADMIN}, set()), ([], {"graph": ["User.Read.All"]}, Level.READ, {Power.DATA_READ}, {Power.ADMIN}), ([], {"directory_roles": ["62E90394-69f5-4237-9190-012177145e10"]}, Level.ADMIN, {Power.ADMIN}, set()),
        ([], {"vault_policies": {"v1": ["Secrets/Get"]}}, Level.READ, {Power.SECRETS_READ}, {Power.ADMIN}), ([listed(BLOBS, scope="/subscriptions/s2")], {}, Level.READ, {Power.DATA_READ, Power.CROSS_ACCOUNT_ASSUME}, set()), ([listed("11111111-2222-3333-4444-555555555555")], {}, Level.UNKNOWN, set(), {Power.ADMIN}),
        ([listed(OWNER, principal="g1", principalType="Group")], {}, Level.NONE, set(), {Power.ADMIN}), ([listed(OWNER, principal="g1", principalType="Group")], {"groups": frozenset({"G1"})}, Level.ADMIN, {Power.ADMIN}, set()),
    ],
)  # fmt: skip
def test_what_an_identity_amounts_to(
    assignments: list[Any], change: dict[str, Any], level: Level, has: set[Power], lacks: set[Power]
) -> None:
    told = assess(replace(NOTHING_MORE, **change), Grants(read_policies(assignments=assignments)))
    assert told.level is level
    assert has <= told.powers and not lacks & told.powers
