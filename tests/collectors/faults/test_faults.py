"""The faults a cloud can have, over a real socket: how the run ends, what it says, and that nothing is deleted."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import override_settings

from collectors import collect as collecting
from collectors.collect import collect_now
from collectors.models import Run
from inventory.models import Account, Function, Resource, Scope, ScopeCoverage, Snapshot
from tests.collectors.faults.conftest import FUNCTIONS, REGIONS, Proxy

pytestmark = pytest.mark.django_db

ALL = FUNCTIONS * len(REGIONS)
EAST, WEST = "us-east-1", "eu-west-1"
LIST = {"service": "lambda", "operation": "ListFunctions", "region": EAST}
REFUSAL = {"code": "AccessDeniedException", "status": 403}
POLICY_REFUSED = [
    {"service": "lambda", "operation": operation, "error": REFUSAL} for operation in ("GetPolicy", "GetResourcePolicy")
]


def present() -> int:
    return Function.objects.filter(gone_at=None).count()


def states(run: Run) -> dict[str, str]:
    return dict(run.scopes.values_list("name", "state"))


def inventory() -> dict[str, Any]:
    rows = Resource.objects.filter(gone_at=None).select_related("latest")
    return {row.native_id: (row.latest.digest if row.latest else "", sorted(row.unread)) for row in rows}


def digests() -> dict[str, str]:
    return {native_id: digest for native_id, (digest, _) in inventory().items()}


@pytest.fixture
def whole(aws_account: Account) -> dict[str, Any]:
    """What a run without faults finds."""
    run = collect_now(aws_account)
    assert present() == ALL
    assert set(states(run).values()) == {"complete"}
    return inventory()


def test_throttling_on_a_third_of_all_calls_costs_nothing_but_retries(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    proxy.break_({"service": "*", "probability": 0.3, "error": {"code": "ThrottlingException", "status": 429}})
    run = collect_now(aws_account)
    assert run.state == Run.State.SUCCEEDED
    assert inventory() == whole
    assert run.totals["throttles"] > 20
    assert run.totals["retries"] >= run.totals["throttles"]
    assert Snapshot.objects.count() == len(whole)


def test_one_region_throttled_beyond_patience_fails_alone(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    proxy.break_({"service": "lambda", "region": EAST, "error": {"code": "TooManyRequestsException", "status": 429}})
    run = collect_now(aws_account)
    assert (run.state, states(run)[WEST], states(run)[EAST]) == (Run.State.PARTIAL, "complete", "failed")
    assert run.scopes.get(name=EAST).error_class == "throttled"
    assert present() == ALL
    assert digests() == {native_id: digest for native_id, (digest, _) in whole.items()}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_three_server_errors_and_then_an_answer_are_no_fault(aws_account: Account, proxy: Proxy, status: int) -> None:
    proxy.break_({**LIST, "times": 3, "error": {"code": "ServiceException", "status": status}})
    run = collect_now(aws_account)
    assert run.state == Run.State.SUCCEEDED
    assert present() == ALL
    assert run.scopes.get(name=EAST).retries >= 3


def test_two_cut_connections_are_tried_again(aws_account: Account, proxy: Proxy) -> None:
    proxy.break_({**LIST, "times": 2, "reset": True})
    assert collect_now(aws_account).state == Run.State.SUCCEEDED
    assert present() == ALL


def test_a_peer_that_hangs_holds_no_worker(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.break_({**LIST, "timeout_ms": 60_000})
    monkeypatch.setattr(collecting, "GRACE_SECONDS", 1.0)
    monkeypatch.setattr("collectors.providers.aws.wire.READ_SECONDS", 2)
    started = time.monotonic()
    with override_settings(SCOPE_DEADLINE_SECONDS=6):
        run = collect_now(aws_account)
    assert time.monotonic() - started < 25
    assert states(run)[EAST] == "failed"
    assert run.scopes.get(name=EAST).error_class in ("deadline", "unreachable")
    assert states(run)[WEST] == "complete"
    assert present() == ALL


def test_a_name_that_is_not_found_is_unreachable(db: None, proxy: Proxy) -> None:
    connection = {"endpoint": "https://nowhere.invalid", "regions": REGIONS}
    account = Account.objects.create(provider="aws", native_id="1" * 12, name="nowhere", connection=connection)
    run = collect_now(account)
    assert (run.state, run.error_class) == (Run.State.FAILED, "unreachable")


def test_credentials_that_expire_on_the_way_delete_nothing_and_are_told_once(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    proxy.break_({"service": "lambda", "error": {"code": "ExpiredTokenException", "status": 403}})
    run = collect_now(aws_account)
    assert (run.state, run.error_class) in {(Run.State.FAILED, "credentials"), (Run.State.PARTIAL, "credentials")}
    assert "expired" in run.error
    assert {scope.error for scope in run.scopes.exclude(name="global")} == {""}
    assert present() == ALL
    assert inventory() == whole


def test_one_expired_answer_is_renewed(aws_account: Account, proxy: Proxy) -> None:
    proxy.break_({**LIST, "times": 1, "error": {"code": "ExpiredTokenException", "status": 403}})
    assert collect_now(aws_account).state == Run.State.SUCCEEDED
    assert present() == ALL


def test_one_refused_region_is_told_with_the_permission(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    proxy.break_({**LIST, "error": {"code": "AccessDeniedException", "status": 403}})
    run = collect_now(aws_account)
    assert states(run)[WEST] == "complete"
    listing = ScopeCoverage.objects.get(scope__name=EAST, part="functions")
    assert (listing.state, listing.permission) == ("denied", "lambda:ListFunctions")
    assert present() == ALL
    assert inventory() == whole


def test_one_refused_call_makes_a_part_unknown(aws_account: Account, proxy: Proxy) -> None:
    proxy.break_(*POLICY_REFUSED)
    run = collect_now(aws_account)
    assert run.state == Run.State.PARTIAL
    assert present() == ALL
    function = Function.objects.first()
    assert function is not None
    assert "access" not in function.resource.document
    assert "GetPolicy" in function.resource.unread["access"]["permission"]
    assert ScopeCoverage.objects.get(scope__name=EAST, part="access").state == "denied"


def test_a_refusal_that_comes_later_keeps_what_was_known(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    before = Function.objects.order_by("pk").first()
    assert before is not None
    assert before.bindings.count() == 1
    proxy.break_(*POLICY_REFUSED)
    run = collect_now(aws_account)
    assert run.totals["changed"] == 0
    assert Snapshot.objects.count() == len(whole)
    assert before.bindings.count() == 1
    assert before.resource.document["access"]["policies"]


def test_a_region_that_is_not_enabled_is_not_applicable(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    proxy.break_({"service": "lambda", "region": EAST, "error": {"code": "OptInRequired", "status": 403}})
    run = collect_now(aws_account)
    assert (run.state, states(run)[EAST]) == (Run.State.SUCCEEDED, "not applicable")
    assert present() == ALL


@pytest.mark.parametrize(
    "fault", [{"truncate_frac": 0.5}, {"corrupt_bytes": 40}, {"abort_frac": 0.5}, {"truncate_bytes": 2}]
)
def test_an_answer_broken_on_the_way_is_no_empty_answer(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any], fault: dict[str, float]
) -> None:
    """A cut answer with status 200 must never read as "there are no functions"."""
    proxy.break_({**LIST, "response": fault})
    run = collect_now(aws_account)
    assert states(run)[EAST] in ("failed", "partial")
    assert states(run)[WEST] == "complete"
    assert present() == ALL
    assert Scope.objects.get(name=EAST).reason


def test_the_same_reading_again_and_again_makes_no_snapshot(
    aws_account: Account, proxy: Proxy, whole: dict[str, Any]
) -> None:
    for _ in range(3):
        run = collect_now(aws_account)
        assert run.totals["changed"] == run.totals["added"] == run.totals["gone"] == 0
    assert Snapshot.objects.count() == len(whole)
