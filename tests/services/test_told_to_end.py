"""A worker that is told to end (SIGTERM), as every new release does: its run goes to another one, at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import EXTERNAL_ID, FRANKFURT, READER_ROLE, SHOP
from collectors.tasks import start_run
from inventory.models import Account, Function
from tests.services.conftest import StartWorker, until

#: Seconds in which a worker has ended; whoever starts it waits longer before they kill it (test_deploy.py).
BOUND = 30
#: Calls of one reading, in their order: the credentials, the regions, the listing itself.
CALLS = ["sts:AssumeRole", "ec2:DescribeRegions", "lambda:ListFunctions"]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=20).serve(day=6) as running:
        yield running


@pytest.fixture
def account(transactional_db: None, sandbox: RunningSandbox) -> Account:
    way = {"endpoint": sandbox.url, "role_arn": f"arn:aws:iam::{SHOP}:role/{READER_ROLE}", "external_id": EXTERNAL_ID}
    return Account.objects.create(provider="aws", native_id=SHOP, name="shop", connection=way)


@pytest.mark.parametrize("call", CALLS)
def test_a_worker_that_is_told_to_end_hands_its_run_to_another(
    account: Account, sandbox: RunningSandbox, start_worker: StartWorker, call: str
) -> None:
    sandbox.fault(call, "hang")
    first = start_worker()
    run = start_run(account, "person")
    until(lambda: any(f"{one.service}:{one.operation}" == call for one in sandbox.requests))
    sandbox.faults.clear()
    other = start_worker()
    began = time.monotonic()
    first.send_signal(signal.SIGTERM)
    assert first.wait(BOUND + 10) == 0
    assert time.monotonic() - began < BOUND
    ended = until(lambda: Run.objects.filter(account=account, finished_at__isnull=False).first())
    assert (ended.pk, ended.attempt, ended.state) == (run.pk, 1, Run.State.SUCCEEDED), "the same run, not lost"
    assert other.poll() is None
    assert Function.objects.filter(account=account, region=FRANKFURT).exists()
