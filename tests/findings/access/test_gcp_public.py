"""Who may call a Google function: policy, generation, settings in front."""

from dataclasses import replace
from typing import Any

import pytest

from findings.access.gcp import Endpoint, Trust, granted_access, public_access, read_policies
from findings.access.gcp.policies import Binding
from findings.access.ladder import Exposure
from findings.access.surface import Reach

FUNCTION = "projects/p1/locations/europe-west1/functions/pay"
SERVICE = "projects/p1/locations/europe-west1/services/pay"
ABOVE = ("projects/p1", "projects/12", "organizations/1")
GEN1 = Endpoint("gen1", FUNCTION, ABOVE, ingress="ALLOW_ALL")
GEN2 = Endpoint("gen2", SERVICE, ABOVE, ingress="ALLOW_ALL")
OURS = Trust(frozenset({"example.com"}), frozenset({"C01"}), frozenset({"projects/p2"}))


def to(member: str, role: str = "roles/run.invoker", on: str = SERVICE) -> dict[str, Any]:
    return {"on": on, "role": role, "members": [member]}


def level(member: str, trust: Trust = OURS) -> Exposure:
    return public_access(GEN2, read_policies(allow=[to(member)]), trust).level


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("allUsers", Exposure.PUBLIC_ANONYMOUS),
        ("allAuthenticatedUsers", Exposure.PUBLIC_AUTHENTICATED),
        ("user:eve@example.org", Exposure.EXTERNAL),
        ("user:ana@gmail.com", Exposure.EXTERNAL),
        ("group:partners@example.org", Exposure.EXTERNAL),
        ("domain:example.org", Exposure.EXTERNAL),
        ("serviceAccount:robot@stranger.iam.gserviceaccount.com", Exposure.EXTERNAL),
        ("serviceAccount:99-compute@developer.gserviceaccount.com", Exposure.EXTERNAL),
        (
            "principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci/*",
            Exposure.EXTERNAL,
        ),
        ("domain:example.com", Exposure.ORGANISATION),
        ("principalSet://goog/cloudIdentityCustomerId/C01", Exposure.ORGANISATION),
        ("serviceAccount:robot@p2.iam.gserviceaccount.com", Exposure.ORGANISATION),
        ("principalSet://cloudresourcemanager.googleapis.com/organizations/1", Exposure.ORGANISATION),
        ("serviceAccount:service-12@gcp-sa-pubsub.iam.gserviceaccount.com", Exposure.SERVICE_SCOPED),
        ("serviceAccount:service-99@gcp-sa-pubsub.iam.gserviceaccount.com", Exposure.EXTERNAL),
        ("user:ana@example.com", Exposure.SAME_ACCOUNT),
        ("serviceAccount:robot@p1.iam.gserviceaccount.com", Exposure.SAME_ACCOUNT),
        ("serviceAccount:12-compute@developer.gserviceaccount.com", Exposure.SAME_ACCOUNT),
        ("projectEditor:p1", Exposure.SAME_ACCOUNT),
        ("deleted:user:ana@example.com?uid=1", Exposure.NONE),
    ],
)
def test_each_member_has_its_rung(member: str, expected: Exposure) -> None:
    assert level(member) is expected


def test_without_a_zone_of_trust_strangers_stay_possible() -> None:
    surface = public_access(GEN2, read_policies(allow=[to("user:ana@example.com")]))
    assert (surface.level, surface.possible) == (Exposure.SAME_ACCOUNT, Exposure.EXTERNAL)
    assert "zone of trust" in surface.unless[0].condition


def test_a_public_binding_on_the_project_reaches_the_function() -> None:
    surface = public_access(GEN2, read_policies(allow=[to("allUsers", on="organizations/1")]))
    assert surface.level is Exposure.PUBLIC_ANONYMOUS
    assert [reason.source for reason in surface.because] == ["organizations/1"]


def test_the_functions_own_policy_counts_for_the_first_generation_only() -> None:
    policies = read_policies(allow=[to("allUsers", "roles/cloudfunctions.invoker", FUNCTION)])
    assert public_access(GEN1, policies).level is Exposure.PUBLIC_ANONYMOUS
    assert public_access(GEN2, policies).level is Exposure.NONE
    assert public_access(replace(GEN2, resource=FUNCTION), policies).level is Exposure.NONE


