# ruff: noqa: E501 - a case stays on its row
"""Questions on which evaluators of AWS policies are known to go wrong: function URLs, and how far a statement opens."""

from __future__ import annotations

from typing import Any

import pytest

from findings.access.aws import function_url_access, public_access
from findings.access.ladder import Exposure

HOME = "111122223333"
T, F = True, False
URL, CALL = "lambda:InvokeFunctionUrl", "lambda:InvokeFunction"
OPEN = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
VIA = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def grant(action: Any, condition: Any = None, principal: Any = "*", effect: str = "Allow") -> dict[str, Any]:
    told = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return told | ({"Condition": condition} if condition else {})


@pytest.mark.parametrize(
    ("auth", "statements", "legacy", "new", "api"),
    [
        ("NONE", [], F, F, F), ("NONE", [grant(URL, OPEN)], T, F, F), ("NONE", [grant(URL, OPEN), grant(CALL, VIA)], T, T, F),
        ("NONE", [grant(CALL, VIA)], F, F, F), ("NONE", [grant([URL, CALL])], T, T, T), ("NONE", [grant("lambda:*")], T, T, T),
        ("AWS_IAM", [grant(URL, OPEN), grant(CALL, VIA)], F, F, F), ("AWS_IAM", [grant([URL, CALL])], F, F, T),
        ("NONE", [grant(URL, OPEN), grant(CALL, {"Bool": {"lambda:InvokedViaFunctionUrl": "false"}})], T, F, T),
        ("NONE", [grant(URL, OPEN), grant(CALL, {"BoolIfExists": {"lambda:InvokedViaFunctionUrl": "true"}})], T, T, F),
        ("NONE", [grant([URL, CALL], OPEN)], T, T, F), ("NONE", [grant(URL, OPEN), grant(URL, effect="Deny")], F, F, F),
        ("NONE", [grant([URL, CALL]), grant("*", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, effect="Deny")], F, F, T),
        ("NONE", [grant(URL, {"StringNotEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}), grant(CALL, VIA)], T, T, F),
        ("NONE", [grant([URL, CALL], {"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], F, F, F),
    ],
)  # fmt: skip
def test_who_calls_a_function_url(auth: str, statements: list[Any], legacy: bool, new: bool, api: bool) -> None:
    found = function_url_access(auth, {"Version": "2012-10-17", "Statement": statements})
    assert (found.anonymous_legacy, found.anonymous_new, found.invoke_api) == (legacy, new, api)


def test_what_is_known_of_the_path_decides_allows_and_denies_of_the_public_ladder() -> None:
    url_only = [grant(URL), grant(URL, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, effect="Deny")]
    assert public_access(url_only).grants[0].unless
    signed = public_access(url_only, known={"lambda:FunctionUrlAuthType": "AWS_IAM"})
    assert signed.level is Exposure.PUBLIC_ANONYMOUS and not signed.grants[0].unless
    assert public_access(url_only, known={"lambda:FunctionUrlAuthType": "NONE"}).level is Exposure.NONE


OURS = HOME


def level(*statements: dict[str, Any]) -> Exposure:
    return public_access(
        {"Version": "2012-10-17", "Statement": list(statements)},
        OURS,
        own_accounts=["222233334444"],
        organisation="o-ours",
    ).level


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (grant(CALL), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, principal={"AWS": "*"}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, principal={"AWS": [OURS, "*"]}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(URL), Exposure.PUBLIC_ANONYMOUS),
        (grant("LAMBDA:invokefunctionurl"), Exposure.PUBLIC_ANONYMOUS),
        (grant(CALL, principal={"Federated": "*"}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, principal={"Service": "*"}), Exposure.SERVICE_UNSCOPED),
        (grant(CALL, principal={"AWS": "AIDAEXAMPLEEXAMPLE12"}), Exposure.NONE),
        (grant(CALL, principal={"AWS": "999988887777"}), Exposure.EXTERNAL),
        (grant(CALL, principal={"AWS": "222233334444"}), Exposure.ORGANISATION),
        (grant(CALL, {"StringEquals": {"AWS:PrincipalOrgId": "o-ours"}}), Exposure.ORGANISATION),
        (grant(CALL, {"StringLike": {"aws:PrincipalOrgID": "o-ours*"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"StringEquals": {"aws:PrincipalOrgID": ["o-ours", "o-theirs"]}}), Exposure.EXTERNAL),
        (grant(CALL, {"StringNotEquals": {"aws:PrincipalOrgID": "o-theirs"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-ours/*"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours/r-1/*"}}), Exposure.ORGANISATION),
        (grant(CALL, {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{OURS}:*"}}), Exposure.SAME_ACCOUNT),
        (grant(CALL, {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ours"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"Null": {"aws:PrincipalOrgID": "false"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}), Exposure.EXTERNAL),
        (grant(CALL, {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{OURS}:rule/*"}}, {"Service": "events.amazonaws.com"}), Exposure.SERVICE_SCOPED),
        (grant(CALL, {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/x"}}, {"Service": "events.amazonaws.com"}), Exposure.SERVICE_UNSCOPED),
        (grant(CALL, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::up*"}}, {"Service": "s3.amazonaws.com"}), Exposure.SERVICE_UNSCOPED),
        (grant(CALL, {"StringEquals": {"aws:SourceAccount": "999988887777"}}, {"Service": "s3.amazonaws.com"}), Exposure.EXTERNAL),
        (grant(CALL, {"StringEquals": {"aws:SourceOrgID": "o-theirs"}}, {"Service": "s3.amazonaws.com"}), Exposure.EXTERNAL),
        (grant(CALL, {"StringNotEquals": {"aws:SourceAccount": OURS}}, {"Service": "s3.amazonaws.com"}), Exposure.SERVICE_UNSCOPED),
        (grant(CALL, {"ForAllValues:StringEquals": {"aws:SourceAccount": OURS}}, {"Service": "s3.amazonaws.com"}), Exposure.SERVICE_UNSCOPED),
        (grant(CALL, {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}, {"Service": "alexa-appkit.amazon.com"}), Exposure.SERVICE_SCOPED),
        (grant(CALL, principal={"AWS": "999988887777"}, condition={"StringEquals": {"aws:PrincipalAccount": OURS}}), Exposure.NONE),
    ],
)  # fmt: skip
def test_how_far_one_statement_opens_a_function(statement: dict[str, Any], expected: Exposure) -> None:
    assert level(statement) is expected


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (grant("*", effect="Deny"), Exposure.NONE), (grant("LAMBDA:*", effect="Deny"), Exposure.NONE),
        (grant("s3:*", effect="Deny"), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}}, effect="Deny"), Exposure.ORGANISATION),
        (grant(CALL, {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}}, effect="Deny"), Exposure.ORGANISATION),
        (grant(CALL, {"StringNotEquals": {"aws:PrincipalOrgID": "o-theirs"}}, effect="Deny"), Exposure.EXTERNAL),
        (grant(CALL, {"StringEquals": {"aws:PrincipalOrgID": "o-theirs"}}, effect="Deny"), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"Bool": {"aws:SecureTransport": "false"}}, effect="Deny"), Exposure.PUBLIC_AUTHENTICATED),
        (grant(CALL, {"StringNotEquals": {"aws:PrincipalAccount": OURS}}, effect="Deny"), Exposure.SAME_ACCOUNT),
        (grant(CALL, principal={"AWS": "999988887777"}, effect="Deny"), Exposure.PUBLIC_AUTHENTICATED),
    ],
)  # fmt: skip
def test_what_a_deny_leaves_of_everybody(refusal: dict[str, Any], expected: Exposure) -> None:
    assert level(grant(CALL), refusal) is expected
