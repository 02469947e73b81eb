"""Encryption: keys, TLS and storage; what a plan cannot have and what was not told is no pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from findings.catalogue import catalogue
from findings.example import function
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen, Zone
from findings.severity import Severity


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


def test_a_function_without_variables_needs_no_key_for_them() -> None:
    seen = function("aws", environment={"variables": []}, encryption={"key": "", "keys": []})
    assert told("variables_without_own_key", seen).verdict is Verdict.PASS


FOREIGN = {"id": "arn:aws:kms:eu-west-1:770033445566:key/1", "account": "770033445566", "state": "unknown"}


def test_a_key_of_an_account_we_trust_is_no_foreign_one_but_its_state_is_unknown() -> None:
    seen = function("aws", encryption={"key": FOREIGN["id"], "keys": [FOREIGN]})
    assert told("key_unusable", seen).verdict is Verdict.FAIL
    trusted = replace(seen, zone=Zone(trusted=frozenset({"770033445566"})))
    assert told("key_unusable", trusted).verdict is Verdict.UNKNOWN


def test_what_lambda_says_of_a_key_is_enough() -> None:
    seen = function("aws", encryption={"keys": []}, state={"update_reason_code": "DisabledKMSKey"})
    assert told("key_unusable", seen).evidence[0].about == "DisabledKMSKey"


def test_a_log_group_that_is_not_there_has_no_key_to_miss() -> None:
    seen = function("aws", config={"kind": "x"}, encryption={"keys": []}, logging={"group": "g", "exists": False})
    assert told("state_without_own_key", seen).verdict is Verdict.PASS


def test_durable_executions_without_a_key_are_told() -> None:
    config = {"native": {"DurableConfig": {"RetentionPeriodInDays": 7}}}
    seen = function("aws", config=config, encryption={"keys": []}, logging={"exists": True, "key": "k"})
    assert [fault.about for fault in told("state_without_own_key", seen).evidence] == ["durable executions"]


@pytest.mark.parametrize("rule", ["plain_http_allowed", "weak_tls", "http2_off", "plain_inside_the_cloud"])
def test_what_azure_did_not_say_is_unknown(rule: str) -> None:
    seen = function("azure", config={"hosting": "Premium"}, encryption={"storage_known": False})
    assert told(rule, seen).verdict is Verdict.UNKNOWN


def test_a_weak_cipher_alone_is_mild() -> None:
    encryption = {"least_tls": "1.2", "least_tls_scm": "1.2", "least_cipher": "TLS_RSA_WITH_AES_128_CBC_SHA"}
    assert told("weak_tls", function("azure", encryption=encryption)).severity is Severity.LOW


def test_callers_and_deployments_are_two_faults() -> None:
    seen = function("azure", encryption={"least_tls": "1.0", "least_tls_scm": "1.1"})
    assert [fault.about for fault in told("weak_tls", seen).evidence] == ["least_tls", "least_tls_scm"]


def test_a_consumption_plan_cannot_encrypt_up_to_the_app() -> None:
    seen = function("azure", config={"hosting": "Consumption"}, encryption={"end_to_end": False})
    assert told("plain_inside_the_cloud", seen).verdict is Verdict.NOT_APPLICABLE


def test_a_storage_account_that_nobody_listed_is_unknown() -> None:
    for encryption in (
        {"storage_known": False},
        {"storage_known": True, "storage": [{"name": "elsewhere", "found": "not listed"}]},
    ):
        assert told("storage_unprotected", function("azure", encryption=encryption)).verdict is Verdict.UNKNOWN


def test_account_keys_alone_are_milder_than_public_blobs() -> None:
    keys = {"storage_known": True, "storage": [{"name": "a", "keys_allowed": True}]}
    blobs = {"storage_known": True, "storage": [{"name": "a", "public_blobs": True}]}
    assert told("storage_unprotected", function("azure", encryption=keys)).severity is Severity.LOW
    assert told("storage_unprotected", function("azure", encryption=blobs)).severity is Severity.MEDIUM


def with_certificate(ends: str, **told: str) -> Seen:
    return function("azure", certificates={"certificates": [{"name": "shop.acme.example", "ends": ends, **told}]})


@pytest.mark.parametrize(
    ("ends", "verdict", "severity"),
    [
        ("2026-12-01T12:00:00Z", Verdict.PASS, None),
        ("2026-12-01T11:59:59Z", Verdict.FAIL, Severity.MEDIUM),
        ("2026-11-01T12:00:01Z", Verdict.FAIL, Severity.MEDIUM),
        ("2026-11-01T12:00:00Z", Verdict.FAIL, Severity.HIGH),
        ("2025-01-01T00:00:00Z", Verdict.FAIL, Severity.HIGH),
        ("", Verdict.UNKNOWN, None),
    ],
)
def test_a_certificate_is_told_thirty_days_before_its_end(ends: str, verdict: Verdict, severity: Severity) -> None:
    judgement = told("certificate_ending", with_certificate(ends))
    assert (judgement.verdict, judgement.severity) == (verdict, severity)


def test_a_certificate_says_how_long_it_holds_and_who_was_to_renew_it() -> None:
    (fault,) = told("certificate_ending", with_certificate("2026-11-21T13:00:00Z", renewed_by="App Service")).evidence
    assert "ends on 2026-11-21, in 20 days; App Service should have renewed it" in fault.says
    (fault,) = told("certificate_ending", with_certificate("2026-10-21T13:00:00Z", renewed_by="its owner")).evidence
    assert "ended on 2026-10-21; nobody renews it" in fault.says
    refused = with_certificate("2026-10-21T13:00:00Z", renewed_by="Key Vault", vault_status="KeyVaultDoesNotExist")
    assert "(Azure says: KeyVaultDoesNotExist)" in told("certificate_ending", refused).evidence[0].says


def test_without_a_certificate_of_its_own_there_is_none_to_end() -> None:
    none = function("azure", certificates={"certificates": []})
    assert told("certificate_ending", none).verdict is Verdict.NOT_APPLICABLE
    assert told("certificate_ending", function("azure", config={})).verdict is Verdict.UNKNOWN
