"""The pages of what changed and who did it: filters over all that is stored, actors, comparisons, one axis of time."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from findings.models import Finding, FindingEvent
from inventory.models import Account, Assignment, Change, ReadingGap, Scope, User
from tests.cast import CHECKOUT_ROLE, DAY_ONE, DAY_TWO, NUMBER, REGION, TIDY, Cast, function, record_day

pytestmark = pytest.mark.django_db

ENGINEER = f"arn:aws:sts::{NUMBER}:assumed-role/developer/an-engineer"
DEPLOYER = f"arn:aws:iam::{NUMBER}:user/deployer"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_old_changes_are_found_behind_any_number_of_newer_ones(analyst: Client, cast: Cast) -> None:
    for number in range(1, 9):
        memory = {**TIDY["config"], "memory_mb": 512 + number}
        seen = [function("checkout", CHECKOUT_ROLE, config=memory)]
        record_day(cast.account, REGION, DAY_TWO + timedelta(hours=number), seen, "others")
    shown = page(analyst, "/changes/?risk=up")
    assert "thumbnails" in shown and "checkout" not in shown.split('class="stack"')[1]
    assert "legacy" in page(analyst, "/changes/?kind=removed")
    assert "thumbnails" in page(analyst, "/changes/?q=everyone")


def test_pages_of_changes_follow_each_other_without_loss(analyst: Client, cast: Cast) -> None:
    row = Change.objects.get(resource__name="checkout")
    for number in range(130):
        row.pk, row.fold, row.snapshot_id = None, str(number), None
        row.lines = [{"text": f"Change number {number};", "kind": "config", "risk": "none", "section": "config"}]
        row.save()
    address, seen = "/changes/", set()
    for _ in range(3):
        shown = page(analyst, address)
        seen |= {number for number in range(130) if f"Change number {number};" in shown}
        if '">Older</a>' not in shown:
            break
        address = "/changes/" + shown.split('">Older</a>')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    assert len(seen) == 130


def test_equal_changes_are_one_entry(analyst: Client, cast: Cast) -> None:
    names = [f"fleet-{number}" for number in range(6)]
    for number, memory in enumerate((256, 1024)):
        config = {**TIDY["config"], "memory_mb": memory}
        seen = [function(name, CHECKOUT_ROLE, config=config) for name in names]
        record_day(cast.account, REGION, DAY_TWO + timedelta(hours=1 + number), seen, "fleet")
    shown = page(analyst, "/changes/")
    assert "Same change on 6 functions" in shown
    assert shown.count("Memory 256 MiB → 1024 MiB") == 1


def test_who_did_it_stands_beside_the_change_and_leads_to_all_they_did(analyst: Client, cast: Cast) -> None:
    shown = page(analyst, "/changes/")
    assert f"/actors/?actor={quote(DEPLOYER, safe='')}" in shown
    assert "no log of this scope was read" not in shown
    theirs = page(analyst, f"/actors/?actor={quote(DEPLOYER)}")
    assert "Function removed" in theirs and "198.51.100.9" in theirs and "thumbnails" not in theirs
    assert "legacy" in page(analyst, f"/changes/?actor={quote(DEPLOYER)}")
    assert "an-engineer" in page(analyst, "/actors/") and "deployer" not in page(analyst, "/actors/?find=engineer")
    assert "names nobody of this name" in page(analyst, "/actors/?actor=nobody")


def test_nobody_learns_of_accounts_they_may_not_see(client: Client, cast: Cast) -> None:
    elsewhere = Account.objects.create(provider="gcp", native_id="elsewhere", name="elsewhere")
    stranger = User.objects.create_user("stranger", role="")
    Assignment.objects.create(user=stranger, role="viewer", account=elsewhere)
    client.force_login(stranger)
    for address in ("/changes/", "/changes/?q=check", "/compare/?find=thumb", f"/actors/?actor={quote(DEPLOYER)}"):
        shown = page(client, address)
        assert "acme-prod" not in shown and "thumbnails" not in shown and "legacy" not in shown, address
    uid = cast.functions["checkout"].uid
    assert "There is nothing of this id that you may see." in page(client, f"/compare/?a={uid}")
    assert "deployer" not in page(client, "/actors/")


def test_a_time_without_a_run_is_told(analyst: Client, cast: Cast) -> None:
    scope = Scope.objects.get(name=REGION)
    ReadingGap.objects.get_or_create(
        scope=scope, until=DAY_TWO, defaults={"account": cast.account, "after": DAY_TWO - timedelta(hours=7)}
    )
    told = page(analyst, "/changes/")
    assert "changes in that time are dated to the first run after" in told
    assert "Not read between" in page(analyst, f"/functions/{cast.functions['checkout'].uid}/history/")


def test_the_timeline_is_one_axis_with_chips(analyst: Client, cast: Cast) -> None:
    uid = cast.functions["thumbnails"].uid
    whole = page(analyst, f"/functions/{uid}/history/")
    assert "nobody is named for the rest" in whole and "an-engineer" in whole
    assert "Invoker added" in page(analyst, f"/functions/{uid}/history/?show=access")
    code = page(analyst, f"/functions/{uid}/history/?show=code")
    assert "Nothing of this sort in its history." in code
    log = page(analyst, f"/functions/{uid}/history/?show=log")
    assert "AddPermission" in log


def test_a_finding_opened_stands_with_the_change_that_opened_it(analyst: Client, cast: Cast) -> None:
    opened = cast.functions["thumbnails"]
    about = Finding.objects.create(
        resource_id=opened.pk, function=opened, account=cast.account, rule="a-rule-of-the-test", severity="high",
        rank=3, digest="d", abouts="a", first_seen=DAY_TWO, opened_at=DAY_TWO, last_seen=DAY_TWO, risk=1,
    )  # fmt: skip
    FindingEvent.objects.create(finding=about, at=DAY_TWO, what="opened")
    FindingEvent.objects.create(finding=about, at=DAY_TWO + timedelta(hours=5), what="resolved")
    shown = page(analyst, f"/functions/{opened.uid}/history/?show=findings")
    assert "Finding opened, seen with:" in shown and "a-rule-of-the-test" in shown
    assert "Finding resolved after 5 h" in shown


def test_any_two_are_compared(analyst: Client, cast: Cast) -> None:
    checkout, thumbnails = cast.functions["checkout"].uid, cast.functions["thumbnails"].uid
    revisions = page(analyst, f"/compare/?a={checkout}:1&b={checkout}:2")
    assert "Memory 256 MiB → 512 MiB" in revisions
    then = page(analyst, f"/compare/?a={checkout}@{DAY_ONE:%Y-%m-%dT%H:%M}&b={checkout}")
    assert "Memory 256 MiB → 512 MiB" in then
    assert "Runtime python3.13 → nodejs16.x" in page(analyst, f"/compare/?a={checkout}&b={thumbnails}")
    assert "has no revision 99" in page(analyst, f"/compare/?a={checkout}:99")
    assert "first seen after that time" in page(analyst, f"/compare/?a={checkout}@2001-01-01")
    assert "nothing of this id" in page(analyst, "/compare/?a=nonsense&b=@@@").lower()
    assert "checkout" in page(analyst, "/compare/?find=check")


def test_what_was_known_at_a_time(analyst: Client, cast: Cast) -> None:
    address = f"/functions/{cast.functions['checkout'].uid}/as-of/"
    first = page(analyst, f"{address}?at={DAY_ONE + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    assert "&quot;memory_mb&quot;: 256" in first and "was not kept" in first
    assert "&quot;memory_mb&quot;: 512" in page(analyst, address)
    assert "Not known at that time" in page(analyst, f"{address}?at=2001-01-01")
    assert "is no time" in page(analyst, f"{address}?at=yesterday")
    legacy = f"/functions/{cast.functions['legacy'].uid}/as-of/"
    assert "It was gone then" in page(analyst, legacy)
    assert "It was gone then" not in page(analyst, f"{legacy}?at={DAY_ONE + timedelta(hours=1):%Y-%m-%dT%H:%M}")


@pytest.mark.parametrize(
    "query",
    [
        "kind=%01", "risk=sideways", "mark=x", "who=y", "on=z", "before=x/y", "since=never",
        "before=2026-01-01/99999999999999999999",
    ],
)  # fmt: skip
def test_what_is_no_filter_is_no_fault(analyst: Client, cast: Cast, query: str) -> None:
    assert analyst.get(f"/changes/?{query}").status_code == 200
