"""Supply chain: whose code runs, and who put it there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import AT, function
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen, SeenActivity, SeenCodeChange, Zone
from findings.severity import Severity


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


CHANGE = SeenCodeChange(4, AT - timedelta(days=2), AT - timedelta(days=1))
CHANGED = replace(function("aws", code={"sha256": "b"}), code_changes=(CHANGE,), log_until=AT)


def act(kind: str, hours: float = 30, action: str = "lambda:UpdateFunctionCode", outcome: str = "ok") -> SeenActivity:
    return SeenActivity(AT - timedelta(hours=hours), action, f"arn:aws:sts::1:x/{kind}", kind, outcome)


@pytest.mark.parametrize(
    ("acts", "verdict", "severity"),
    [
        ([], Verdict.FAIL, Severity.HIGH),
        ([act("pipeline")], Verdict.PASS, None),
        ([act("role")], Verdict.PASS, None),
        ([act("person")], Verdict.FAIL, Severity.MEDIUM),
        ([act("person"), act("pipeline", hours=31)], Verdict.PASS, None),
        ([act("pipeline", hours=80)], Verdict.FAIL, Severity.HIGH),
        ([act("pipeline", action="lambda:AddPermission")], Verdict.FAIL, Severity.HIGH),
        ([act("pipeline", outcome="AccessDenied")], Verdict.FAIL, Severity.HIGH),
    ],
    ids=["nobody", "pipeline", "role", "person", "both", "long before", "something else", "was refused"],
)
def test_new_code_needs_a_deployment_by_a_machine_between_the_two_readings(
    acts: list[SeenActivity], verdict: Verdict, severity: Severity | None
) -> None:
    judgement = told("code_changed_unseen", replace(CHANGED, activity=tuple(acts)))
    assert (judgement.verdict, judgement.severity) == (verdict, severity)


@pytest.mark.parametrize("until", [None, AT - timedelta(days=3)])
def test_a_log_that_was_not_read_accuses_nobody(until: Any) -> None:
    assert told("code_changed_unseen", replace(CHANGED, log_until=until)).verdict is Verdict.UNKNOWN


def layer(**changes: str) -> dict[str, Any]:
    return {"layers": [{"id": "arn:l", "account": "770033445566", "name": "chrome", "version": "7", **changes}]}


def test_layers_of_our_own_and_trusted_accounts_are_known() -> None:
    seen = function("aws", code=layer())
    assert told("foreign_layer", seen).verdict is Verdict.FAIL
    for zone in (Zone(accounts=frozenset({"770033445566"})), Zone(trusted=frozenset({"770033445566"}))):
        assert told("foreign_layer", replace(seen, zone=zone)).verdict is Verdict.PASS


def test_the_fault_stays_the_same_when_the_layers_version_moves() -> None:
    first, second = (told("foreign_layer", function("aws", code=layer(version=v))).evidence for v in ("7", "8"))
    assert first[0].about == second[0].about


def test_code_signing_does_not_exist_for_images_and_web_functions() -> None:
    for config in ({"package": "Image"}, {"kind": "Web Function"}):
        seen = function("aws", config=config, signing={"config": ""})
        assert told("code_signing_off", seen).verdict is Verdict.NOT_APPLICABLE


def test_no_code_signing_at_all_is_milder_than_one_that_only_warns() -> None:
    never = function("aws", config={"package": "Zip"}, signing={"config": "", "untrusted": ""})
    warns = function("aws", config={"package": "Zip"}, signing={"config": "arn:csc", "untrusted": "Warn"})
    assert told("code_signing_off", never).severity is Severity.LOW
    assert told("code_signing_off", warns).severity is Severity.MEDIUM


def test_layers_need_no_signature_where_nothing_asks_for_one() -> None:
    seen = function("aws", signing={"config": ""}, code=layer())
    assert told("layer_unsigned", seen).verdict is Verdict.NOT_APPLICABLE


def test_a_zip_has_no_image_to_pin() -> None:
    seen = function("azure", config={"package": "Zip"}, code={})
    assert told("image_not_pinned", seen).verdict is Verdict.NOT_APPLICABLE


def test_a_registry_password_is_a_fault_of_images_only() -> None:
    native = {"scmType": "None", "acrUseManagedIdentityCreds": False}
    assert told("deployed_from_outside", function("azure", config={"native": native})).verdict is Verdict.PASS
    image = function("azure", config={"native": native, "package": "Image"})
    assert [fault.about for fault in told("deployed_from_outside", image).evidence] == ["registry"]
