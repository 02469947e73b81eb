"""A rule is tried on what is stored: it says what a judgement would, also where it is disabled, and writes nothing."""

from __future__ import annotations

import pytest
from django.db import models
from django.test import Client

from findings.catalogue import catalogue
from findings.evaluate import judge_account
from findings.models import Finding, FindingEvent, RuleSetting, Verdicts
from findings.rule import Verdict
from findings.rule_trial import tried
from inventory.models import Account, Assignment, User
from tests.cast import DAY_ONE, DAY_TWO, Cast

pytestmark = pytest.mark.django_db
WRITTEN: tuple[type[models.Model], ...] = (Finding, FindingEvent, Verdicts)


def rows() -> list[int]:
    return [model._default_manager.count() for model in WRITTEN]


@pytest.fixture
def judged(cast: Cast) -> Cast:
    judge_account(cast.account, DAY_TWO)
    return cast


@pytest.mark.parametrize("rule", ["no_owner", "public_invoke", "no_private_network", "parts_unread"])
def test_it_says_what_the_judgement_said(judged: Cast, rule: str) -> None:
    before = rows()
    found = tried(catalogue()[rule], Account.objects.all(), DAY_TWO)
    assert rows() == before, "a trial writes nothing"
    assert found.is_whole and not found.broken
    told = [one.by_rule().get(rule) for one in Verdicts.objects.select_related("shelf")]
    for verdict in Verdict:
        assert found.verdicts[verdict] == told.count(verdict.value), verdict
    open_ones = Finding.objects.filter(rule=rule, state="open")
    assert {(one.resource.pk, one.severity) for one in found.faults} == set(
        open_ones.values_list("resource", "severity")
    )


def test_a_disabled_rule_is_tried_all_the_same(cast: Cast, client: Client) -> None:
    RuleSetting.objects.create(rule="no_owner", enabled=False, reason="Later.", at=DAY_ONE)
    judge_account(cast.account, DAY_TWO)
    assert not Finding.objects.filter(rule="no_owner").exists()
    client.force_login(cast.analyst)
    assert "would fail" not in client.get("/rules/no_owner/").content.decode()
    shown = client.get("/rules/no_owner/?try=yes").content.decode()
    found = tried(catalogue()["no_owner"], Account.objects.all(), DAY_TWO)
    assert found.fails > 0
    assert f"would fail {found.fails} of {found.judged}" in shown
    assert not Finding.objects.filter(rule="no_owner").exists()


def test_it_counts_no_account_that_the_person_may_not_see(judged: Cast, client: Client) -> None:
    other = Account.objects.create(provider="aws", native_id="999988887777", name="elsewhere")
    person = User.objects.create_user("newcomer", role="")
    Assignment.objects.create(user=person, role="viewer", account=other)
    client.force_login(person)
    assert "would fail 0 of 0" in client.get("/rules/no_owner/?try=yes").content.decode()


def test_what_it_did_not_come_to_is_told(judged: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findings.rule_trial.BATCH", 2)
    found = tried(catalogue()["no_owner"], Account.objects.all(), DAY_TWO, seconds=0)
    assert (found.looked, found.is_whole) == (2, False)
    monkeypatch.setattr("findings.pages.rules.tried", lambda *_: found)
    client.force_login(judged.analyst)
    assert f"Stopped after 5 s at 2 of {found.of}" in client.get("/rules/no_owner/?try=yes").content.decode()


def test_a_rule_that_fails_itself_gives_no_verdict(judged: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("findings.bench.judge", broken)
    found = tried(catalogue()["no_owner"], Account.objects.all(), DAY_TWO)
    assert found.broken == found.looked == found.of > 0
    assert found.judged == 0 and not found.verdicts
