"""The shelf of rules: every rule keeps the contract, and its own examples come out as it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.catalogue import catalogue, renamed
from findings.rule import Check, Rule, Subject, Verdict, judge
from findings.seen import Seen, SeenPosture
from findings.standards import FRAMEWORKS

RULES = list(catalogue().values())
by_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@by_rule
def test_a_rule_says_all_that_its_page_shows(rule: Rule) -> None:
    assert rule.title and rule.why, "title and why are missing"
    assert not rule.title.endswith("."), "a title is no sentence"
    assert rule.why.endswith("."), "the reason is a sentence"
    assert set(rule.fix) == set(rule.checks), "each cloud it looks at needs its own fix"
    assert rule.catalogue, "which entries of the catalogue does it decide?"
    assert all(link.startswith("https://") for link in rule.references), "links are https only"


@by_rule
def test_a_rule_answers_controls_that_exist(rule: Rule) -> None:
    unknown = [control for control in rule.standards if control.partition(":")[0] not in FRAMEWORKS]
    assert not unknown, f"no such framework: {unknown}"


def test_a_combination_joins_rules_that_exist() -> None:
    rules = catalogue()
    joining = [rule for rule in rules.values() if rule.joins]
    assert {rule.id: lost for rule in joining if (lost := set(rule.joins) - set(rules))} == {}
    assert {rule.id for rule in joining if rule.subject is not Subject.COMBINATION} == set()


def test_a_rule_is_named_like_its_file() -> None:
    from findings import rules
    from inventory.shelf import shelf

    assert {name: rule.id for name, rule in shelf(rules, "RULE").items() if name != rule.id} == {}


def test_names_of_yesterday_do_not_shadow_rules_of_today() -> None:
    assert not set(renamed()) & set(catalogue())


@by_rule
def test_every_cloud_has_a_failing_and_a_passing_example(rule: Rule) -> None:
    for told in (rule.fails, rule.passes):
        assert {seen.provider for seen in told} == set(rule.checks)


@by_rule
def test_failing_examples_fail(rule: Rule) -> None:
    for seen in rule.fails:
        told = judge(rule, seen)
        assert told is not None and told.verdict is Verdict.FAIL, f"{seen.provider}: {told}"
        assert all(fault.says for fault in told.evidence), "evidence is a sentence"
        assert told.severity is not None
        assert told.severity == rule.severity or told.because, "another severity than the rule's needs a reason"


@by_rule
def test_passing_examples_pass(rule: Rule) -> None:
    for seen in rule.passes:
        told = judge(rule, seen)
        assert told is not None and told.verdict is Verdict.PASS, f"{seen.provider}: {told}"


@by_rule
def test_what_was_not_read_is_never_a_pass(rule: Rule) -> None:
    for seen in rule.passes:
        check = rule.checks[seen.provider]
        assert check.needs, f"{seen.provider}: a rule that needs nothing cannot say that it does not know"
        for need in check.needs:
            for blind in _blinded(need, seen):
                told = judge(rule, blind)
                assert told is not None and told.verdict is Verdict.UNKNOWN, f"{seen.provider}, {need}: {told}"
                assert all(told.reasons), "says what was not read"


@by_rule
def test_faults_are_told_apart_by_more_than_their_wording(rule: Rule) -> None:
    for seen in rule.fails:
        told = judge(rule, seen)
        assert told is not None
        about = [fault.about for fault in told.evidence]
        assert len(set(about)) == len(about), f"{seen.provider}: two faults about the same: {about}"


def _blinded(need: str, seen: Seen) -> list[Seen]:
    """The same without this part: never read, and refused while an earlier value is still known."""
    where, _, name = need.rpartition(":")
    if need == "log":
        return [replace(seen, log_until=None)]
    if need == "reading":
        return [replace(seen, reading=None)]
    if need == "use":
        assert seen.use is not None
        return [replace(seen, use=None), replace(seen, use=replace(seen.use, read_at=None))]
    if where == "posture":
        words: dict[str, Any] = {name: "unknown"}
        return [replace(seen, posture=replace(seen.posture, **words))]
    if where == "identity":
        assert seen.identities, "a passing example needs an identity whose part can be unread"
        refused = [replace(one, unread={name: "refused"}) for one in seen.identities]
        strange = [replace(one, known=False, document={}) for one in seen.identities]
        return [replace(seen, identities=tuple(refused)), replace(seen, identities=tuple(strange))]
    if where == "account":
        left = {key: value for key, value in seen.account_document.items() if key != name}
        return [
            replace(seen, account_document=left, document=left if seen.kind == "account" else seen.document),
            replace(seen, account_unread={name: "refused"}),
        ]
    left = {key: value for key, value in seen.document.items() if key != name}
    return [replace(seen, document=left), replace(seen, unread={name: "refused"})]


def test_a_fault_that_is_still_known_is_told_though_its_part_could_not_be_read_this_time() -> None:
    rule = catalogue()["public_invoke"]
    seen = replace(rule.fails[0], unread={"access": "refused"})
    told = judge(rule, seen)
    assert told is not None and told.verdict is Verdict.FAIL


def test_a_rule_that_does_not_apply_says_why() -> None:
    rule = catalogue()["public_invoke"]
    apart = replace(rule, checks={"aws": Check(rule.checks["aws"].look, applies=lambda seen: "it has no address")})
    told = judge(apart, rule.passes[0])
    assert told is not None and (told.verdict, told.reasons) == (Verdict.NOT_APPLICABLE, ("it has no address",))


def test_a_rule_says_nothing_of_other_clouds_and_kinds() -> None:
    rule = catalogue()["public_invoke"]
    assert judge(rule, replace(rule.fails[0], provider="elsewhere")) is None
    assert judge(rule, replace(rule.fails[0], kind="account")) is None
    assert SeenPosture().invoke == "unknown"
