"""Single functions, read after an event: found as a whole reading finds them, and nothing else is touched."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from collectors.accounts import add_account
from collectors.collect import collect_now
from collectors.models import WantedRead
from collectors.named import read_named
from collectors.receiving import sender
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import IRELAND, SHOP, VIRGINIA
from collectors.tasks import read_events
from findings.models import Finding
from inventory.models import Account, Change, Resource, Scope, ScopeCoverage, Snapshot
from tests.collectors.deliveries import deliver, event_grid, eventbridge, pushed, receiver

pytestmark = pytest.mark.django_db(transaction=True)

#: Where the estate's fourth day opens a function to everyone.
PROJECT, SUBSCRIPTION = "larkfield-data-prod", "5a000000-0000-4000-8000-000000000022"
#: The estate's fourth day is now, its third was yesterday.
NOW = timezone.now().replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=40, base=NOW - timedelta(days=4)).serve(day=3) as running:
        yield running


def connected(sandbox: RunningSandbox, provider: str) -> Account:
    """An account of the estate, read as a whole yesterday."""
    ways: dict[str, tuple[str, dict[str, object]]] = {
        "aws": (SHOP, {"access_key_id": f"FANLIGHT{SHOP}", "regions": f"{IRELAND},{VIRGINIA}"}),
        "gcp": (PROJECT, {"anonymous": True, "regions": "europe-west1"}),
        "azure": (SUBSCRIPTION, {"anonymous": True}),
    }
    native_id, way = ways[provider]
    account = add_account(provider, native_id, {"endpoint": sandbox.url, **way}, name=f"shop {provider}")
    run = collect_now(account, YESTERDAY)
    assert run.state == "succeeded", run.error
    return account


def coverage(account: Account) -> list[tuple[object, ...]]:
    rows = ScopeCoverage.objects.filter(scope__account=account)
    scopes = Scope.objects.filter(account=account).order_by("pk").values_list(
        "name", "state", "read_at", "complete_at", "activity_until", "reading_since", "reading_run"
    )  # fmt: skip
    told = rows.order_by("pk").values_list("part", "state", "count", "at", "complete_at", "core_at", "detail_at")
    return [*scopes, *told]


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_what_did_not_change_reads_the_same_one_by_one(sandbox: RunningSandbox, provider: str) -> None:
    account = connected(sandbox, provider)
    by_scope: dict[str, list[str]] = {}
    for native_id, scope in Resource.objects.filter(account=account, kind="function").values_list(
        "native_id", "scope__name"
    ):
        if ":web-function" not in native_id:
            by_scope.setdefault(scope, []).append(native_id)
    before, snapshots = coverage(account), Snapshot.objects.count()
    for scope, names in by_scope.items():
        seen = read_named(account, scope, names, NOW)
        assert seen.fault is None and not seen.vanished
        assert seen.outcome.seen >= len(names)
        assert seen.outcome.changed == [] and seen.outcome.added == [], [
            (one.resource.name, one.changed) for one in Snapshot.objects.filter(number__gt=1)
        ]
    assert Snapshot.objects.count() == snapshots
    assert coverage(account) == before


def told_by_aws(sandbox: RunningSandbox) -> list[object]:
    state = sandbox.estate.at(4).aws
    found = [one for one in state.events(SHOP, IRELAND) if one.request.get("functionName") == "thumbnails"]
    return [eventbridge(one.record(sandbox.estate.base)) for one in found if one.hours > 72]


def told_by_google(sandbox: RunningSandbox) -> list[object]:
    state = sandbox.estate.at(4).gcp
    found = [one for one in state.entries(frozenset([PROJECT])) if "photo-import" in json.dumps(one)]
    return [pushed(one) for one in found if one["timestamp"] > YESTERDAY.isoformat()]


def told_by_azure(sandbox: RunningSandbox) -> list[object]:
    state = sandbox.estate.at(4).azure
    found = [one for one in state.entries(SUBSCRIPTION) if one["resourceId"].split("/")[8:9] == ["lark-photos"]]
    ended = [one for one in found if one["status"]["value"] == "Succeeded"]
    return [event_grid(one) for one in ended if one["eventTimestamp"] > YESTERDAY.isoformat()]


EVENTS = {"aws": told_by_aws, "gcp": told_by_google, "azure": told_by_azure}


@pytest.mark.parametrize(
    ("provider", "name", "said"),
    [
        ("aws", "thumbnails", "Invoker added: everyone"),
        ("gcp", "photo-import", "Invoker added: everyone"),
        ("azure", "lark-photos", "Easy Auth on → off"),
    ],
)
def test_an_event_brings_the_change_its_actor_and_its_finding_and_touches_no_other(
    sandbox: RunningSandbox, provider: str, name: str, said: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVENT_WAIT_SECONDS = 0
    account = connected(sandbox, provider)
    monkeypatch.setattr(sender, "_check_google", lambda receiver, token: None)
    monkeypatch.setattr(read_events, "apply_async", lambda *args, **kwargs: None)
    one = receiver(provider, account)
    before, snapshots = coverage(account), dict(Resource.objects.values_list("pk", "latest"))
    findings, changes = set(Finding.objects.values_list("pk", flat=True)), Change.objects.count()
    sandbox.day = 4
    asked = len(sandbox.requests)
    deliveries = EVENTS[provider](sandbox)
    assert deliveries
    for body in deliveries:
        assert deliver(one, body).status_code == 202
    assert WantedRead.objects.count() == 1
    began = time.monotonic()
    read_events(account.pk)
    print(
        f"{provider}: read, recorded and judged in {time.monotonic() - began:.1f} s,",
        f"{len(sandbox.requests) - asked} requests",
    )
    assert not WantedRead.objects.exists()
    function = Resource.objects.get(account=account, kind="function", name=name)
    moved = {pk for pk, latest in Resource.objects.values_list("pk", "latest") if snapshots.get(pk) != latest}
    assert moved == {function.pk}
    change = Change.objects.get(resource=function, at__gt=YESTERDAY)
    assert said in " ".join(line["text"] for line in change.lines)
    assert change.told == "found" and "on-call-engineer" in change.actor
    assert Change.objects.count() == changes + 1
    news = Finding.objects.exclude(pk__in=findings)
    assert news and set(news.values_list("resource", flat=True)) == {function.pk}
    assert coverage(account) == before
    # The same deliveries again do nothing.
    for body in deliveries:
        assert deliver(one, body).status_code == 202
    assert not WantedRead.objects.exists()
