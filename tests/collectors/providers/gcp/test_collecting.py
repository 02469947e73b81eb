"""Whole runs through the recorder: locations, history, costs, secrets, faults."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection as database

from collectors.collect import collect_now
from collectors.models import Run
from inventory.facts import Kind
from inventory.models import Account, Activity, Binding, Function, Identity, Resource, Scope, ScopeCoverage, Snapshot
from tests.collectors.conftest import DAY
from tests.collectors.providers.gcp.estate import (
    BUILD_CANARY,
    HERE,
    KEY_CANARY,
    PROJECT,
    ROBOT,
    THERE,
    binding,
    function_name,
    knative,
    log_entry,
    orders,
    policy,
    report_v2,
    resize,
    service,
    service_name,
)
from tests.collectors.providers.gcp.google import Google, Listed, Said, disabled, refusal

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FUNCTIONS = f"/v2/projects/{PROJECT}/locations/-/functions"


def state(scope: str, part: str) -> str:
    return str(ScopeCoverage.objects.get(scope__name=scope, part=part).state)


def present() -> set[str]:
    return set(Function.objects.filter(gone_at=None).values_list("name", flat=True))


def test_a_run_reads_everything_and_says_so(account: Account) -> None:
    run = collect_now(account, DAY)
    assert run.state == Run.State.SUCCEEDED, [
        (row.scope.name, row.part, row.reason) for row in ScopeCoverage.objects.exclude(state="complete")
    ]
    assert present() == {"report", "orders", "resize", "drift"}
    assert set(Scope.objects.values_list("name", "state")) == {("global", "complete"), (HERE, "complete")}
    orders_row = Function.objects.get(name="orders")
    assert orders_row.identity is not None
    assert orders_row.identity.native_id == ROBOT
    assert orders_row.url_auth == "NONE"
    assert Function.objects.get(name="report").runtime_eol.isoformat() == "2025-10-05"  # type: ignore[union-attr]
    assert Binding.objects.filter(function__name="report", principal="allUsers").count() == 1
    assert Identity.objects.get(native_id=ROBOT).grants.filter(source_name="roles/run.invoker").exists()
    assert Resource.objects.filter(kind=Kind.ACCOUNT).count() == 3


def test_a_second_run_makes_no_history_and_asks_only_what_lists_tell(account: Account, google: Google) -> None:
    collect_now(account, DAY)
    before, written = len(google.asked), Snapshot.objects.count()
    run = collect_now(account, DAY + HOUR)
    assert Snapshot.objects.count() == written
    assert run.totals.get("changed", 0) == 0
    again = [asked.path for asked in google.asked[before:]]
    assert not [path for path in again if "/functions/" in path or "/services/" in path or "/serviceAccounts/" in path]
    assert len(again) <= 30


def test_a_run_without_change_costs_a_tenth_of_a_request_a_function(account: Account, google: Google) -> None:
    many = [resize(name=f"f{number:04}") for number in range(400)]
    google.answers[FUNCTIONS] = Listed("functions", many)
    services = [service(f"f{number:04}") for number in range(400)]
    google.answers[f"/v2/projects/{PROJECT}/locations/{HERE}/services"] = Listed("services", services)
    for number in range(400):
        google.answers[f"/v2/{function_name(f'f{number:04}')}:getIamPolicy"] = policy()
        google.answers[f"/v2/{service_name(f'f{number:04}')}:getIamPolicy"] = policy()
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    first, written = len(google.asked), Snapshot.objects.count()
    collect_now(account, DAY + HOUR)
    assert first <= 2.2 * 400
    assert len(google.asked) - first <= 40
    assert Snapshot.objects.count() == written


def test_what_the_log_names_is_asked_again(account: Account, google: Google) -> None:
    collect_now(account, DAY)
    google.answers["/v2/entries:list"] = Listed("entries", [
        log_entry(1, "google.iam.v1.IAMPolicy.SetIamPolicy", f"namespaces/{PROJECT}/services/resize",
                  "2026-03-02T09:30:00Z", labels={"location": HERE, "service_name": "resize"},
                  serviceName="run.googleapis.com"),
    ])  # fmt: skip
    google.answers[f"/v2/{service_name('resize')}:getIamPolicy"] = policy(binding("roles/run.invoker", "allUsers"))
    before = len(google.asked)
    collect_now(account, DAY + HOUR)
    asked = [one.path for one in google.asked[before:] if "resize:getIamPolicy" in one.path]
    assert sorted(asked) == [
        f"/v2/{function_name('resize')}:getIamPolicy",
        f"/v2/{service_name('resize')}:getIamPolicy",
    ]
    assert not [one.path for one in google.asked[before:] if "orders:getIamPolicy" in one.path]
    resource = Resource.objects.get(native_id=function_name("resize"))
    assert resource.snapshots.order_by("-number")[0].changed == ["access"]
    event = Activity.objects.get()
    assert (event.actor, event.subject, event.resource_id) == ("dana@acme.example", resource.native_id, resource.pk)


def test_without_the_log_everything_is_asked_again(account: Account, google: Google) -> None:
    google.fail("/v2/entries:list", refusal(403))
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    before = len(google.asked)
    collect_now(account, DAY + HOUR)
    again = [asked.path for asked in google.asked[before:]]
    assert len([path for path in again if path.endswith(":getIamPolicy") and "/locations/" in path]) == 6
    assert len([path for path in again if path.endswith("/keys")]) == 2
    assert state(HERE, "activity") == "denied"


def test_a_change_above_reaches_every_function_the_next_hour(account: Account, google: Google) -> None:
    collect_now(account, DAY)
    google.answers["/v3/folders/77:getIamPolicy"] = policy(binding("roles/owner", "user:eve@elsewhere.example"))
    collect_now(account, DAY + HOUR)
    assert Binding.objects.filter(principal="user:eve@elsewhere.example", via="folder policy").count() == 4
    assert not Binding.objects.filter(principal="group:platform@acme.example").exists()
    changed = {one.resource.native_id: one.changed for one in Snapshot.objects.exclude(changed=[])}
    assert changed == {"folders/77": ["access"]}


def test_a_location_in_which_nothing_is_left_is_read_once_more_to_say_so(account: Account, google: Google) -> None:
    google.answers[FUNCTIONS] = Listed("functions", [report_v2(), orders(), resize(), resize(THERE, "far")])
    google.answers[f"/v2/projects/{PROJECT}/locations/{THERE}/services"] = Listed("services", [service("far", THERE)])
    collect_now(account, DAY)
    assert "far" in present()
    google.answers[FUNCTIONS] = Listed("functions", [report_v2(), orders(), resize()])
    google.answers[f"/v2/projects/{PROJECT}/locations/{THERE}/services"] = Listed("services", [])
    collect_now(account, DAY + HOUR)
    assert present() == {"report", "orders", "resize", "drift"}
    assert Function.objects.get(name="far").gone_at == DAY + HOUR


def test_an_unreachable_location_loses_nothing(account: Account, google: Google) -> None:
    google.answers[FUNCTIONS] = Listed("functions", [orders(), resize(), resize(THERE, "far")])
    collect_now(account, DAY)
    google.answers[FUNCTIONS] = Listed("functions", [orders(), resize()], {"unreachable": [THERE]})
    run = collect_now(account, DAY + HOUR)
    assert run.state == Run.State.PARTIAL
    assert "far" in present()
    assert state(THERE, "functions") == "failed"
    assert state(HERE, "functions") == "complete"


def test_cloud_run_alone_in_a_location_is_found_there(account: Account, google: Google) -> None:
    google.answers[f"/v1/projects/{PROJECT}/locations/-/services"] = Listed("items", [knative("lone", THERE)])
    lone = service("lone", THERE, labels={}, buildConfig={"functionTarget": "main"})
    google.answers[f"/v2/projects/{PROJECT}/locations/{THERE}/services"] = Listed("services", [lone])
    collect_now(account, DAY)
    assert Function.objects.get(name="lone").region == THERE


def test_apis_that_are_off_are_not_applicable_and_no_fault(account: Account, google: Google) -> None:
    google.fail(f"/projects/{PROJECT}/locations/", disabled("cloudfunctions.googleapis.com"))
    run = collect_now(account, DAY)
    assert run.state == Run.State.SUCCEEDED
    assert state("global", "function locations") == "not applicable"
    assert state("global", "run locations") == "not applicable"


def test_an_api_switched_off_deletes_nothing(account: Account, google: Google) -> None:
    collect_now(account, DAY)
    google.fail("/locations/-/functions", disabled("cloudfunctions.googleapis.com"))
    collect_now(account, DAY + HOUR)
    assert present() == {"report", "orders", "resize", "drift"}


def test_throttling_of_every_third_request_changes_nothing_but_the_count(account: Account, google: Google) -> None:
    count = iter(range(10_000))
    google.faults.append(lambda asked: Said(status=429, headers={"Retry-After": "0"}) if next(count) % 3 == 0 else None)
    run = collect_now(account, DAY)
    assert run.state == Run.State.SUCCEEDED
    assert present() == {"report", "orders", "resize", "drift"}
    assert run.totals["retries"] > 10


@pytest.mark.parametrize("said", [Said('{"functions": [', cut=True), Said("<html>"), Said([1])])
def test_a_list_that_breaks_off_loses_nothing(account: Account, google: Google, said: Said) -> None:
    collect_now(account, DAY)
    google.fail("/locations/-/functions", said)
    run = collect_now(account, DAY + HOUR)
    assert run.state == Run.State.PARTIAL
    assert present() == {"report", "orders", "resize", "drift"}
    assert state(HERE, "functions") == "failed"


def test_bad_credentials_end_the_run_and_lose_nothing(account: Account, google: Google) -> None:
    collect_now(account, DAY)
    google.faults.append(lambda asked: refusal(401))
    run = collect_now(account, DAY + HOUR)
    assert (run.state, run.error_class) == (Run.State.FAILED, "credentials")
    assert present() == {"report", "orders", "resize", "drift"}


def test_no_value_of_a_variable_is_stored_anywhere(account: Account, google: Google) -> None:
    google.answers["/v2/entries:list"] = Listed("entries", [
        log_entry(1, "google.cloud.functions.v2.FunctionService.UpdateFunction", function_name("orders"),
                  "2026-03-02T08:30:00Z", labels={"location": HERE, "function_name": "orders"}),
    ])  # fmt: skip
    collect_now(account, DAY)
    assert Activity.objects.count() == 1
    stored = json.dumps([_rows(table) for table in database.introspection.table_names()], default=_text)
    assert '\\"inherited\\"' in stored  # the raw answers were looked through, too
    for canary in (KEY_CANARY, BUILD_CANARY, "0123456789abcdef0123456789"):
        assert canary not in stored


def _rows(table: str) -> list[object]:
    with database.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return list(cursor.fetchall())


def _text(value: object) -> str:
    """Stored bytes may be compressed raw answers."""
    from inventory.record import unpack

    if isinstance(value, bytes | memoryview):
        body = bytes(value)
        return json.dumps(unpack(body), default=str) if body[:1] == b"x" else body.decode("latin-1")
    return str(value)


def test_what_was_read_says_the_same_when_it_is_normalized_again(account: Account) -> None:
    from collectors.providers.gcp import PROVIDER
    from inventory.models import RawAnswer
    from inventory.record import prepare, unpack

    collect_now(account, DAY)
    kept = RawAnswer.objects.select_related("resource__latest")
    assert kept.count() >= 8
    for answer in kept:
        [seen] = PROVIDER.normalize(answer.resource.listing, unpack(bytes(answer.body)))
        assert answer.resource.latest is not None
        assert prepare(seen).digests.items() <= answer.resource.latest.digests.items()
