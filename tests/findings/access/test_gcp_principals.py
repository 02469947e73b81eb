"""Members of Google policies: every form stands for whom it says."""

import pytest

from findings.access.gcp.principals import Directory, covers, is_agent, project_of

ANA = "user:ana@example.com"
ROBOT = "serviceAccount:robot@p1.iam.gserviceaccount.com"
POOL = "//iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci"
BUILD = f"principal:{POOL}/subject/build"
STAFF = "//iam.googleapis.com/locations/global/workforcePools/staff"
CLUSTER_POD = "serviceAccount:p1.svc.id.goog[shop/cart]"
KNOWN = Directory(groups={"devs@example.com": ["ana@example.com", "leads@example.com"], "leads@example.com": [ROBOT]})

INCLUDED = [
    ("allUsers", "anonymous"),
    ("allUsers", ANA),
    ("principalSet://goog/public:all", BUILD),
    ("allAuthenticatedUsers", ROBOT),
    ("user:Ana@Example.com", ANA),
    ("principal://goog/subject/ana@example.com", ANA),
    ("principal://iam.googleapis.com/projects/-/serviceAccounts/robot@p1.iam.gserviceaccount.com", ROBOT),
    ("domain:example.com", ANA),
    ("group:devs@example.com", ANA),
    ("group:devs@example.com", ROBOT),
    ("principalSet://goog/group/devs@example.com", ANA),
    (f"principalSet:{POOL}/*", BUILD),
    (f"principal:{POOL}/subject/build", BUILD),
    (
        "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p1.svc.id.goog"
        "/subject/ns/shop/sa/cart",
        CLUSTER_POD,
    ),
    (
        "principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p1.svc.id.goog"
        "/namespace/shop",
        CLUSTER_POD,
    ),
    ("principalSet://cloudresourcemanager.googleapis.com/projects/p1/type/ServiceAccount", ROBOT),
]
LEFT_OUT = [
    ("allAuthenticatedUsers", "anonymous"),
    ("allAuthenticatedUsers", BUILD),
    (ANA, "anonymous"),
    ("user:bo@example.com", ANA),
    ("domain:example.com", "user:ana@sub.example.com"),
    ("domain:example.com", ROBOT),
    ("group:leads@example.com", ANA),
    ("deleted:user:ana@example.com?uid=1", ANA),
    ("deleted:principal://goog/subject/ana@example.com?uid=1", ANA),
    (f"principal:{POOL}/subject/other", BUILD),
    (f"principalSet:{STAFF}/*", BUILD),
    ("principalSet://cloudresourcemanager.googleapis.com/projects/p2/type/ServiceAccount", ROBOT),
    ("principalSet://cloudresourcemanager.googleapis.com/projects/p1/type/ServiceAccount", ANA),
    ("group:unexpanded@example.com", "anonymous"),
    ("group:unexpanded@example.com", "allAuthenticatedUsers"),
    ("principalSet://goog/cloudIdentityCustomerId/C01", ROBOT),
]
UNKNOWN = [
    ("group:unexpanded@example.com", ANA),
    ("principalSet://goog/cloudIdentityCustomerId/C01", ANA),
    (f"principalSet:{POOL}/attribute.repo/shop", BUILD),
    (f"principalSet:{STAFF}/group/ops", f"principal:{STAFF}/subject/ana"),
    ("projectOwner:p1", ANA),
    ("principalSet://cloudresourcemanager.googleapis.com/organizations/1", ANA),
    ("principalSet://cloudresourcemanager.googleapis.com/projects/12/type/ServiceAccount", ROBOT),
]


@pytest.mark.parametrize(("member", "caller"), INCLUDED)
def test_a_member_that_includes_the_caller(member: str, caller: str) -> None:
    assert covers(member, caller, KNOWN) is True


@pytest.mark.parametrize(("member", "caller"), LEFT_OUT)
def test_a_member_that_does_not_include_the_caller(member: str, caller: str) -> None:
    assert covers(member, caller, KNOWN) is False


@pytest.mark.parametrize(("member", "caller"), UNKNOWN)
def test_a_member_nobody_can_resolve_stays_open(member: str, caller: str) -> None:
    assert covers(member, caller, KNOWN) is None


def test_groups_that_contain_each_other_end() -> None:
    circle = Directory(groups={"a@example.com": ["group:b@example.com"], "b@example.com": ["group:a@example.com"]})
    assert covers("group:a@example.com", ANA, circle) is False


def test_a_nested_group_that_was_not_expanded_leaves_the_question_open() -> None:
    partly = Directory(groups={"a@example.com": ["group:elsewhere@example.com"]})
    assert covers("group:a@example.com", ANA, partly) is None


def test_convenience_members_are_the_holders_of_the_basic_role() -> None:
    known = Directory(holders=lambda project, role: [ANA] if (project, role) == ("p1", "roles/owner") else [])
    assert covers("projectOwner:p1", ANA, known) is True
    assert covers("projectEditor:p1", ANA, known) is False


@pytest.mark.parametrize(
    ("account", "project", "agent"),
    [
        ("robot@p1.iam.gserviceaccount.com", "p1", False),
        ("p1@appspot.gserviceaccount.com", "p1", False),
        ("12-compute@developer.gserviceaccount.com", "12", False),
        ("service-12@p1.iam.gserviceaccount.com", "p1", False),
        ("service-12@gcp-sa-pubsub.iam.gserviceaccount.com", "", True),
        ("service-12@serverless-robot-prod.iam.gserviceaccount.com", "", True),
        ("12@cloudbuild.gserviceaccount.com", "", True),
        ("12@cloudservices.gserviceaccount.com", "", True),
    ],
)
def test_an_account_tells_its_project_and_whether_it_is_googles_own(account: str, project: str, agent: bool) -> None:
    assert project_of(account) == project
    assert is_agent(account) is agent
