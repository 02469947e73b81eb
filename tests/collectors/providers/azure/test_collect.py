"""Whole runs against the local Azure: what is stored, that nothing is told twice, what a run without change costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from collectors.collect import collect_now
from collectors.models import Run
from inventory.models import Account, Function, Grant, Identity, Resource, ScopeCoverage, Snapshot
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Azure, Said, refusal
from tests.collectors.providers.azure.estate import (
    CHECKOUT,
    IN,
    JANITOR,
    SECRET,
    SHARED,
    STAGING,
    THUMBNAILS,
    site,
    web,
)

Json = Any
pytestmark = pytest.mark.django_db(transaction=True)


def collect(account: Account, azure: Azure, hours: float = 0) -> Run:
    azure.asked.clear()
    account.refresh_from_db()
    return collect_now(account, DAY + timedelta(hours=hours), trigger="schedule")


def coverage(part: str) -> ScopeCoverage:
    return ScopeCoverage.objects.get(part=part)


def test_a_run_stores_apps_identities_grants_and_bindings(account: Account, azure: Azure) -> None:
    run = collect(account, azure)
    assert run.state == Run.State.SUCCEEDED, [(c.part, c.state, c.reason) for c in ScopeCoverage.objects.all()]
    names = set(Function.objects.values_list("name", flat=True))
    assert names == {"Checkout", "Checkout/staging", "thumbnails", "janitor", "archive"}
    janitor = Function.objects.get(name="janitor")
    assert janitor.identity is not None and janitor.identity.native_id == SHARED
    assert Grant.objects.filter(identity=janitor.identity_id, source_name="Owner").exists()
    thumbnails = Function.objects.get(name="thumbnails")
    assert (thumbnails.has_url, thumbnails.url_auth, thumbnails.trigger_count) == (True, "anonymous", 2)
    assert thumbnails.bindings.count() == 3
    assert (thumbnails.variable_count, thumbnails.secret_count) == (None, None)
    assert Function.objects.get(name="archive").has_url is None
    assert Identity.objects.get(native_id=SHARED).policy_count == 1


def test_a_second_run_makes_no_history_and_costs_next_to_nothing(account: Account, azure: Azure) -> None:
    for number in range(200):
        resource = f"{THUMBNAILS}-{number}"
        azure.rows["resources"].append(site(resource))
        azure.rows["appserviceresources"].append(web(resource))
        azure.answers |= {
            path.replace(THUMBNAILS.lower(), resource.lower()): answer
            for path, answer in list(azure.answers.items())
            if path.startswith(f"{THUMBNAILS.lower()}/")
        }
    collect(account, azure)
    before = Snapshot.objects.count()
    run = collect(account, azure, hours=1)
    assert run.state == Run.State.SUCCEEDED
    assert Snapshot.objects.count() == before
    assert len(azure.asked) <= 0.1 * Function.objects.count() + 8
    assert run.totals["changed"] == 0 and run.totals["added"] == 0


def test_everything_is_read_again_after_the_refresh_age(account: Account, azure: Azure) -> None:
    collect(account, azure)
    collect(account, azure, hours=25)
    assert len(azure.paths("/functions")) == 5
    assert len(azure.paths("federated")) == 1


def test_a_change_is_one_snapshot_of_what_changed(account: Account, azure: Azure) -> None:
    collect(account, azure)
    row = next(row for row in azure.rows["appserviceresources"] if row["id"].startswith(THUMBNAILS))
    row["properties"]["minTlsVersion"] = "1.0"
    collect(account, azure, hours=1)
    (changed,) = Snapshot.objects.filter(number__gt=1)
    assert (changed.resource.name, changed.changed) == ("thumbnails", ["encryption"])


def test_an_app_that_is_no_longer_listed_anywhere_is_gone(account: Account, azure: Azure) -> None:
    collect(account, azure)
    azure.rows["resources"] = [row for row in azure.rows["resources"] if row["id"] != JANITOR]
    listed = azure.answers[f"{IN}/providers/microsoft.web/sites"]
    azure.answers[f"{IN}/providers/microsoft.web/sites"] = [row for row in listed if row["id"] != JANITOR]
    collect(account, azure, hours=1)
    assert set(Resource.objects.exclude(gone_at=None).values_list("name", flat=True)) == {"janitor"}


@pytest.mark.parametrize(
    "fault",
    [
        refusal(403, "AuthorizationFailed"),
        refusal(401, "ExpiredAuthenticationToken"),
        refusal(503, "ServiceUnavailable"),
        Said({"values": []}),
        Said({"data": [], "value": [], "$skipToken": "same", "nextLink": "https://elsewhere.example"}),
        Said("", cut=True),
    ],
    ids=["denied", "expired", "unavailable", "no list", "loop", "empty"],
)
def test_no_fault_of_a_reading_makes_anything_gone(account: Account, azure: Azure, fault: Said) -> None:
    collect(account, azure)
    before = Snapshot.objects.count()
    azure.fail("/", fault)
    run = collect(account, azure, hours=1)
    assert run.state == Run.State.FAILED
    assert Resource.objects.filter(gone_at=None).count() == Resource.objects.count()
    assert Snapshot.objects.count() == before


def test_an_expired_token_fails_the_run_as_bad_credentials(account: Account, azure: Azure) -> None:
    azure.fail("/", refusal(401, "ExpiredAuthenticationToken"))
    assert collect(account, azure).error_class == "credentials"


def test_thirty_percent_throttled_calls_change_nothing_but_the_counts(account: Account, azure: Azure) -> None:
    count = iter(range(10**6))
    limited = refusal(429, "TooManyRequests", Retry_After="1")
    azure.faults.append(lambda _: limited if next(count) % 10 < 3 else None)
    run = collect(account, azure)
    assert run.state == Run.State.SUCCEEDED and run.totals["throttles"] > 10
    assert Function.objects.count() == 5


def test_an_unregistered_provider_is_not_applicable_and_deletes_nothing(account: Account, azure: Azure) -> None:
    collect(account, azure)
    azure.graph_understands = False
    azure.fail("/providers/microsoft.web/", refusal(409, "MissingSubscriptionRegistration"))
    collect(account, azure, hours=1)
    assert coverage("functions").state == "not applicable"
    assert not Resource.objects.exclude(gone_at=None).exists()


def test_a_missing_permission_is_named_and_the_rest_is_stored(account: Account, azure: Azure) -> None:
    azure.fail("basicpublishing", refusal(403, "AuthorizationFailed"))
    run = collect(account, azure)
    assert run.state == Run.State.PARTIAL
    told = coverage("access")
    assert (
        told.permission == "Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies/read"
        or told.permission == ("Microsoft.Web/sites/basicPublishingCredentialsPolicies/read")
    )
    assert Function.objects.get(name="thumbnails").bindings.exists()


def test_graph_without_permission_does_not_make_the_reading_incomplete(account: Account, azure: Azure) -> None:
    azure.fail("/v1.0/", refusal(403, "Authorization_RequestDenied"))
    assert collect(account, azure).state == Run.State.SUCCEEDED
    assert coverage("directory").state == "denied" and coverage("directory").optional


def test_the_log_names_what_is_read_again(account: Account, azure: Azure) -> None:
    collect(account, azure)
    at: datetime = DAY + timedelta(minutes=30)
    azure.answers[f"{IN}/providers/microsoft.insights/eventtypes/management/values"] = [
        {"eventTimestamp": at.isoformat(), "correlationId": "c1", "caller": "vera@acme.example",
         "operationName": {"value": "Microsoft.Web/sites/functions/write"}, "status": {"value": "Succeeded"},
         "resourceId": f"{STAGING}/functions/Resize"}
    ]  # fmt: skip
    collect(account, azure, hours=1)
    assert [path for path in azure.paths("/functions") if CHECKOUT.lower() in path] == [f"{STAGING}/functions".lower()]
    assert account.activity.filter(resource__name="Checkout/staging").count() == 1


def test_no_value_of_a_setting_or_key_is_stored_anywhere(account: Account, azure: Azure) -> None:
    row = next(row for row in azure.rows["resources"] if row["id"] == THUMBNAILS)
    row["tags"] |= {"db_password": "Tr0ub4dor&3-canary", "note": SECRET}
    row["properties"]["siteConfig"] = {"appSettings": [{"name": "X", "value": "canary-in-the-site"}]}
    azure.answers[f"{JANITOR}/functions".lower()] = refusal(500, "Oops", f"cannot connect with {SECRET}")
    collect(account, azure)
    stored = "".join(str(list(model._default_manager.values())) for model in apps.get_models())
    for canary in ("hunter2-hunter2", "bm90IGEgcmVhbCBrZXk", "Tr0ub4dor", "canary-in-the-site", "print('source')"):
        assert canary not in stored
    raw = [bytes(one.raw.body) for one in Resource.objects.select_related("raw") if hasattr(one, "raw")]
    assert raw
    from inventory.record import unpack

    assert not any(
        canary in str(unpack(body)) for body in raw for canary in ("hunter2", "bm90IGEgcmVhbCBrZXk", "canary-in")
    )
