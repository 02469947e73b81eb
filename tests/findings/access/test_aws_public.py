"""The exposure ladder of one policy, the conditions that pin, the Denies beside them."""

from typing import Any

import pytest

from findings.access.aws import (
    MalformedPolicy,
    external_principals,
    has_public_principal,
    public_access,
    restricts,
    restricts_sns_endpoint,
    restricts_source_arn,
    restricts_to_addresses,
    restricts_to_organisation,
    restricts_to_private_addresses,
)
from findings.access.ladder import Exposure, worst

OURS, SISTER, STRANGER = "111122223333", "222233334444", "999988887777"
OUR_ORG = "o-ours000000"


def grant(principal: Any = "*", action: Any = "sqs:SendMessage", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**statement, "Condition": condition} if condition else statement


def level(*statements: dict[str, Any]) -> Exposure:
    access = public_access(
        {"Statement": list(statements)},
        OURS,
        own_accounts=[SISTER],
        organisation=OUR_ORG,
        own_networks=["vpc-ours", "vpce-ours"],
    )
    return access.level


def test_the_ladder_has_an_order() -> None:
    names = [rung.value for rung in sorted(Exposure, reverse=True)]
    assert names == [
        "public_anonymous",
        "public_authenticated",
        "external",
        "organisation",
        "service_unscoped",
        "service_scoped",
        "same_account",
        "none",
    ]
    assert worst([]) is Exposure.NONE and worst([Exposure.NONE, Exposure.EXTERNAL]) is Exposure.EXTERNAL
    assert Exposure.PUBLIC_AUTHENTICATED.is_public and not Exposure.EXTERNAL.is_public


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Exposure.PUBLIC_ANONYMOUS),
        ({"AWS": "*"}, Exposure.PUBLIC_ANONYMOUS),
        ({"AWS": [OURS, "*"]}, Exposure.PUBLIC_ANONYMOUS),
        ({"CanonicalUser": "*"}, Exposure.PUBLIC_ANONYMOUS),
        ({}, Exposure.PUBLIC_ANONYMOUS),
        ({"AWS": "arn:aws:iam::*:role/deploy"}, Exposure.PUBLIC_AUTHENTICATED),
        ({"AWS": STRANGER}, Exposure.EXTERNAL),
        ({"AWS": f"arn:aws:iam::{STRANGER}:role/x"}, Exposure.EXTERNAL),
        ({"AWS": SISTER}, Exposure.ORGANISATION),
        ({"AWS": f"arn:aws:iam::{OURS}:root"}, Exposure.SAME_ACCOUNT),
        ({"AWS": "AROAEXAMPLEEXAMPLE12"}, Exposure.NONE),
        ({"Service": "s3.amazonaws.com"}, Exposure.SERVICE_UNSCOPED),
        ({"Federated": "accounts.google.com"}, Exposure.EXTERNAL),
        ({"Federated": f"arn:aws:iam::{OURS}:saml-provider/corp"}, Exposure.ORGANISATION),
    ],
)
def test_a_principal_without_conditions(principal: Any, expected: Exposure) -> None:
    assert level(grant(principal)) is expected


