"""Reading policy documents."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from findings.access.aws.documents import MalformedPolicy, NamedPolicy, Principal, parse_policy
from findings.access.decision import Effect

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def test_a_document_reads_the_same_as_mapping_text_encoded_text_or_list_of_statements() -> None:
    document = {"Version": "2012-10-17", "Statement": ALLOW}
    read = parse_policy(document)
    assert read == parse_policy(json.dumps(document)) == parse_policy(quote(json.dumps(document)))
    assert parse_policy([ALLOW]).statements[0].actions == ("s3:getobject",)
    assert read.statements[0].variables and not parse_policy([ALLOW]).statements[0].variables


def test_one_text_may_stand_where_a_list_may() -> None:
    one = parse_policy([ALLOW]).statements
    many = parse_policy([{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}]).statements
    assert one == many


def test_element_names_in_any_case_are_read() -> None:
    statement = parse_policy([{"effect": "Deny", "notaction": ["s3:*"], "notresource": "x"}]).statements[0]
    assert (statement.effect, statement.not_actions, statement.not_resources) == (Effect.DENY, ("s3:*",), ("x",))


def test_principals_of_every_shape() -> None:
    def read(principal: Any) -> tuple[Principal, ...] | None:
        return parse_policy([{**ALLOW, "Principal": principal}]).statements[0].principals

    assert read("*") == (Principal("AWS", "*"),) == read({"AWS": "*"})
    assert read({"Service": ["a.amazonaws.com"], "Federated": "b"}) == (
        Principal("Service", "a.amazonaws.com"),
        Principal("Federated", "b"),
    )
    assert read({}) == ()


@pytest.mark.parametrize(
    "document",
    [
        "",
        "null",
        "[]",
        "not json",
        {},
        {"Statement": None},
        {"Statement": "Allow"},
        {"Statement": [None]},
        [{"Action": "s3:*", "Resource": "*"}],
        [{**ALLOW, "Effect": "random"}],
        [{**ALLOW, "Effect": "allow"}],
        [{"Effect": "Allow", "Resource": "*"}],
        [{**ALLOW, "Action": []}],
        [{**ALLOW, "Action": None}],
        [{**ALLOW, "Action": [1]}],
        [{**ALLOW, "NotAction": "s3:*"}],
        [{**ALLOW, "Resource": {"a": "b"}}],
        [{**ALLOW, "Principal": 7}],
        [{**ALLOW, "Principal": {"Nobody": "x"}}],
        [{**ALLOW, "Principal": {"AWS": None}}],
        [{**ALLOW, "Principal": "*", "NotPrincipal": "*"}],
        [{**ALLOW, "Condition": ["x"]}],
        [{**ALLOW, "Condition": {"StringEquals": "x"}}],
        [{**ALLOW, "action": "s3:*"}],
        {"Version": 7, "Statement": []},
    ],
)
def test_what_would_have_to_be_guessed_is_refused(document: Any) -> None:
    with pytest.raises(MalformedPolicy):
        parse_policy(document)


def test_no_statements_is_a_policy_that_grants_nothing() -> None:
    assert parse_policy({"Statement": []}).statements == ()


def test_a_refusal_names_the_policy() -> None:
    with pytest.raises(MalformedPolicy, match=r"deploy: .*JSON"):
        _ = NamedPolicy("deploy", "{").policy


def test_a_condition_keeps_its_parts() -> None:
    statement = parse_policy(
        [{**ALLOW, "Condition": {"ForAnyValue:StringNotLikeIfExists": {"aws:TagKeys": ["a", True]}}}]
    ).statements[0]
    condition = statement.conditions[0]
    assert (condition.operator, condition.key, condition.values) == ("stringnotlike", "aws:tagkeys", ("a", "true"))
    assert condition.quantifier == "any" and condition.if_exists and condition.negated and condition.readable


def test_a_condition_value_of_an_odd_shape_is_kept_as_unreadable() -> None:
    statement = parse_policy([{**ALLOW, "Condition": {"StringEquals": {"aws:SourceVpce": {"a": "b"}}}}]).statements[0]
    assert not statement.conditions[0].readable
