"""Deliveries of events as the clouds make them, and how they show their sender."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.test import Client
from django.urls import reverse

from collectors.models import Receiver
from collectors.receiving.sender import HEADER, digest_of
from inventory.clock import now
from inventory.models import Account

Json = Any
SECRET = "fanlight_ev_this-is-the-secret-of-the-tests"


def receiver(provider: str, account: Account | None = None, **told: Any) -> Receiver:
    given = {"name": provider, "key": f"{provider}0123456789abcdef", "made_at": now(), "digest": digest_of(SECRET)}
    return Receiver.objects.create(provider=provider, account=account, **{**given, **told})


def deliver(one: Receiver, body: Json, secret: str = SECRET, **headers: str) -> Any:
    shown = {HEADER: secret} if secret else {}
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        reverse("events", args=[one.provider, one.key]), text, content_type="application/json",
        headers={**shown, **headers},
    )  # fmt: skip


def eventbridge(record: Json, **more: Json) -> Json:
    """A CloudTrail record as EventBridge delivers it."""
    account, region = record["recipientAccountId"], record["awsRegion"]
    source = "aws." + record["eventSource"].split(".")[0]
    return {
        "version": "0", "id": f"bus-{record['eventID']}", "detail-type": "AWS API Call via CloudTrail",
        "source": source, "account": account, "time": record["eventTime"], "region": region, "resources": [],
        "detail": record, **more,
    }  # fmt: skip


def pushed(entry: Json) -> Json:
    """A log entry as Pub/Sub pushes it."""
    data = base64.b64encode(json.dumps(entry).encode()).decode()
    message = {"data": data, "messageId": "1", "publishTime": entry["timestamp"], "attributes": {}}
    return {"message": message, "subscription": "projects/larkfield/subscriptions/fanlight"}


def event_grid(entry: Json, what: str = "Write") -> Json:
    """An entry of the activity log as Event Grid delivers it."""
    resource = entry["resourceId"]
    return [{
        "id": entry["eventDataId"], "topic": f"/subscriptions/{entry['subscriptionId']}", "subject": resource,
        "eventType": f"Microsoft.Resources.Resource{what}Success", "eventTime": entry["eventTimestamp"],
        "dataVersion": "2", "metadataVersion": "1",
        "data": {
            "authorization": entry["authorization"], "claims": entry["claims"], "status": "Succeeded",
            "correlationId": entry["correlationId"], "httpRequest": json.dumps(entry["httpRequest"]),
            "operationName": entry["operationName"]["value"], "resourceUri": resource,
            "resourceProvider": "Microsoft.Web", "subscriptionId": entry["subscriptionId"],
            "tenantId": entry["tenantId"],
        },
    }]  # fmt: skip
