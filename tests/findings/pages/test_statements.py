"""Statements of all clouds as lines to read."""

import pytest

from findings.pages.function.statements import MOST, SHOWN, condition_said, statement, statements_in


def test_what_denies_is_shown_as_a_denial_also_where_the_body_does_not_say_so() -> None:
    rule = {"deniedPermissions": ["logging.googleapis.com/logs.delete"], "deniedPrincipals": ["principalSet://goog"]}
    assert statement(rule, "deny").effect == "deny"
    assert statement({"Effect": "Deny", "Action": "*", "Resource": "*"}).effect == "deny"
    assert statement({"actions": ["*"], "notActions": []}, "deny").risky is False


def test_a_role_with_thousands_of_permissions_is_folded_counted_and_without_json() -> None:
    shown = statement({"role": "roles/owner", "permissions": [f"a.b.{number}" for number in range(9000)]})
    [_, permissions] = shown.parts
    assert (len(permissions.shown), len(permissions.folded), permissions.more) == (SHOWN, MOST - SHOWN, 9000 - MOST)
    assert shown.text == ""


def test_a_role_that_was_not_read_says_so() -> None:
    assert statement({"role": "roles/x", "permissions": None}).note
    assert statement({"roleDefinitionId": "8e36"}).note
    assert not statement({"role": "roles/x", "permissions": []}).note


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"title": "office hours", "expression": "request.time < x"}, "office hours: request.time < x"),
        ({"expression": "a"}, "a"),
        ("@Request[x] StringEquals 'a'", "@Request[x] StringEquals 'a'"),
        ({"except_principals": ["user:a", "user:b"]}, "except principals: user:a, user:b"),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, '{"StringEquals": {"aws:SourceAccount": "1"}}'),
        ({}, ""),
    ],
)
def test_conditions_are_said_by_their_expression(condition: object, said: str) -> None:
    assert condition_said(condition) == said


def test_role_definitions_and_federated_credentials_are_statements() -> None:
    [role] = statements_in({"permissions": [{"actions": ["*/read"], "notActions": []}]})
    assert [part.name for part in role.parts] == ["actions"]
    [token] = statements_in({"federated": [{"name": "ci", "issuer": "https://t", "subject": "repo:a"}]})
    assert [part.name for part in token.parts] == ["issuer", "subject"]
