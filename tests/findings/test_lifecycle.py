"""Findings open, are seen again, resolve, reopen and go, and only facts make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from findings.evaluate import judge_account
from findings.models import Finding, FindingEvent, RuleCount, RuleSetting, Verdicts
from findings.rule import Check, Evidence, Rule, Unsure
from findings.seen import Seen
from findings.severity import Severity
from findings.states import State
from inventory.models import Account, AccountGroup, Function, Posture
from tests.cast import DAY_ONE
from tests.findings.toy import Put, reported, toy

DAY = timedelta(days=1)
DAY_TWO, DAY_THREE = DAY_ONE + DAY, DAY_ONE + 2 * DAY


@pytest.fixture(autouse=True)
def shelf(shelve: Put) -> None:
    shelve(toy())


def only() -> Finding:
    return Finding.objects.get()


def told() -> list[str]:
    """What the log says, oldest first."""
    return list(FindingEvent.objects.order_by("pk").values_list("what", flat=True))


def test_a_fault_opens_a_finding_with_its_evidence_and_a_day_by_which_it_is_to_be_mended(account: Account) -> None:
    reported(account, shop=1024, tidy=128)
    found = only()
    assert (found.rule, found.function.name if found.function else "", found.state) == ("large", "shop", "open")
    assert (found.severity, found.rank, found.faults) == ("medium", 2, 1)
    assert found.evidence[0] == {
        "says": "1024 MiB", "about": "memory", "severity": "medium", "because": "", "detail": {},
    }  # fmt: skip
    assert (found.opened_at, found.first_seen, found.due_at) == (DAY_ONE, DAY_ONE, DAY_ONE + 90 * DAY)
    assert told() == ["opened"]


def test_seen_again_without_a_change_writes_nothing(account: Account) -> None:
    reported(account, shop=1024)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        judge_account(account, DAY_TWO)
    tables = ("findings_finding", "findings_verdicts", "findings_rulecount", "findings_findingevent")
    written = [query["sql"] for query in seen if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in written if any(f'"{table}"' in sql.split("WHERE")[0] for table in tables)] == []
    assert only().last_seen == DAY_ONE


def test_a_better_sentence_is_written_down_and_is_no_event(account: Account, shelve: Put) -> None:
    def reworded(seen: Seen) -> Iterator[Evidence | Unsure]:
        yield Evidence("It has 1,024 MiB.", "memory")

    reported(account, shop=1024)
    shelve(toy(checks={"aws": Check(reworded, needs=("config",))}))
    judge_account(account, DAY_TWO)
    assert only().evidence[0]["says"] == "It has 1,024 MiB."
    assert told() == ["opened"]


def test_a_fault_about_something_else_is_an_event(account: Account, shelve: Put) -> None:
    def other(seen: Seen) -> Iterator[Evidence | Unsure]:
        yield Evidence("1024 MiB", "disk")

    reported(account, shop=1024)
    shelve(toy(checks={"aws": Check(other, needs=("config",))}))
    judge_account(account, DAY_TWO)
    assert told() == ["opened", "seen changed"]


def test_worse_and_milder_are_told_and_the_day_moves_forward_only(account: Account) -> None:
    reported(account, shop=1024)
    reported(account, DAY_TWO, shop=4096)
    worse = only()
    assert (worse.severity, worse.because, worse.due_at) == ("critical", "very much", DAY_TWO + 7 * DAY)
    reported(account, DAY_THREE, shop=1024)
    assert (only().severity, only().due_at) == ("medium", DAY_TWO + 7 * DAY)
    assert told() == ["opened", "seen worse", "seen milder"]


def test_what_passes_is_resolved_and_what_fails_again_reopens(account: Account) -> None:
    reported(account, shop=1024)
    reported(account, DAY_TWO, shop=128)
    assert (only().state, only().closed_at) == ("resolved", DAY_TWO)
    reported(account, DAY_THREE, shop=1024)
    again = only()
    assert (again.state, again.closed_at, again.opened_at) == ("open", None, DAY_THREE)
    assert (again.first_seen, again.due_at) == (DAY_ONE, DAY_THREE + 90 * DAY)
    assert told() == ["opened", "resolved", "reopened"]


def test_what_does_not_apply_any_more_is_resolved(account: Account, shelve: Put) -> None:
    reported(account, shop=1024)
    rule = toy()
    shelve(replace(rule, checks={"aws": replace(rule.checks["aws"], applies=lambda seen: "it may have much")}))
    judge_account(account, DAY_TWO)
    assert only().state == State.RESOLVED


def test_what_could_not_be_read_resolves_nothing(account: Account) -> None:
    reported(account, shop=1024)
    reported(account, DAY_TWO, shop=None)
    assert (only().state, told()) == ("open", ["opened"])


def test_a_rule_that_cannot_decide_resolves_nothing_and_says_why(account: Account, shelve: Put) -> None:
    def unsure(seen: Seen) -> Iterator[Evidence | Unsure]:
        yield Unsure("who knows")

    reported(account, shop=1024)
    shelve(toy(checks={"aws": Check(unsure, needs=("config",))}))
    judge_account(account, DAY_TWO)
    assert only().state == State.OPEN
    verdicts = Verdicts.objects.get()
    assert (verdicts.by_rule(), verdicts.reasons) == ({"large": "unknown"}, {"large": "who knows"})


def test_a_rule_that_fails_itself_changes_nothing_and_costs_no_other_rule(account: Account, shelve: Put) -> None:
    def broken(seen: Seen) -> Iterator[Evidence | Unsure]:
        yield Evidence(str(1 // (len(seen.name) - len(seen.name))))

    reported(account, shop=1024)
    shelve(toy(checks={"aws": Check(broken, needs=("config",))}), toy("larger", 900))
    judge_account(account, DAY_TWO)
    assert dict(Finding.objects.values_list("rule", "state")) == {"large": "open", "larger": "open"}
    assert Verdicts.objects.get().by_rule()["large"] == "not evaluated"
    assert RuleCount.objects.get(rule="large").errors == 1


def test_what_is_gone_closes_as_gone_when_it_was_found_gone_and_is_counted_no_more(account: Account) -> None:
    reported(account, shop=1024, tidy=128)
    reported(account, DAY_TWO, tidy=128)
    assert (only().state, only().closed_at) == ("gone", DAY_TWO)
    count = RuleCount.objects.get()
    assert (count.failed, count.passed) == (0, 1)
    reported(account, DAY_THREE, tidy=128, shop=1024)
    assert (only().state, told()) == ("open", ["opened", "gone", "reopened"])


def test_a_renamed_rule_keeps_its_findings_and_their_triage(account: Account, shelve: Put) -> None:
    reported(account, shop=1024)
    only().accept(by=None, until=DAY_ONE + 30 * DAY, because="It is needed.", at=DAY_ONE)
    shelve(toy("too_large", aliases=("large",)))
    judge_account(account, DAY_TWO)
    kept = only()
    assert (kept.rule, kept.state, kept.reason) == ("too_large", "accepted", "It is needed.")
    assert told()[-1] == "rule renamed"
    assert RuleCount.objects.get(rule="too_large").failed == 1
    assert RuleCount.objects.get(rule="large").failed == 0


def test_a_rule_that_is_no_more_retires_its_findings(account: Account, shelve: Put) -> None:
    reported(account, shop=1024)
    shelve(toy("another", 100_000))
    judge_account(account, DAY_TWO)
    assert (only().state, only().closed_at) == ("rule retired", DAY_TWO)


def test_a_rule_disabled_for_the_accounts_group_rests_and_its_triage_with_it(account: Account) -> None:
    account.group = AccountGroup.objects.create(name="shop")
    account.save()
    reported(account, shop=1024)
    only().accept(by=None, until=DAY_ONE + 30 * DAY, because="It is needed.", at=DAY_ONE)
    RuleSetting.objects.create(rule="large", group=account.group, enabled=False, reason="No.", at=DAY_TWO)
    judge_account(account, DAY_TWO)
    assert only().state == State.RETIRED
    assert RuleCount.objects.get().disabled == 1
    RuleSetting.objects.create(rule="large", group=account.group, enabled=True, reason="Yes.", at=DAY_THREE)
    judge_account(account, DAY_THREE)
    assert (only().state, only().reason, only().closed_at) == ("accepted", "It is needed.", None)


def test_a_groups_own_severity_goes_before_that_for_all(account: Account) -> None:
    account.group = AccountGroup.objects.create(name="shop")
    account.save()
    RuleSetting.objects.create(rule="large", group=account.group, severity="low", reason="A trial.", at=DAY_ONE)
    RuleSetting.objects.create(rule="large", severity="high", reason="Costs.", at=DAY_ONE)
    reported(account, shop=1024)
    assert (only().severity, only().because) == ("low", "set to low for group shop: A trial.")


def test_what_gets_worse_than_when_it_was_accepted_opens_again(account: Account) -> None:
    reported(account, shop=1024)
    only().accept(by=None, until=DAY_ONE + 30 * DAY, because="It is needed.", at=DAY_ONE)
    reported(account, DAY_TWO, shop=4096)
    assert (only().state, only().until, told()[-1]) == ("open", None, "reopened")


def test_what_was_called_false_stays_so_until_it_passes(account: Account) -> None:
    reported(account, shop=1024)
    only().call_false(by=None, because="It is a mistake.", at=DAY_ONE)
    reported(account, DAY_TWO, shop=4096)
    assert (only().state, only().severity) == ("false positive", "critical")


def test_an_earlier_judging_that_ends_late_changes_nothing(account: Account, shelve: Put) -> None:
    reported(account, DAY_TWO, shop=1024)
    shelve(toy(most=100_000))
    judge_account(account, DAY_ONE)
    assert only().state == State.OPEN


def test_verdicts_are_counted(account: Account) -> None:
    reported(account, a=1024, b=1024, c=128, d=None)
    count = RuleCount.objects.get()
    assert (count.failed, count.passed, count.unknown, count.not_applicable) == (2, 1, 1, 0)
    reported(account, DAY_TWO, a=128, b=1024, c=128, d=128)
    count.refresh_from_db()
    assert (count.failed, count.passed, count.unknown) == (1, 3, 0)


def test_the_worst_open_severity_stands_with_the_function(account: Account) -> None:
    reported(account, shop=4096, tidy=128)
    worst = dict(Posture.objects.values_list("function__name", "worst"))
    assert worst == {"shop": "critical", "tidy": "none"}
    only().call_false(by=None, because="It is a mistake.", at=DAY_ONE)
    judge_account(account, DAY_TWO)
    assert Posture.objects.get(function__name="shop").worst == "none"


def test_reading_takes_as_many_queries_for_many_functions_as_for_few(account: Account) -> None:
    def asked(**memory: int) -> int:
        reported(account, DAY_ONE, **memory)
        with CaptureQueriesContext(connection) as seen:
            judge_account(account, DAY_TWO)
        return sum("findings_" in query["sql"] for query in seen)

    few = asked(one=1024, two=128)
    many = asked(**{f"f{number}": 1024 for number in range(40)}, one=1024, two=128)
    assert many == few


def test_an_account_has_findings_of_its_own(account: Account, shelve: Put) -> None:
    from inventory.facts import Kind, Observation
    from tests.findings.toy import read

    def look(seen: Seen) -> Iterator[Evidence | Unsure]:
        if seen.section("limits").get("concurrency", 0) < 1000:
            yield Evidence("The limit is low.", "concurrency", Severity.LOW, "by far")

    rule: Rule = toy("low_limit", about="account", checks={"aws": Check(look, needs=("limits",))})
    shelve(rule)
    seen: Any = Observation(
        kind=Kind.ACCOUNT, native_id=account.native_id, name="acme", region="", listing="functions",
        sections={"limits": {"concurrency": 10}},
    )  # fmt: skip
    read(account, [seen], DAY_ONE)
    judge_account(account, DAY_ONE)
    found = only()
    assert (found.function, found.severity, found.resource.kind) == (None, "low", "account")
    assert not Function.objects.exists()
