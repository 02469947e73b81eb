"""Google decisions, rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from findings.access.decision import Effect, Outcome
from findings.access.gcp import Request, decide, read_policies
from findings.access.gcp.permissions import matches
from findings.access.gcp.roles import bundled, catalogue

ANA = "user:ana@example.com"
PAY = "projects/p1/locations/europe-west1/services/pay"
ASK = Request(ANA, "run.routes.invoke", PAY, ("projects/p1", "folders/2", "organizations/1"))
INVOKER = {"on": "projects/p1", "role": "roles/run.invoker", "members": [ANA]}
NO_CALLS: dict[str, Any] = {
    "on": "organizations/1",
    "deniedPermissions": ["run.googleapis.com/routes.invoke"],
    "deniedPrincipals": ["principalSet://goog/public:all"],
}


def outcome(request: Request = ASK, **policies: Any) -> Outcome:
    return decide(request, read_policies(**policies)).outcome


@pytest.mark.parametrize("on", [PAY, f"//run.googleapis.com/{PAY}", "projects/p1", "folders/2", "organizations/1"])
def test_a_binding_anywhere_above_grants(on: str) -> None:
    assert outcome(allow=[INVOKER | {"on": on}]) is Outcome.ALLOWED


@pytest.mark.parametrize("on", ["projects/p2", "folders/3", "projects/p1/locations/europe-west1/services/other"])
def test_a_binding_elsewhere_does_not(on: str) -> None:
    assert outcome(allow=[INVOKER | {"on": on}]) is Outcome.DENIED_IMPLICIT


def test_the_decision_names_the_binding() -> None:
    decision = decide(ASK, read_policies(allow=[INVOKER]))
    assert [(one.effect, one.source, one.says) for one in decision.because] == [
        (Effect.ALLOW, "projects/p1", f"roles/run.invoker to {ANA}")
    ]
    assert decision.unless == ()


def test_a_whole_policy_reads_like_its_bindings() -> None:
    policy = {"on": "projects/p1", "bindings": [{"role": "roles/run.invoker", "members": [ANA]}]}
    assert outcome(allow=[policy]) is Outcome.ALLOWED


def test_a_role_without_the_permission_grants_nothing() -> None:
    assert outcome(allow=[INVOKER | {"role": "roles/cloudfunctions.invoker"}]) is Outcome.DENIED_IMPLICIT


def test_a_live_role_wins_over_the_bundled_one() -> None:
    roles = [{"name": "roles/run.invoker", "includedPermissions": ["run.jobs.run"]}]
    assert outcome(allow=[INVOKER], roles=roles) is Outcome.DENIED_IMPLICIT


def test_a_custom_role_nobody_read_leaves_the_question_open() -> None:
    decision = decide(ASK, read_policies(allow=[INVOKER | {"role": "projects/p1/roles/caller"}]))
    assert decision.outcome is Outcome.ALLOWED_IF
    assert "permissions of projects/p1/roles/caller" in decision.unless[0].condition


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({}, Outcome.ALLOWED),
        ({"stage": "DISABLED"}, Outcome.DENIED_IMPLICIT),
        ({"deleted": True}, Outcome.DENIED_IMPLICIT),
    ],
)
def test_a_custom_role_grants_what_it_lists_unless_it_is_off(extra: dict[str, Any], expected: Outcome) -> None:
    role = {"name": "projects/p1/roles/caller", "includedPermissions": ["run.routes.invoke"], **extra}
    assert outcome(allow=[INVOKER | {"role": role["name"]}], roles=[role]) is expected


def test_a_condition_on_time_is_decided_when_the_time_is_given() -> None:
    allow = [INVOKER | {"condition": {"expression": 'request.time < timestamp("2026-06-01T00:00:00Z")'}}]
    assert outcome(allow=allow) is Outcome.ALLOWED_IF
    assert outcome(replace(ASK, at=datetime(2026, 1, 1, tzinfo=UTC)), allow=allow) is Outcome.ALLOWED
    assert outcome(replace(ASK, at=datetime(2027, 1, 1, tzinfo=UTC)), allow=allow) is Outcome.DENIED_IMPLICIT


def test_an_undecided_condition_is_shown() -> None:
    condition = "resource.matchTag('1/env', 'prod')"
    decision = decide(ASK, read_policies(allow=[INVOKER | {"condition": condition}]))
    assert decision.outcome is Outcome.ALLOWED_IF
    assert decision.because == ()
    assert decision.unless[0].condition == condition


def test_a_condition_the_api_withheld_leaves_the_question_open() -> None:
    allow = [INVOKER | {"role": "roles/run.invoker_withcond_0a1b2c3d"}]
    assert outcome(allow=allow) is Outcome.ALLOWED_IF


def test_an_unconditional_binding_beside_a_conditional_one_suffices() -> None:
    assert outcome(allow=[INVOKER | {"condition": "request.host == 'x'"}, INVOKER]) is Outcome.ALLOWED


def test_a_policy_that_could_not_be_read_is_not_an_empty_one() -> None:
    assert outcome(unread=["folders/2"]) is Outcome.ALLOWED_IF
    assert outcome(unread=["folders/9"]) is Outcome.DENIED_IMPLICIT


def test_deny_comes_before_allow_and_names_itself() -> None:
    decision = decide(ASK, read_policies(allow=[INVOKER], deny=[NO_CALLS]))
    assert decision.outcome is Outcome.DENIED_EXPLICIT
    assert decision.because[0].effect is Effect.DENY


def test_a_deny_policy_as_the_api_lists_it_is_attached_where_its_name_says() -> None:
    rule = {key: value for key, value in NO_CALLS.items() if key != "on"}
    policy = {
        "name": "policies/cloudresourcemanager.googleapis.com%2Ffolders%2F2/denypolicies/no-calls",
        "rules": [{"denyRule": rule}],
    }
    assert outcome(allow=[INVOKER], deny=[policy]) is Outcome.DENIED_EXPLICIT
    elsewhere = policy | {"name": "policies/cloudresourcemanager.googleapis.com%2Ffolders%2F3/denypolicies/no-calls"}
    assert outcome(allow=[INVOKER], deny=[elsewhere]) is Outcome.ALLOWED


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"exceptionPrincipals": ["principal://goog/subject/ana@example.com"]}, Outcome.ALLOWED),
        ({"exceptionPrincipals": ["principal://goog/subject/bo@example.com"]}, Outcome.DENIED_EXPLICIT),
        ({"exceptionPrincipals": ["principalSet://goog/group/ops@example.com"]}, Outcome.ALLOWED_IF),
        ({"deniedPrincipals": ["principalSet://goog/group/ops@example.com"]}, Outcome.ALLOWED_IF),
        ({"deniedPrincipals": ["principal://goog/subject/bo@example.com"]}, Outcome.ALLOWED),
        ({"exceptionPermissions": ["run.googleapis.com/routes.invoke"]}, Outcome.ALLOWED),
        ({"deniedPermissions": ["run.googleapis.com/services.get"]}, Outcome.ALLOWED),
        ({"deniedPermissions": ["run.googleapis.com/routes.*"]}, Outcome.DENIED_EXPLICIT),
        ({"denialCondition": {"expression": "resource.matchTag('1/env', 'prod')"}}, Outcome.ALLOWED_IF),
        ({"denialCondition": {"expression": "false"}}, Outcome.ALLOWED),
        ({"on": "projects/p2"}, Outcome.ALLOWED),
    ],
)
def test_what_a_deny_rule_reaches(change: dict[str, Any], expected: Outcome) -> None:
    assert outcome(allow=[INVOKER], deny=[NO_CALLS | change]) is expected


def test_an_undecided_deny_is_shown_beside_the_binding() -> None:
    rule = NO_CALLS | {"denialCondition": "resource.matchTag('1/env', 'prod')"}
    decision = decide(ASK, read_policies(allow=[INVOKER], deny=[rule]))
    assert [one.effect for one in decision.because] == [Effect.ALLOW]
    assert [one.effect for one in decision.unless] == [Effect.DENY]


@pytest.mark.parametrize(
    ("pattern", "permission", "expected"),
    [
        ("run.googleapis.com/routes.invoke", "run.routes.invoke", True),
        ("run.routes.invoke", "run.googleapis.com/routes.invoke", True),
        ("cloudresourcemanager.googleapis.com/projects.setIamPolicy", "resourcemanager.projects.setIamPolicy", True),
        ("run.googleapis.com/*.invoke", "run.routes.invoke", True),
        ("run.googleapis.com/*.*", "run.routes.invoke", True),
        ("run.googleapis.com/*", "run.routes.invoke", True),
        ("run.googleapis.com/services.*", "run.routes.invoke", False),
        ("runtimeconfig.googleapis.com/*.*", "run.routes.invoke", False),
    ],
)
def test_permissions_are_known_in_both_spellings(pattern: str, permission: str, expected: bool) -> None:
    assert matches(pattern, permission) is expected


BOUND = {"bound_to": [ANA], "resources": ["//cloudresourcemanager.googleapis.com/folders/99"]}
BLOCKS = BOUND | {"blocks": ["run.googleapis.com/*"]}


@pytest.mark.parametrize(
    ("boundaries", "expected"),
    [
        ([BLOCKS], Outcome.DENIED_IMPLICIT),
        ([BLOCKS | {"resources": ["//cloudresourcemanager.googleapis.com/folders/2"]}], Outcome.ALLOWED),
        ([BLOCKS | {"bound_to": ["user:bo@example.com"]}], Outcome.ALLOWED),
        ([BLOCKS | {"blocks": ["storage.googleapis.com/*"]}], Outcome.ALLOWED),
        ([BOUND], Outcome.ALLOWED_IF),
        ([BLOCKS, BLOCKS | {"resources": ["projects/p1"]}], Outcome.ALLOWED),
        ([BLOCKS | {"condition": "principal.type == 'x'"}], Outcome.ALLOWED_IF),
    ],
)
def test_what_a_boundary_leaves_out(boundaries: list[dict[str, Any]], expected: Outcome) -> None:
    assert outcome(allow=[INVOKER], boundaries=boundaries) is expected


def test_a_boundary_that_refuses_is_named() -> None:
    decision = decide(ASK, read_policies(allow=[INVOKER], boundaries=[BLOCKS]))
    assert [one.effect for one in decision.because] == [Effect.LIMIT]


def test_convenience_members_follow_the_projects_own_policy() -> None:
    bucket = Request(ANA, "storage.objects.get", "buckets/b", ("projects/p1",))
    reader = {"on": "buckets/b", "role": "roles/storage.objectViewer", "members": ["projectViewer:p1"]}
    viewer = {"on": "projects/p1", "role": "roles/viewer", "members": [ANA]}
    assert outcome(bucket, allow=[reader, viewer]) is Outcome.ALLOWED
    assert outcome(bucket, allow=[reader]) is Outcome.DENIED_IMPLICIT
    assert outcome(bucket, allow=[reader], unread=["projects/p1"]) is Outcome.ALLOWED_IF


def test_basic_roles_do_not_read_objects_by_themselves() -> None:
    owner = {"on": "projects/p1", "role": "roles/owner", "members": [ANA]}
    bucket = Request(ANA, "storage.objects.get", "buckets/b", ("projects/p1",))
    assert outcome(bucket, allow=[owner]) is Outcome.DENIED_IMPLICIT


def test_the_bundled_roles_say_where_they_come_from() -> None:
    assert {"source", "licence", "date"} <= catalogue().keys()
    assert "run.routes.invoke" in (bundled("roles/run.invoker") or ())
    assert "run.services.update" not in (bundled("roles/run.invoker") or ())
    assert bundled("roles/nobody.knows") is None
