"""Changes are told in sentences, with the direction of the risk."""

from typing import Any

import pytest

from inventory.semantics import Line, Risk, kinds_of, lines, risk_of

EVERYONE = {"Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "arn:f"}
ADMIN = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}


def told(section: str, before: Any, after: Any) -> list[tuple[str, str]]:
    return [(line.text, str(line.risk)) for line in lines({section: before}, {section: after})]


@pytest.mark.parametrize(
    ("section", "before", "after", "text", "risk"),
    [
        ("config", {"runtime": "python3.9"}, {"runtime": "python3.12"}, "Runtime python3.9 → python3.12", "none"),
        ("config", {"memory_mb": 128}, {"memory_mb": 256}, "Memory 128 MiB → 256 MiB", "none"),
        ("code", {"sha256": "a", "size": 1}, {"sha256": "b", "size": 2}, "Code replaced", "none"),
        ("code", {"image": "r/a:1"}, {"image": "r/a:2"}, "Image r/a:1 → r/a:2", "none"),
        ("access", {}, {"policies": [{"Statement": [EVERYONE]}]}, "Invoker added: everyone (*)", "up"),
        ("access", {"policies": [{"Statement": [EVERYONE]}]}, {}, "Invoker removed: everyone (*)", "down"),
        ("access", {}, {"bindings": [{"role": "roles/run.invoker", "members": ["allUsers"]}]},
         "Invoker added: everyone (allUsers)", "up"),
        ("access", {}, {"policies": [{"qualifier": "live", "Statement": [EVERYONE]}]},
         "Invoker added: everyone (*) on live", "up"),
        ("access", {}, {"s": [{**EVERYONE, "Effect": "Deny"}]}, "Invoker denial added: everyone (*)", "down"),
        ("entry_points", {}, {"entry_points": [{"kind": "url", "auth": "NONE", "url": "https://x"}]},
         "URL added (auth NONE)", "up"),
        ("entry_points", {"entry_points": [{"kind": "url", "auth": "AWS_IAM", "id": "u"}]},
         {"entry_points": [{"kind": "url", "auth": "NONE", "id": "u"}]}, "URL auth AWS_IAM → NONE", "up"),
        ("environment", {"variables": [{"name": "DB_PASSWORD", "fingerprint": "a"}]},
         {"variables": [{"name": "DB_PASSWORD", "fingerprint": "b"}]}, "Variable DB_PASSWORD changed", "none"),
        ("environment", {}, {"variables": [{"name": "KEY", "verdict": "an AWS key"}]},
         "Variable KEY added (looks like an AWS key)", "up"),
        ("policies", {"policies": []}, {"policies": [{"name": "X", "document": {"Statement": [ADMIN]}}]},
         "Gained iam:* on * through policy X", "up"),
        ("policies", {"policies": [{"name": "X", "document": {"Statement": [ADMIN]}}]}, {"policies": []},
         "Lost iam:* on * through policy X", "down"),
        ("policies", {"policies": []}, {"policies": [{"name": "ReadOnly"}]}, "Policy ReadOnly attached", "up"),
        ("policies", {"policies": [], "boundary": "b"}, {"policies": []}, "Permissions boundary b → none", "up"),
        ("identity", {"identities": [{"id": "a"}]}, {"identities": [{"id": "b"}]}, "Runs as a → b", "none"),
        ("network", {"attached": True, "network": "vpc-1"}, {"attached": False}, "Left its private network", "up"),
        ("network", {"egress": []}, {"egress": [{"cidr": "0.0.0.0/0"}]}, "Egress added: 0.0.0.0/0", "up"),
        ("encryption", {"key": "k"}, {"key": ""}, "Encryption key k → none", "up"),
        ("tags", {"owner": "a"}, {"owner": "b"}, "Tag owner: a → b", "none"),
        ("triggers", {}, {"triggers": [{"kind": "sqs", "source": "arn:q"}]}, "Trigger added: sqs arn:q", "none"),
    ],
)  # fmt: skip
def test_a_change_is_one_sentence(section: str, before: Any, after: Any, text: str, risk: str) -> None:
    assert told(section, before, after) == [(text, risk)]


