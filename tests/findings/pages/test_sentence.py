"""The sentence that sums a function up: who gets in, seen from outside."""

from findings.pages.function.sentence import _invoke
from inventory.models import Function, Posture


def said(reach: str) -> tuple[str, str]:
    told = _invoke(Posture(invoke="public_anonymous", reach=reach), None, Function(has_url=False))
    return told.text, told.tone


def test_open_to_all_on_the_internet_is_said_so() -> None:
    assert said("internet") == ("Anyone on the internet can invoke it.", "critical")


def test_open_to_all_within_a_private_network_is_not_called_the_internet() -> None:
    assert said("private") == ("Anyone inside its private network can invoke it without signing in.", "medium")


def test_a_reach_that_was_not_read_is_taken_for_the_internet() -> None:
    assert said("unknown") == ("Anyone on the internet can invoke it.", "critical")
