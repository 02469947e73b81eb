"""Answers in no documented shape: each costs its own entry, never the listing, and never reads as nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from collectors.collect import collect_now
from inventory.models import Account, Function, QuarantinedEntry, Resource
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Azure
from tests.collectors.providers.azure.estate import IN, JANITOR, SHARED_ID, THUMBNAILS, WEB, site

Json = Any
pytestmark = pytest.mark.django_db(transaction=True)
APPS = {"Checkout", "Checkout/staging", "thumbnails", "janitor", "archive"}


def deep(levels: int) -> Json:
    value: Json = "end"
    for _ in range(levels):
        value = {"x": value}
    return value


ODD_ROWS: list[Json] = [
    None, 7, "text", [], {}, {"id": 7, "kind": "functionapp"}, {"id": None, "kind": "functionapp"},
    {"id": f"{WEB}/sites/../../x", "kind": "functionapp"}, {"id": "/subscriptions/x", "kind": "functionapp"},
    site(f"{WEB}/sites/nested") | {"properties": deep(60)},
    {"id": f"{WEB}/sites/plain", "kind": "functionapp", "properties": "none"},
]  # fmt: skip


def test_rows_that_are_no_apps_are_quarantined_and_the_others_stored(account: Account, azure: Azure) -> None:
    azure.rows["resources"] = [*[row for row in ODD_ROWS if isinstance(row, dict)], *azure.rows["resources"]]
    for row in azure.rows["resources"]:
        row.setdefault("type", "microsoft.web/sites")
        row["id"] = row.get("id") if isinstance(row.get("id"), str) else f"{IN}/odd"
        row.setdefault("properties", {})
    collect_now(account, DAY)
    assert set(Function.objects.values_list("name", flat=True)) >= APPS
    assert QuarantinedEntry.objects.filter(listing="functions").exists()
    assert not Resource.objects.exclude(gone_at=None).exists()


def test_lists_of_anything_are_survived(account: Account, azure: Azure) -> None:
    azure.graph_understands = False
    azure.answers[f"{IN}/providers/microsoft.web/sites"] = [
        *ODD_ROWS,
        *azure.answers[f"{IN}/providers/microsoft.web/sites"],
    ]
    for name in ("roleassignments", "roledefinitions", "denyassignments", "roleeligibilityscheduleinstances"):
        path = f"{IN}/providers/microsoft.authorization/{name}"
        azure.answers[path] = [*ODD_ROWS, {"id": {}, "properties": []}, *azure.answers[path]]
    collect_now(account, DAY)
    assert set(Function.objects.values_list("name", flat=True)) >= APPS - {"Checkout/staging"}
    assert Function.objects.get(name="thumbnails").bindings.exists()


@pytest.mark.parametrize("odd", [None, 7, "text", [], [None], [7], {"x": 1}, deep(50), "\x00\ud800", True, [[]], [{}]])
@pytest.mark.parametrize("where", ["siteConfig", "identity", "tags", "functionAppConfig", "hostNameSslStates", "state"])
def test_an_odd_value_makes_a_part_unknown_and_loses_no_app(
    account: Account, azure: Azure, where: str, odd: Json
) -> None:
    for row in azure.rows["resources"]:
        if row["id"] == THUMBNAILS:
            (row if where in ("identity", "tags") else row["properties"])[where] = copy.deepcopy(odd)
    collect_now(account, DAY)
    told = set(Function.objects.values_list("name", flat=True))
    quarantined = set(QuarantinedEntry.objects.values_list("native_id", flat=True))
    assert told >= APPS or (told >= APPS - {"thumbnails"} and THUMBNAILS.lower() in quarantined)


@pytest.mark.parametrize("odd", [None, 7, "text", [], [7], {"x": 1}, deep(50)])
def test_odd_functions_and_settings_are_unread_and_never_none(account: Account, azure: Azure, odd: Json) -> None:
    path = JANITOR.lower()
    azure.answers[f"{path}/functions"] = [{"id": f"{JANITOR}/functions/x", "name": "janitor/x", "properties": odd}]
    azure.answers[f"{path}/config/authsettingsv2"] = {"properties": odd}
    azure.answers[f"{path}/basicpublishingcredentialspolicies"] = [{"name": "scm", "properties": odd}]
    azure.answers[f"{SHARED_ID}/federatedIdentityCredentials".lower()] = [{"name": "x", "properties": odd}]
    collect_now(account, DAY)
    janitor = Resource.objects.get(name="janitor")
    assert set(Function.objects.values_list("name", flat=True)) == APPS
    if not isinstance(odd, dict | None):
        assert "triggers" not in janitor.document and janitor.unread["triggers"]["error_class"] == "bad answer"
        assert janitor.unread["access"]["error_class"] == "bad answer"
