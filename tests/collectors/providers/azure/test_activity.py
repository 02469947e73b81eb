"""The activity log: one act for all its events, by whom, to what; changes of Resource Graph where the log has gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collectors.provider import Denied, LogPage
from collectors.providers.azure import PROVIDER
from inventory.facts import ActivityFact
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Asked, Azure, refusal
from tests.collectors.providers.azure.estate import (
    ANALYST,
    CHECKOUT,
    GROUP,
    IN,
    SECRET,
    SHARED,
    SHARED_ID,
    SUBSCRIPTION,
)

Json = Any
LOG = f"{IN}/providers/microsoft.insights/eventtypes/management/values"


def event(
    operation: str, status: str, minutes: int = 0, resource: str = f"{CHECKOUT}/config/web", **more: Json
) -> Json:
    return {
        "eventTimestamp": (DAY - timedelta(hours=2) + timedelta(minutes=minutes)).isoformat(),
        "correlationId": "C0FFEE", "operationName": {"value": operation}, "status": {"value": status},
        "resourceId": resource, "caller": "vera@acme.example", "httpRequest": {"clientIpAddress": "192.0.2.7"},
        "properties": {"requestbody": f'{{"properties": {{"DB": "{SECRET}"}}}}'}, **more,
    }  # fmt: skip


def say(azure: Azure, provider: str, *events: Json) -> None:
    """Let the log answer these to the question about one resource provider."""

    def told(asked: Asked) -> Json:
        return {"value": list(events) if f"resourceProvider eq '{provider}'" in asked.query["$filter"][0] else []}

    azure.answers[LOG] = told


def pages(session: Any, days: float = 0.5) -> list[LogPage]:
    session.begin(SUBSCRIPTION, 600)
    return list(PROVIDER.activity(session, SUBSCRIPTION, DAY - timedelta(days=days), DAY))


def facts(session: Any, days: float = 0.5) -> list[ActivityFact]:
    return [fact for page in pages(session, days) for fact in page.events]


def test_the_events_of_one_act_are_one_with_its_end(session: Any, azure: Azure) -> None:
    operation = "Microsoft.Web/sites/config/write"
    say(
        azure,
        "Microsoft.Web",
        event(operation, "Succeeded", 2),
        event(operation, "Started"),
        event(operation, "Accepted", 1),
    )
    (fact,) = facts(session)
    assert (fact.action, fact.outcome, fact.subject) == (operation, "ok", CHECKOUT.lower())
    assert (fact.actor, fact.actor_kind, fact.source_ip) == ("vera@acme.example", "person", "192.0.2.7")
    assert fact.at == DAY - timedelta(hours=2) and fact.request_id == "c0ffee"
    assert SECRET not in str(fact)


def test_a_failed_act_says_why(session: Any, azure: Azure) -> None:
    say(azure, "Microsoft.Web", event("Microsoft.Web/sites/write", "Failed", subStatus={"value": "Forbidden"}))
    assert [fact.outcome for fact in facts(session)] == ["Forbidden"]


def test_an_act_without_end_is_left_for_the_next_reading_while_it_is_young(session: Any, azure: Azure) -> None:
    young = event("Microsoft.Web/sites/write", "Started") | {"eventTimestamp": (DAY - timedelta(minutes=5)).isoformat()}
    say(azure, "Microsoft.Web", young)
    assert facts(session) == []
    say(azure, "Microsoft.Web", event("Microsoft.Web/sites/write", "Started"))
    assert [fact.outcome for fact in facts(session)] == ["started"]


def test_a_role_assignment_is_done_to_whom_it_is_given_or_to_the_app_it_is_given_on(session: Any, azure: Azure) -> None:
    body = {"requestbody": f'{{"Id": "x", "Properties": {{"PrincipalId": "{SHARED}", "RoleDefinitionId": "r"}}}}'}
    path = "providers/Microsoft.Authorization/roleAssignments/1"
    write = "Microsoft.Authorization/roleAssignments/write"
    say(azure, "Microsoft.Authorization", event(write, "Succeeded", resource=f"{GROUP}/{path}", properties=body),
        event(write, "Succeeded", resource=f"{CHECKOUT}/{path}", properties=body))  # fmt: skip
    assert {fact.subject for fact in facts(session)} == {SHARED, CHECKOUT.lower()}


def test_an_act_on_an_identity_is_told_under_its_principal_id(session: Any, azure: Azure) -> None:
    where = f"{SHARED_ID}/federatedIdentityCredentials/deploy"
    operation = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write"
    say(azure, "Microsoft.ManagedIdentity", event(operation, "Succeeded", resource=where))
    assert [fact.subject for fact in facts(session)] == [SHARED]


def test_applications_are_services_and_not_persons(session: Any, azure: Azure) -> None:
    claims = {
        "appid": "app-1",
        "idtyp": "app",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "deployer",
    }
    say(azure, "Microsoft.Web", event("Microsoft.Web/sites/write", "Succeeded", caller=ANALYST, claims=claims))
    (fact,) = facts(session)
    assert (fact.actor, fact.actor_kind, fact.detail["application"]) == ("deployer", "service", "app-1")


def test_the_watermark_moves_with_the_slices_and_each_provider_is_asked(session: Any, azure: Azure) -> None:
    told = pages(session, days=7)
    assert [page.until for page in told if page.until][-1] == DAY
    asked = [one.query["$filter"][0] for one in azure.asked if one.path == LOG]
    assert len(asked) == 9
    assert {text.rsplit("'", 2)[1] for text in asked} == {
        "Microsoft.Web", "Microsoft.Authorization", "Microsoft.ManagedIdentity"
    }  # fmt: skip


def test_after_a_gap_resource_graph_fills_in(session: Any, azure: Azure) -> None:
    azure.rows["resourcechanges"] = [
        {"id": f"{IN}/changes/1", "properties": {
            "targetResourceId": CHECKOUT, "changeType": "Update", "changes": {"properties.httpsOnly": {}},
            "changeAttributes": {"timestamp": "2026-03-01T10:00:00.1234567Z", "correlationId": "DEED",
                                 "changedBy": "vera@acme.example", "changedByType": "User", "operation": "x/write"}}}
    ]  # fmt: skip
    assert facts(session, days=0.5) == []
    (fact,) = facts(session, days=7)
    assert (fact.subject, fact.actor, fact.actor_kind) == (CHECKOUT.lower(), "vera@acme.example", "person")
    assert fact.detail["changed"] == ["properties.httpsOnly"]
    say(azure, "Microsoft.Web", event("Microsoft.Web/sites/write", "Succeeded", correlationId="deed"))
    assert {fact.detail.get("source") for fact in facts(session, days=7)} == {None}


def test_a_log_that_may_not_be_read_stays_unread_whatever_resource_graph_tells(session: Any, azure: Azure) -> None:
    azure.fail("eventtypes", refusal(403, "AuthorizationFailed"))
    session.begin(SUBSCRIPTION, 600)
    reading = PROVIDER.activity(session, SUBSCRIPTION, DAY - timedelta(days=1), DAY)
    assert next(reading).until is None
    with pytest.raises(Denied) as denied:
        next(reading)
    assert denied.value.permission == "Microsoft.Insights/eventtypes/management/values/Read"
