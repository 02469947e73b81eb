"""What rules get to see is loaded in a fixed number of queries, and leads on to the stronger functions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from findings.evaluate import judge_account
from findings.seeing import Seeing
from findings.seen import Seen
from inventory.facts import Coverage, Observation, ReadState
from inventory.models import Account, Function
from inventory.record import open_scope
from tests.cast import DAY_ONE, JANITOR_ROLE, NUMBER, REGION, allow, function, native_id, role

pytestmark = pytest.mark.django_db

RELEASE_ROLE = f"arn:aws:iam::{NUMBER}:role/release"
READER_ROLE = f"arn:aws:iam::{NUMBER}:role/reader"
RELEASES = allow(["lambda:UpdateFunctionCode"], native_id("janitor"))
READS = allow(["s3:GetObject"], "arn:aws:s3:::reports/*")


@pytest.fixture
def account() -> Account:
    account = Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")
    held = [role(JANITOR_ROLE, "all", allow(["*"], "*")), role(RELEASE_ROLE, "release", RELEASES)]
    _record(account, "global", "roles", *held, role(READER_ROLE, "read", READS))
    _record(account, REGION, "functions", function("janitor", JANITOR_ROLE), function("release", RELEASE_ROLE))
    judge_account(account, DAY_ONE)
    return account


def _record(account: Account, scope: str, listing: str, *seen: Observation) -> None:
    recorder = open_scope(account, scope, DAY_ONE)
    recorder.store(list(seen))
    recorder.close([Coverage(listing, ReadState.COMPLETE, count=len(seen), listing=True)])


def _seen(account: Account) -> dict[str, Seen]:
    rows = list(Function.objects.filter(account=account).select_related("resource__latest"))
    return {seen.name: seen for _, seen in Seeing(account, DAY_ONE + timedelta(hours=1)).functions(rows)}


def test_an_identity_leads_on_to_the_stronger_function_that_it_may_change(account: Account) -> None:
    [identity] = _seen(account)["release"].identities
    assert [(one.name, one.privilege, one.how, one.via) for one in identity.onward] == [
        ("janitor", "admin", "change", f"{RELEASE_ROLE}/release")
    ]


def test_the_strongest_leads_on_to_nobody(account: Account) -> None:
    [identity] = _seen(account)["janitor"].identities
    assert identity.onward == ()


def test_the_state_of_each_listing_is_told(account: Account) -> None:
    assert _seen(account)["janitor"].listings == {"functions": "complete", "roles": "complete"}


def test_more_functions_take_no_more_queries(account: Account) -> None:
    with CaptureQueriesContext(connection) as few:
        _seen(account)
    _record(account, REGION, "functions", function("janitor", JANITOR_ROLE), function("release", RELEASE_ROLE),
            *(function(f"reports-{n}", READER_ROLE) for n in range(5)))  # fmt: skip
    judge_account(account, DAY_ONE)
    with CaptureQueriesContext(connection) as many:
        assert len(_seen(account)) == 7
    assert len(many) == len(few)
