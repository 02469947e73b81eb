"""Secrets: in variables, in versions, behind references; and what cannot be read without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from findings.catalogue import catalogue
from findings.example import function
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen, Zone
from findings.severity import Severity


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


def test_azures_settings_are_unknown_since_they_are_never_asked_for() -> None:
    seen = function("azure", environment={"variables": None, "partly": "never asked for", "references": []})
    judgement = told("secret_in_variable", seen)
    assert (judgement.verdict, judgement.reasons) == (Verdict.UNKNOWN, ("never asked for",))


def test_variables_that_could_not_be_decrypted_are_unknown() -> None:
    seen = function("aws", environment={"error": "AccessDeniedException: no key"})
    assert told("secret_in_variable", seen).verdict is Verdict.UNKNOWN


def test_a_reference_to_a_secret_store_is_no_secret() -> None:
    variable = {"name": "DB_PASSWORD", "verdict": "", "reference": "arn:aws:secretsmanager:eu-west-1:1:secret:db"}
    assert told("secret_in_variable", function("aws", environment={"variables": [variable]})).verdict is Verdict.PASS


def test_a_secret_in_several_revisions_is_one_fault_and_an_old_version_keeps_its_own() -> None:
    twice = [{"name": "TOKEN", "verdict": "github token", "fingerprint": mark} for mark in ("a", "b")]
    old = {"published": [{"version": "4", "secrets": ["TOKEN", "OLD_KEY"]}, {"version": "3", "secrets": ["OLD_KEY"]}]}
    judgement = told("secret_in_variable", function("aws", environment={"variables": twice}, published=old))
    assert [fault.about for fault in judgement.evidence] == ["TOKEN", "OLD_KEY of published versions"]


def test_no_evidence_ever_holds_more_than_names_and_fingerprints() -> None:
    for seen in catalogue()["secret_in_variable"].fails:
        for fault in told("secret_in_variable", seen).evidence:
            assert set(fault.detail) <= {"kind", "fingerprint", "versions"}


def test_a_storage_key_is_unknown_while_a_setting_could_hold_it() -> None:
    identity = {"sign_in": "SystemAssignedIdentity"}
    unknown = function("azure", code=identity, encryption={"storage_known": False})
    keyless = {"storage_known": True, "storage": [{"name": "a", "keys_allowed": False}]}
    assert told("storage_by_key", unknown).verdict is Verdict.UNKNOWN
    assert told("storage_by_key", function("azure", code=identity, encryption=keyless)).verdict is Verdict.PASS


def test_a_secret_of_a_project_of_ours_is_no_foreign_one() -> None:
    reference = {"name": "DB", "reference": "projects/acme-vault/secrets/db/versions/3"}
    seen = function("gcp", environment={"variables": [reference]})
    foreign = told("secret_not_pinned", seen)
    assert (foreign.verdict, foreign.severity) == (Verdict.FAIL, Severity.MEDIUM)
    ours = replace(seen, zone=Zone(accounts=frozenset({"acme-vault"})))
    assert told("secret_not_pinned", ours).verdict is Verdict.PASS


def test_a_mounted_file_may_follow_the_newest_version() -> None:
    mounts = [{"path": "/etc/card", "reference": "projects/acme-data/secrets/card/versions/latest"}]
    seen = function("gcp", environment={"variables": [], "mounts": mounts})
    assert told("secret_not_pinned", seen).verdict is Verdict.PASS


def uses(*secrets: dict[str, object], **sections: Any) -> Judgement:
    listed = [{"id": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf", **one} for one in secrets]
    return told("secret_not_rotated", function("aws", secrets={"secrets": listed}, **sections))


def test_a_secret_nobody_rotates_is_told_with_what_uses_it() -> None:
    [fault] = uses({"state": "there", "rotated": False, "used_by": ["variable DB"]}).evidence
    assert fault.says == "The secret db-AbCdEf is not rotated (variable DB)"


def test_what_is_not_known_of_a_secret_is_never_a_pass() -> None:
    turned = {"state": "there", "rotated": True}
    assert uses(turned).verdict is Verdict.PASS
    assert uses(turned, {"state": "unknown"}).verdict is Verdict.UNKNOWN
    assert uses({"state": "missing"}).verdict is Verdict.PASS, "there is nothing to rotate"
    assert uses().verdict is Verdict.NOT_APPLICABLE
    assert uses(environment={"error": "AccessDenied"}).verdict is Verdict.UNKNOWN
    assert told("secret_not_rotated", function("aws")).verdict is Verdict.UNKNOWN
