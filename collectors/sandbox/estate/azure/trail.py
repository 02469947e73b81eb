"""What the activity log remembers: several events for one operation. Times are hours since the estate's base."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.sandbox.estate.azure.access import PIPELINE_PRINCIPAL
from collectors.sandbox.estate.azure.tenant import TENANT, person
from collectors.sandbox.estate.names import uuid

_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_STEPS = (("Started", 0), ("Accepted", 2), ("Succeeded", 9))


@dataclass(frozen=True)
class Actor:
    """A person (by sign-in name) or an application (by its object id)."""

    caller: str
    address: str
    application: bool = False

    def claims(self) -> dict[str, str]:
        if self.application:
            return {"appid": uuid("application", self.caller), "idtyp": "app", _OBJECT: self.caller}
        short = self.caller.split("@")[0]
        return {_UPN: self.caller, _NAME: self.caller, _OBJECT: person(short), "idtyp": "user", "ipaddr": self.address}


PIPELINE = Actor(PIPELINE_PRINCIPAL, "192.0.2.44", application=True)
ENGINEER = Actor("on-call-engineer@larkfield.example", "203.0.113.7")
ANALYST = Actor("an-analyst@larkfield.example", "203.0.113.9")
OLD_CI = Actor("ci-old@larkfield.example", "198.51.100.77")


@dataclass(frozen=True)
class ActivityEvent:
    """One operation on a resource; `body` is what was sent, as role assignments tell it."""

    hours: float
    subscription: str
    operation: str
    resource: str
    actor: Actor
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        return self.operation.split("/")[0]

    @property
    def correlation(self) -> str:
        return uuid("azure event", self.subscription, self.operation, self.resource, self.hours)

    def entries(self, base: datetime) -> list[dict[str, Any]]:
        """The events of the operation, oldest first."""
        return [self._entry(base + timedelta(hours=self.hours, seconds=later), step) for step, later in _STEPS]

    def _entry(self, at: datetime, step: str) -> dict[str, Any]:
        stamp, kind = at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z", self.operation.rsplit("/", 1)[0]
        properties = {"requestbody": json.dumps(self.body)} if self.body and step == "Started" else {}
        event = uuid(self.correlation, step)
        return {
            "authorization": {"action": self.operation, "scope": self.resource},
            "caller": self.actor.caller,
            "channels": "Operation",
            "claims": self.actor.claims(),
            "correlationId": self.correlation,
            "category": _text("Administrative"),
            "eventDataId": event,
            "eventName": _text("BeginRequest" if step == "Started" else "EndRequest"),
            "eventTimestamp": stamp,
            "httpRequest": {
                "clientRequestId": self.correlation,
                "clientIpAddress": self.actor.address,
                "method": "PUT",
            },
            "id": f"{self.resource}/events/{event}/ticks/{int(at.timestamp() * 10_000_000)}",
            "level": "Informational",
            "operationId": self.correlation,
            "operationName": _text(self.operation),
            "properties": {**properties, "entity": self.resource},
            "resourceGroupName": self.resource.split("/")[4] if "/resourceGroups/" in self.resource else "",
            "resourceId": self.resource,
            "resourceProviderName": _text(self.provider),
            "resourceType": _text(kind),
            "status": _text(step),
            "subStatus": _text("OK" if step == "Succeeded" else ""),
            "submissionTimestamp": stamp,
            "subscriptionId": self.subscription,
            "tenantId": TENANT,
        }


def _text(value: str) -> dict[str, str]:
    return {"value": value, "localizedValue": value}