def test_a_statement_under_another_sid_is_no_change_of_access() -> None:
    assert told("access", [EVERYONE], [{**EVERYONE, "Sid": "other"}]) == [("Access settings changed", "none")]


def test_a_condition_taken_away_raises_the_risk() -> None:
    guarded = {**EVERYONE, "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}
    (text, risk) = told("access", [guarded], [EVERYONE])[0]
    assert text == "Invoker everyone (*): condition removed (aws:SourceAccount StringEquals 111122223333)"
    assert risk == "up"


def test_trust_in_another_account_is_a_permission_line() -> None:
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::9:root"}, "Action": "sts:AssumeRole"}]
    }
    assert lines({"trust": {}}, {"trust": trust}) == [
        Line("Trusted added: arn:aws:iam::9:root", "permission", Risk.UP, "trust")
    ]


def test_the_first_and_the_last_snapshot_have_their_own_lines() -> None:
    assert lines(None, {"config": {}})[0].kind == "added"
    assert lines({"config": {}}, None)[0].kind == "removed"


def test_what_became_readable_is_not_a_change_of_risk() -> None:
    found = lines({"config": {}}, {"config": {}, "access": [EVERYONE]})
    assert [line.text for line in found] == ["Access became readable"]
    assert risk_of(found) is Risk.NONE


def test_a_section_not_read_this_time_is_silent() -> None:
    assert lines({"config": {}, "tags": {"a": "b"}}, {"config": {}}) == []


def test_the_riskiest_line_comes_first_and_sets_the_arrow() -> None:
    found = lines(
        {"config": {"runtime": "a"}, "access": [EVERYONE]},
        {"config": {"runtime": "b"}, "access": [EVERYONE, {**EVERYONE, "Principal": {"AWS": "999"}}]},
    )
    assert [line.kind for line in found] == ["access", "config"]
    assert risk_of(found) is Risk.UP
    assert kinds_of(found) == ["access", "config"]


def test_settings_in_the_clouds_own_form_are_told_by_what_differs_within_them() -> None:
    before = {"native": {"LoggingConfig": {"LogFormat": "Text", "LogGroup": "a"}, "Retries": 1}}
    after = {"native": {"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "a"}, "Retries": 1}}
    assert told("config", before, after) == [("LoggingConfig.LogFormat Text → JSON", "none")]


def test_entries_of_a_list_are_told_by_name() -> None:
    before = {"published": [{"version": "3", "sha256": "a"}]}
    assert told("published", before, {"published": [*before["published"], {"version": "4", "sha256": "b"}]}) == [
        ("Version 4 added", "none")
    ]
    live = {"name": "live", "version": "3", "weights": {"2": 0.1}}
    assert told("versions", {"aliases": [live]}, {"aliases": [{"name": "live", "version": "4"}]}) == [
        ("Alias live: version 3 → 4", "none"),
        ('Alias live: weights {"2": 0.1} → none', "none"),
    ]


def test_entries_without_a_name_are_not_called_by_a_digest() -> None:
    assert told("encryption", {"keys": [{"use": "a"}]}, {"keys": []}) == [("Key removed", "none")]


def test_an_alarm_that_is_lost_or_made_silent_raises_the_risk() -> None:
    alarm = {"id": "a Errors", "name": "a", "metric": "Errors", "tells": True}
    silent = {**alarm, "tells": False}
    assert told("alarms", {"alarms": [alarm]}, {"alarms": []}) == [("Alarm a on Errors removed", "up")]
    assert told("alarms", {"alarms": [silent]}, {"alarms": []}) == [("Alarm a on Errors removed", "none")]
    assert told("alarms", {"alarms": []}, {"alarms": [{**alarm, "of": "live"}]}) == [
        ("Alarm a on Errors of live added", "down")
    ]
    assert told("alarms", {"alarms": [alarm]}, {"alarms": [silent]}) == [
        ("Alarm a on Errors tells nobody any more", "up")
    ]
    assert told("alarms", {"alarms": [{**alarm, "threshold": 1}]}, {"alarms": [{**alarm, "threshold": 900}]}) == [
        ("Alarm a Errors: threshold 1 → 900", "none")
    ]
