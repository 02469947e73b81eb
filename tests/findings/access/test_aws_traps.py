# ruff: noqa: E501 - a case stays on its row
"""Questions on which evaluators of AWS policies are known to go wrong, one a row, with what AWS does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from findings.access.aws import (
    MalformedPolicy,
    NamedPolicy,
    Policies,
    Request,
    decide,
    parse_policy,
)
from findings.access.aws.conditions import context_of, holds
from findings.access.aws.documents import parse_conditions
from findings.access.decision import Outcome

HOME, AWAY = "111122223333", "444455556666"
APP, ANA = f"arn:aws:iam::{HOME}:role/team/app", f"arn:aws:iam::{HOME}:user/ana"
SESSION, ROOT = f"arn:aws:sts::{HOME}:assumed-role/app/one", f"arn:aws:iam::{HOME}:root"
QUEUE, BUCKET = f"arn:aws:sqs:eu-west-1:{HOME}:jobs", "arn:aws:s3:::data"
YES, IF, NO, REFUSED = Outcome.ALLOWED, Outcome.ALLOWED_IF, Outcome.DENIED_IMPLICIT, Outcome.DENIED_EXPLICIT
ABSENT = None
T, F = True, False


def one(operator: str, wanted: Any, got: Any, **known: Any) -> bool | None:
    (condition,) = parse_conditions({operator: {"k": wanted}})
    return holds(condition, context_of({"k": got, **known}, complete=True), variables=True)


@pytest.mark.parametrize(
    ("operator", "wanted", "got", "expected"),
    [
        # a key the request does not carry
        ("StringEquals", "a", ABSENT, F), ("StringNotEquals", "a", ABSENT, T), ("StringLike", "*", ABSENT, F),
        ("StringNotLike", "*", ABSENT, T), ("StringEqualsIfExists", "a", ABSENT, T), ("NotIpAddress", "::/0", ABSENT, T),
        ("NumericNotEquals", "1", ABSENT, T), ("DateNotEquals", "2026-01-01", ABSENT, T), ("ArnNotLike", "*", ABSENT, T),
        ("BoolIfExists", "true", ABSENT, T), ("Bool", "false", ABSENT, F), ("BinaryEquals", "YQ==", ABSENT, F),
        ("ForAllValues:StringEquals", "a", ABSENT, T), ("ForAllValues:StringLike", ["a", "b"], [], T),
        ("ForAnyValue:StringEquals", "a", ABSENT, F), ("ForAnyValue:StringLike", "*", [], F),
        ("ForAnyValue:StringNotEquals", "a", ABSENT, F), ("ForAllValues:StringNotEquals", "a", ABSENT, T),
        ("Null", "true", ABSENT, T), ("Null", "false", ABSENT, F), ("Null", ["true", "false"], ABSENT, T),
        # a key that is there
        ("Null", "true", "x", F), ("Null", "false", "x", T), ("Null", ["true", "false"], "x", T), ("Null", False, "", T),
        ("StringEqualsIfExists", "a", "b", F), ("StringNotEqualsIfExists", "a", "a", F), ("Null", True, "x", F),
        # keys with several values
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], T), ("ForAllValues:StringEquals", ["a"], ["a", "b"], F),
        ("ForAnyValue:StringEquals", ["a"], ["a", "b"], T), ("ForAnyValue:StringEquals", ["c"], ["a", "b"], F),
        ("ForAllValues:StringNotEquals", ["c"], ["a", "b"], T), ("ForAllValues:StringNotEquals", ["a"], ["a", "b"], F),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], T), ("ForAnyValue:StringNotEquals", ["a"], ["a"], F),
        ("ForAllValues:StringLike", "a*", ["ab", "ac"], T), ("ForAnyValue:StringNotLike", "a*", ["ab", "ac"], F),
        ("forallvalues:stringequals", "a", "a", T), ("FORANYVALUE:STRINGLIKEIFEXISTS", "a*", ABSENT, T),
        # texts
        ("StringEquals", "a*", "ab", F), ("StringEquals", "a*", "a*", T), ("StringLike", "a?", "a", F),
        ("StringLike", "A*", "ab", F), ("StringEqualsIgnoreCase", "STRASSE", "strasse", T), ("StringLike", "", "", T),
        ("StringLike", "*", "", T), ("StringNotLike", "a*", "b", T), ("StringLike", "a**b", "ab", T),
        ("StringEquals", [], "a", F), ("StringNotEquals", [], "a", T), ("StringLike", "a[b]", "ab", F),
        ("StringLike", "a.c", "abc", F), ("StringEquals", True, "true", T), ("StringEquals", 5, "5", T),
        ("StringNotEquals", ["a", "b"], "b", F), ("StringLike", "a\nb*", "a\nbc", T),
        # ARNs are compared part by part, texts letter by letter
        ("ArnLike", f"arn:aws:sns:*:{HOME}:*", f"arn:aws:sns:r:{HOME}:a:b", T), ("ArnLike", "arn:aws:s*", "arn:aws:sns:r:1:t", F),
        ("ArnEquals", "arn:aws:sns:*:*:t*", "arn:aws:sns:r:1:t2", T), ("ArnLike", "*", "arn:aws:sns:r:1:t", T),
        ("ArnLike", "arn:aws:sns:*:t", "arn:aws:sns:r:1:t", F), ("StringLike", "arn:aws:sns:*:t", "arn:aws:sns:r:1:t", T),
        ("StringEquals", "arn:aws:sns:*:1:t", "arn:aws:sns:r:1:t", F), ("ArnLike", "arn:aws:sns:r:1:t", "not an arn", F),
        ("ArnNotEquals", "arn:aws:sns:*:1:t", "arn:aws:sns:r:1:t", F), ("ArnLike", "arn:aws:iam::*:role/a/*", "arn:aws:iam::1:role/a/b/c", T),
        ("ArnLike", "arn:aws:s3:::b/*", "arn:aws:s3:::b", F), ("ArnLike", "arn:aws:S3:::b", "arn:aws:s3:::b", F),
        # numbers
        ("NumericEquals", "01", "1", T), ("NumericEquals", "1e2", "100", T), ("NumericEquals", "12345678901234567890", "12345678901234567891", F),
        ("NumericLessThan", "1_000", "5", F), ("NumericEquals", "nan", "nan", F), ("NumericLessThan", "inf", "1", F),
        ("NumericGreaterThanEquals", "5", "5.0", T), ("NumericEquals", " 5 ", "5", F), ("NumericNotEquals", "5", "x", T),
        ("NumericLessThanEquals", "-1", "-2", T), ("NumericEquals", "", "0", F), ("NumericLessThanIfExists", 3600, ABSENT, T),
        # dates
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", T), ("DateLessThan", "2026-01-01", "1700000000", T),
        ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", T), ("DateLessThan", "tomorrow", "2026-01-01", F),
        ("DateGreaterThan", "2026-01", "2026-01-02T00:00:00Z", T), ("DateLessThan", "2026-01", "2025-12-31T23:59:59Z", T),
        ("DateEquals", "2026-01-01T00:00:00.500Z", "2026-01-01T00:00:00.5Z", T), ("DateNotEquals", "2026-01-01", "nonsense", T),
        # true, false, bytes
        ("Bool", "TRUE", "true", T), ("Bool", ["true", "false"], "false", T), ("Bool", "1", "true", F), ("Bool", "", "", F),
        ("BinaryEquals", "YQ==", "YQ==", T), ("BinaryEquals", "yq==", "YQ==", F), ("BinaryEquals", "*", "YQ==", F),
        # addresses
        ("IpAddress", "203.0.113.7", "203.0.113.7", T), ("IpAddress", "203.0.113.7/24", "203.0.113.200", T),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", F), ("IpAddress", "::/0", "8.8.8.8", F), ("IpAddress", "*", "8.8.8.8", F),
        ("IpAddress", "2001:DB8::/32", "2001:db8:1::1", T), ("NotIpAddress", ["10.0.0.0/8", "8.8.8.8"], "8.8.8.8", F),
        ("IpAddress", "300.1.1.1", "1.1.1.1", F), ("IpAddress", "10.0.0.0/8", "10.1.0.0/16", T), ("IpAddressIfExists", "10.0.0.0/8", ABSENT, T),
    ],
)  # fmt: skip
def test_one_condition(operator: str, wanted: Any, got: Any, expected: bool) -> None:
    assert one(operator, wanted, got) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "got", "known", "expected"),
    [
        ("StringEquals", "${aws:username}", "ana", {"aws:username": "ana"}, T),
        ("StringEquals", "${AWS:UserName}", "ana", {"aws:username": "ana"}, T),
        ("StringLike", "${aws:username}*", "a*b", {"aws:username": "a*"}, T),
        ("StringLike", "${aws:username}", "axb", {"aws:username": "a*b"}, F),
        ("StringEquals", "${aws:username}", "${aws:username}", {}, F),
        ("StringEquals", "${aws:PrincipalTag/team, 'all'}", "all", {}, T),
        ("StringEquals", "${aws:PrincipalTag/team,'all'}", "all", {}, T),
        ("StringEquals", "${aws:PrincipalTag/team, 'all'}", "all", {"aws:PrincipalTag/team": "red"}, F),
        ("StringEquals", "${aws:PrincipalTag/team, ''}", "", {}, T),
        ("StringLike", "a${?}b", "axb", {}, F), ("StringLike", "a${?}b", "a?b", {}, T),
        ("StringLike", "a${*}", "a*", {}, T), ("StringEquals", "${$}{x}", "${x}", {}, T),
        ("ArnLike", "arn:aws:iam::*:user/${aws:username}", f"arn:aws:iam::{HOME}:user/ana", {"aws:username": "ana"}, T),
        ("StringEquals", "${aws:TagKeys}", "a", {"aws:TagKeys": ["a", "b"]}, F),
        ("NumericEquals", "${aws:PrincipalTag/n}", "5", {"aws:PrincipalTag/n": "5"}, F),
        ("Bool", "${aws:PrincipalTag/b}", "true", {"aws:PrincipalTag/b": "true"}, F),
        ("IpAddress", "${aws:PrincipalTag/net}", "10.0.0.1", {"aws:PrincipalTag/net": "10.0.0.0/8"}, F),
    ],
)  # fmt: skip
def test_a_policy_variable(operator: str, wanted: str, got: str, known: dict[str, Any], expected: bool) -> None:
    assert one(operator, wanted, got, **known) is expected


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> NamedPolicy:
    return NamedPolicy("p", {"Version": version, "Statement": list(statements)})


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def let(principal: Any, **more: Any) -> dict[str, Any]:
    return allow(Principal=principal, **more)


def refuse(**more: Any) -> dict[str, Any]:
    return deny(**more)


FULL = (policy(allow()),)


@pytest.mark.parametrize(
    ("statements", "action", "resource", "expected"),
    [
        ([allow("SQS:SENDMESSAGE")], "sqs:SendMessage", QUEUE, YES),
        ([allow("sqs:Send*"), deny("SQS:*Message")], "sqs:SendMessage", QUEUE, REFUSED),
        ([allow("*:*")], "sqs:SendMessage", QUEUE, YES),
        ([allow("s*:Send*")], "sqs:SendMessage", QUEUE, YES),
        ([allow("sqs:send?essage")], "sqs:SendMessage", QUEUE, YES),
        ([allow("sqs")], "sqs:SendMessage", QUEUE, NO),
        ([allow(resource="arn:aws:sqs")], "sqs:SendMessage", QUEUE, YES),
        ([allow(resource="arn:aws:sqs:eu-west-1")], "sqs:SendMessage", QUEUE, YES),
        ([allow(resource=f"arn:aws:sqs:eu-west-1:{AWAY}")], "sqs:SendMessage", QUEUE, NO),
        ([allow(), deny(resource="arn:aws:sqs")], "sqs:SendMessage", QUEUE, REFUSED),
        ([allow(resource="arn:aws:sqs:*")], "sqs:SendMessage", QUEUE, YES),
        ([allow(resource=QUEUE.replace("jobs", "JOBS"))], "sqs:SendMessage", QUEUE, NO),
        ([allow(resource="arn:aws:s3:::data")], "s3:GetObject", f"{BUCKET}/x", NO),
        ([allow(resource="arn:aws:s3:::data*")], "s3:GetObject", f"{BUCKET}/x/y", YES),
        ([allow(resource="arn:aws:s3:::data/?")], "s3:GetObject", f"{BUCKET}/xy", NO),
        ([{"Effect": "Allow", "NotAction": ["iam:*", "SQS:send*"], "Resource": "*"}], "sqs:SendMessage", QUEUE, NO),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "sqs:SendMessage", QUEUE, YES),
        ([allow(), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], "sqs:SendMessage", QUEUE, REFUSED),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:sqs:*"}], "sqs:SendMessage", QUEUE, NO),
        ([allow(), {"Effect": "Deny", "Action": "*", "NotResource": QUEUE}], "sqs:SendMessage", QUEUE, YES),
        ([allow(Sid="A"), deny(Sid="A")], "sqs:SendMessage", QUEUE, REFUSED),
        ([allow(Condition={"StringEquals": {"AWS:PRINCIPALACCOUNT": HOME}})], "sqs:SendMessage", QUEUE, YES),
        ([allow(Condition={"StringEquals": {"aws:PrincipalAccount": AWAY}})], "sqs:SendMessage", QUEUE, NO),
        ([allow(Condition={"StringNotEquals": {"aws:username": "bob"}})], "sqs:SendMessage", QUEUE, YES),
        ([allow(Condition={"Null": {"aws:username": "true"}})], "sqs:SendMessage", QUEUE, YES),
        ([allow(Condition={"StringEquals": {"aws:PrincipalType": "User"}})], "sqs:SendMessage", QUEUE, NO),
        ([allow(Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})], "sqs:SendMessage", QUEUE, NO),
        ([allow(), deny(Condition={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})], "sqs:SendMessage", QUEUE, REFUSED),
        ([allow(Condition={"Bool": {"aws:SecureTransport": "true"}})], "sqs:SendMessage", QUEUE, IF),
        ([allow(), deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})], "sqs:SendMessage", QUEUE, IF),
        ([allow(), deny(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-x", "aws:PrincipalAccount": AWAY}})], "sqs:SendMessage", QUEUE, YES),
        ([allow(Condition={"StringEquals": {"aws:ResourceAccount": HOME}})], "sqs:SendMessage", QUEUE, YES),
        ([allow(Condition={"StringEquals": {"aws:ResourceAccount": AWAY}})], "sqs:SendMessage", QUEUE, NO),
        ([allow(Condition={"StringEquals": {"aws:ResourceAccount": AWAY}})], "s3:GetObject", f"{BUCKET}/x", IF),
        ([allow(Condition={"StringEquals": {"aws:ResourceAccount": AWAY}})], "s3:GetObject", None, IF),
        ([allow(), deny(Condition={"StringNotEquals": {"s3:ResourceAccount": HOME}})], "s3:GetObject", f"{BUCKET}/x", IF),
        ([allow(resource="arn:aws:sqs:*:*:${aws:username}")], "sqs:SendMessage", QUEUE, NO),
        ([allow(resource="arn:aws:sqs:*:${aws:PrincipalAccount}:jobs")], "sqs:SendMessage", QUEUE, YES),
        ([allow(resource="arn:aws:sqs:*:*:${aws:PrincipalTag/q, 'jobs'}")], "sqs:SendMessage", QUEUE, IF),
        ([allow(resource=[QUEUE, "*"]), deny("sqs:SendMessage", f"{QUEUE}?")], "sqs:SendMessage", QUEUE, YES),
    ],
)  # fmt: skip
def test_a_role_by_its_own_policies(
    statements: list[dict[str, Any]], action: str, resource: str | None, expected: Outcome
) -> None:
    assert decide(Request(APP, action, resource), Policies(identity=(policy(*statements),))).outcome is expected


@pytest.mark.parametrize("version", ["2008-10-17", "", "2012-10-17"])
def test_variables_work_in_the_newest_version_only(version: str) -> None:
    literal = policy(allow(resource=f"arn:aws:sqs:*:{HOME}:${{aws:username}}"), version=version)
    ana = decide(Request(ANA, "sqs:SendMessage", f"arn:aws:sqs:r:{HOME}:ana"), Policies(identity=(literal,))).outcome
    assert ana is (YES if version == "2012-10-17" else NO)
    told = decide(Request(ANA, "sqs:SendMessage", f"arn:aws:sqs:r:{HOME}:${{aws:username}}"), Policies((literal,)))
    assert told.outcome is (NO if version == "2012-10-17" else YES)


EDGE = policy(allow("s3:*"))
SQS = "sqs:SendMessage"


@pytest.mark.parametrize(
    ("principal", "hanging", "more", "expected"),
    [
        # which principals of a resource policy a boundary still limits
        (APP, [let({"AWS": APP})], {"boundary": EDGE}, NO), (SESSION, [let({"AWS": SESSION})], {"boundary": EDGE}, YES),
        (APP, [let("*")], {"boundary": EDGE}, YES), (ANA, [let({"AWS": ANA})], {"boundary": EDGE}, YES),
        (APP, [let({"AWS": HOME})], {"boundary": EDGE}, NO), (APP, [let({"AWS": ROOT})], {"identity": FULL}, YES),
        (SESSION, [let({"AWS": APP})], {"boundary": EDGE}, NO), (SESSION, [let({"AWS": APP})], {"session": (EDGE,)}, NO),
        (APP, [let({"AWS": APP})], {"scps": ((EDGE,),)}, NO), (APP, [let("*")], {"scps": ((EDGE,),)}, NO),
        # how a principal is named
        (APP, [let({"AWS": "*"})], {}, YES), (APP, [let({"AWS": HOME})], {}, NO), (APP, [let({"AWS": [ANA, APP]})], {}, YES),
        (APP, [let({"AWS": SESSION})], {}, IF), (SESSION, [let({"AWS": SESSION.replace("one", "two")})], {}, NO),
        (APP, [let({"AWS": APP.replace("team/", "")})], {}, NO), (APP, [let({"AWS": APP.upper()})], {}, NO),
        (APP, [let({"AWS": "AROAEXAMPLEEXAMPLE12"})], {}, NO), (APP, [let({"Service": "*"})], {}, NO),
        (APP, [let({"AWS": "arn:aws:iam::*:role/team/app"})], {}, NO), ("sns.amazonaws.com", [let({"Service": "*"})], {}, YES),
        ("sns.amazonaws.com", [let({"Service": "s3.amazonaws.com"})], {}, NO), ("sns.amazonaws.com", [let("*")], {}, YES),
        ("sns.amazonaws.com", [let("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], {}, NO),
        ("sns.amazonaws.com", [let("*", Condition={"StringEquals": {"aws:SourceAccount": HOME}})], {}, IF),
        ("*", [let({"AWS": "*"})], {}, YES), ("*", [let({"AWS": HOME})], {}, NO),
        ("*", [let("*", Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})], {}, NO),
        ("*", [let("*", Condition={"StringEqualsIfExists": {"aws:PrincipalAccount": HOME}})], {}, YES),
        ("*", [let("*", Condition={"ForAllValues:StringEquals": {"aws:PrincipalAccount": HOME}})], {}, YES),
        ("*", [let("*", Condition={"StringNotEquals": {"aws:PrincipalAccount": AWAY}})], {}, YES),
        # denies
        (APP, [refuse(Principal={"AWS": HOME})], {"identity": FULL}, REFUSED),
        (APP, [refuse(Principal={"AWS": AWAY})], {"identity": FULL}, YES),
        (APP, [refuse(Principal={"AWS": SESSION})], {"identity": FULL}, IF),
        (APP, [refuse(Principal={"Service": "*"})], {"identity": FULL}, YES),
        (APP, [refuse(NotPrincipal={"AWS": [APP, ROOT]})], {"identity": FULL}, YES),
        (APP, [refuse(NotPrincipal={"AWS": APP})], {"identity": FULL}, IF),
        (APP, [refuse(NotPrincipal={"AWS": HOME})], {"identity": FULL}, YES),
        (APP, [refuse(NotPrincipal={"AWS": [ANA, ROOT]})], {"identity": FULL}, IF),
        (APP, [refuse(NotPrincipal={"AWS": ANA})], {"identity": FULL}, REFUSED),
        (APP, [refuse(NotPrincipal={"AWS": [APP, ROOT]})], {"identity": FULL, "boundary": policy(allow())}, REFUSED),
        (APP, [refuse(NotPrincipal={"AWS": [APP, ROOT]})], {"identity": FULL, "unread": frozenset({"boundary"})}, IF),
        ("sns.amazonaws.com", [let("*"), refuse(NotPrincipal={"Service": "sns.amazonaws.com"})], {}, YES),
        ("*", [let("*"), refuse(NotPrincipal={"AWS": HOME})], {}, REFUSED),
        (ROOT, [refuse(Principal={"AWS": HOME})], {}, REFUSED), (ROOT, [], {}, YES), (ROOT, [], {"scps": ((EDGE,),)}, NO),
        # organisation policies
        (APP, [], {"identity": FULL, "scps": ((policy(allow()),), (EDGE,))}, NO),
        (APP, [], {"identity": FULL, "scps": ((policy(allow()),), ())}, NO),
        (APP, [], {"identity": FULL, "scps": ()}, YES),
        (APP, [], {"identity": FULL, "scps": ((policy(allow(), deny("sqs:*", Condition={"ArnNotLike": {"aws:PrincipalArn": APP}})),),)}, YES),
        (APP, [], {"identity": FULL, "scps": ((policy(allow(), deny("sqs:*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"}})),),)}, REFUSED),
        (f"arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/R", [], {"identity": FULL, "scps": ((EDGE,),)}, YES),
        (f"arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/R", [], {"identity": FULL, "rcps": ((policy(deny(Principal="*")),),)}, YES),
        (APP, [], {"identity": FULL, "rcps": ((policy(let("*"), deny(Principal="*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalAccount": HOME}})),),)}, YES),
        ("*", [let("*")], {"rcps": ((policy(let("*"), deny(Principal="*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalAccount": HOME}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})),),)}, REFUSED),
        ("*", [let("*")], {"rcps": ((policy(let("*"), deny(Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": HOME}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})),),)}, REFUSED),
        ("sns.amazonaws.com", [let({"Service": "sns.amazonaws.com"})], {"scps": ((policy(deny()),),)}, YES),
    ],
)  # fmt: skip
def test_a_queue_with_a_policy(
    principal: str, hanging: list[dict[str, Any]], more: dict[str, Any], expected: Outcome
) -> None:
    resource = (policy(*hanging),) if hanging else ()
    assert decide(Request(principal, SQS, QUEUE), Policies(resource=resource, **more)).outcome is expected


FAR = f"arn:aws:iam::{AWAY}:role/far"


@pytest.mark.parametrize(
    ("hanging", "identity", "more", "expected"),
    [
        ([let({"AWS": FAR})], (), {}, NO), ([], FULL, {}, NO), ([let({"AWS": FAR})], FULL, {}, YES),
        ([let({"AWS": AWAY})], FULL, {}, YES), ([let("*")], FULL, {}, YES), ([let("*")], (), {}, NO),
        ([let({"AWS": HOME})], FULL, {}, NO), ([let({"AWS": FAR})], FULL, {"boundary": EDGE}, NO),
        ([let("*")], FULL, {"boundary": EDGE}, NO), ([let({"AWS": FAR})], FULL, {"scps": ((EDGE,),)}, NO),
        ([let({"AWS": FAR}), refuse(Principal={"AWS": AWAY})], FULL, {}, REFUSED),
        ([let({"AWS": FAR})], FULL, {"rcps": ((EDGE,),)}, NO),
        ([let("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], FULL, {}, IF),
        ([let("*", Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})], FULL, {}, NO),
        ([let({"AWS": FAR}, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/f*"}})], FULL, {}, YES),
    ],
)  # fmt: skip
def test_another_accounts_role(hanging: list[dict[str, Any]], identity: Any, more: Any, expected: Outcome) -> None:
    resource = (policy(*hanging),) if hanging else ()
    assert decide(Request(FAR, SQS, QUEUE), Policies(identity, resource, **more)).outcome is expected


KEY, ROLE = f"arn:aws:kms:eu-west-1:{HOME}:key/1", f"arn:aws:iam::{HOME}:role/target"


@pytest.mark.parametrize(
    ("action", "resource", "hanging", "identity", "expected"),
    [
        ("kms:Decrypt", KEY, [let({"AWS": ROOT})], FULL, YES), ("kms:Decrypt", KEY, [], FULL, NO),
        ("kms:Decrypt", KEY, [let({"AWS": APP})], (), YES), ("kms:Decrypt", KEY, [let({"AWS": ROOT})], (), NO),
        ("kms:ListGrants", KEY, [], FULL, NO), ("kms:ListKeys", "*", [], FULL, YES), ("kms:ListAliases", "*", [], FULL, YES),
        ("kms:ConnectCustomKeyStore", "*", [], FULL, YES), ("kms:ListResourceTags", KEY, [], FULL, NO),
        ("sts:AssumeRole", ROLE, [let({"AWS": ROOT})], FULL, YES), ("sts:AssumeRole", ROLE, [let({"AWS": ROOT})], (), NO),
        ("sts:AssumeRole", ROLE, [], FULL, NO), ("sts:AssumeRole", ROLE, [let({"AWS": APP})], (), YES),
        ("sts:TagSession", ROLE, [], FULL, NO), ("sts:SetSourceIdentity", ROLE, [], FULL, NO),
        ("sts:TagSession", ROLE, [let({"AWS": ROOT})], FULL, YES), ("iam:PassRole", ROLE, [], FULL, YES),
    ],
)  # fmt: skip
def test_keys_and_roles_need_their_own_policy(
    action: str, resource: str, hanging: list[dict[str, Any]], identity: Any, expected: Outcome
) -> None:
    own = (policy(*hanging),) if hanging else ()
    assert decide(Request(APP, action, resource), Policies(identity, own)).outcome is expected


def test_resource_control_policies_do_not_bear_on_services_that_do_not_support_them() -> None:
    policies = Policies(identity=FULL, rcps=((policy(deny(Principal="*")),),))
    function = f"arn:aws:lambda:eu-west-1:{HOME}:function:f"
    assert decide(Request(APP, "lambda:InvokeFunction", function), policies).outcome is YES
    assert decide(Request(APP, "sqs:SendMessage", QUEUE), policies).outcome is REFUSED


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "a", "Resource": "*"}]}',
        '{"Statement": [], "Statement": [{"Effect": "Allow", "Action": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {"a": "1"}, "StringEquals": {"b": "1"}}}]}',
        json.dumps({"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": [], "Resource": "*"}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"Robot": "*"}}]}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Principal": "*", "NotPrincipal": "*"}]}),
        json.dumps({"Statement": "Allow"}), json.dumps([1]), "{", "",
    ],
)  # fmt: skip
def test_a_document_that_aws_would_not_take_is_refused(text: str) -> None:
    with pytest.raises(MalformedPolicy):
        parse_policy(text)
