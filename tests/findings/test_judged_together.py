"""Scopes handed over together are judged once, with the verdicts that judging each of them would have given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from findings import evaluate
from findings.evaluate import judge_account
from findings.models import Finding
from inventory.facts import Coverage, Observation, ReadState
from inventory.models import Account, IdentityPosture, Posture, Scope
from inventory.record import HandOver, open_scope
from tests.cast import DAY_ONE, NUMBER, PUBLIC_STATEMENT, SHARED_ROLE, access, allow, function, native_id, role

pytestmark = pytest.mark.django_db

READER_ROLE = f"arn:aws:iam::{NUMBER}:role/reader"
SCOPES: dict[str, tuple[str, list[Observation]]] = {
    "global": (
        "roles",
        [
            role(READER_ROLE, "p", allow(["*"], "*")),
            role(SHARED_ROLE, "p", allow(["lambda:InvokeFunction"], "*")),
        ],
    ),
    "east": (
        "functions",
        [function("reports", READER_ROLE), function("checkout", SHARED_ROLE, access=access(PUBLIC_STATEMENT))],
    ),
    "west": ("functions", [replace(function("janitor", READER_ROLE), native_id=f"{native_id('janitor')}-west")]),
}


def test_scopes_of_one_run_are_judged_once_and_come_out_as_if_each_had_been_judged(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    judged: list[Account] = []

    def counted(account: Account, *rest: Any, **options: Any) -> Any:
        judged.append(account)
        return judge_account(account, *rest, **options)

    monkeypatch.setattr(evaluate, "judge_account", counted)
    account = connected()
    for name in SCOPES:
        with django_capture_on_commit_callbacks(execute=True):
            record(account, name)
    one_by_one = verdicts_of(account)
    assert all(one_by_one)
    assert len(judged) == 3
    account.delete()
    account = connected()
    together = HandOver(account)
    with django_capture_on_commit_callbacks(execute=True):
        for name in SCOPES:
            record(account, name, together)
        together.send_on_commit()
        assert unjudged() == set(SCOPES)
    assert len(judged) == 4
    assert verdicts_of(account) == one_by_one
    assert not unjudged()


def connected() -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def record(account: Account, scope: str, hand_over: HandOver | None = None) -> None:
    listing, seen = SCOPES[scope]
    recorder = open_scope(account, scope, DAY_ONE, hand_over=hand_over)
    recorder.store(seen)
    recorder.close([Coverage(listing, ReadState.COMPLETE, count=len(seen), listing=True)])


def unjudged() -> set[str]:
    return set(Scope.objects.exclude(reading_since=None).values_list("name", flat=True))


def verdicts_of(account: Account) -> list[list[Any]]:
    """All that was concluded of the account."""
    rows = Posture.objects.filter(function__account=account).order_by("function__name")
    found = Finding.objects.filter(account=account).order_by("rule", "resource__name")
    held = IdentityPosture.objects.filter(identity__account=account).order_by("identity__name")
    return [
        list(rows.values_list("function__name", "privilege", "invoke", "deploy", "reach", "egress", "worst")),
        list(held.values_list("identity__name", "privilege", "classes", "wild_actions")),
        list(found.values_list("rule", "resource__name", "state", "severity")),
    ]
