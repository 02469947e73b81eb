"""Condition operators, their quantifiers, missing keys, policy variables."""

from typing import Any

import pytest

from findings.access.aws.conditions import Context, context_of, holds
from findings.access.aws.documents import parse_conditions

A_DAY = "2026-11-22T10:00:00Z"


def ask(operator: str, policy: Any, request: Any, *, complete: bool = True, user: Any = ...) -> bool | None:
    """Whether {operator: {k: policy}} holds for a request with k = request, by a user; `...` leaves either out."""
    known = {key: value for key, value in (("K", request), ("aws:username", user)) if value is not ...}
    (condition,) = parse_conditions({operator: {"k": policy}})
    return holds(condition, context_of(known, complete=complete), variables=True)


@pytest.mark.parametrize(
    ("operator", "policy", "request_value", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["b", "a"], "a", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "A", "a", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEquals", ["a", "b"], "a", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringNotEqualsIgnoreCase", "A", "a", False),
        ("StringLike", "a?c*", "abcd", True),
        ("StringNotLike", "a*", "abc", False),
        ("NumericEquals", "1.0", 1, True),
        ("NumericNotEquals", 1, 2, True),
        ("NumericLessThan", 5, 4, True),
        ("NumericLessThan", 5, 5, False),
        ("NumericLessThanEquals", 5, 5, True),
        ("NumericGreaterThan", 5, 6, True),
        ("NumericGreaterThanEquals", 5, 4, False),
        ("NumericEquals", 5, "five", False),
        ("DateEquals", "2026-11-22T10:00:00+00:00", A_DAY, True),
        ("DateNotEquals", "2026-11-22", A_DAY, True),
        ("DateLessThan", "2026-12-01", A_DAY, True),
        ("DateLessThanEquals", A_DAY, A_DAY, True),
        ("DateGreaterThan", "2027-01-01T00:00:00Z", A_DAY, False),
        ("DateGreaterThanEquals", "1700000000", A_DAY, True),
        ("Bool", True, "TRUE", True),
        ("Bool", "false", True, False),
        ("Bool", "yes", "yes", False),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        ("IpAddress", "10.0.0.1", "10.0.0.2", False),
        ("NotIpAddress", "10.0.0.0/8", "8.8.8.8", True),
        ("IpAddress", "nonsense", "8.8.8.8", False),
        ("ArnEquals", "arn:aws:sns:*:1:t", "arn:aws:sns:r:1:t", True),
        ("ArnLike", "arn:aws:sns:*:1:*", "arn:aws:sns:r:2:t", False),
        ("ArnNotLike", "arn:aws:sns:*:1:*", "arn:aws:sns:r:2:t", True),
        ("ArnNotEquals", "arn:aws:sns:r:1:t", "arn:aws:sns:r:1:t", False),
        ("Null", "true", ..., True),
        ("Null", "true", "x", False),
        ("Null", False, "x", True),
        ("Null", False, ..., False),
    ],
)
def test_operators(operator: str, policy: Any, request_value: Any, expected: bool) -> None:
    assert ask(operator, policy, request_value) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAllValues:StringEqualsIfExists", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
        ("NumericEquals", False),
        ("NotIpAddress", True),
        ("Bool", False),
        ("BoolIfExists", True),
    ],
)
def test_a_key_the_request_does_not_have(operator: str, expected: bool) -> None:
    assert ask(operator, "true", ...) is expected
    assert ask(operator, "true", None, complete=False) is expected
    assert ask(operator, "true", ..., complete=False) is None


@pytest.mark.parametrize(
    ("operator", "request_values", "expected"),
    [
        ("ForAllValues:StringLike", ["aa", "ab"], True),
        ("ForAllValues:StringLike", ["aa", "b"], False),
        ("ForAnyValue:StringLike", ["x", "ab"], True),
        ("ForAnyValue:StringLike", ["x", "y"], False),
        ("ForAllValues:StringNotLike", ["x", "y"], True),
        ("ForAllValues:StringNotLike", ["x", "a"], False),
        ("ForAnyValue:StringNotLike", ["x", "a"], True),
        ("ForAnyValue:StringNotLike", ["a", "ab"], False),
        ("StringLike", ["x", "ab"], True),
        ("StringNotLike", ["x", "ab"], False),
    ],
)
def test_keys_with_many_values(operator: str, request_values: list[str], expected: bool) -> None:
    assert ask(operator, "a*", request_values) is expected


def test_an_operator_nobody_knows_is_never_decided() -> None:
    assert ask("StringUnknown", "a", "a") is None
    assert ask("ForSomeValues:StringEquals", "a", "a") is None


def test_a_value_nobody_can_read_is_never_decided() -> None:
    assert ask("StringEquals", {"a": "b"}, "a") is None


def test_variables_take_their_value_from_the_request() -> None:
    assert ask("StringLike", "home/${aws:username}/*", "home/ana/x", user="ana")
    assert ask("StringLike", "home/${aws:username}/*", "home/bob/x", user="ana") is False
    assert ask("StringEquals", "${aws:username}", "ana", complete=False) is None
    assert ask("StringLike", "${aws:username}", "other", user="*") is False
    assert ask("StringEquals", "${aws:username}", "") is False
    assert ask("StringEquals", "${team, 'red'}", "red") is True
    assert ask("StringLike", "a${*}b", "a*b") is True
    assert ask("StringLike", "a${*}b", "axb") is False
    assert ask("StringEquals", "${$}{x}", "${x}") is True


def test_variables_are_plain_text_in_older_versions() -> None:
    (condition,) = parse_conditions({"StringEquals": {"k": "${aws:username}"}})
    context = Context({"k": ("ana",), "aws:username": ("ana",)})
    assert holds(condition, context, variables=False) is False
    assert holds(condition, context, variables=True) is True
