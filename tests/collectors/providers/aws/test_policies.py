"""Bindings and grants: what stands in policy documents, and under which name."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from collectors.providers.aws.normalize import policies
from collectors.providers.aws.normalize.shapes import Unusable
from tests.collectors.providers.aws.answers import CHECKOUT, lets, policy


def bound(*statements: Any, qualifier: str = "") -> list[tuple[str, str]]:
    document = policies.document(policy(*statements), "The policy")
    return [(binding.principal, binding.principal_kind) for binding in policies.bindings(document, qualifier)]


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        ("*", "public"),
        ({"AWS": "*"}, "public"),
        ({"AWS": "111122223333"}, "account"),
        ({"AWS": "arn:aws:iam::111122223333:root"}, "account"),
        ({"AWS": "arn:aws:iam::111122223333:role/ci"}, "role"),
        ({"AWS": "arn:aws:sts::111122223333:assumed-role/ci/x"}, "role"),
        ({"AWS": "arn:aws:iam::111122223333:user/ann"}, "user"),
        ({"AWS": "AROAEXAMPLE"}, "role"),
        ({"AWS": "AIDAEXAMPLE"}, "user"),
        ({"Service": "events.amazonaws.com"}, "service"),
        ({"Federated": "arn:aws:iam::1:saml-provider/x"}, "federated"),
        ({"CanonicalUser": "79a59d"}, "canonical"),
    ],
)
def test_principals_are_what_they_are(principal: Any, kind: str) -> None:
    [(_, told)] = bound(lets("s", principal))
    assert told == kind


def test_everybody_of_one_organisation_is_that_organisation() -> None:
    pinned = {"StringEquals": {"aws:PrincipalOrgID": "o-larkfield01"}}
    assert bound(lets("s", "*", Condition=pinned)) == [("o-larkfield01", "organisation")]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-x1"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringEquals": {"aws:PrincipalOrgID": ["o-x1", "o-x2"]}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-x1"}},
        {"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-x1"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-*"}},
    ],
)
def test_a_condition_that_does_not_pin_one_organisation_leaves_everybody(condition: Any) -> None:
    assert bound(lets("s", "*", Condition=condition)) == [("*", "public")]


def test_not_principal_is_almost_everybody() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "1" * 12}, "Action": "lambda:*", "Resource": CHECKOUT}
    assert bound(statement) == [(f"* except {'1' * 12}", "public")]


def test_a_deny_is_told_as_one() -> None:
    document = policies.document(policy({**lets("no", "*"), "Effect": "Deny"}), "The policy")
    assert [binding.effect for binding in policies.bindings(document, "")] == ["deny"]


def test_statements_of_another_qualifier_are_left_to_it() -> None:
    both = (lets("plain", "*"), lets("live", {"AWS": "1" * 12}, qualifier="live"))
    assert bound(*both) == [("*", "public")]
    assert bound(*both, qualifier="live") == [("1" * 12, "account")]


def test_a_resource_with_wildcards_is_everybodys() -> None:
    statement = {**lets("s", "*"), "Resource": f"{CHECKOUT}:*"}
    assert bound(statement) == bound(statement, qualifier="live") == [("*", "public")]


def test_documents_are_read_in_every_form_iam_answers() -> None:
    text = policy(lets("s", "*"))
    forms = (text, json.loads(text), quote(text), text.replace("[{", "{").replace("}]", "}"))
    assert len({json.dumps(policies.document(form, "x")) for form in forms}) == 1


def test_a_grant_has_patterns_and_the_whole_statement() -> None:
    statements = (
        {"Effect": "Deny", "NotAction": ["s3:Get*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    )
    denied, allowed = policies.grants(policies.document(policy(*statements), "x"), "inline", "p", "p")
    by_effect = {grant.statement.effect: grant.statement for grant in (denied, allowed)}
    assert (by_effect["deny"].inverted, by_effect["deny"].actions) == (True, ("s3:Get*",))
    assert (by_effect["allow"].inverted, by_effect["allow"].actions) == (False, ("*",))


def test_equal_statements_have_one_name_whatever_their_order() -> None:
    one = policies.document(policy({"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": ["x", "y"]}), "x")
    two = policies.document(policy({"Resource": ["y", "x"], "Action": ["a:C", "a:B"], "Effect": "Allow"}), "x")
    assert {g.statement.sha for g in policies.grants(one, "i", "p", "p")} == {
        g.statement.sha for g in policies.grants(two, "i", "q", "q")
    }


@pytest.mark.parametrize("action", [7, [1], {"a": 1}])
def test_actions_that_are_no_texts_are_unusable(action: Any) -> None:
    with pytest.raises(Unusable):
        list(policies.grants(policies.document(policy({"Effect": "Allow", "Action": action}), "x"), "inline", "p", "p"))
