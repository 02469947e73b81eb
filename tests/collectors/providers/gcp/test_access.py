"""Who may do what to a function: its own policies, everything inherited, conditions and denials."""

from __future__ import annotations

from inventory.facts import Binding, Observation
from inventory.record.coverage import NOTHING_TO_READ
from tests.collectors.providers.gcp.conftest import Read
from tests.collectors.providers.gcp.estate import (
    COMPUTE,
    HERE,
    OFFICE_HOURS,
    PROJECT,
    ROBOT,
    binding,
    function_name,
    policy,
    service_name,
)
from tests.collectors.providers.gcp.google import Asked, Google, refusal

FOLDER = "folder policy"


def of(read: Read, name: str) -> Observation:
    return next(one for one in [*read("functions", HERE), *read("run functions", HERE)] if one.name == name)


def ways(seen: Observation) -> set[tuple[str, str, str]]:
    assert seen.bindings is not None
    return {(one.principal, one.actions[0], one.via) for one in seen.bindings if one.effect == "allow"}


def test_a_first_generation_function_is_called_by_its_own_policy(read: Read) -> None:
    report = of(read, "report")
    assert ("allUsers", "roles/cloudfunctions.invoker", "function policy") in ways(report)
    own = next(one for one in report.bindings or () if one.principal == "allUsers")
    assert (own.principal_kind, own.qualifier, own.source) == ("public", "function", function_name("report"))


def test_a_second_generation_function_is_called_by_the_policy_of_its_service(read: Read) -> None:
    resize = of(read, "resize")
    assert (f"serviceAccount:{ROBOT}", "roles/run.invoker", "Cloud Run service policy") in ways(resize)
    [own] = [one for one in resize.bindings or () if one.via == "Cloud Run service policy"]
    assert own.source == service_name("resize")


def test_everything_inherited_that_bears_on_functions_says_from_where(read: Read) -> None:
    inherited = {way for way in ways(of(read, "orders")) if "policy" in way[2] and "own" not in way[2]}
    assert {
        (f"serviceAccount:{COMPUTE}", "roles/editor", "project policy"),
        ("user:dana@acme.example", "roles/editor", "project policy"),
        (f"serviceAccount:{ROBOT}", "roles/run.invoker", "project policy"),
        ("group:platform@acme.example", "roles/owner", FOLDER),
        (f"serviceAccount:{ROBOT}", "organizations/99/roles/deployer", "organisation policy"),
    } == inherited


def test_a_role_that_only_looks_is_no_binding_of_a_function(read: Read) -> None:
    assert not any("viewer" in role for _, role, _ in ways(of(read, "orders")))


def test_a_role_nobody_could_read_is_kept_for_it_may(google: Google, read: Read) -> None:
    google.fail("/v1/roles/viewer", refusal(403))
    assert ("group:staff@acme.example", "roles/viewer", "project policy") in ways(of(read, "orders"))


def test_conditions_stand_with_their_bindings_and_version_3_is_asked_for(google: Google, read: Read) -> None:
    orders = of(read, "orders")
    [conditional] = [one for one in orders.bindings or () if one.condition and one.effect == "allow"]
    assert conditional.condition == OFFICE_HOURS
    asked = [one for one in google.asked if one.path.endswith(":getIamPolicy")]
    assert asked
    assert {_version(one) for one in asked} == {3}


def _version(asked: Asked) -> int:
    """The policy version a request wants, in its address or in its body."""
    in_body = (asked.body or {}).get("options", {}).get("requestedPolicyVersion")
    return int(asked.query.get("options.requestedPolicyVersion", [in_body])[0])


def test_the_switched_off_invoker_check_lets_everybody_in(read: Read) -> None:
    orders = of(read, "orders")
    assert Binding(
        "allUsers", "public", ("run.routes.invoke",), "invoker check switched off", "service",
        source=service_name("orders"),
    ) in (orders.bindings or ())  # fmt: skip
    assert orders.sections["access"]["invoker_iam_disabled"] is True


def test_identity_aware_proxy_is_told(read: Read) -> None:
    assert of(read, "drift").sections["access"]["iap"] is True