def test_allow_with_not_principal_is_nearly_everyone() -> None:
    statement = grant()
    del statement["Principal"]
    assert level({**statement, "NotPrincipal": {"AWS": OURS}}) is Exposure.PUBLIC_ANONYMOUS


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": OURS}}, Exposure.SAME_ACCOUNT),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalAccount": OURS}}, Exposure.SAME_ACCOUNT),
        ({"StringEquals": {"aws:PrincipalAccount": [OURS, SISTER]}}, Exposure.ORGANISATION),
        ({"StringLike": {"aws:PrincipalAccount": STRANGER}}, Exposure.EXTERNAL),
        ({"ForAnyValue:StringEquals": {"aws:PrincipalAccount": OURS}}, Exposure.SAME_ACCOUNT),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OURS}:role/*"}}, Exposure.SAME_ACCOUNT),
        ({"StringEquals": {"aws:PrincipalOrgID": OUR_ORG}}, Exposure.ORGANISATION),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-theirs0000"}}, Exposure.EXTERNAL),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{OUR_ORG}/r-1/*"}}, Exposure.ORGANISATION),
        ({"StringEquals": {"aws:SourceAccount": OURS}}, Exposure.SERVICE_SCOPED),
        ({"StringEquals": {"aws:SourceOwner": STRANGER}}, Exposure.EXTERNAL),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OURS}:*"}}, Exposure.SERVICE_SCOPED),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, Exposure.SERVICE_UNSCOPED),
        ({"StringEquals": {"aws:SourceOrgID": OUR_ORG}}, Exposure.ORGANISATION),
        ({"StringEquals": {"aws:SourceVpc": "vpc-ours"}}, Exposure.SAME_ACCOUNT),
        ({"StringEquals": {"aws:SourceVpce": "vpce-other"}}, Exposure.EXTERNAL),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, Exposure.EXTERNAL),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE12:*"}}, Exposure.EXTERNAL),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, Exposure.SERVICE_UNSCOPED),
        ({"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}, Exposure.SERVICE_SCOPED),
        ({"StringEquals": {"kms:CallerAccount": OURS}}, Exposure.SAME_ACCOUNT),
    ],
)
def test_a_positive_condition_on_a_fixed_value_pins(condition: Any, expected: Exposure) -> None:
    assert level(grant(**condition)) is expected


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"aws:PrincipalAccount": OURS}},
        {"ForAllValues:StringEquals": {"aws:PrincipalAccount": OURS}},
        {"ForAllValues:ArnEqualsIfExists": {"aws:SourceArn": f"arn:aws:sns:r:{OURS}:t"}},
        {"StringNotEquals": {"aws:PrincipalAccount": STRANGER}},
        {"NotIpAddress": {"aws:SourceIp": "8.8.8.8"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::/0"]}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"StringLike": {"aws:SourceAccount": [OURS, "*"]}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:topic"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"StringLike": {"aws:SourceArn": f"arn:*:{OURS}:*"}},
        {"StringLike": {"aws:SourceVpc": "vpc-*"}},
        {"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}},
        {"NumericEquals": {"aws:SourceAccount": OURS}},
        {"ArnEquals": {"aws:SourceAccount": OURS}},
        {"StringUnknown": {"aws:SourceAccount": OURS}},
        {"StringEquals": {"aws:ResourceAccount": OURS}},
        {"StringEquals": {"aws:UserAgent": "us"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"aws:PrincipalIsAWSService": "false"}},
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    ],
)
def test_anything_else_leaves_a_wildcard_public(condition: Any) -> None:
    assert level(grant(**condition)) is Exposure.PUBLIC_ANONYMOUS


def test_a_pattern_every_account_meets_still_asks_for_a_signature() -> None:
    assert level(grant(StringLike={"aws:PrincipalAccount": "*"})) is Exposure.PUBLIC_AUTHENTICATED
    assert level(grant(StringLike={"aws:PrincipalOrgID": "o-*"})) is Exposure.PUBLIC_AUTHENTICATED


def test_string_equals_compares_letter_by_letter() -> None:
    assert level(grant(StringEquals={"aws:PrincipalAccount": "*"})) is Exposure.NONE
    assert level(grant(StringEquals={"aws:PrincipalAccount": ["*", OURS]})) is Exposure.SAME_ACCOUNT


def test_several_conditions_must_all_hold_so_the_narrowest_counts() -> None:
    both = grant(StringEquals={"aws:PrincipalOrgID": OUR_ORG, "aws:PrincipalAccount": OURS})
    assert level(both) is Exposure.SAME_ACCOUNT


def test_several_statements_add_up_so_the_widest_counts() -> None:
    access = public_access([grant({"AWS": OURS}), {**grant(), "Sid": "Open"}, grant({"AWS": STRANGER})], OURS)
    assert access.level is Exposure.PUBLIC_ANONYMOUS and access.statements == ("Open",)
    assert access.kinds == ("public_anonymous", "external", "same_account")


def test_a_service_is_scoped_by_its_source_only() -> None:
    service = {"Service": "s3.amazonaws.com"}
    assert level(grant(service, StringEquals={"aws:SourceAccount": OURS})) is Exposure.SERVICE_SCOPED
    assert level(grant(service, StringEquals={"aws:SourceAccount": STRANGER})) is Exposure.EXTERNAL
    assert level(grant(service, StringLike={"aws:SourceAccount": "*"})) is Exposure.SERVICE_UNSCOPED
    assert level(grant(service, StringEqualsIfExists={"aws:SourceAccount": OURS})) is Exposure.SERVICE_UNSCOPED
    assert level(grant(service, StringEquals={"aws:PrincipalOrgID": OUR_ORG})) is Exposure.SERVICE_UNSCOPED


def test_a_bucket_is_no_scope_without_its_account_for_its_name_can_be_registered_again() -> None:
    service, bucket = {"Service": "s3.amazonaws.com"}, {"aws:SourceArn": "arn:aws:s3:::bucket"}
    assert level(grant(service, ArnLike=bucket)) is Exposure.SERVICE_UNSCOPED
    assert level(grant(service, StringEquals={"aws:SourceArn": "arn:aws:s3:::bucket"})) is Exposure.SERVICE_UNSCOPED
    owned = grant(service, ArnLike=bucket, StringEquals={"aws:SourceAccount": OURS})
    assert level(owned) is Exposure.SERVICE_SCOPED
    foreign = grant(service, ArnLike=bucket, StringEquals={"aws:SourceAccount": STRANGER})
    assert level(foreign) is Exposure.EXTERNAL
    mixed = {"aws:SourceArn": ["arn:aws:s3:::bucket", f"arn:aws:sns:r:{OURS}:t"]}
    assert level(grant(service, ArnLike=mixed)) is Exposure.SERVICE_UNSCOPED
    assert level(grant(service, ArnLike={"aws:SourceArn": "arn:aws:apigateway:r::/restapis/a"})) is (
        Exposure.SERVICE_SCOPED
    )
    assert level(grant("*", ArnLike=bucket)) is Exposure.SERVICE_UNSCOPED, "a name narrows it, to nobody in particular"


def test_a_web_identity_needs_its_audience() -> None:
    loose = public_access([grant({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity")])
    assert (loose.level, loose.kinds) == (Exposure.EXTERNAL, ("federated_unscoped",))
    pool = {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"}}
    tied = public_access(
        [grant({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", **pool)]
    )
    assert tied.kinds == ("external",)


def test_lambdas_api_takes_signed_requests_only() -> None:
    assert level(grant(action="lambda:InvokeFunction")) is Exposure.PUBLIC_AUTHENTICATED
    assert level(grant(action="lambda:InvokeFunctionUrl")) is Exposure.PUBLIC_ANONYMOUS
    assert level(grant(action="lambda:*")) is Exposure.PUBLIC_ANONYMOUS
    signed = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    assert level(grant(action="lambda:InvokeFunctionUrl", **signed)) is Exposure.PUBLIC_AUTHENTICATED


def deny(principal: Any = "*", action: Any = "*", resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {**grant(principal, action, **condition), "Effect": "Deny", "Resource": resource}


def test_a_deny_takes_away_what_it_covers() -> None:
    assert level(grant(), deny()) is Exposure.NONE
    assert level(grant({"AWS": STRANGER}), deny({"AWS": STRANGER})) is Exposure.NONE
    assert level(grant({"AWS": f"arn:aws:iam::{STRANGER}:role/x"}), deny({"AWS": STRANGER})) is Exposure.NONE
    assert level(grant(action=["a:b", "a:c"]), deny(action="a:b"), deny(action="a:?")) is Exposure.NONE
    assert level(grant(), deny(resource=["*", "x"])) is Exposure.NONE


@pytest.mark.parametrize(
    "other",
    [
        deny({"AWS": STRANGER}),
        deny(action="sqs:Receive*"),
        deny(resource="arn:aws:sqs:*"),
        deny({"Service": "s3.amazonaws.com"}),
        deny(Bool={"aws:SecureTransport": "false"}),
        deny(StringNotEquals={"aws:PrincipalOrgID": OUR_ORG}, Bool={"aws:SecureTransport": "false"}),
        deny(**{"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgPaths": f"{OUR_ORG}/r-1"}}),
    ],
)
def test_a_deny_of_something_else_changes_nothing(other: dict[str, Any]) -> None:
    assert level(grant(), other) is Exposure.PUBLIC_ANONYMOUS


def test_a_deny_nobody_can_decide_is_told() -> None:
    access = public_access([grant(), deny(Bool={"aws:SecureTransport": "false"})])
    assert "aws:securetransport" in access.grants[0].unless[0]


def test_a_deny_for_everyone_but_ours_pins() -> None:
    fence = deny(StringNotEqualsIfExists={"aws:PrincipalOrgID": OUR_ORG})
    assert level(grant(), fence) is Exposure.ORGANISATION
    gate = deny(StringNotEquals={"aws:PrincipalOrgID": OUR_ORG}, BoolIfExists={"aws:PrincipalIsAWSService": "false"})
    assert level(grant(), gate) is Exposure.ORGANISATION
    door = deny(NotIpAddress={"aws:SourceIp": "203.0.113.0/24"})
    assert level(grant(), door) is Exposure.EXTERNAL


def test_a_deny_with_not_principal_spares_only_those() -> None:
    statement = deny()
    del statement["Principal"]
    assert level(grant(), {**statement, "NotPrincipal": {"AWS": OURS}}) is Exposure.SAME_ACCOUNT


def test_a_deny_under_the_same_condition_takes_the_allow_away() -> None:
    pin = {"StringEquals": {"aws:PrincipalAccount": STRANGER}}
    assert level(grant({"AWS": STRANGER}, **pin), deny({"AWS": STRANGER}, **pin)) is Exposure.NONE
    assert level(grant(**pin), deny(**pin)) is Exposure.NONE


def test_addresses_are_flagged() -> None:
    access = public_access([grant(IpAddress={"aws:SourceIp": "203.0.113.0/24"})])
    assert access.grants[0].ip_restricted and not access.is_public


def test_no_statement_grants_nobody_and_no_policy_is_refused() -> None:
    assert public_access({"Statement": []}).level is Exposure.NONE
    with pytest.raises(MalformedPolicy):
        public_access("")
    with pytest.raises(ValueError, match="account id"):
        public_access({"Statement": []}, "12345")


def test_a_statement_without_action_counts_for_every_action() -> None:
    statement = grant()
    del statement["Action"]
    assert level(statement) is Exposure.PUBLIC_ANONYMOUS


def test_who_is_external() -> None:
    def names(*statements: dict[str, Any], **lists: Any) -> list[str]:
        return [found.name for found in external_principals(list(statements), [OURS], **lists)]

    assert names(grant({"AWS": [OURS, STRANGER]})) == [STRANGER]
    assert names(grant()) == ["*"]
    assert names(grant(), deny()) == []
    assert names(grant(StringEquals={"aws:PrincipalOrgID": OUR_ORG})) == [OUR_ORG]
    assert names(grant(StringEquals={"aws:PrincipalOrgID": OUR_ORG}), own_organisations=[OUR_ORG]) == []
    assert names(grant(StringEquals={"aws:SourceVpc": "vpc-1"})) == []
    assert names(grant(StringEquals={"aws:SourceVpc": "vpc-1"}), own_vpcs=["vpc-2"]) == ["vpc-1"]
    assert names(grant({"Service": "s3.amazonaws.com"}, StringEquals={"aws:SourceAccount": STRANGER})) == [STRANGER]
    assert names(grant({"AWS": STRANGER}), trusted_principals=[STRANGER]) == []


def test_what_a_block_restricts() -> None:
    assert restricts({"StringEquals": {"aws:SourceAccount": OURS}}, OURS)
    assert not restricts({"StringEquals": {"aws:SourceAccount": [OURS, STRANGER]}}, OURS)
    assert restricts({"StringEquals": {"aws:SourceAccount": [OURS, STRANGER]}}, OURS, allow_cross_account=True)
    assert not restricts({"StringEqualsIfExists": {"aws:SourceAccount": OURS}}, OURS, allow_cross_account=True)
    assert not restricts({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, OURS)
    assert restricts({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, OURS, allow_cross_account=True)
    assert not restricts({"StringLike": {"s3:prefix": "home/"}}, OURS, allow_cross_account=True)


def test_single_questions() -> None:
    assert restricts_to_organisation({"StringEquals": {"aws:PrincipalOrgID": OUR_ORG}})
    assert not restricts_to_organisation({"StringLike": {"aws:PrincipalOrgID": "o-*"}})
    assert restricts_to_private_addresses({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "fd00::1"]}})
    assert not restricts_to_private_addresses({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "8.8.8.8"]}})
    assert restricts_to_addresses({"IpAddress": {"aws:SourceIp": "203.0.113.7"}}, ["203.0.113.0/24"])
    assert not restricts_to_addresses({"IpAddress": {"aws:SourceIp": "203.0.113.0/16"}}, ["203.0.113.0/24"])
    assert has_public_principal({"NotPrincipal": {"AWS": OURS}})
    assert not has_public_principal({"Principal": {"Service": "s3.amazonaws.com"}})
    assert restricts_source_arn(grant(ArnLike={"aws:SourceArn": f"arn:aws:sns:*:{OURS}:*"}), OURS)
    assert not restricts_source_arn(grant(ArnLike={"aws:SourceArn": f"arn:aws:sns:*:{STRANGER}:*"}), OURS)
    assert restricts_sns_endpoint({"StringLike": {"sns:Endpoint": "*@example.com"}})
    assert not restricts_sns_endpoint({"StringLike": {"sns:Endpoint": "*@*.example.com"}})
    assert not restricts_sns_endpoint({"StringEquals": {"sns:Protocol": "email"}})
