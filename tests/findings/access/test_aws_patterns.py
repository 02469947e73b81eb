"""Wildcards and ARNs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.access.aws.patterns import Arn, arn_matches, covers, matches, overlaps, split_arn

patterns = st.text(alphabet="ab*?", max_size=7)
texts = st.text(alphabet="ab", max_size=7)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("s3:get*", "s3:getobject", True),
        ("s3:?et*", "s3:getobject", True),
        ("s3:get", "s3:getobject", False),
        ("s3.*", "s3:getobject", False),
        ("a+b", "a+b", True),
        ("A", "a", False),
        ("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a/b", True),
    ],
)
def test_matches(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@given(patterns, texts)
def test_matches_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    assert matches(pattern, text) is (re.fullmatch(expression, text) is not None)


@given(patterns, patterns, texts)
def test_what_covers_matches_whatever_the_covered_matches(wide: str, narrow: str, text: str) -> None:
    if covers(wide, narrow) and matches(narrow, text):
        assert matches(wide, text)


@given(patterns, patterns, texts)
def test_patterns_that_share_a_text_overlap(one: str, other: str, text: str) -> None:
    if matches(one, text) and matches(other, text):
        assert overlaps(one, other)
    assert overlaps(one, other) is overlaps(other, one)


@pytest.mark.parametrize(("one", "other"), [("a*", "b*"), ("*a", "*b"), ("a?c", "ab"), ("a*c", "b*c"), ("??", "a")])
def test_patterns_that_share_nothing_do_not_overlap(one: str, other: str) -> None:
    assert not overlaps(one, other)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [("a*", "ab*", True), ("a?", "a*", False), ("a*", "?b", False), ("*", "*", True), ("a*c", "ab?c", True)],
)
def test_covers(wide: str, narrow: str, expected: bool) -> None:
    assert covers(wide, narrow) is expected


def test_an_arn_pattern_is_compared_part_by_part() -> None:
    assert arn_matches("arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:topic")
    assert not arn_matches("arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:999999999999:111122223333:x")
    assert arn_matches("arn:aws:lambda:*:1:function:f:*", "arn:aws:lambda:r:1:function:f:prod")
    assert not arn_matches("arn:aws:sns:*", "arn:aws:sns:eu-west-1:111122223333:topic")


def test_an_arn_needs_its_account_part() -> None:
    assert split_arn("arn:aws:sns:us-east-1:123456789012") == Arn("aws", "sns", "us-east-1", "123456789012", "")
    assert split_arn("arn:*:012345678901:*") is None
