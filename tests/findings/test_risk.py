"""The order of findings: worse, wider open, mightier and older goes first, and time alone never changes it."""

from datetime import timedelta

import pytest

from findings.risk import key, score, weight
from findings.severity import Severity
from tests.cast import DAY_ONE, DAY_TWO


def test_severity_exposure_and_privilege_raise_it() -> None:
    plain = weight(Severity.HIGH, "none", "none")
    assert weight(Severity.CRITICAL, "none", "none") > plain
    assert weight(Severity.HIGH, "public_anonymous", "none") == 3 * plain
    assert weight(Severity.HIGH, "none", "admin") == 3 * plain
    assert weight(Severity.HIGH, "unknown", "none") == 2 * plain, "unknown is not safe"


def test_a_combination_outranks_a_single_fault() -> None:
    assert weight(Severity.HIGH, "public_anonymous", "admin") > weight(Severity.CRITICAL, "none", "read")


def test_a_path_goes_before_each_fault_that_it_joins() -> None:
    part = weight(Severity.CRITICAL, "public_anonymous", "admin")
    assert weight(Severity.CRITICAL, "public_anonymous", "admin", is_path=True) > part


@pytest.mark.parametrize("days", [0, 180, 360])
def test_age_doubles_it_every_half_year(days: int) -> None:
    at = DAY_ONE + timedelta(days=days)
    assert score(key(100, DAY_ONE), at) == 100 * 2 ** (days // 180)


def test_the_order_is_the_same_on_any_day() -> None:
    older, newer = key(100, DAY_ONE), key(100, DAY_TWO)
    assert older > newer
    for days in (1, 100, 1000):
        at = DAY_TWO + timedelta(days=days)
        assert score(older, at) >= score(newer, at)
