"""Rules about who may invoke: what they must not say, and what hangs on what was not read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import function, with_
from findings.rule import Judgement, Verdict, judge
from findings.rules._entrances import OPEN_DOORS, closed, public
from findings.rules._routes import leading
from findings.seen import Seen, SeenPosture, Zone
from findings.severity import Severity

OUTSIDE = "arn:aws:iam::999999999999:root"
URL = "https://abc.lambda-url.eu-west-1.on.aws/"
SERVICE = "projects/acme-data/locations/europe-west1/services/checkout"
STATEMENT = "resource policy: open: Allow lambda:InvokeFunction, lambda:InvokeFunctionUrl on * to *"


def told(rule: str, seen: Seen) -> Judgement:
    found = judge(catalogue()[rule], seen)
    assert found is not None
    return found


def behind(reach: str = "restricted", **front: Any) -> Judgement:
    """What is said of an app behind a Front Door, whose own address is reached from there."""
    row = {"id": "/fd", "kind": "Front Door", "name": "fd: www", "address": "www", "public": True, "firewall": "/waf"}
    return told(
        "front_unguarded", function("azure", posture=SeenPosture(reach=reach), fronts={"fronts": [row | front]})
    )


def test_a_front_door_needs_a_firewall_that_blocks_and_no_way_around() -> None:
    assert behind(mode="Prevention").verdict is Verdict.PASS
    assert behind().verdict is Verdict.UNKNOWN, "how the policy is set was not told"
    assert behind(firewall="").severity is Severity.MEDIUM
    assert behind(mode="Disabled").severity is Severity.MEDIUM
    assert behind(mode="Detection").severity is Severity.LOW
    assert behind(firewall="", public=False).severity is Severity.LOW
    assert [fault.about for fault in behind("internet", mode="Prevention").evidence] == ["around"]
    assert behind("unknown", mode="Prevention").verdict is Verdict.UNKNOWN


def test_without_a_front_there_is_nothing_to_go_around_and_unread_is_unknown() -> None:
    seen = function("azure", posture=SeenPosture(reach="internet"), fronts={"fronts": []})
    assert told("front_unguarded", seen).verdict is Verdict.NOT_APPLICABLE
    assert told("front_unguarded", with_(seen, document={})).verdict is Verdict.UNKNOWN


def severity(rule: str, seen: Seen) -> Severity | None:
    return told(rule, seen).severity


@pytest.mark.parametrize(
    ("seen", "rule"),
    [
        (public("aws", STATEMENT, level="public_authenticated"), "public_invoke"),
        (public("aws", f"function URL {URL} and {STATEMENT}"), "public_url"),
        (public("aws", STATEMENT, latent="there is no function URL"), "dormant_url"),
        (public("gcp", f"{SERVICE}: roles/run.invoker to allUsers", principal="allUsers"), "public_invoke"),
        (public("gcp", f"{SERVICE}: invokerIamDisabled", principal="anyone"), "invoker_check_off"),
        (public("gcp", "projects/acme-data: roles/run.invoker to allUsers", principal="allUsers"),
         "inherited_outsiders"),
        (public("azure", "Easy Auth: authLevel anonymous; Easy Auth is off"), "anonymous_functions"),
        (public("azure", "Easy Auth: authLevel anonymous; Easy Auth leaves out the paths /api/open/*",
                sections={"access": {"easy_auth": {"platform": {"enabled": True}}}}), "sign_in_gaps"),
    ],
)  # fmt: skip
def test_each_door_is_told_by_its_own_rule(seen: Seen, rule: str) -> None:
    doors = (*OPEN_DOORS, "dormant_url", "external_invoke")
    found = {one for one in doors if (judged := judge(catalogue()[one], seen)) and judged.verdict is Verdict.FAIL}
    assert found == {rule}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Severity.CRITICAL),
        ({"reach": "load_balancer"}, Severity.HIGH),
        ({"reach": "ip_restricted"}, Severity.HIGH),
        ({"reach": "internal"}, Severity.MEDIUM),
        ({"reach": "closed"}, Severity.MEDIUM),
        ({"certain": False, "condition": "a certificate"}, Severity.HIGH),
        ({"latent": "its state is FAILED"}, Severity.MEDIUM),
        ({"level": "public_authenticated", "principal": "allAuthenticatedUsers"}, Severity.HIGH),
        ({"latent": "its state is FAILED", "level": "public_authenticated"}, Severity.MEDIUM),
    ],
)
def test_what_stands_in_the_way_makes_it_milder(change: dict[str, Any], expected: Severity) -> None:
    seen = public("gcp", f"{SERVICE}: roles/run.invoker to allUsers", **{"principal": "allUsers"} | change)
    judged = told("public_invoke", seen)
    assert judged.severity is expected
    assert bool(judged.because) is (expected is not Severity.CRITICAL), "less than critical has a reason"


def test_a_policy_that_was_not_read_is_no_way_in() -> None:
    unread = public(
        "gcp", "projects/acme-data: allow policy", principal="", certain=False, condition="could not be read"
    )
    seen = with_(unread, document={"access": {}, "organisation": {}})
    judged = told("inherited_outsiders", with_(seen, posture=replace(seen.posture, invoke="unknown")))
    assert judged.verdict is Verdict.UNKNOWN
    assert any("could not be read" in reason for reason in judged.reasons)


def outsider(**changes: Any) -> Seen:
    way = {"principal": OUTSIDE, "kind": "account", "level": "external"} | changes
    return public("aws", "resource policy: partner", sections={"access": {"policies": []}}, **way)


def test_an_account_that_somebody_trusts_may_call_but_not_change() -> None:
    zone = Zone(accounts=frozenset({"123456789012"}), trusted=frozenset({"999999999999"}))
    assert severity("external_invoke", outsider()) is Severity.HIGH
    assert told("external_invoke", with_(outsider(), zone=zone)).verdict is Verdict.PASS
    [way] = outsider().posture.ways_in
    changed = function("aws", posture=SeenPosture(deploy="external", ways_to_deploy=(way,)))
    assert severity("outsider_deploys", changed) is Severity.CRITICAL
    assert severity("outsider_deploys", with_(changed, zone=zone)) is Severity.MEDIUM


def test_an_account_of_another_name_in_the_condition_is_not_trusted() -> None:
    zone = Zone(trusted=frozenset({"999999999999"}))
    topic = {"principal": "sns.amazonaws.com", "kind": "service", "condition": "ArnLike arn:aws:sns::888888888888:x"}
    judged = told("external_invoke", with_(outsider(**topic), zone=zone))
    assert judged.verdict is Verdict.FAIL and "888888888888" in judged.evidence[0].says


def test_callers_whom_an_authorizer_lets_in_are_no_outsiders_of_the_function() -> None:
    assert told("external_invoke", outsider(kind="route")).verdict is Verdict.PASS


def test_alexa_is_bound_by_the_token_of_a_skill() -> None:
    alexa = {"principal": "alexa-appkit.amazon.com", "kind": "service", "level": "service_unscoped"}
    assert told("unscoped_service", outsider(**alexa)).verdict is Verdict.FAIL
    bound = {"condition": "StringEquals lambda:eventsourcetoken amzn1.ask.skill.x"}
    assert told("unscoped_service", outsider(**alexa | bound)).verdict is Verdict.PASS
    rotation = {"principal": "secretsmanager.amazonaws.com"}
    assert told("unscoped_service", outsider(**alexa | rotation)).verdict is Verdict.PASS


STATEMENT_FOR_ALL = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
FROM_OFFICE = STATEMENT_FOR_ALL | {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({}, Severity.HIGH),
        ({"api_key": True}, Severity.MEDIUM),
        ({"policy": {"Statement": [FROM_OFFICE]}}, Severity.MEDIUM),
        ({"policy": {"Statement": [STATEMENT_FOR_ALL]}}, Severity.HIGH),
        ({"policy": {"unreadable": "no JSON"}}, Severity.HIGH),
    ],
)
def test_what_an_api_asks_for_beside_sign_in(detail: dict[str, Any], expected: Severity) -> None:
    seen = leading("api", "NONE", method="GET", path="/orders", detail={"name": "shop"} | detail)
    assert severity("open_api_route", seen) is expected


def test_routes_of_one_api_are_one_fault_and_one_open_route_decides() -> None:
    [keyed] = leading("api", "NONE", path="/a", detail={"name": "shop", "api_key": True}).section("entry_points")[
        "entry_points"
    ]
    bare = keyed | {"path": "/b", "detail": {"name": "shop"}}
    judged = told("open_api_route", closed("aws", entry_points={"entry_points": [keyed, bare]}))
    assert len(judged.evidence) == 1 and judged.severity is Severity.HIGH
    assert "/a" in judged.evidence[0].says and "/b" in judged.evidence[0].says


def test_a_private_route_is_open_to_no_stranger_and_an_unread_one_is_unknown() -> None:
    assert told("open_api_route", leading("api", "NONE", reach="private")).verdict is Verdict.PASS
    assert told("open_api_route", leading("api", "")).verdict is Verdict.UNKNOWN


def azure(posture: SeenPosture | None = None, **sections: Any) -> Seen:
    return function("azure", posture=posture, **sections)


def test_sign_in_is_asked_of_apps_with_http_functions_only() -> None:
    timer = {"triggers": [{"kind": "timer"}]}
    off = {"easy_auth": {"platform": {"enabled": False}}}
    assert told("sign_in_off", azure(access=off, triggers=timer)).verdict is Verdict.NOT_APPLICABLE
    assert told("client_certificates_off", azure(access=off, triggers=timer)).verdict is Verdict.NOT_APPLICABLE


def test_older_sign_in_settings_count_as_sign_in() -> None:
    http = {"triggers": [{"kind": "http", "detail": {"auth_level": "anonymous"}}]}
    classic = {"enabled": True, "unauthenticatedClientAction": "RedirectToLoginPage"}
    seen = azure(access={"classic_auth": classic, "easy_auth": {}}, triggers=http)
    assert told("sign_in_off", seen).verdict is Verdict.PASS
    through = classic | {"unauthenticatedClientAction": "AllowAnonymous"}
    assert told("sign_in_off", azure(access={"classic_auth": through}, triggers=http)).verdict is Verdict.FAIL


def test_a_wide_path_outside_sign_in_is_told_before_anything_answers_there() -> None:
    rules = {"requireAuthentication": True, "excludedPaths": ["/api/*", "/health"]}
    auth = {"platform": {"enabled": True}, "globalValidation": rules}
    seen = azure(SeenPosture(invoke="same_account"), access={"easy_auth": auth})
    judged = told("sign_in_gaps", seen)
    assert [fault.about for fault in judged.evidence] == ["path /api/*"] and judged.severity is Severity.MEDIUM


def scm(**network: Any) -> Seen:
    told = {"public_access": "Enabled", "endpoints": [], "scm_ingress": [], "scm_ingress_default": ""} | network
    return azure(network=told, config={"hosting": "Premium"}, access={"publishing": {"scm": True}})


@pytest.mark.parametrize(
    ("network", "verdict"),
    [
        ({}, Verdict.FAIL),
        ({"public_access": "Disabled"}, Verdict.PASS),
        ({"scm_ingress": [{"ipAddress": "203.0.113.0/24"}]}, Verdict.PASS),
        ({"scm_uses_main": True, "ingress": [{"ipAddress": "203.0.113.0/24"}]}, Verdict.PASS),
        ({"scm_uses_main": True, "ingress": []}, Verdict.FAIL),
        ({"environment": "/subscriptions/x/hostingenvironments/ase"}, Verdict.UNKNOWN),
    ],
)
def test_who_reaches_the_deployment_site(network: dict[str, Any], verdict: Verdict) -> None:
    assert told("deployment_site_open", scm(**network)).verdict is verdict


def test_a_deployment_site_without_passwords_is_the_lesser_fault() -> None:
    refused = azure(**{**scm().document, "access": {"publishing": {"scm": False}}})
    assert severity("deployment_site_open", refused) is Severity.LOW
    unknown = azure(**{**scm().document, "access": {}})
    assert severity("deployment_site_open", unknown) is Severity.MEDIUM


def test_a_network_open_to_all_is_grave_where_strangers_are_let_in() -> None:
    def seen(invoke: str, **more: Any) -> Seen:
        posture = SeenPosture(invoke=invoke, reach="internet")
        return with_(function("azure", posture=posture, network={"ingress": []}), **more)

    assert severity("app_open_to_internet", seen("public_anonymous")) is Severity.HIGH
    assert severity("app_open_to_internet", seen("same_account")) is Severity.LOW
    assert severity("app_open_to_internet", seen("unknown")) is Severity.MEDIUM
    sensitive = seen("same_account", tags={"data-class": "pii"})
    assert severity("app_open_to_internet", sensitive) is Severity.MEDIUM


def edge(**sections: Any) -> Seen:
    [plain] = catalogue()["runs_at_edge"].passes
    return with_(plain, document={**plain.document, **sections})


def test_each_distribution_that_runs_a_function_is_told_with_its_site() -> None:
    site = {"id": "E1", "domain": "d1.cloudfront.net", "enabled": True, "qualifier": "3", "runs": ["viewer-request *"]}
    off = {**site, "id": "E2", "enabled": False, "names": ["www.example.com"], "sees_body": True}
    first, second = told("runs_at_edge", edge(edge={"distributions": [site, off]})).evidence
    assert first.says == "The distribution E1 (d1.cloudfront.net) runs version 3 for its viewers: viewer-request *"
    assert "E2 (www.example.com), which is switched off, runs" in second.says
    assert "sees what they send" in second.says


def test_a_role_that_trusts_the_edge_says_whether_a_distribution_is_known() -> None:
    trusting, _ = catalogue()["runs_at_edge"].fails
    [unread] = told("runs_at_edge", trusting).evidence
    assert unread.says.endswith("which distribution does was not read")
    read = with_(trusting, document={**trusting.document, "edge": {"distributions": []}})
    [none] = told("runs_at_edge", read).evidence
    assert none.says.endswith("no distribution runs it now")
    assert unread.about == none.about
