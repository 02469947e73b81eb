"""How resources stand to controls: what counts as what, and what is kept of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from findings.compliance import Stand, frameworks, keep_stands, stands, stands_on, subjects, summed
from findings.controls import CONTROLS, Answered, Control, answered
from findings.models import ControlSpan
from findings.standards import FRAMEWORKS
from inventory.models import Account
from tests.cast import DAY_ONE, DAY_TWO
from tests.findings.toy import Put, reported, toy

KEY = "aws-fsbp:Lambda.1"


def control() -> Answered:
    return next(one for one in frameworks()["aws-fsbp"] if one.key == KEY)


def stand(**only: Any) -> Stand:
    return summed(stands([control()], Account.objects.filter(**only))[KEY])


def test_every_control_of_cis_aws_compute_section_four_is_listed() -> None:
    assert [one.id for one in CONTROLS["cis-aws-compute"]] == [f"4.{number}" for number in range(1, 13)]


#: Controls of section four that no rule decides yet; must only ever shrink.
OPEN = {"4.10"}


def test_the_controls_of_cis_aws_compute_are_decided_by_rules() -> None:
    silent = {one.control.id for one in frameworks()["cis-aws-compute"] if not one.rules}
    assert silent <= OPEN


def test_every_control_is_of_a_known_framework_and_says_what_it_is_about() -> None:
    assert set(CONTROLS) <= set(FRAMEWORKS)
    for controls in CONTROLS.values():
        assert len({one.id for one in controls}) == len(controls)
        assert all(one.subject and one.unanswered.endswith(".") for one in controls)


def test_every_standard_that_a_rule_names_is_shown_somewhere() -> None:
    shown = {one.key: {rule.id for rule in one.rules} for controls in frameworks().values() for one in controls}
    from findings.catalogue import catalogue

    for rule in catalogue().values():
        for standard in rule.standards:
            assert rule.id in shown[standard], f"{rule.id} answers {standard}, which no page shows"


def test_a_control_that_only_a_rule_names_is_told_by_the_rules_own_words() -> None:
    found = answered([toy(standards=("iso-27001:A.8.1",))])
    assert found["iso-27001"][0].control == Control("A.8.1", "Memory costs.")
    assert found["aws-fsbp"][0].rules == (), "the listed ones stay, without an answer"


@pytest.mark.django_db
def test_what_could_not_be_read_is_unknown_and_no_pass(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, tidy=128, large=1024, hidden=None)
    assert stand() == Stand(failed=1, unknown=1, passed=1)
    assert stand().word == "fail"


@pytest.mark.django_db
def test_one_failing_rule_of_several_fails_the_control(account: Account, shelve: Put) -> None:
    shelve(toy(), toy("very_large", most=2048))
    reported(account, tidy=128, large=1024, huge=4096, hidden=None)
    assert stand() == Stand(failed=2, unknown=1, passed=1)
    names = [row.resource.name for row in subjects(control(), "fail", Account.objects.all()).order_by("resource__name")]
    assert names == ["huge", "large"]
    assert subjects(control(), "unknown", Account.objects.all()).get().resource.name == "hidden"
    assert subjects(control(), "pass", Account.objects.all()).get().resource.name == "tidy"


@pytest.mark.django_db
def test_accounts_of_other_clouds_do_not_count(account: Account, shelve: Put) -> None:
    shelve(toy(standards=("cis-azure-3.0:9.1",), checks={**toy().checks, "azure": toy().checks["aws"]}))
    reported(account, large=1024)
    one = next(one for one in frameworks()["cis-azure-3.0"] if one.control.id == "9.1")
    assert one.rules, "the rule looks at Azure, too"
    assert stands([one], Account.objects.all()) == {}


@pytest.mark.django_db
def test_a_day_is_kept_as_it_stood_at_its_end(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, DAY_ONE, orders=1024)
    keep_stands(DAY_ONE)
    reported(account, DAY_ONE + timedelta(hours=2), orders=128)
    keep_stands(DAY_ONE + timedelta(hours=3))
    assert _on(DAY_ONE.date()) == Stand(passed=1), "corrected on the same day"
    keep_stands(DAY_TWO)
    assert ControlSpan.objects.filter(framework="aws-fsbp", control="Lambda.1").count() == 1, "the same span goes on"
    reported(account, DAY_TWO + timedelta(hours=2), orders=1024)
    keep_stands(DAY_TWO + timedelta(hours=3))
    assert _on(DAY_ONE.date()) == Stand(passed=1), "the day before is not changed by what came later"
    assert _on(DAY_TWO.date()) == Stand(failed=1)


@pytest.mark.django_db
def test_a_day_that_was_not_summed_up_is_not_known(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, DAY_ONE, orders=128)
    keep_stands(DAY_ONE)
    keep_stands(DAY_ONE + timedelta(days=3))
    assert _on((DAY_ONE + timedelta(days=1)).date()) == Stand()
    assert _on((DAY_ONE + timedelta(days=3)).date()) == Stand(passed=1)
    assert ControlSpan.objects.filter(control="Lambda.1").count() == 2


def _on(day: date) -> Stand:
    return summed(stands_on(day, "aws-fsbp", Account.objects.all()).get(KEY, {}))
