"""The recorded answers of real subscriptions, served by the replay kept beside the project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from collectors.collect import collect_now
from collectors.models import Run
from collectors.providers.azure import reach
from collectors.providers.azure.routes import ROUTES
from inventory.models import Account, Function, Identity, Resource, ScopeCoverage, Snapshot
from tests.collectors.providers.azure.test_permissions import pattern

SHARED = Path(__file__).resolve().parents[5] / "shared"
REPLAY = SHARED / "tools" / "replay.py"
RECORDED = SHARED / "corpus" / "recorded"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not REPLAY.exists(), reason="the recorded answers are not kept beside this project"),
]
#: Subscription → function apps and slots that were recorded in it.
APPS = {
    "00000000-0000-0000-0000-000000000000": {
        "java-func-936136152", "java-func-621071476", "java-func-136151261", "java-funcapp-46793a",
        "java-funcapp-46793a/slot1", "java-func-2ba503015", "java-func-1cd949440", "webapp1-2d2360182d",
        "webapp2-57a07818b6", "webapp3-908029887c", "webapp1-4f443512eb", "webapp1-0a3763364f", "webapp2-6b752958e9",
        "webapp3-bc021343f6",
    },
    "ec0aa5f7-9e78-40c9-85cd-535c6305b380": {
        "IAmAFuncitonNameThatIsLonger5298", "java-webapp-3233", "java-webapp-3233/java-slot-5907",
        "java-webapp-3233/java-slot-558", "java-webapp-3233/java-slot-7929",
    },
    "ea42f556-5106-4743-99b0-c129bfa71a47": {
        "custodian-test-app", "cloud-custodian-test-dedicatedc129bfa71a47",
    },
    "34adfa4f-cedf-4dc0-ba29-b6d1a69ab345": {"sitef6141"},
}  # fmt: skip
FIRST, SECOND, THIRD, FOURTH = APPS


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of a replay server of our own, three entries a page."""
    command = [sys.executable, str(REPLAY), "--corpus", str(RECORDED), "--port", "0", "--page-size", "3"]
    with subprocess.Popen([*command, "--only", "azure"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, served: str) -> Iterator[None]:
    monkeypatch.setattr(reach, "sleep", lambda seconds: None)
    order(served, "DELETE", "__requests")
    yield
    order(served, "DELETE", "__faults")


def order(address: str, method: str, path: str, body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{address}/{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def added(served: str, subscription: str) -> Account:
    """An account as the command line connects it."""
    call_command("accounts", "add", "azure", subscription, "--endpoint", served, "--anonymous")
    return Account.objects.get(native_id=subscription)


@pytest.mark.parametrize("subscription", APPS)
def test_every_recorded_app_and_slot_is_listed_with_identity_bindings_and_network(
    served: str, subscription: str
) -> None:
    run = collect_now(added(served, subscription))
    assert run.state in (Run.State.PARTIAL, Run.State.SUCCEEDED)
    functions = {one.name: one for one in Function.objects.select_related("resource__latest")}
    assert set(functions) == APPS[subscription]
    for one in functions.values():
        assert "identity" in one.resource.document
        assert "network" in one.resource.document or one.resource.unread["network"]["reason"]
        assert "access" in one.resource.document or one.resource.unread["access"]["reason"]
    assert not Resource.objects.exclude(gone_at=None).exists()


def test_what_nobody_recorded_is_unread_with_the_reason_and_never_empty(served: str) -> None:
    collect_now(added(served, FIRST))
    for row in Resource.objects.filter(kind="function"):
        assert "not in the recordings" in row.unread["access"]["reason"]
        assert "easy_auth" not in row.document["access"]
        if "triggers" in row.unread:
            assert "triggers" not in row.document
    assert ScopeCoverage.objects.get(part="activity").state == "failed"


def test_what_was_recorded_is_told_as_it_stood(served: str) -> None:
    collect_now(added(served, FIRST))
    java = Function.objects.get(name="java-func-2ba503015")
    assert (java.url_auth, java.has_url, java.trigger_count) == ("anonymous", True, 1)
    assert java.resource.document["config"]["hosting"] == "Premium"
    assert Function.objects.get(name="java-func-936136152").resource.document["config"]["hosting"] == "Consumption"
    assert Identity.objects.count() == 3
    assert set(Identity.objects.values_list("grants__source_name", flat=True)) == {"Contributor"}


def test_assignments_of_the_recordings_are_bindings_of_the_apps(served: str) -> None:
    collect_now(added(served, THIRD))
    app = Function.objects.get(name="custodian-test-app")
    held = set(app.bindings.values_list("via", flat=True))
    assert any(via.startswith(("Owner", "Contributor")) for via in held), held
    assert app.resource.document["config"]["package"] == "Image"


def test_flex_consumption_is_recognized_without_its_kind(served: str) -> None:
    collect_now(added(served, FOURTH))
    flex = Function.objects.get(name="sitef6141").resource.document
    assert flex["config"]["hosting"] == "Flex Consumption"
    assert flex["concurrency"]["limit"] == 100
    assert flex["network"]["public_access"] == "Enabled"


def test_a_second_run_makes_no_history(served: str) -> None:
    account = added(served, SECOND)
    collect_now(account)
    before = Snapshot.objects.count()
    account.refresh_from_db()
    collect_now(account)
    assert Snapshot.objects.count() == before


def test_every_request_is_a_published_read(served: str) -> None:
    collect_now(added(served, FIRST))
    asked = order(served, "GET", "__requests")["requests"]
    assert len(asked) > 50
    for one in asked:
        assert any(r.method == one["method"] and pattern(r).fullmatch(one["path"].lower()) for r in ROUTES), one
        assert one["method"] == "GET" or one["path"].endswith("/resources")


@pytest.mark.parametrize(
    "fault",
    [
        {"throttle": 30, "retry_after": 2, "retry_after_form": "seconds"},
        {"throttle": 30, "retry_after": 2, "retry_after_form": "date"},
    ],
)
def test_throttled_in_either_form_the_same_is_stored(served: str, fault: dict[str, Any]) -> None:
    order(served, "POST", "__faults", {"path": "", **fault})
    run = collect_now(added(served, SECOND))
    assert set(Function.objects.values_list("name", flat=True)) == APPS[SECOND]
    assert run.totals["throttles"] > 0


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "", "status": 403},
        {"path": "", "status": 401},
        {"path": "resourcegraph", "truncate": 200},
        {"path": "", "repeat_page_token": True},
    ],
    ids=["denied", "expired", "truncated", "page loop"],
)
def test_a_fault_deletes_nothing_and_spares_the_other_subscription(served: str, fault: dict[str, Any]) -> None:
    faulty, other = added(served, SECOND), added(served, FOURTH)
    for account in (faulty, other):
        collect_now(account)
    order(served, "POST", "__faults", fault)
    faulty.refresh_from_db()
    collect_now(faulty)
    order(served, "DELETE", "__faults")
    other.refresh_from_db()
    collect_now(other)
    assert not Resource.objects.exclude(gone_at=None).exists()
    assert Function.objects.filter(account=faulty).count() == len(APPS[SECOND])
    assert ScopeCoverage.objects.get(scope__account=faulty, part="functions").state != "complete"
    assert ScopeCoverage.objects.get(scope__account=other, part="functions").state == "complete"
