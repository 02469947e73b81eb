"""An estate in the making: one account that is well, one with troubles, and the people who look at them."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from collectors.models import Run, RunScope
from inventory.facts import Coverage, ReadState
from inventory.models import Account, User
from inventory.record import open_scope

NOW = timezone.now()
REASON = "The role may not list functions here: an organisation's policy forbids it."


@dataclass
class World:
    """acme-prod is fresh; acme-lab has a denied region, a refused permission and a partial run."""

    prod: Account
    lab: Account
    run: Run


@pytest.fixture
def world(db: None) -> World:
    prod = Account.objects.create(provider="aws", native_id="111111111111", name="acme-prod")
    lab = Account.objects.create(provider="aws", native_id="222222222222", name="acme-lab")
    at = NOW - timedelta(minutes=4)
    read(prod, "eu-west-1", at, Coverage("functions", ReadState.COMPLETE, listing=True))
    run = Run.objects.create(
        account=lab, state=Run.State.PARTIAL, trigger="schedule", queued_at=at, at=at, started_at=at,
        finished_at=at + timedelta(seconds=95), error_class="denied", error=f"us-east-1: {REASON}",
        totals={"calls": 31, "retries": 4, "throttles": 2, "seen": 12, "added": 1},
    )  # fmt: skip
    read(lab, "eu-west-1", at, Coverage("functions", ReadState.COMPLETE, listing=True),
         Coverage("access", ReadState.PARTIAL, "2 of 12 were refused.", "lambda:GetPolicy"), run=run.pk)  # fmt: skip
    read(lab, "us-east-1", at, Coverage("functions", ReadState.DENIED, REASON, "lambda:ListFunctions", listing=True))
    RunScope.objects.create(run=run, name="eu-west-1", state="partial", finished_at=at, seen=12, calls=30, retries=4)
    RunScope.objects.create(
        run=run, name="us-east-1", state="denied", finished_at=at, calls=1, error_class="denied", error=REASON,
        parts=[{"part": "functions", "state": "denied", "reason": REASON, "permission": "lambda:ListFunctions"}],
    )  # fmt: skip
    return World(prod, lab, run)


def read(account: Account, scope: str, at: object, *coverage: Coverage, run: int | None = None) -> None:
    """One reading of a scope in which nothing was seen."""
    open_scope(account, scope, at, run=run).close(coverage)  # type: ignore[arg-type]


@pytest.fixture
def operator(db: None) -> Client:
    """The browser of an operator."""
    client = Client()
    client.force_login(User.objects.create_user("omar", password="x", role="operator"))
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """The browser of somebody who only looks."""
    client = Client()
    client.force_login(User.objects.create_user("vera", password="x"))
    return client