def test_deny_policies_are_read_with_the_rules_that_lists_leave_out(read: Read) -> None:
    [denied] = [one for one in of(read, "orders").bindings or () if one.effect == "deny"]
    assert (denied.principal, denied.actions) == (
        "principalSet://goog/public:all", ("run.googleapis.com/services.setIamPolicy",),
    )  # fmt: skip
    assert denied.condition == {"except_principals": ["principalSet://goog/group/platform@acme.example"]}
    assert denied.source.endswith("/no-public")


def test_what_is_above_the_project_has_a_history_of_its_own_and_is_referred_to(read: Read) -> None:
    levels = {one.native_id: one for one in read("project", "global")}
    assert list(levels) == [f"projects/{PROJECT}", "folders/77", "organizations/99"]
    assert of(read, "orders").sections["access"]["inherited"] == list(levels)
    assert levels["folders/77"].sections["access"]["policies"][0]["bindings"] == [
        {"role": "roles/owner", "members": ["group:platform@acme.example"]}
    ]
    guards = levels["folders/77"].sections["guardrails"]["levels"][0]["deny"]
    assert guards[0]["document"]["rules"][0]["denyRule"]["deniedPrincipals"] == ["principalSet://goog/public:all"]
    project = levels[f"projects/{PROJECT}"]
    assert project.sections["organisation"] == {
        "id": "organizations/99",
        "inherits": ["folders/77", "organizations/99"],
    }
    assert project.sections["audit"]["data_access"][0]["kinds"] == ["DATA_READ"]


def test_a_policy_that_was_refused_is_unread_with_its_permission_and_never_empty(google: Google, read: Read) -> None:
    google.fail(f"{function_name('report')}:getIamPolicy", refusal(403))
    report = of(read, "report")
    assert "access" not in report.sections
    assert report.bindings is None
    assert report.unread["access"].permission == "cloudfunctions.functions.getIamPolicy"
    assert of(read, "resize").bindings


def test_a_folder_we_may_not_read_is_told_and_costs_nothing_else(google: Google, read: Read) -> None:
    google.fail("/v3/folders/77:getIamPolicy", refusal(403))
    report = of(read, "report")
    assert ("allUsers", "roles/cloudfunctions.invoker", "function policy") in ways(report)
    assert report.unread["organisation"].permission == "resourcemanager.folders.getIamPolicy"
    assert "access" not in report.unread
    folder = read("project", "global")[1]
    assert "access" not in folder.sections
    assert folder.unread.keys() == {"organisation"}


def test_a_hierarchy_that_is_cut_is_told(google: Google, read: Read) -> None:
    google.fail("/v3/folders/77", refusal(403))
    assert [one.native_id for one in read("project", "global")] == [f"projects/{PROJECT}", "folders/77"]
    assert of(read, "report").unread["organisation"].permission.startswith("resourcemanager.folders.get")


def test_without_the_projects_policy_access_is_told_as_far_as_known_and_marked(google: Google, read: Read) -> None:
    google.fail(f"/v3/projects/{PROJECT}:getIamPolicy", refusal(403))
    report = of(read, "report")
    assert ("allUsers", "roles/cloudfunctions.invoker", "function policy") in ways(report)
    assert report.unread["access"].permission == "resourcemanager.projects.getIamPolicy"


def test_after_a_passing_failure_above_the_last_bindings_stay(google: Google, read: Read) -> None:
    google.fail("/v3/folders/77:getIamPolicy", refusal(503))
    report = of(read, "report")
    assert report.bindings is None
    assert report.core_read is False


def test_a_change_of_an_inherited_policy_changes_the_revision_of_every_function(
    google: Google, read: Read, session: object
) -> None:
    before = of(read, "report").revision
    session._shared.clear()  # type: ignore[attr-defined]
    google.answers["/v3/folders/77:getIamPolicy"] = policy(binding("roles/owner", "group:others@acme.example"))
    assert of(read, "report").revision != before


def test_a_policy_that_is_not_found_on_a_function_that_exists_is_unread_and_counts_as_not_read(
    google: Google, read: Read
) -> None:
    google.fail(f"{function_name('report')}:getIamPolicy", refusal(404))
    report = of(read, "report")
    assert report.unread["access"].error_class == "not found"
    assert report.unread["access"].error_class not in NOTHING_TO_READ
    assert report.bindings is None or "access" not in report.sections