def test_an_editor_of_the_project_may_call() -> None:
    surface = public_access(
        GEN2, read_policies(allow=[to("user:ana@example.com", "roles/editor", "projects/p1")]), OURS
    )
    assert surface.level is Exposure.SAME_ACCOUNT


def test_a_service_that_does_not_check_its_invokers_is_public_without_any_binding() -> None:
    surface = public_access(replace(GEN2, invoker_iam_disabled=True), read_policies())
    assert surface.level is Exposure.PUBLIC_ANONYMOUS
    assert surface.because[0].says == "invokerIamDisabled"


def test_whether_invokers_are_checked_stays_open_when_it_was_not_read() -> None:
    surface = public_access(replace(GEN2, invoker_iam_disabled=None), read_policies())
    assert (surface.level, surface.possible) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)


def test_the_first_generation_knows_no_unchecked_invokers() -> None:
    assert public_access(replace(GEN1, invoker_iam_disabled=None), read_policies()).possible is Exposure.NONE


def test_a_policy_that_was_not_read_may_be_public() -> None:
    surface = public_access(GEN2, read_policies(unread=[SERVICE]))
    assert (surface.level, surface.possible) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)


def test_an_undecided_condition_makes_a_way_possible() -> None:
    surface = public_access(
        GEN2, read_policies(allow=[to("allAuthenticatedUsers") | {"condition": "request.host == ''"}])
    )
    assert (surface.level, surface.possible) == (Exposure.NONE, Exposure.PUBLIC_AUTHENTICATED)


def test_a_deny_policy_closes_the_public_binding() -> None:
    deny = {
        "on": "organizations/1",
        "deniedPermissions": ["run.googleapis.com/routes.invoke"],
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "exceptionPrincipals": ["principal://goog/subject/ana@example.com"],
    }
    allow = [to("allUsers"), to("user:ana@example.com")]
    assert public_access(GEN2, read_policies(allow=allow, deny=[deny]), OURS).level is Exposure.SAME_ACCOUNT


def test_identity_aware_proxy_stands_before_a_public_binding() -> None:
    policies = read_policies(allow=[to("allUsers")])
    accessor = (Binding("iap", "roles/iap.httpsResourceAccessor", ("domain:example.com",)),)
    guarded = replace(GEN2, iap=True, iap_bindings=(replace(accessor[0], on=SERVICE),))
    assert public_access(guarded, policies, OURS).level is Exposure.ORGANISATION
    unread = public_access(replace(GEN2, iap=True), policies, OURS)
    assert (unread.level, unread.possible) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)


@pytest.mark.parametrize(
    ("ingress", "reach", "summary"),
    [
        ("ALLOW_ALL", Reach.INTERNET, "internet"),
        ("INGRESS_TRAFFIC_ALL", Reach.INTERNET, "internet"),
        ("", Reach.INTERNET, "internet"),
        ("ALLOW_INTERNAL_AND_GCLB", Reach.LOAD_BALANCER, "restricted"),
        ("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", Reach.LOAD_BALANCER, "restricted"),
        ("ALLOW_INTERNAL_ONLY", Reach.INTERNAL, "private"),
        ("internal", Reach.INTERNAL, "private"),
        ("INGRESS_TRAFFIC_NONE", Reach.CLOSED, "private"),
        (None, Reach.UNKNOWN, "unknown"),
        ("SOMETHING_NEW", Reach.UNKNOWN, "unknown"),
    ],
)
def test_ingress_says_from_where(ingress: str | None, reach: Reach, summary: str) -> None:
    found = public_access(replace(GEN2, ingress=ingress), read_policies()).reach
    assert (found, found.summary) == (reach, summary)


def test_a_grant_without_an_open_path_is_latent() -> None:
    policies = read_policies(allow=[to("allUsers", "roles/cloudfunctions.invoker", FUNCTION)])
    surface = public_access(replace(GEN1, has_url=False, state="OFFLINE"), policies)
    assert surface.level is Exposure.PUBLIC_ANONYMOUS
    assert surface.latent == ("it has no URL", "its state is OFFLINE")
    assert public_access(GEN1, policies).latent == ()


def test_other_powers_over_a_function_are_asked_the_same_way() -> None:
    policies = read_policies(allow=[to("user:eve@example.org", "roles/run.admin"), to("allUsers")])
    ways = granted_access("run.services.update", GEN2, policies, OURS)
    assert [(way.level, way.who) for way in ways] == [(Exposure.EXTERNAL, "user:eve@example.org")]
