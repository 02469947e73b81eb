"""What the readings tell rules: changes of code between two of them, and the gaps of an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from findings.readings import code_changes, reading_of
from findings.seeing import Seeing
from inventory.facts import Coverage, Kind, Observation, ReadState
from inventory.models import Account, Function, Scope
from inventory.record import open_scope
from tests.cast import DAY_ONE

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="aws", native_id="123456789012", name="shop")


def read(account: Account, at: datetime, *gaps: Coverage, **sections: Any) -> None:
    recorder = open_scope(account, "eu-west-1", at)
    recorder.store([Observation(Kind.FUNCTION, ARN, "checkout", "eu-west-1", "functions", sections)])
    recorder.close([Coverage("functions", ReadState.COMPLETE, count=1, listing=True), *gaps])


def test_only_other_code_is_a_change_of_code(account: Account) -> None:
    read(account, DAY_ONE, config={"memory_mb": 128}, code={"sha256": "a"})
    read(account, DAY_ONE + DAY, config={"memory_mb": 256}, code={"sha256": "a"})
    read(account, DAY_ONE + 2 * DAY, config={"memory_mb": 256}, code={"sha256": "b"})
    function = Function.objects.get()
    [change] = code_changes([function.pk], DAY_ONE - DAY)[function.pk]
    assert (change.number, change.after, change.at) == (3, DAY_ONE + DAY, DAY_ONE + 2 * DAY)
    assert code_changes([function.pk], DAY_ONE + 3 * DAY) == {}


def test_code_that_became_readable_did_not_change(account: Account) -> None:
    read(account, DAY_ONE, config={"memory_mb": 128})
    read(account, DAY_ONE + DAY, config={"memory_mb": 128}, code={"sha256": "a"})
    assert code_changes([Function.objects.get().pk], DAY_ONE - DAY) == {}


def test_gaps_and_age_of_an_account(account: Account) -> None:
    missing = Coverage("roles", ReadState.DENIED, "AccessDenied", "iam:ListRoles", listing=True)
    read(account, DAY_ONE, missing, code={"sha256": "a"})
    reading = reading_of(account, DAY_ONE)
    assert [(gap.part, gap.permission, gap.listing) for gap in reading.gaps] == [("roles", "iam:ListRoles", True)]
    read(account, DAY_ONE + DAY, Coverage("roles", ReadState.COMPLETE, listing=True), code={"sha256": "a"})
    assert (reading_of(account, DAY_ONE + DAY).state, reading_of(account, DAY_ONE + DAY).gaps) == ("fresh", ())
    assert reading_of(account, DAY_ONE + 30 * DAY).state == "stale"


def test_a_function_knows_since_when_its_scope_is_read_and_up_to_when_its_log_was(account: Account) -> None:
    read(account, DAY_ONE, code={"sha256": "a"})
    rows = list(Function.objects.select_related("resource__latest"))
    [(_, seen)] = Seeing(account, DAY_ONE + DAY).functions(rows)
    assert (seen.known_since, seen.log_until) == (DAY_ONE, None)
    Scope.objects.update(activity_until=DAY_ONE)
    [(_, seen)] = Seeing(account, DAY_ONE + DAY).functions(rows)
    assert seen.log_until == DAY_ONE
