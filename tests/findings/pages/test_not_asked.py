"""A rule that was edited after the last judgement: that it found nothing is not said as if it had looked."""

from __future__ import annotations

import pytest
from django.test import Client

from findings.evaluate import judge_account
from findings.models import Finding, RuleSetting, Verdicts
from findings.models.verdicts import Shelf
from inventory.models import Account, AccountGroup, User
from tests.cast import DAY_ONE, DAY_TWO
from tests.findings.toy import Put, reported, toy

SAID = "Not evaluated since the rule was edited"


@pytest.fixture
def analyst(account: Account, shelve: Put) -> Client:
    """Nothing is open: one small function, judged by one rule."""
    shelve(toy())
    reported(account, tidy=128)
    assert not Finding.objects.exists()
    client = Client()
    client.force_login(User.objects.create_user("anna", role="analyst"))
    return client


def page(client: Client, address: str = "/findings/") -> str:
    return " ".join(client.get(address).content.decode().split())


def test_a_rule_that_was_asked_says_nothing_of_the_kind(analyst: Client) -> None:
    assert "Nothing is open" in page(analyst)
    assert SAID not in page(analyst)
    assert SAID not in page(analyst, "/rules/large/")


def test_a_newer_version_was_not_asked_yet_until_it_is(analyst: Client, shelve: Put, account: Account) -> None:
    shelve(toy(version=2))
    for address in ("/findings/", "/findings/?q=rule:large", "/rules/large/"):
        assert SAID in page(analyst, address), address
    assert "1 rules found nothing" not in page(analyst)
    judge_account(account, DAY_TWO)
    assert SAID not in page(analyst)
    assert {row.shelf.versions["large"] for row in Verdicts.objects.select_related("shelf")} == {2}
    assert Shelf.objects.count() == 2


def test_a_new_rule_was_not_asked_yet(analyst: Client, shelve: Put) -> None:
    shelve(toy(), toy("larger", 64))
    assert SAID in page(analyst)
    assert SAID in page(analyst, "/rules/larger/")
    assert SAID not in page(analyst, "/rules/large/"), "that one was asked"


def test_a_rule_of_another_cloud_is_not_waited_for(analyst: Client, shelve: Put) -> None:
    known = toy("other")
    shelve(toy(), toy("other", checks={"gcp": known.checks["aws"]}, fix={"gcp": known.fix["aws"]}))
    assert SAID not in page(analyst)


def test_one_enabled_again_was_not_asked_since(analyst: Client, account: Account) -> None:
    RuleSetting.objects.create(rule="large", enabled=False, reason="No.", at=DAY_ONE)
    judge_account(account, DAY_ONE)
    assert SAID not in page(analyst), "it is disabled, and the page says that"
    group = AccountGroup.objects.create(name="shop")
    Account.objects.update(group=group)
    RuleSetting.objects.create(rule="large", group=group, enabled=True, severity="low", reason="Here.", at=DAY_TWO)
    assert SAID in page(analyst, "/rules/large/")
    judge_account(Account.objects.get(), DAY_TWO)
    assert SAID not in page(analyst, "/rules/large/")


def test_whoever_sees_other_accounts_is_told_of_those_only(analyst: Client, shelve: Put) -> None:
    Account.objects.create(provider="aws", native_id="999999999999", name="another")
    shelve(toy(version=2))
    nobody = User.objects.create_user("nobody", role="")
    nobody.assignments.create(role="viewer", account=Account.objects.get(name="another"))
    client = Client()
    client.force_login(nobody)
    assert SAID not in page(client)
