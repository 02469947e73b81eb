"""Function URLs under the older and the newer permission model."""

from typing import Any

import pytest

from findings.access.aws import FunctionUrlAccess, function_url_access


def url(principal: Any = "*", auth: str = "NONE", **condition: Any) -> dict[str, Any]:
    tied = {"StringEquals": {"lambda:FunctionUrlAuthType": auth}, **condition}
    return {"Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunctionUrl", "Condition": tied}


def function(principal: Any = "*", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction", "Condition": condition}


VIA_URL = function(Bool={"lambda:InvokedViaFunctionUrl": "true"})


def anonymous(access: FunctionUrlAccess) -> tuple[bool | None, bool | None]:
    return access.anonymous_legacy, access.anonymous_new


def strangers(access: FunctionUrlAccess) -> tuple[bool | None, bool | None]:
    return access.any_aws_principal_legacy, access.any_aws_principal_new


def test_auth_type_none_without_a_policy_opens_nothing() -> None:
    access = function_url_access("NONE", [])
    assert anonymous(access) == strangers(access) == (False, False)


def test_one_permission_opens_under_the_older_model_only() -> None:
    access = function_url_access("NONE", [url()])
    assert anonymous(access) == (True, False) and access.needs_update
    assert access.invoke_api is False


def test_both_permissions_open_under_both_and_leave_the_api_shut() -> None:
    access = function_url_access("NONE", [url(), VIA_URL])
    assert anonymous(access) == strangers(access) == (True, True)
    assert not access.needs_update and access.invoke_api is False
    assert len(access.because) == 2


def test_invoke_function_without_the_condition_opens_the_api_to_every_account() -> None:
    assert function_url_access("NONE", [url(), function()]).invoke_api is True
    assert function_url_access(None, [function()]).invoke_api is True


def test_without_a_url_nothing_is_reached_by_url() -> None:
    access = function_url_access(None, [url(), VIA_URL])
    assert anonymous(access) == strangers(access) == (False, False)


def test_iam_auth_lets_signed_strangers_in_and_no_one_else() -> None:
    access = function_url_access("AWS_IAM", [url(auth="AWS_IAM"), VIA_URL])
    assert anonymous(access) == (False, False) and strangers(access) == (True, True)


def test_a_grant_for_the_other_auth_type_is_shut() -> None:
    assert anonymous(function_url_access("NONE", [url(auth="AWS_IAM"), VIA_URL])) == (False, False)
    assert strangers(function_url_access("AWS_IAM", [url(auth="NONE"), VIA_URL])) == (False, False)


@pytest.mark.parametrize(
    "statement",
    [
        url("111122223333"),
        url({"Service": "s3.amazonaws.com"}),
        url(StringEquals={"lambda:FunctionUrlAuthType": "NONE", "aws:PrincipalOrgID": "o-ours000000"}),
        url(StringEquals={"lambda:FunctionUrlAuthType": "NONE", "aws:SourceAccount": "111122223333"}),
    ],
)
def test_a_grant_to_somebody_in_particular_is_not_for_strangers(statement: dict[str, Any]) -> None:
    access = function_url_access("NONE", [statement, function()])
    assert True not in anonymous(access) and strangers(access) == (False, False)


def test_a_fixed_network_leaves_the_answer_open() -> None:
    access = function_url_access("NONE", [url(IpAddress={"aws:SourceIp": "203.0.113.0/24"}), VIA_URL])
    assert anonymous(access) == (None, None)


def test_a_deny_shuts() -> None:
    refusing = {"Effect": "Deny", "Principal": "*", "Action": "lambda:InvokeFunction*"}
    assert anonymous(function_url_access("NONE", [url(), VIA_URL, refusing])) == (False, False)


def test_an_auth_type_nobody_knows_is_not_safe() -> None:
    access = function_url_access("CUSTOM", [url(auth="CUSTOM"), VIA_URL])
    assert anonymous(access) == (None, None) and strangers(access) == (None, None)
