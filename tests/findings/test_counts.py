"""The counts of findings that pages show are those of the findings, whatever happens to these."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from findings.evaluate import judge_account
from findings.models import DayCount, Finding, FindingCount, RegionCount, RuleSetting
from findings.models.ledger import differences, fold, fold_all, recount
from findings.states import State
from inventory.models import Account, User
from tests.cast import DAY_ONE, NUMBER, REGION
from tests.findings.toy import Put, reported, toy

DAY = timedelta(days=1)
NAMES = ("shop", "store", "tidy", "hall")
MEMORY = (128, 1024, 4096)


def wrong() -> dict[Any, int]:
    told: dict[Any, int] = {}
    for account in (*Account.objects.all(), None):
        told |= differences(Finding, account and account.pk)
    return told


def triage(what: str, rows: Any, person: User, at: Any) -> None:
    {
        "review": lambda: rows.work_on(State.IN_REVIEW, by=person, at=at),
        "accept": lambda: rows.accept(by=person, until=at + 2 * DAY, because="So it is.", at=at),
        "snooze": lambda: rows.snooze(by=person, until=at + DAY, at=at),
        "false": lambda: rows.call_false(by=person, because="Not so.", at=at),
        "assign": lambda: rows.assign(person, by=person, at=at),
        "nobody": lambda: rows.assign(None, by=person, at=at),
        "expire": lambda: rows.expire(at),
    }[what]()


ACTS = ("read", "read", "review", "accept", "snooze", "false", "assign", "nobody", "expire", "disable", "enable",
        "rename", "fold", "prune", "leave", "remove")  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=some.lists(some.sampled_from(ACTS), min_size=2, max_size=8), seed=some.integers(0, 10_000))
def test_whatever_happens_the_counts_are_those_of_a_recount(db: None, shelve: Put, acts: list[str], seed: int) -> None:
    with transaction.atomic():
        played(acts, random.Random(seed), shelve)
        transaction.set_rollback(True)


def ruled_anew(act: str, shelve: Put, at: Any) -> None:
    if act == "rename":
        shelve(toy("big", aliases=("large",)), toy("larger", 3000))
    else:
        RuleSetting.objects.create(rule="large", enabled=act == "enable", reason="So.", at=at)
    for account in Account.objects.all():
        judge_account(account, at)


def played(acts: list[str], dice: random.Random, shelve: Put) -> None:
    """Let these things happen to two accounts one after another; after each, the counts are right."""
    from collectors.prune import prune_old

    shelve(toy(), toy("larger", 3000))
    accounts = [Account.objects.create(provider="aws", native_id=f"{int(NUMBER) + n}", name=f"a{n}") for n in (0, 1)]
    people = [User.objects.create_user(name) for name in ("ann", "ben")]
    at = DAY_ONE
    for account in accounts:
        reported(account, at, **{name: dice.choice(MEMORY) for name in NAMES})
    for act in ("read", *acts):
        at += DAY
        person = dice.choice(people) if people else None
        rows = Finding.objects.filter(pk__in=[pk for pk in Finding.objects.values_list("pk", flat=True)
                                              if dice.random() < 0.6])  # fmt: skip
        if act == "read" and accounts:
            left = [name for name in NAMES if dice.random() < 0.8]
            reported(dice.choice(accounts), at, **{name: dice.choice((*MEMORY, None)) for name in left})
        elif act in ("disable", "enable", "rename"):
            ruled_anew(act, shelve, at)
        elif act in ("fold", "prune"):
            fold_all() if act == "fold" else prune_old(at)
        elif act == "leave" and len(people) > 1:
            people.pop().delete()
        elif act == "remove" and len(accounts) > 1:
            accounts.pop().delete()
        elif act not in ("leave", "remove", "read") and person:
            triage(act, rows, person, at)
        assert wrong() == {}, act


def test_a_count_tells_rule_state_severity_and_region(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, shop=4096, store=1024, tidy=128)
    Finding.objects.filter(severity="medium").accept(by=None, until=DAY_ONE + 300 * DAY, because="So.", at=DAY_ONE)
    told = {(row.state, row.severity): row.number for row in FindingCount.objects.all() if row.number > 0}
    assert told[State.OPEN, "critical"] == 1 and told[State.ACCEPTED, "medium"] == 1
    assert FindingCount.objects.filter(state="open").total() == 1
    assert RegionCount.objects.filter(region=REGION, state="open").total() == 1
    assert DayCount.objects.filter(what="opened", day=DAY_ONE.date(), account=account).total() == 2


def test_folding_leaves_one_row_a_sort_and_the_same_sums(account: Account, shelve: Put) -> None:
    shelve(toy())
    for day in range(4):
        reported(account, DAY_ONE + day * DAY, shop=4096 if day % 2 else 1024, store=1024)
    before = FindingCount.objects.total()
    fold(account.pk)
    sorts = list(FindingCount.objects.values_list(*FindingCount.SORT))
    assert len(sorts) == len(set(sorts)) and FindingCount.objects.total() == before == 2
    assert not FindingCount.objects.filter(folded=False).exists() and not FindingCount.objects.filter(number=0).exists()


def test_a_wrong_count_is_told_by_the_command_and_mended_by_it(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, shop=4096)
    FindingCount.objects.update(number=7)
    told = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("recount", "--check", stdout=told)
    assert ended.value.code == 1 and "acme-prod" in told.getvalue()
    call_command("recount", stdout=told)
    assert wrong() == {} and FindingCount.objects.total() == 1
    call_command("recount", "--check", stdout=told)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time")
def test_two_writers_at_once_lose_nothing_while_others_fold_and_recount(shelve: Put) -> None:
    account = Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")
    shelve(toy())
    reported(account, DAY_ONE, **{f"f{n}": 1024 for n in range(40)})
    pks = list(Finding.objects.values_list("pk", flat=True))

    def work(mine: list[int]) -> None:
        for turn in range(6):
            for pk in mine:
                state = State.IN_REVIEW if turn % 2 else State.REMEDIATING
                Finding.objects.filter(pk=pk).work_on(state, by=None)
        connection.close()

    def tidy() -> None:
        for _ in range(30):
            fold(account.pk)
            list(recount(Finding))
        connection.close()

    with ThreadPoolExecutor() as pool:
        for one in [pool.submit(work, pks[:20]), pool.submit(work, pks[20:]), pool.submit(tidy)]:
            one.result()
    assert wrong() == {} and FindingCount.objects.total() == 40
