"""Recorded answers of the real cloud, over HTTP: everything they hold is found, and nothing else is claimed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.collect import collect_now
from collectors.models import Run
from collectors.providers.gcp import PROVIDER
from inventory.models import (
    Account,
    Binding,
    EntryPoint,
    Function,
    Identity,
    Resource,
    ScopeCoverage,
    Snapshot,
    Trigger,
)
from tests.collectors.conftest import DAY

SHARED = Path(__file__).resolve().parents[5] / "shared"
REPLAY, RECORDED = SHARED / "tools" / "replay.py", SHARED / "corpus" / "recorded"
HOUR = timedelta(hours=1)
#: What was recorded, by project.
FUNCTIONS = {
    "cloud-custodian": {"custodian-dev", "gcp-service", "hello_http", "serverless-ftw", "topic-created"},
    "goblet": {
        "bq-test-region", "goblet-example-vpc", "goblet-topic-subscription", "goblet_test_app",
        "goblet_topic-topic-test-topic",
    },
    "test_project": {"storage-deploy-cloudfunctionv2-storage-storage-finalized"},
    "kcc-project": set(),
}  # fmt: skip

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.django_db,
    pytest.mark.skipif(not REPLAY.exists(), reason="the recorded answers are not beside the project"),
]


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    """The replay server on a free port, with three entries a page."""
    asked = [
        sys.executable,
        str(REPLAY),
        "--corpus",
        str(RECORDED),
        "--port",
        "0",
        "--page-size",
        "3",
        "--only",
        "^gcp/",
    ]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None
        yield found[0]
        server.terminate()


@pytest.fixture(autouse=True)
def no_faults(replay: str) -> Iterator[None]:
    yield
    control(replay, "DELETE", "/__faults")


def control(replay: str, method: str, path: str, body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(replay + path, data, method=method)) as answer:
        return json.load(answer)


def connect(replay: str, project: str) -> Account:
    connection = PROVIDER.connection(project, {"endpoint": replay, "anonymous": True})
    return Account.objects.create(provider="gcp", native_id=project, name=project, connection=connection)


def present(account: Account) -> set[str]:
    return set(Function.objects.filter(account=account, gone_at=None).values_list("name", flat=True))


def part(account: Account, scope: str, name: str) -> ScopeCoverage:
    return ScopeCoverage.objects.get(scope__account=account, scope__name=scope, part=name)


@pytest.mark.parametrize("project", FUNCTIONS)
def test_all_functions_that_were_recorded_are_found(replay: str, project: str) -> None:
    account = connect(replay, project)
    collect_now(account, DAY)
    assert present(account) == FUNCTIONS[project]
    assert all(row.identity_native_id for row in Function.objects.filter(account=account))
    assert all(row.network_attached is not None for row in Function.objects.filter(account=account))


def test_bindings_networks_triggers_and_addresses_are_those_that_were_recorded(replay: str) -> None:
    account = connect(replay, "goblet")
    collect_now(account, DAY)
    assert Binding.objects.filter(function__name="goblet_test_app").values_list("principal", "via").get() == (
        "allUsers", "function policy",
    )  # fmt: skip
    tunnel = Resource.objects.get(name="goblet-example-vpc").document["network"]
    assert tunnel["egress"][0]["setting"] == "PRIVATE_RANGES_ONLY"
    assert tunnel["detail"]["connector"]["range"] == "10.32.1.0/28"
    topic = Trigger.objects.get(function__name="goblet_topic-topic-test-topic")
    assert (topic.kind, topic.source) == ("pubsub", "projects/goblet/topics/test-topic")
    assert EntryPoint.objects.get(function__name="bq-test-region").url.endswith("/bq-test-region")


def test_accounts_are_told_with_who_may_act_as_them_and_their_keys(replay: str) -> None:
    account = connect(replay, "cloud-custodian")
    collect_now(account, DAY)
    assert Identity.objects.filter(account=account).count() == 7
    trusted = Resource.objects.get(native_id="my-sa-42dc41451@c7n-policy-dev.iam.gserviceaccount.com")
    assert len(trusted.document["trust"]["document"]["bindings"]) == 2
    keys = Resource.objects.get(native_id="test-cutodian-scc@cloud-custodian.iam.gserviceaccount.com").document["keys"]
    assert [one["id"] for one in keys["keys"]] == ["2"]
    project = Resource.objects.get(native_id="projects/cloud-custodian").document["access"]["policies"][0]
    assert {one["role"] for one in project["bindings"]} >= {"roles/owner"}


def test_what_nobody_recorded_is_unread_with_the_reason_and_never_empty(replay: str) -> None:
    account = connect(replay, "test_project")
    collect_now(account, DAY)
    row = Resource.objects.get(account=account, kind="function")
    assert {"access", "versions", "triggers"} <= row.unread.keys()
    assert all("not" in why["reason"] for why in row.unread.values())
    assert "versions" not in row.document
    assert not Binding.objects.filter(function=row.pk).exists()
    for listing in ("service accounts", "roles"):
        assert part(account, "global", listing).state != "complete"


def test_a_second_run_makes_no_history(replay: str) -> None:
    accounts = [connect(replay, project) for project in FUNCTIONS]
    for account in accounts:
        collect_now(account, DAY)
    written = Snapshot.objects.count()
    for account in accounts:
        collect_now(account, DAY + HOUR)
    assert Snapshot.objects.count() == written


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_throttled_requests_are_asked_again_when_told(replay: str, form: str, naps: list[float]) -> None:
    control(replay, "POST", "/__faults", {"path": "/", "throttle": 30, "retry_after": 3, "retry_after_form": form})
    account = connect(replay, "goblet")
    run = collect_now(account, DAY)
    assert present(account) == FUNCTIONS["goblet"]
    assert run.totals["retries"] > 5
    assert all(nap < 4 for nap in naps)
    assert any(nap >= 2 for nap in naps)


def test_a_project_that_refuses_us_is_denied_and_loses_nothing(replay: str) -> None:
    one, other = connect(replay, "goblet"), connect(replay, "cloud-custodian")
    for account in (one, other):
        collect_now(account, DAY)
    control(replay, "POST", "/__faults", {"path": "projects/goblet", "status": 403})
    runs = {account.native_id: collect_now(account, DAY + HOUR) for account in (one, other)}
    assert runs["goblet"].state in (Run.State.FAILED, Run.State.PARTIAL)
    assert runs["goblet"].error_class == "denied"
    assert part(one, "us-central1", "functions").permission == "cloudfunctions.functions.list"
    assert (present(one), present(other)) == (FUNCTIONS["goblet"], FUNCTIONS["cloud-custodian"])


@pytest.mark.parametrize(
    "fault",
    [{"truncate": 120}, {"repeat_page_token": True}, {"status": 500}, {"status": 200, "body": [1, 2]}],
    ids=["truncated", "page loop", "server error", "bare list"],
)
def test_a_list_that_fails_loses_nothing(replay: str, fault: dict[str, Any]) -> None:
    account = connect(replay, "goblet")
    collect_now(account, DAY)
    control(replay, "POST", "/__faults", {"path": "/locations/-/functions", **fault})
    run = collect_now(account, DAY + HOUR)
    assert run.state == Run.State.PARTIAL
    assert part(account, "us-central1", "functions").state == "failed"
    assert present(account) == FUNCTIONS["goblet"]


def test_a_token_that_expires_once_is_renewed(replay: str) -> None:
    control(
        replay, "POST", "/__faults", {"path": "/v2/projects/goblet/locations/-/functions", "status": 401, "times": 1}
    )
    account = connect(replay, "goblet")
    collect_now(account, DAY)
    assert present(account) == FUNCTIONS["goblet"]
    assert part(account, "us-central1", "functions").state == "complete"


def test_projects_are_discovered_below_an_organisation(replay: str) -> None:
    account = connect(replay, "goblet")
    given = account.connection | {"organisation": "organizations/926683928810"}
    session = PROVIDER.connect(account_ref(account, given))
    found = {one.native_id: one.found_by for one in PROVIDER.discover(session)}
    assert {"maps-411bf", "cloud-custodian-for-org", "custodian-test-project"} <= found.keys()
    assert set(found.values()) == {"Resource Manager, level by level"}


def account_ref(account: Account, connection: dict[str, Any]) -> Any:
    from collectors.provider import AccountRef

    return AccountRef("gcp", account.native_id, account.name, connection)
