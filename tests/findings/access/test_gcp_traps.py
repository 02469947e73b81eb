# ruff: noqa: E501 - a case stays on its row
"""Questions on which evaluators of Google policies are known to go wrong, one a row, with what Google does."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from findings.access.decision import Outcome
from findings.access.gcp import Request, decide, read_policies
from findings.access.gcp.cel import evaluate
from findings.access.gcp.permissions import matches
from findings.access.gcp.principals import Directory, covers, is_agent, project_of

T, F, U = True, False, None
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)  # a Monday
KNOWN: dict[str, Any] = {
    "request.time": NOON,
    "resource.name": "projects/p1/locations/europe-west1/services/pay",
    "resource.type": "run.googleapis.com/Service",
    "resource.service": "run.googleapis.com",
    "resource.tags": {"123/env": "prod", "123/empty": ""},
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # time: zones, ends, beginnings, windows
        ('request.time < timestamp("2026-06-15T12:00:00Z")', F), ('request.time <= timestamp("2026-06-15T12:00:00Z")', T),
        ('request.time < timestamp("2026-06-15T12:00:00-07:00")', T), ('request.time < timestamp("2026-06-15T13:59:59+02:00")', F),
        ('request.time < timestamp("2026-06-15T12:00:00.000000001Z")', F), ('request.time > timestamp("2026-07-01T00:00:00Z")', F),
        ('request.time >= timestamp("2026-01-01T00:00:00Z") && request.time < timestamp("2027-01-01T00:00:00Z")', T),
        ('request.time.getHours("Europe/Berlin") == 14', T), ('request.time.getHours("America/Los_Angeles") == 5', T),
        ('request.time.getHours("-08:00") == 4', T), ('request.time.getHours("02:00") == 14', T), ("request.time.getHours() == 12", T),
        ('request.time.getHours("Nowhere/Land") == 12', U), ("request.time.getDayOfWeek() == 1", T),
        ('request.time.getDayOfWeek("Asia/Tokyo") >= 1 && request.time.getDayOfWeek("Asia/Tokyo") <= 5', T),
        ("request.time.getMonth() == 5", T), ("request.time.getDate() == 15 && request.time.getDayOfMonth() == 14", T),
        ("request.time.getDayOfYear() == 165", T), ("request.time.getFullYear() == 2026", T),
        ('request.time - timestamp("2026-06-15T11:00:00Z") == duration("1h")', T), ('duration("-1h30m") == duration("-90m")', T),
        ('duration("1500us") == duration("1.5ms")', T), ('duration("1d") == duration("24h")', U),
        ('request.time < timestamp(1781524800) + duration("1s")', T), ('request.time < "2027-01-01T00:00:00Z"', U),
        ('request.time < timestamp("soon")', U), ('date("2026-06-15") == timestamp("2026-06-15T00:00:00Z")', T),
        # names and types
        ('resource.name.startsWith("projects/p1/locations/europe-west1/services/pay")', T),
        ('resource.name.startsWith("projects/P1/")', F), ('resource.name.endsWith("/pay") && resource.name.contains("/services/")', T),
        ('resource.type == "run.googleapis.com/Service"', T), ('resource.type != "run.googleapis.com/Service"', F),
        ('resource.service in ["run.googleapis.com", "storage.googleapis.com"]', T), ('!(resource.service in ["run.googleapis.com"])', F),
        ('resource.name.extract("locations/{place}/") == "europe-west1"', T), ('resource.name.extract("buckets/{b}/") == ""', T),
        ('resource.name.extract("services/{s}") == "pay"', T), ('resource.name.extract("{all}") == resource.name', T),
        ("resource.name.startsWith('projects/p1/') ? resource.type == 'x' : true", F),
        ('resource.type == "storage.googleapis.com/Bucket" || resource.name.startsWith("projects/p1")', T),
        ('size(resource.service) == 18 && resource.service.size() == 18', T), ("resource.name.lowerAscii() == 'x'", U),
        # tags: by name and by id
        ('resource.matchTag("123/env", "prod")', T), ('resource.matchTag("123/env", "pro")', F), ('resource.matchTag("123/env", "Prod")', F),
        ('resource.hasTagKey("123/env")', T), ('resource.hasTagKey("123/empty")', T), ('resource.hasTagKey("123/other")', F),
        ('!resource.hasTagKey("123/other")', T), ('resource.matchTag("999/env", "prod")', F),
        ('resource.matchTagId("tagKeys/281", "tagValues/282")', U), ('resource.hasTagKeyId("tagKeys/281")', U),
        ('!resource.matchTagId("tagKeys/281", "tagValues/282")', U), ('resource.matchTag("shop/env", "prod")', U),
        ('resource.matchTag(["123/env"], "prod")', U), ('resource.hasTagKey(1)', U), ("resource.tags[['a']] == 'b'", U),
        # three values: what is not known makes only what hangs on it undecided
        ('request.host == "a" || resource.service == "run.googleapis.com"', T), ('request.host == "a" && resource.service == "x"', F),
        ('request.host == "a" && resource.service == "run.googleapis.com"', U), ('request.host == "a" || resource.service == "x"', U),
        ('!(request.host == "a")', U), ('!(request.host == "a" && false)', T), ('request.host == request.host', U),
        ('request.host == "a" ? true : true', T), ('request.host == "a" ? true : false', U), ("'x' in [request.host, 'x']", T),
        ("'x' in [request.host, 'y']", U), ("'accessPolicies/1/accessLevels/in' in request.auth.access_levels", U),
        ("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])", U),
        ("destination.ip == '10.0.0.1' && destination.port == 22", U), ("inIpRange(origin.ip, ['10.0.0.0/8'])", U),
        ("somethingNew(resource.name) || true", T), ("somethingNew(resource.name) && false", F), ("somethingNew()", U),
        # precedence
        ("true || false && false", T), ("!true || true", T), ("!(true || true)", F), ("1 + 2 == 3 && -1 < 0", T), ("true == !false", T),
        # what cannot be read is undecided, never true and never false
        ("", U), ("true &&", U), ("true true", U), ("(true", U), ("true)", U), ("tru", U), ('"true"', U), ("1", U), ("null", U),
        ("resource.name.startsWith('a'", U), ("'unclosed", U), ("true & false", U), ("request.time < 5", U), ("[1, 2", U), ("!" * 60 + "true", U),
        # strings
        ("'a\\x62' == 'ab'", T), ("'\\u0061' == 'a'", T), ("'\\141' == 'a'", T), ("'\\q' == 'q'", U), (r"r'\d' == '\\d'", T),
        ('\'it\\\'s\' == "it\'s"', T), ("'\\U7fffffff' == 'a'", U), ("true // only for a while", T), ("// first\ntrue", T), ("true // a\n&& false", F),
    ],
)  # fmt: skip
def test_what_a_condition_amounts_to(expression: str, expected: bool | None) -> None:
    assert evaluate(expression, KNOWN) is expected


def test_a_hostile_condition_is_read_quickly() -> None:
    begun = time.monotonic()
    for text in (
        "/" * 9_000,
        "(" * 9_000,
        "'" + "\\" * 9_000,
        "!" * 9_000,
        "a." * 4_000,
        "1+" * 4_000 + "1",
        "duration('" + "1h" * 4_000 + "x')",
    ):
        evaluate(text, KNOWN)
    assert time.monotonic() - begun < 5


def test_no_tags_at_all_are_known_to_hold_none() -> None:
    bare = KNOWN | {"resource.tags": {}}
    assert evaluate('resource.hasTagKeyId("tagKeys/1")', bare) is False
    assert evaluate('resource.matchTag("1/a", "b")', {}) is None


ROBOT = "serviceAccount:robot@p1.iam.gserviceaccount.com"
KSA = "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p1.svc.id.goog/subject/ns/web/sa/api"
POOL = "principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci"
STAFF = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ana"


@pytest.mark.parametrize(
    ("member", "caller", "expected"),
    [
        ("allUsers", "anonymous", T), ("allUsers", ROBOT, T), ("allUsers", STAFF, T), ("allAuthenticatedUsers", "anonymous", F),
        ("allAuthenticatedUsers", "user:a@gmail.com", T), ("allAuthenticatedUsers", ROBOT, T), ("allAuthenticatedUsers", STAFF, F),
        ("allAuthenticatedUsers", KSA, F), ("user:Ana@Example.com", "user:ana@example.com", T), ("user:ana@example.com", "ana@example.com", T),
        ("deleted:user:ana@example.com?uid=1", "user:ana@example.com", F), ("deleted:" + ROBOT + "?uid=9", ROBOT, F),
        ("deleted:group:ops@example.com?uid=1", "user:ana@example.com", F),
        ("deleted:principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ana", STAFF, F),
        ("group:ops@example.com", "user:ana@example.com", U), ("group:ops@example.com", ROBOT, U), ("group:ops@example.com", "anonymous", F),
        ("group:ops@example.com", STAFF, F), ("domain:example.com", "user:ana@example.com", T), ("domain:example.com", "user:ana@corp.example.com", F),
        ("domain:example.com", ROBOT, F), ("domain:example.com", "group:ops@example.com", U), ("domain:ample.com", "user:ana@example.com", F),
        ("principal://goog/subject/ana@example.com", "user:ana@example.com", T), ("principalSet://goog/group/ops@example.com", "user:ana@example.com", U),
        ("principalSet://goog/public:all", "anonymous", T), ("principalSet://goog/public:all", KSA, T),
        ("principalSet://goog/cloudIdentityCustomerId/C01", "user:ana@example.com", U), ("principalSet://goog/cloudIdentityCustomerId/C01", ROBOT, F),
        ("principal://iam.googleapis.com/projects/-/serviceAccounts/robot@p1.iam.gserviceaccount.com", ROBOT, T),
        ("principal://iam.googleapis.com/projects/-/serviceAccounts/other@p1.iam.gserviceaccount.com", ROBOT, F),
        ("serviceAccount:p1.svc.id.goog[web/api]", KSA, T), ("serviceAccount:p1.svc.id.goog[web/other]", KSA, F), ("serviceAccount:p2.svc.id.goog[web/api]", KSA, F),
        ("serviceAccount:p1.svc.id.goog[web/api]", ROBOT, F),
        ("principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p1.svc.id.goog/namespace/web", KSA, T),
        ("principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p1.svc.id.goog/namespace/we", KSA, F),
        (POOL + "/*", "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci/subject/x", T),
        (POOL + "/attribute.repository/a/b", "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci/subject/x", U),
        (POOL + "2/*", "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci/subject/x", F), (POOL + "/*", STAFF, F),
        ("principalSet://iam.googleapis.com/locations/global/workforcePools/staff/group/g1", STAFF, U), ("principalSet://iam.googleapis.com/locations/global/workforcePools/staff/*", STAFF, T),
        ("principalSet://cloudresourcemanager.googleapis.com/projects/p1", ROBOT, T), ("principalSet://cloudresourcemanager.googleapis.com/projects/p2", ROBOT, F),
        ("principalSet://cloudresourcemanager.googleapis.com/projects/12", ROBOT, U), ("principalSet://cloudresourcemanager.googleapis.com/folders/2", ROBOT, U),
        ("principalSet://cloudresourcemanager.googleapis.com/folders/2/type/ServiceAccount", "user:ana@example.com", F),
        ("projectOwner:p1", "user:ana@example.com", U), ("projectViewer:p1", "anonymous", F),
        # a form of tomorrow is not "nobody"
        ("principalSet://agents.global.org-1.system.id.goog/attribute.platformContainer/x", "user:ana@example.com", U), ("robotArmy:1", ROBOT, U), ("robotArmy:1", "anonymous", F),
    ],
)  # fmt: skip
def test_whom_a_member_stands_for(member: str, caller: str, expected: bool | None) -> None:
    assert covers(member, caller) is expected


def test_groups_in_groups_and_basic_roles_are_followed_as_far_as_they_are_known() -> None:
    known = Directory(
        {"ops@x.com": ["group:night@x.com", "user:bo@x.com"], "night@x.com": ["group:ops@x.com", "user:ana@x.com"]},
        lambda project, _: ["group:ops@x.com"] if project == "p1" else None,
    )
    for member, caller, expected in (
        ("group:ops@x.com", "user:ana@x.com", T), ("group:ops@x.com", "user:eve@x.com", F), ("group:else@x.com", "user:ana@x.com", U),
        ("projectEditor:p1", "user:ana@x.com", T), ("projectEditor:p1", "user:eve@x.com", F), ("projectEditor:p2", "user:ana@x.com", U),
    ):  # fmt: skip
        assert covers(member, caller, known) is expected, (member, caller)


@pytest.mark.parametrize(
    ("account", "project", "agent"),
    [
        ("robot@p1.iam.gserviceaccount.com", "p1", F), ("p1@appspot.gserviceaccount.com", "p1", F), ("12-compute@developer.gserviceaccount.com", "12", F),
        ("robot@shop.example.com.iam.gserviceaccount.com", "example.com:shop", F), ("shop.example.com@appspot.gserviceaccount.com", "example.com:shop", F),
        ("service-12@gcf-admin-robot.iam.gserviceaccount.com", "", T), ("service-12@serverless-robot-prod.iam.gserviceaccount.com", "", T),
        ("service-org-7@gcp-sa-scc.iam.gserviceaccount.com", "", T), ("service-folder-7@gcp-sa-logging.iam.gserviceaccount.com", "", T),
        ("12@cloudservices.gserviceaccount.com", "", T), ("service-12@p1.iam.gserviceaccount.com", "p1", F), ("ana@example.com", "", F),
    ],
)  # fmt: skip
def test_where_a_service_account_lives(account: str, project: str, agent: bool) -> None:
    assert (project_of(account), is_agent(account)) == (project, agent)


@pytest.mark.parametrize(
    ("pattern", "permission", "expected"),
    [
        ("cloudfunctions.googleapis.com/*.*", "cloudfunctions.functions.invoke", T), ("cloudfunctions.googleapis.com/functions.*", "cloudfunctions.functions.call", T),
        ("cloudfunctions.googleapis.com/*.invoke", "cloudfunctions.functions.invoke", T), ("cloudfunctions.googleapis.com/*.invoke", "run.routes.invoke", F),
        ("run.googleapis.com/*.*", "cloudfunctions.functions.invoke", F), ("run.googleapis.com/routes.invoke", "run.routes.invoke", T),
        ("run.googleapis.com/routes.*", "run.services.get", F), ("run.googleapis.com/*.setIamPolicy", "run.services.setIamPolicy", T),
        ("cloudresourcemanager.googleapis.com/projects.setIamPolicy", "resourcemanager.projects.setIamPolicy", T),
        ("cloudresourcemanager.googleapis.com/*.setIamPolicy", "resourcemanager.folders.setIamPolicy", T), ("iam.googleapis.com/*.*", "iam.serviceAccounts.actAs", T),
        ("iam.googleapis.com/serviceAccounts.*", "iam.serviceAccountKeys.create", F), ("iam.googleapis.com/roles.delete", "iam.googleapis.com/roles.delete", T),
        ("run.googleapis.com/Routes.invoke", "run.routes.invoke", F), ("*", "run.routes.invoke", F),
    ],
)  # fmt: skip
def test_what_a_denied_permission_covers(pattern: str, permission: str, expected: bool) -> None:
    assert matches(pattern, permission) is expected


YES, IF, NO, REFUSED = Outcome.ALLOWED, Outcome.ALLOWED_IF, Outcome.DENIED_IMPLICIT, Outcome.DENIED_EXPLICIT
ANA, PAY = "user:ana@example.com", "projects/p1/locations/europe-west1/services/pay"
ABOVE = ("projects/p1", "projects/12", "folders/2", "organizations/1")
CALL = "run.routes.invoke"


def bound(role: str = "roles/run.invoker", member: str = ANA, on: str = "projects/p1", **more: Any) -> dict[str, Any]:
    return {"on": on, "role": role, "members": [member], **more}


def denied(
    *permissions: str,
    on: str = "organizations/1",
    to: tuple[str, ...] = ("principalSet://goog/public:all",),
    **more: Any,
) -> dict[str, Any]:
    return {
        "on": on,
        "deniedPermissions": list(permissions) or ["run.googleapis.com/*.*"],
        "deniedPrincipals": list(to),
        **more,
    }


SELF = ["principal://goog/subject/ana@example.com"]
EXPIRED = {"expression": 'request.time < timestamp("2026-06-01T00:00:00Z")'}
LATER = {"expression": 'request.time >= timestamp("2026-07-01T00:00:00Z")'}
NOW = {"expression": 'request.time < timestamp("2026-07-01T00:00:00Z")', "title": "for a while"}
ROLE: dict[str, Any] = {"name": "projects/p1/roles/caller", "includedPermissions": [CALL]}
FENCE = {
    "bound_to": ["principalSet://goog/public:all"],
    "resources": ["//cloudresourcemanager.googleapis.com/folders/99"],
}


@pytest.mark.parametrize(
    ("permission", "policies", "expected"),
    [
        # inheritance
        (CALL, {"allow": [bound(on="organizations/1")]}, YES), (CALL, {"allow": [bound(on="//cloudresourcemanager.googleapis.com/folders/2")]}, YES),
        (CALL, {"allow": [bound(on="projects/12")]}, YES), (CALL, {"allow": [bound(on=PAY)]}, YES), (CALL, {"allow": [bound(on=PAY + "2")]}, NO),
        (CALL, {"allow": [bound(on="folders/3")]}, NO), (CALL, {"allow": [bound(on="projects/p")]}, NO), (CALL, {"allow": [bound() | {"members": []}]}, NO),
        # roles
        (CALL, {"allow": [bound("roles/owner")]}, YES), (CALL, {"allow": [bound("roles/editor")]}, YES), (CALL, {"allow": [bound("roles/viewer")]}, NO),
        (CALL, {"allow": [bound("roles/cloudfunctions.invoker")]}, NO), ("cloudfunctions.functions.invoke", {"allow": [bound("roles/run.invoker")]}, NO),
        (CALL, {"allow": [bound("roles/cloudfunctions.developer")]}, YES), (CALL, {"allow": [bound("roles/run.viewer")]}, NO), (CALL, {"allow": [bound("roles/run.admin")]}, YES),
        ("resourcemanager.projects.setIamPolicy", {"allow": [bound("roles/editor")]}, NO), ("iam.serviceAccounts.actAs", {"allow": [bound("roles/editor")]}, YES),
        ("iam.serviceAccounts.getAccessToken", {"allow": [bound("roles/owner")]}, NO), ("iam.serviceAccounts.getAccessToken", {"allow": [bound("roles/iam.serviceAccountUser")]}, NO),
        ("iam.serviceAccounts.actAs", {"allow": [bound("roles/iam.serviceAccountTokenCreator")]}, NO),
        (CALL, {"allow": [bound(ROLE["name"])]}, IF), (CALL, {"allow": [bound(ROLE["name"])], "roles": [ROLE]}, YES),
        (CALL, {"allow": [bound(ROLE["name"])], "roles": [ROLE | {"stage": "DISABLED"}]}, NO), (CALL, {"allow": [bound(ROLE["name"])], "roles": [ROLE | {"deleted": True}]}, NO),
        (CALL, {"allow": [bound(ROLE["name"])], "roles": [ROLE | {"stage": "DEPRECATED"}]}, YES), (CALL, {"allow": [bound(ROLE["name"])], "roles": [{"name": ROLE["name"]}]}, NO),
        (CALL, {"allow": [bound("roles/of.tomorrow")]}, IF), (CALL, {"allow": [bound("roles/of.tomorrow"), bound()]}, YES),
        # conditions
        (CALL, {"allow": [bound(condition=EXPIRED)]}, NO), (CALL, {"allow": [bound(condition=LATER)]}, NO), (CALL, {"allow": [bound(condition=NOW)]}, YES),
        (CALL, {"allow": [bound(condition=EXPIRED), bound(condition=NOW)]}, YES), (CALL, {"allow": [bound(condition={"expression": "resource.name.startsWith('x')"})]}, IF),
        (CALL, {"allow": [bound(condition={"expression": "((("})]}, IF), (CALL, {"allow": [bound(condition={"expression": ""})]}, YES),
        (CALL, {"allow": [bound("roles/run.invoker_withcond_1a2b")]}, IF), (CALL, {"allow": [bound("roles/viewer_withcond_1a2b")]}, NO),
        # members
        (CALL, {"allow": [bound(member="allUsers")]}, YES), (CALL, {"allow": [bound(member="domain:example.com")]}, YES), (CALL, {"allow": [bound(member="deleted:user:ana@example.com?uid=1")]}, NO),
        (CALL, {"allow": [bound(member="group:ops@example.com")], "groups": {"ops@example.com": []}}, NO), (CALL, {"allow": [bound(member="group:ops@example.com")]}, IF),
        (CALL, {"allow": [bound(member="projectEditor:p1"), bound("roles/editor")]}, YES), (CALL, {"allow": [bound(member="projectEditor:p1")]}, NO),
        # deny
        (CALL, {"allow": [bound("roles/owner")], "deny": [denied()]}, REFUSED), (CALL, {"allow": [bound()], "deny": [denied(exceptionPrincipals=SELF)]}, YES),
        (CALL, {"allow": [bound()], "deny": [denied(exceptionPrincipals=SELF), denied(to=tuple(SELF))]}, REFUSED),
        (CALL, {"allow": [bound()], "deny": [denied(exceptionPermissions=["run.googleapis.com/routes.*"])]}, YES),
        (CALL, {"allow": [bound()], "deny": [denied(exceptionPermissions=["run.googleapis.com/services.*"])]}, REFUSED),
        (CALL, {"allow": [bound()], "deny": [denied(on="folders/3")]}, YES), (CALL, {"allow": [bound()], "deny": [denied(on="projects/12")]}, REFUSED),
        (CALL, {"allow": [bound()], "deny": [denied("cloudfunctions.googleapis.com/*.*")]}, YES), (CALL, {"allow": [bound()], "deny": [denied("run.googleapis.com/*.invoke")]}, REFUSED),
        (CALL, {"allow": [bound()], "deny": [denied(to=("principalSet://goog/cloudIdentityCustomerId/C01",))]}, IF),
        (CALL, {"allow": [bound()], "deny": [denied(exceptionPrincipals=["principalSet://goog/group/ops@example.com"])]}, IF),
        (CALL, {"allow": [bound()], "deny": [denied(denialCondition={"expression": "!resource.matchTag('1/env', 'dev')"})]}, IF),
        (CALL, {"allow": [bound()], "deny": [denied(denialCondition=EXPIRED)]}, YES), (CALL, {"allow": [bound()], "deny": [denied(denialCondition=NOW)]}, REFUSED),
        (CALL, {"allow": [bound()], "deny": [denied(denialCondition={"expression": "?"})]}, IF), (CALL, {"deny": [denied(denialCondition={"expression": "?"})]}, NO),
        (CALL, {"allow": [bound()], "deny": [denied(to=("principal://goog/subject/bo@example.com",))]}, YES),
        (CALL, {"allow": [bound()], "deny": [{"name": "policies/cloudresourcemanager.googleapis.com%2Forganizations%2F1/denypolicies/d", "rules": [{"description": "x", "denyRule": {"deniedPrincipals": SELF, "deniedPermissions": ["run.googleapis.com/routes.invoke"]}}]}]}, REFUSED),
        (CALL, {"allow": [bound()], "deny": [{"name": "policies/cloudresourcemanager.googleapis.com/organizations/1/denypolicies/d", "rules": []}]}, YES),
        # boundaries
        (CALL, {"allow": [bound()], "boundaries": [FENCE | {"blocks": [CALL]}]}, NO), (CALL, {"allow": [bound()], "boundaries": [FENCE]}, IF), (CALL, {"allow": [bound()], "boundaries": [FENCE | {"blocks": ["storage.objects.get"]}]}, YES),
        (CALL, {"allow": [bound()], "boundaries": [FENCE | {"blocks": [CALL]}, FENCE | {"blocks": [CALL], "resources": ["organizations/1"]}]}, YES),
        (CALL, {"allow": [bound()], "boundaries": [FENCE | {"blocks": [CALL], "bound_to": ["principalSet://iam.googleapis.com/locations/global/workforcePools/staff/*"]}]}, YES),
        (CALL, {"boundaries": [FENCE | {"blocks": [CALL], "resources": ["organizations/1"]}]}, NO),
        # unread
        (CALL, {"unread": ["folders/2"]}, IF), (CALL, {"allow": [bound()], "unread": ["folders/2"]}, YES), (CALL, {"unread": ["folders/2"], "deny": [denied()]}, REFUSED),
    ],
)  # fmt: skip
def test_who_may_do_what(permission: str, policies: dict[str, Any], expected: Outcome) -> None:
    assert decide(Request(ANA, permission, PAY, ABOVE, NOON), read_policies(**policies)).outcome is expected
