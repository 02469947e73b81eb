"""The order in which accounts are read does not matter: the same is known, and concluded of it, in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from django.core.management import call_command

from collectors.collect import collect_now
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate import LAST_DAY
from config.demo import connect_accounts
from findings.again import catch_up
from findings.evaluate import judge_everything
from inventory.models import Account, ExposedBinding, IdentityPosture
from tests.services.installation import Rows, differences, everything

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=20).serve(day=LAST_DAY) as running:
        yield running


def known() -> dict[str, Rows]:
    """All that is known, with what an identity may become and who is exposed, in an order of its own."""
    postures = IdentityPosture.objects.values_list("identity__resource__uid", "outsiders", "becomes", "paths")
    exposed = ExposedBinding.objects.values_list("function__resource__uid", "digest", "level", "party")
    more = {"becomes": postures, "exposed": exposed}
    return everything() | {name: sorted(rows.order_by(), key=str) for name, rows in more.items()}


def apart(these: dict[str, Rows], those: dict[str, Rows]) -> str:
    """What differs, as text: lists within a row cannot be counted as they are."""
    here, there = ({name: list(map(str, rows)) for name, rows in one.items()} for one in (these, those))
    found = differences(here, there)
    return json.dumps(found, indent=1) if found else ""


def ordered(accounts: Sequence[Account], order: str) -> list[Account]:
    found = sorted(accounts, key=lambda account: (account.provider, account.native_id))
    if order == "backwards":
        found.reverse()
    elif order != "forwards":
        Random(order).shuffle(found)
    return found


def read(sandbox: RunningSandbox, order: str) -> None:
    """A new installation reads all accounts in this order."""
    call_command("flush", interactive=False, verbosity=0)
    for account in ordered(connect_accounts(sandbox.url), order):
        collect_now(account, AT)


def read_one_by_one(sandbox: RunningSandbox, order: str) -> None:
    """As `read`, but each account is connected when those before it were read, and judged again, already."""
    call_command("flush", interactive=False, verbosity=0)
    accounts = ordered(connect_accounts(sandbox.url), order)
    Account.objects.all().delete()
    for account in accounts:
        account.pk = None
        account.save(force_insert=True)
        collect_now(account, AT)
        catch_up(AT)


def test_accounts_may_be_read_in_any_order(sandbox: RunningSandbox) -> None:
    read(sandbox, "forwards")
    early = known()
    catch_up(AT)
    calm = known()
    assert apart(early, calm), "there was something that others were read too late for"
    assert all(calm[name] for name in ("findings", "postures", "identities", "becomes", "exposed"))
    list(judge_everything(AT))
    assert not apart(known(), calm), "judging everything anew has nothing to add"
    read(sandbox, "backwards")
    catch_up(AT)
    assert not apart(known(), calm)
    read_one_by_one(sandbox, "mixed")
    assert not apart(without_what_passed(known()), without_what_passed(calm))
    assert catch_up(AT) == 0, "and nobody is judged again for nothing"


def without_what_passed(told: dict[str, Rows]) -> dict[str, Rows]:
    """Without findings that came and went while accounts were strangers still."""
    return told | {"findings": [row for row in told["findings"] if "resolved" not in row]}
