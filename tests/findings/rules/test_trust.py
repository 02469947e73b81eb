"""Rules about trust: who is an outsider and who is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import function, with_
from findings.rule import Judgement, Verdict, judge
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen, SeenBinding, Zone
from findings.severity import Severity

OUTSIDE = "arn:aws:iam::999999999999:root"
GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
POOL = "iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/ci"


def told(rule: str, seen: Seen) -> Judgement:
    found = judge(catalogue()[rule], seen)
    assert found is not None
    return found


def trusting(cloud: str, trust: Any, **changes: Any) -> Seen:
    seen = with_(holding(cloud, NARROW), account_document={"access": {"policies": []}}, **changes)
    return with_(seen, identities=tuple(replace(one, document={**READ, "trust": trust}) for one in seen.identities))


def role(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> Seen:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return trusting("aws", {"document": {"Version": "2012-10-17", "Statement": [statement]}})


def when(**pairs: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {key.replace("__", ":"): value for key, value in pairs.items()}}}


@pytest.mark.parametrize(
    ("seen", "severity"),
    [
        (role({"AWS": "*"}), Severity.CRITICAL),
        (role({"AWS": OUTSIDE}), Severity.HIGH),
        (role({"AWS": OUTSIDE}, **when(sts__ExternalId="x")), Severity.MEDIUM),
        (role({"AWS": "*"}, **when(aws__PrincipalAccount="123456789012")), None),
        (role({"AWS": "arn:aws:iam::123456789012:role/x"}), None),
        (role({"Service": "lambda.amazonaws.com"}), None),
        (role({"AWS": "AIDAJQABLZS4A3QDU576Q"}), None),
        (role({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity"), Severity.HIGH),
    ],
)
def test_outsiders_of_a_role(seen: Seen, severity: Any) -> None:
    assert told("foreign_can_become", seen).severity is severity


def test_an_account_that_is_ours_or_trusted_is_no_outsider() -> None:
    for zone in (Zone(accounts=frozenset({"999999999999"})), Zone(trusted=frozenset({"999999999999"}))):
        assert told("foreign_can_become", replace(role({"AWS": OUTSIDE}), zone=zone)).verdict is Verdict.PASS


def test_a_trust_policy_that_cannot_be_understood_is_unknown() -> None:
    seen = trusting("aws", {"document": {"Statement": "nonsense"}})
    assert told("foreign_can_become", seen).verdict is Verdict.UNKNOWN


def test_another_service_may_take_the_role() -> None:
    seen = role({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com", "ec2.amazonaws.com"]})
    assert [fault.says.split()[0] for fault in told("role_trusts_others", seen).evidence] == ["ec2.amazonaws.com"]


def member(name: str, held: str = "roles/iam.serviceAccountTokenCreator", zone: Zone | None = None) -> Seen:
    bindings = [{"role": held, "members": [name]}]
    return trusting("gcp", {"document": {"bindings": bindings}}, zone=zone or Zone())


@pytest.mark.parametrize(
    ("name", "foreign", "ours"),
    [
        ("allUsers", Severity.CRITICAL, None),
        ("user:somebody@gmail.com", Severity.HIGH, None),
        ("serviceAccount:ci@strangers.iam.gserviceaccount.com", Severity.HIGH, None),
        ("serviceAccount:ci@acme-data.iam.gserviceaccount.com", None, Severity.HIGH),
        (f"principalSet://{POOL}/*", Severity.HIGH, None),
        (f"principalSet://{POOL}/attribute.repository/acme/tools", Severity.MEDIUM, None),
        ("serviceAccount:service-1@gcf-admin-robot.iam.gserviceaccount.com", None, None),
        ("deleted:user:ann@acme.example?uid=1", None, Severity.HIGH),
        ("user:ann@acme.example", None, Severity.HIGH),
    ],
)
def test_members_that_can_become_an_account(name: str, foreign: Any, ours: Any) -> None:
    assert told("foreign_can_become", member(name)).severity is foreign
    assert told("impersonable_account", member(name)).severity is ours


def test_only_the_deployer_of_this_account_is_usual() -> None:
    judged = told("impersonable_account", member("user:ann@acme.example", "roles/iam.serviceAccountUser"))
    assert judged.severity is Severity.LOW


def test_a_role_on_the_project_takes_in_every_account() -> None:
    bindings = [{"role": "roles/iam.serviceAccountTokenCreator", "members": ["group:dev@acme.example"]}]
    seen = with_(member("", "roles/viewer"), account_document={"access": {"policies": [{"bindings": bindings}]}})
    assert "every service account of the project" in told("impersonable_account", seen).evidence[0].says


def test_a_custom_role_that_was_not_read_is_unknown() -> None:
    assert told("foreign_can_become", member("allUsers", "projects/acme-data/roles/odd")).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        ("repo:acme/shop:ref:refs/heads/main", Severity.LOW),
        ("repo:acme/shop:pull_request", Severity.HIGH),
        ("repo:acme/*", Severity.HIGH),
        ("", Severity.HIGH),
    ],
)
def test_tokens_of_another_issuer_are_judged_by_their_subject(subject: str, severity: Severity) -> None:
    one = {"name": "ci", "issuer": "https://token.actions.githubusercontent.com", "subject": subject}
    assert told("foreign_can_become", trusting("azure", {"federated": [one]})).severity is severity


def test_a_source_of_our_own_account_is_a_note_and_one_without_account_is_none() -> None:
    triggers = [{"source": "arn:aws:sqs:eu-west-1:999999999999:q"}, {"source": "arn:aws:s3:::bucket"}]
    seen = function("aws", triggers={"triggers": triggers}, delivery={})
    assert [fault.severity for fault in told("foreign_delivery", seen).evidence] == [None]
    ours = replace(seen, zone=Zone(accounts=frozenset({"999999999999"})))
    assert told("foreign_delivery", ours).severity is Severity.INFO


def test_an_account_that_is_registered_in_any_way_is_not_asked_for_again() -> None:
    binding = SeenBinding(OUTSIDE, "account", ("lambda:InvokeFunction",), "resource policy")
    seen = with_(function("aws", access={"policies": []}), bindings=(binding,))
    assert told("unregistered_account", seen).verdict is Verdict.FAIL
    known = replace(seen, zone=Zone(third_parties=frozenset({"999999999999"})))
    assert told("unregistered_account", known).verdict is Verdict.PASS
