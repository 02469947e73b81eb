"""Strangers may feed a function: which policies let them, what stands in the way, and what is not known."""

from __future__ import annotations

from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import function, with_
from findings.rule import Judgement, judge
from findings.seen import Zone

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
BUCKET = "arn:aws:s3:::uploads"


def told(arn: str, statement: dict[str, Any], *, state: str = "Enabled", **more: Any) -> Judgement:
    body = {"Version": "2012-10-17", "Statement": [{"Sid": "s", "Effect": "Allow", "Resource": "*", **statement}]}
    trigger = {"kind": "x", "source": arn, "via": "event source mapping", "state": state}
    source = {"id": arn, "kind": arn.split(":")[2], "policy": body, **more}
    seen = function("aws", triggers={"triggers": [trigger]}, sources={"sources": [source]})
    judged = judge(catalogue()["public_source"], with_(seen, zone=Zone(frozenset({"123456789012", "222222222222"}))))
    assert judged is not None
    return judged


def word(judged: Judgement) -> str:
    return f"{judged.verdict.value} {judged.severity or ''}".strip()


SEND = {"Principal": "*", "Action": "sqs:SendMessage"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "fail medium"),
        ({"Action": "sqs:*"}, "fail medium"),
        ({"Action": "SQS:Send*"}, "fail medium"),
        ({"Action": "sqs:ReceiveMessage"}, "pass"),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}}, "pass"),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:t"}}}, "pass"),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}, "pass"),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}, "fail medium"),
        ({"Principal": {"AWS": "arn:aws:iam::222222222222:root"}}, "pass"),
        ({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}}, "pass"),
        ({"Principal": {"Service": "s3.amazonaws.com"}}, "fail low"),
        ({"Principal": {"Service": "s3.amazonaws.com"},
          "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, "pass"),
        ({"Effect": "Deny"}, "pass"),
    ],
)  # fmt: skip
def test_a_policy_that_lets_strangers_feed_it_is_a_fault(change: dict[str, Any], expected: str) -> None:
    assert word(told(QUEUE, {**SEND, **change})) == expected


def test_a_trigger_that_is_off_makes_it_mild() -> None:
    assert word(told(QUEUE, SEND, state="Disabled")) == "fail info"


@pytest.mark.parametrize(
    ("own", "account", "expected"),
    [("off", "off", "fail medium"), ("on", "off", "pass"), ("off", "on", "pass"), ("unknown", "on", "pass"),
     ("unknown", "off", "unknown"), ("off", "unknown", "unknown")],
)  # fmt: skip
def test_block_public_access_of_either_level_closes_a_bucket(own: str, account: str, expected: str) -> None:
    opened = {"Principal": "*", "Action": "s3:PutObject"}
    assert word(told(BUCKET, opened, block=own, account_block=account)) == expected


def test_who_may_read_a_bucket_does_not_feed_anything() -> None:
    assert word(told(BUCKET, {"Principal": "*", "Action": "s3:GetObject"}, block="off", account_block="off")) == "pass"


def test_the_statement_and_the_way_are_told() -> None:
    [fault] = told(QUEUE, SEND).evidence
    assert "send to the queue orders, which feeds it (event source mapping)" in fault.says
    assert "Allow sqs:SendMessage" in fault.says
    assert fault.about == f"{QUEUE} s *"


def test_a_policy_that_cannot_be_taken_apart_and_sources_that_were_not_read_are_unknown() -> None:
    assert word(told(QUEUE, {**SEND, "Condition": "odd"})) == "unknown"
    unread = function("aws", triggers={"triggers": []})
    judged = judge(catalogue()["public_source"], unread)
    assert judged is not None and word(judged) == "unknown"
