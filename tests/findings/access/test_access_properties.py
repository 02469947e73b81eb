"""What holds for any policies: denies never grant, fewer allows never grant more, order never matters."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from findings.access import azure, gcp
from findings.access.azure.policies import Assignment, Denial
from findings.access.azure.roles import Permission
from findings.access.decision import Outcome
from findings.access.gcp.policies import Binding, Boundary, DenyRule

RANKS = {
    Outcome.DENIED_EXPLICIT: 0,
    Outcome.DENIED_IMPLICIT: 0,
    Outcome.ALLOWED_IF: 1,
    Outcome.ALLOWED: 2,
}
MEMBERS = ["user:ana@example.com", "allUsers", "group:devs@example.com", "group:known@example.com", "projectOwner:p1"]
PLACES = ["projects/p1", "folders/2", "services/s1", "projects/p9"]
CONDITIONS = ["", "true", "false", "request.host == 'x'"]


def some_of(values: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


bindings = st.builds(
    Binding,
    st.sampled_from(PLACES),
    st.sampled_from(["roles/run.invoker", "roles/owner", "roles/viewer", "projects/p1/roles/custom"]),
    some_of(MEMBERS),
    st.sampled_from(CONDITIONS),
)
deny_rules = st.builds(
    DenyRule,
    st.sampled_from(PLACES),
    some_of(["principalSet://goog/public:all", "principal://goog/subject/ana@example.com", *MEMBERS[2:4]]),
    some_of(["run.googleapis.com/routes.invoke", "run.googleapis.com/*.*", "storage.googleapis.com/objects.get"]),
    st.one_of(st.just(()), some_of(MEMBERS)),
    condition=st.sampled_from(CONDITIONS),
)
boundaries = st.builds(
    Boundary, some_of(MEMBERS), some_of(PLACES), st.sampled_from([None, ("run.googleapis.com/*",), ()])
)
google = st.builds(
    gcp.Policies,
    st.lists(bindings, max_size=4).map(tuple),
    st.lists(deny_rules, max_size=3).map(tuple),
    st.lists(boundaries, max_size=2).map(tuple),
    groups=st.just({"known@example.com": ("user:ana@example.com",)}),
)
ASK_GOOGLE = gcp.Request("user:ana@example.com", "run.routes.invoke", "services/s1", ("projects/p1", "folders/2"))

SCOPES = [
    "/",
    "/subscriptions/s1",
    "/subscriptions/S1/resourceGroups/r1",
    "/subscriptions/s2",
    "/providers/Microsoft.Management/managementGroups/m1",
]
permissions = st.builds(
    Permission,
    some_of(["*", "Microsoft.Web/*", "microsoft.web/sites/read"]),
    st.sampled_from([(), ("Microsoft.Web/sites/write",)]),
).map(lambda one: (one,))
assignments = st.builds(
    Assignment,
    st.sampled_from(["u1", "g1", "u2"]),
    st.sampled_from(SCOPES),
    permissions=permissions,
    principal_type=st.sampled_from(["User", "Group"]),
)
denials = st.builds(
    Denial,
    st.sampled_from(SCOPES),
    permissions,
    some_of([("u1", "User"), ("g1", "Group"), (azure.policies.EVERYONE, "SystemDefined")]),
    st.one_of(st.just(()), some_of([("u1", "User"), ("g1", "Group")])),
    st.booleans(),
)
azures = st.builds(
    azure.Policies,
    st.lists(assignments, max_size=4).map(tuple),
    st.lists(denials, max_size=3).map(tuple),
)
ASK_AZURE = azure.Request("u1", "Microsoft.Web/sites/write", "/subscriptions/s1/resourceGroups/r1")


def google_rank(policies: gcp.Policies) -> int:
    return RANKS[gcp.decide(ASK_GOOGLE, policies).outcome]


def azure_rank(policies: azure.Policies) -> int:
    return RANKS[azure.decide(ASK_AZURE, policies).outcome]


@settings(max_examples=300, deadline=None)
@given(google, deny_rules)
def test_adding_a_google_deny_never_grants(policies: gcp.Policies, rule: DenyRule) -> None:
    assert google_rank(replace(policies, deny=(*policies.deny, rule))) <= google_rank(policies)


@settings(max_examples=300, deadline=None)
@given(google, st.data())
def test_removing_a_google_binding_never_grants(policies: gcp.Policies, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(policies.allow or (None,)), unique=True))
    assert google_rank(replace(policies, allow=tuple(one for one in kept if one))) <= google_rank(policies)


@settings(max_examples=300, deadline=None)
@given(google, st.data())
def test_the_order_of_google_policies_never_matters(policies: gcp.Policies, data: st.DataObject) -> None:
    shuffled = replace(
        policies,
        allow=tuple(data.draw(st.permutations(policies.allow))),
        deny=tuple(data.draw(st.permutations(policies.deny))),
        boundaries=tuple(data.draw(st.permutations(policies.boundaries))),
    )
    ours, theirs = gcp.decide(ASK_GOOGLE, policies), gcp.decide(ASK_GOOGLE, shuffled)
    assert ours.outcome is theirs.outcome
    assert set(ours.because) == set(theirs.because)


@settings(max_examples=300, deadline=None)
@given(azures, denials)
def test_adding_an_azure_deny_never_grants(policies: azure.Policies, denial: Denial) -> None:
    assert azure_rank(replace(policies, denials=(*policies.denials, denial))) <= azure_rank(policies)


@settings(max_examples=300, deadline=None)
@given(azures, st.data())
def test_removing_an_azure_assignment_never_grants(policies: azure.Policies, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(policies.assignments or (None,)), unique=True))
    assert azure_rank(replace(policies, assignments=tuple(one for one in kept if one))) <= azure_rank(policies)


@settings(max_examples=300, deadline=None)
@given(azures, st.data())
def test_the_order_of_azure_policies_never_matters(policies: azure.Policies, data: st.DataObject) -> None:
    shuffled = replace(
        policies,
        assignments=tuple(data.draw(st.permutations(policies.assignments))),
        denials=tuple(data.draw(st.permutations(policies.denials))),
    )
    ours, theirs = azure.decide(ASK_AZURE, policies), azure.decide(ASK_AZURE, shuffled)
    assert ours.outcome is theirs.outcome
    assert set(ours.because) == set(theirs.because)
