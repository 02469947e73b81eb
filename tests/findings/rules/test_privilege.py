"""Rules about identities: what they must not flag, and what they do not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import AT, with_
from findings.rule import Judgement, Verdict, judge
from findings.rules._worlds import ADMIN, NARROW, READ, SECRETS, holding
from findings.seen import Seen, SeenGrant, SeenIdentity, SeenPower
from findings.severity import Severity


def told(rule: str, seen: Seen) -> Judgement:
    found = judge(catalogue()[rule], seen)
    assert found is not None
    return found


def identity(seen: Seen, **changes: Any) -> Seen:
    """The same with its identity changed."""
    return with_(seen, identities=tuple(replace(one, **changes) for one in seen.identities))


def granted(action: str, **body: Any) -> Seen:
    grant = SeenGrant("inline", "work", "work", "allow", False, {"Action": action, "Resource": "*", **body})
    return identity(holding("aws", NARROW), grants=(grant,))


def test_power_over_the_directory_is_told_once() -> None:
    graph = SeenPower("admin", "organisation", "Graph application permission", ("X.ReadWrite.All",), "directory")
    seen = holding("azure", graph, privilege="admin")
    assert told("directory_power", seen).verdict is Verdict.FAIL
    assert told("admin_identity", seen).verdict is Verdict.PASS


def test_an_administrator_under_a_condition_is_milder() -> None:
    judged = told("admin_identity", holding("gcp", replace(ADMIN, conditional=True), privilege="near-admin"))
    assert (judged.severity, bool(judged.because)) == (Severity.HIGH, True)


def test_single_powers_of_an_administrator_are_not_told_one_by_one() -> None:
    seen = holding("aws", ADMIN, SECRETS, privilege="admin")
    for rule in ("reads_everything", "changes_everything", "can_escalate", "service_wildcard", "tampers_logging"):
        assert told(rule, seen).verdict is Verdict.NOT_APPLICABLE, rule


def test_roles_above_the_project_that_nobody_may_read_leave_it_unknown() -> None:
    seen = identity(holding("gcp", NARROW), unread={"organisation": "refused"})
    assert told("admin_identity", seen).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("action", "body", "severity"),
    [
        ("dynamodb:*", {}, Severity.MEDIUM),
        ("DynamoDB:*", {}, Severity.MEDIUM),
        ("dynamodb:Get*", {}, None),
        ("logs:*", {}, Severity.LOW),
        ("s3:*", {"Resource": ["arn:aws:s3:::mine/*"]}, Severity.LOW),
        ("s3:*", {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, Severity.LOW),
    ],
)
def test_a_wildcard_is_judged_by_its_service_and_reach(action: str, body: dict[str, Any], severity: Any) -> None:
    assert told("service_wildcard", granted(action, **body)).severity is severity


def test_a_boundary_or_a_denial_gives_nothing() -> None:
    seen = granted("s3:*")
    [grant] = seen.identities[0].grants
    for grants in ((replace(grant, source_kind="boundary"),), (replace(grant, effect="deny"),)):
        assert told("service_wildcard", identity(seen, grants=grants)).verdict is Verdict.PASS


def test_all_but_a_few_actions_are_a_wildcard_too() -> None:
    seen = granted("")
    grant = replace(seen.identities[0].grants[0], inverted=True, body={"NotAction": ["iam:*"], "Resource": "*"})
    assert "everything but iam:*" in told("service_wildcard", identity(seen, grants=(grant,))).evidence[0].says


def missing(cloud: str, native_id: str, **listings: str) -> Seen:
    seen = holding(cloud, NARROW)
    told_of = {name.replace("_", " "): state for name, state in listings.items()}
    return with_(seen, identities=(SeenIdentity(native_id, known=False),), listings=told_of)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (missing("aws", "arn:aws:iam::123456789012:role/gone", roles="complete"), "fail"),
        (missing("aws", "arn:aws:iam::123456789012:role/gone", roles="denied"), "unknown"),
        (missing("aws", "arn:aws:iam::999999999999:role/theirs", roles="complete"), "unknown"),
        (missing("gcp", "gone@acme-data.iam.gserviceaccount.com", service_accounts="complete"), "fail"),
        (missing("gcp", "gone@elsewhere.iam.gserviceaccount.com", service_accounts="complete"), "unknown"),
        (missing("azure", "0b1c", identities="partial"), "unknown"),
    ],
)
def test_an_identity_is_missing_only_where_all_were_listed(seen: Seen, verdict: str) -> None:
    assert told("identity_missing", seen).verdict.value == verdict


def test_a_disabled_account_is_told() -> None:
    seen = identity(holding("gcp", NARROW), document={**READ, "config": {"disabled": True}})
    assert "disabled" in told("identity_missing", seen).evidence[0].says


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        ({"id": "a", "created": "2025-01-07T19:51:30Z"}, Severity.HIGH),
        ({"id": "a", "created": "2026-10-07T19:51:30.123456Z"}, Severity.MEDIUM),
        ({"id": "a", "created": "2025-01-07T19:51:30Z", "disabled": True}, Severity.LOW),
        ({"id": "a", "created": "2025-01-07T19:51:30Z", "expires": "2026-01-07T19:51:30Z"}, None),
        ({"id": "a"}, Severity.HIGH),
    ],
)
def test_a_key_is_judged_by_its_age(key: dict[str, Any], severity: Any) -> None:
    seen = identity(holding("gcp", NARROW), document={**READ, "keys": {"keys": [key]}})
    assert told("account_keys", seen).severity is severity


def test_unused_rights_are_not_told_of_a_young_or_busy_role() -> None:
    usage: dict[str, Any] = {"services": [{"service": "s3", "month": "2026-10"}, {"service": "logs", "month": ""}]}
    seen = identity(holding("aws", NARROW), document={**READ, "usage": usage}, last_used_at=AT - timedelta(days=2))
    assert told("unused_rights", seen).verdict is Verdict.PASS
    usage["services"][0]["actions"] = {"GetObject": "2026-10", "DeleteObject": ""}
    assert "s3:DeleteObject" in told("unused_rights", seen).evidence[0].says
    young = {**READ, "usage": {"services": []}, "config": {"created": "2026-10-20T00:00:00Z"}}
    assert told("unused_rights", identity(seen, document=young, last_used_at=None)).verdict is Verdict.PASS


def test_sensitive_data_makes_sharing_graver() -> None:
    seen = holding("aws", NARROW)
    shared = with_(seen, posture=replace(seen.posture, shared_by=3, privilege="read"))
    assert told("shared_identity", shared).severity is Severity.MEDIUM
    assert told("shared_identity", with_(shared, tags={"data-class": "pii"})).severity is Severity.HIGH


def test_a_word_of_purpose_that_nobody_knows_is_no_declaration() -> None:
    seen = with_(holding("aws", NARROW), tags={"access-intent": "whatever"})
    assert told("beyond_purpose", seen).verdict is Verdict.NOT_APPLICABLE
