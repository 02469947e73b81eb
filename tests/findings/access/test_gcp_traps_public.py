# ruff: noqa: E501 - a case stays on its row
"""Who may call a Google function: settings, members and denials on which others are known to go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from findings.access.gcp import Endpoint, Grants, Trust, assess, granted_access, public_access, read_policies
from findings.access.gcp.lapse import in_force, over
from findings.access.ladder import Exposure
from findings.access.privilege import Level, Power
from findings.access.surface import Reach

FUNCTION, SERVICE = (f"projects/p1/locations/europe-west1/{kind}/pay" for kind in ("functions", "services"))
ABOVE = ("projects/p1", "projects/12", "folders/2", "organizations/1")
GEN1, GEN2 = (
    Endpoint("gen1", FUNCTION, ABOVE, ingress="ALLOW_ALL"),
    Endpoint("gen2", SERVICE, ABOVE, ingress="INGRESS_TRAFFIC_ALL"),
)
RUN = Endpoint("run", SERVICE, ABOVE, ingress="INGRESS_TRAFFIC_ALL")
OURS = Trust(frozenset({"example.com"}), frozenset({"C01"}), frozenset({"projects/p2", "projects/22", "folders/5"}))
ANON, AUTH, EXT, ORG, SVC, SAME, NONE = (
    Exposure.PUBLIC_ANONYMOUS, Exposure.PUBLIC_AUTHENTICATED, Exposure.EXTERNAL, Exposure.ORGANISATION,
    Exposure.SERVICE_SCOPED, Exposure.SAME_ACCOUNT, Exposure.NONE,
)  # fmt: skip
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def to(member: str, role: str = "roles/run.invoker", on: str = SERVICE, **more: Any) -> dict[str, Any]:
    return {"on": on, "role": role, "members": [member], **more}


def deny(*spared: str, permission: str = "run.googleapis.com/routes.invoke", **more: Any) -> dict[str, Any]:
    return {
        "on": "organizations/1",
        "deniedPermissions": [permission],
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "exceptionPrincipals": list(spared),
        **more,
    }


EVERYONE, OLD = to("allUsers"), "roles/cloudfunctions.invoker"
CUSTOMER, GROUP = "principalSet://goog/cloudIdentityCustomerId/C01", "principalSet://goog/group/ops@example.com"


@pytest.mark.parametrize(
    ("endpoint", "allow", "deny_rules", "expected", "possible"),
    [
        # the permission of the generation, on the resource of the generation
        (GEN1, [to("allUsers", OLD, FUNCTION)], [], ANON, ANON), (GEN1, [to("allUsers", "roles/run.invoker", FUNCTION)], [], NONE, NONE), (GEN1, [EVERYONE], [], NONE, NONE),
        (GEN2, [to("allUsers", OLD, FUNCTION)], [], NONE, NONE), (GEN2, [to("allUsers", OLD)], [], NONE, NONE), (GEN2, [EVERYONE], [], ANON, ANON), (RUN, [EVERYONE], [], ANON, ANON),
        (GEN2, [to("allUsers", on="projects/p1")], [], ANON, ANON), (GEN2, [to("allUsers", on="folders/2")], [], ANON, ANON), (GEN2, [to("allUsers", on="folders/9")], [], NONE, NONE),
        (GEN2, [to("allUsers", "roles/run.admin")], [], ANON, ANON), (GEN2, [to("allUsers", "roles/run.viewer")], [], NONE, NONE), (GEN2, [to("allUsers", "projects/p1/roles/x")], [], NONE, ANON),
        (GEN2, [to("allAuthenticatedUsers")], [], AUTH, AUTH), (GEN2, [to("allAuthenticatedUsers"), EVERYONE], [], ANON, ANON),
        # the invoker check may be off without any binding; of a 1st generation function it cannot be
        (replace(GEN2, invoker_iam_disabled=True), [], [], ANON, ANON), (replace(RUN, invoker_iam_disabled=True), [], [deny()], ANON, ANON), (replace(GEN2, invoker_iam_disabled=None), [], [], NONE, ANON),
        (replace(GEN1, invoker_iam_disabled=True), [], [], NONE, NONE), (replace(GEN2, invoker_iam_disabled=True, iap=True, iap_bindings=()), [], [], NONE, NONE), (replace(GEN2, invoker_iam_disabled=True, iap=True), [], [], NONE, ANON),
        # denials, and whom they spare
        (GEN2, [EVERYONE], [deny()], NONE, NONE), (GEN2, [EVERYONE], [deny(CUSTOMER)], ORG, ORG), (GEN2, [EVERYONE], [deny(GROUP)], SAME, SAME), (GEN2, [EVERYONE], [deny("principal://goog/subject/eve@evil.example")], EXT, EXT),
        (GEN2, [EVERYONE], [deny(CUSTOMER), deny()], NONE, NONE), (GEN2, [EVERYONE], [deny(CUSTOMER, GROUP)], ORG, ORG), (GEN2, [to("user:ana@example.com")], [deny(CUSTOMER)], NONE, SAME),
        (GEN2, [EVERYONE], [deny(permission="cloudfunctions.googleapis.com/functions.invoke")], ANON, ANON), (GEN1, [to("allUsers", OLD, FUNCTION)], [deny(permission="cloudfunctions.googleapis.com/*.*")], NONE, NONE),
        (GEN2, [EVERYONE], [deny(denialCondition={"expression": "resource.matchTag('1/env', 'prod')"})], NONE, ANON), (GEN2, [EVERYONE], [deny(exceptionPermissions=["run.googleapis.com/*.*"])], ANON, ANON),
        (GEN2, [EVERYONE], [deny() | {"deniedPrincipals": ["principal://goog/subject/eve@evil.example"]}], ANON, ANON), (GEN2, [to("user:eve@evil.example")], [deny() | {"deniedPrincipals": ["principal://goog/subject/eve@evil.example"]}], NONE, NONE),
        # conditions
        (GEN2, [to("allUsers", condition={"expression": "request.time < timestamp('2026-01-01T00:00:00Z')"})], [], NONE, NONE),
        (GEN2, [to("allUsers", condition={"expression": "request.time < timestamp('2027-01-01T00:00:00Z')"})], [], ANON, ANON),
        (GEN2, [to("allUsers", condition={"expression": "request.host == 'a'"})], [], NONE, ANON), (GEN2, [to("allUsers", condition={"expression": "not cel"})], [], NONE, ANON),
        (GEN2, [to("allUsers", "roles/run.invoker_withcond_12ab")], [], NONE, ANON),
    ],
)  # fmt: skip
def test_who_may_call(
    endpoint: Endpoint, allow: list[Any], deny_rules: list[Any], expected: Exposure, possible: Exposure
) -> None:
    surface = public_access(endpoint, read_policies(allow=allow, deny=deny_rules), OURS, NOON)
    assert (surface.level, surface.possible) == (expected, possible)


@pytest.mark.parametrize(
    ("member", "certain", "possible"),
    [
        ("user:ana@EXAMPLE.com", SAME, SAME), ("user:ana@sub.example.com", EXT, EXT), ("user:ana@gmail.com", EXT, EXT), ("group:all@example.com", SAME, SAME),
        ("domain:example.com", ORG, ORG), ("domain:other.example", EXT, EXT), (CUSTOMER, ORG, ORG), ("principalSet://goog/cloudIdentityCustomerId/C02", EXT, EXT),
        ("principal://goog/subject/ana@example.com", SAME, SAME), ("principal://goog/subject/eve@evil.example", EXT, EXT), ("principalSet://goog/group/ops@evil.example", EXT, EXT),
        ("principal://iam.googleapis.com/projects/-/serviceAccounts/robot@p1.iam.gserviceaccount.com", SAME, SAME), ("serviceAccount:robot@p9.iam.gserviceaccount.com", EXT, EXT),
        ("serviceAccount:robot@p2.iam.gserviceaccount.com", ORG, ORG), ("serviceAccount:22-compute@developer.gserviceaccount.com", ORG, ORG), ("serviceAccount:p9@appspot.gserviceaccount.com", EXT, EXT),
        ("serviceAccount:p1.svc.id.goog[ns/sa]", SAME, SAME), ("serviceAccount:p9.svc.id.goog[ns/sa]", EXT, EXT), ("projectViewer:p1", SAME, SAME), ("projectOwner:p9", EXT, EXT),
        ("principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci/*", EXT, EXT), ("principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/x", EXT, EXT),
        ("principalSet://cloudresourcemanager.googleapis.com/organizations/1", ORG, ORG), ("principalSet://cloudresourcemanager.googleapis.com/organizations/9", EXT, EXT),
        ("principalSet://cloudresourcemanager.googleapis.com/folders/5", ORG, ORG), ("principalSet://cloudresourcemanager.googleapis.com/projects/12/type/ServiceAccount", SAME, SAME),
        ("deleted:user:eve@evil.example?uid=1", NONE, NONE), ("deleted:serviceAccount:robot@p9.iam.gserviceaccount.com?uid=2", NONE, NONE),
        ("serviceAccount:service-12@gcp-sa-eventarc.iam.gserviceaccount.com", SVC, SVC), ("serviceAccount:service-99@gcp-sa-eventarc.iam.gserviceaccount.com", EXT, EXT),
        ("serviceAccount:service-org-1@gcp-sa-scc.iam.gserviceaccount.com", SVC, SVC), ("serviceAccount:service-org-9@gcp-sa-scc.iam.gserviceaccount.com", EXT, EXT),
        ("serviceAccount:12@cloudservices.gserviceaccount.com", SVC, SVC), ("serviceAccount:robot@shop.example.com.iam.gserviceaccount.com", EXT, EXT), ("hovercraft:eels", EXT, EXT),
    ],
)  # fmt: skip
def test_where_a_member_stands(member: str, certain: Exposure, possible: Exposure) -> None:
    surface = public_access(GEN2, read_policies(allow=[to(member)]), OURS)
    assert (surface.level, surface.possible) == (certain, possible)


@pytest.mark.parametrize(
    ("change", "reach", "closed"),
    [
        ({}, Reach.INTERNET, False), ({"ingress": "ALLOW_INTERNAL_ONLY"}, Reach.INTERNAL, False), ({"ingress": "internal"}, Reach.INTERNAL, False),
        ({"ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}, Reach.LOAD_BALANCER, False), ({"ingress": "ALLOW_INTERNAL_AND_GCLB"}, Reach.LOAD_BALANCER, False), ({"ingress": "internal-and-cloud-load-balancing"}, Reach.LOAD_BALANCER, False),
        ({"ingress": ""}, Reach.INTERNET, False), ({"ingress": None}, Reach.UNKNOWN, False), ({"ingress": "INGRESS_OF_TOMORROW"}, Reach.UNKNOWN, False), ({"ingress": "INGRESS_TRAFFIC_NONE"}, Reach.CLOSED, True),
        ({"has_url": False}, Reach.INTERNET, True), ({"has_url": None}, Reach.INTERNET, False),
        ({"state": "FAILED"}, Reach.INTERNET, True), ({"state": "OFFLINE"}, Reach.INTERNET, True), ({"state": "DEPLOYING"}, Reach.INTERNET, False), ({"state": "UNKNOWN"}, Reach.INTERNET, False),
        ({"state": "DETACHING"}, Reach.INTERNET, False), ({"state": "STATE_OF_TOMORROW"}, Reach.INTERNET, False),
    ],
)  # fmt: skip
def test_the_path_in_front_changes_nothing_about_who(change: dict[str, Any], reach: Reach, closed: bool) -> None:
    surface = public_access(replace(GEN2, **change), read_policies(allow=[EVERYONE]))
    assert (surface.level, surface.reach, bool(surface.latent)) == (ANON, reach, closed)


def test_a_denied_set_lets_in_nobody_but_those_it_spares_and_says_so() -> None:
    ways = granted_access(
        "run.routes.invoke",
        GEN2,
        read_policies(allow=[EVERYONE], deny=[deny(CUSTOMER, "principal://goog/subject/eve@evil.example")]),
        OURS,
    )
    assert [(way.level, way.who) for way in ways] == [
        (EXT, "principal://goog/subject/eve@evil.example"),
        (ORG, CUSTOMER),
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("request.time < timestamp('2026-06-01T00:00:00Z')", True), ("request.time < timestamp('2026-06-15T12:00:00Z')", True), ("request.time < timestamp('2026-06-15T13:00:00Z')", False),
        ("request.time > timestamp('2099-01-01T00:00:00Z')", False), ("request.time.getHours('UTC') == 3", False), ("request.time.getDayOfWeek('UTC') == 0", False), ("request.time.getFullYear() == 2025", True),
        ("request.time < timestamp('2026-06-01T00:00:00Z') && request.host == 'a'", True), ("request.time < timestamp('2026-06-01T00:00:00Z') || request.host == 'a'", False),
        ("!(request.time < timestamp('2026-06-01T00:00:00Z'))", False), ("false", False), ("request.time <", False), ("", False), (None, False),
        ("resource.name == 'request.time'", False),
    ],
)  # fmt: skip
def test_what_is_over(condition: str | None, expected: bool) -> None:
    assert over(condition, NOON) is expected


def test_what_is_over_is_left_out_on_both_sides_and_only_when_the_time_is_known() -> None:
    ended = {"expression": "request.time < timestamp('2026-06-01T00:00:00Z')"}
    policies = read_policies(allow=[to("allUsers", condition=ended), EVERYONE], deny=[deny(denialCondition=ended)])
    kept = in_force(policies, NOON)
    assert (len(kept.allow), len(kept.deny)) == (1, 0)
    assert in_force(policies, None) is policies


ROBOT = "serviceAccount:robot@p1.iam.gserviceaccount.com"
BOSS = "projects/p1/serviceAccounts/boss@p1.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("bindings", "level", "has", "lacks"),
    [
        ([("roles/owner", "projects/p1")], Level.ADMIN, {Power.ADMIN}, set()), ([("roles/editor", "projects/p1")], Level.NEAR_ADMIN, {Power.IDENTITY_ESCALATION}, {Power.ADMIN}),
        ([("roles/viewer", "projects/p1")], Level.READ, set(), {Power.ADMIN, Power.DEPLOY_CODE}), ([], Level.NONE, set(), set(Power)),
        ([("roles/iam.securityAdmin", "projects/p1")], Level.ADMIN, {Power.ADMIN}, set()), ([("roles/resourcemanager.projectIamAdmin", "projects/p1")], Level.ADMIN, {Power.ADMIN}, set()),
        ([("roles/iam.serviceAccountTokenCreator", BOSS)], Level.NEAR_ADMIN, {Power.IDENTITY_ESCALATION}, {Power.ADMIN}),
        ([("roles/iam.serviceAccountUser", BOSS)], Level.WRITE, set(), {Power.IDENTITY_ESCALATION}),
        ([("roles/iam.serviceAccountUser", "projects/p1"), ("roles/cloudfunctions.developer", "projects/p1")], Level.NEAR_ADMIN, {Power.IDENTITY_ESCALATION, Power.DEPLOY_CODE}, {Power.ADMIN}),
        ([("roles/iam.serviceAccountTokenCreator", "projects/p1/serviceAccounts/robot@p1.iam.gserviceaccount.com")], Level.WRITE, set(), {Power.IDENTITY_ESCALATION}),
        ([("roles/owner", "organizations/1")], Level.ADMIN, {Power.ADMIN, Power.CROSS_ACCOUNT_ASSUME}, set()), ([("roles/storage.objectViewer", "projects/p9")], Level.READ, {Power.DATA_READ, Power.CROSS_ACCOUNT_ASSUME}, {Power.ADMIN}),
        ([("projects/p1/roles/unread", "projects/p1")], Level.UNKNOWN, set(), {Power.ADMIN}), ([("roles/run.invoker", SERVICE)], Level.WRITE, {Power.INVOKE}, {Power.ADMIN}),
        ([("roles/secretmanager.secretAccessor", "projects/p1")], Level.READ, {Power.SECRETS_READ}, {Power.ADMIN}),
    ],
)  # fmt: skip
def test_what_roles_amount_to(
    bindings: list[tuple[str, str]], level: Level, has: set[Power], lacks: set[Power]
) -> None:
    told = assess(ROBOT, Grants(read_policies(allow=[to(ROBOT, role, on) for role, on in bindings])))
    assert told.level is level
    assert has <= told.powers and not lacks & told.powers
