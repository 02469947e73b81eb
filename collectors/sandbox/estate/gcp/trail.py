"""What Cloud Audit Logs remember: an entry when an operation begins and one when it ends.

Times are hours since the estate's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.sandbox.estate.gcp.organisation import DOMAIN, account
from collectors.sandbox.estate.names import hexadecimal

FUNCTIONS, RUN = "cloudfunctions.googleapis.com", "run.googleapis.com"
MANAGER, IAM = "cloudresourcemanager.googleapis.com", "iam.googleapis.com"


@dataclass(frozen=True)
class Actor:
    """`{project}` in the e-mail is the project in which something was done."""

    email: str
    address: str
    agent: str


PIPELINE = Actor(
    account("release", "{project}"), "192.0.2.44", "google-cloud-sdk gcloud/548.0.0 command/gcloud.functions.deploy"
)
ENGINEER = Actor(f"on-call-engineer@{DOMAIN}", "203.0.113.7", "Mozilla/5.0,gzip(gfe)")
ANALYST = Actor(f"an-analyst@{DOMAIN}", "203.0.113.9", "Mozilla/5.0,gzip(gfe)")
OLD_CI = Actor(f"ci-old@{DOMAIN}", "198.51.100.77", "google-api-python-client/1.12")


@dataclass(frozen=True)
class LogEvent:
    """One operation. `lasts` hours later a second entry says that it ended; 0: it was done at once, one entry."""

    hours: float
    project: str
    service: str
    method: str
    resource: str
    actor: Actor
    kind: str = "cloud_function"
    labels: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    delta: tuple[Mapping[str, str], ...] = ()
    lasts: float = 0.02

    @property
    def id(self) -> str:
        return hexadecimal(16, "gcp event", self.project, self.method, self.resource, self.hours)

    def entries(self, base: datetime) -> list[dict[str, Any]]:
        """Oldest first."""
        first = self._entry(base, self.hours, {"first": True} if self.lasts else {})
        first["protoPayload"]["request"] = dict(self.request)
        if not self.lasts:
            return [first]
        last = self._entry(base, self.hours + self.lasts, {"last": True})
        last["protoPayload"]["status"] = {}
        return [first, last]

    def _entry(self, base: datetime, hours: float, place: Mapping[str, bool]) -> dict[str, Any]:
        at = base + timedelta(hours=hours)
        payload: dict[str, Any] = {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "authenticationInfo": {"principalEmail": self.actor.email.format(project=self.project)},
            "requestMetadata": {"callerIp": self.actor.address, "callerSuppliedUserAgent": self.actor.agent},
            "serviceName": self.service,
            "methodName": self.method,
            "resourceName": self.resource,
        }
        if self.delta:
            payload["serviceData"] = {
                "@type": "type.googleapis.com/google.iam.v1.logging.AuditData",
                "policyDelta": {"bindingDeltas": [dict(one) for one in self.delta]},
            }
        entry: dict[str, Any] = {
            "protoPayload": payload,
            "insertId": hexadecimal(14, self.id, *place),
            "resource": {"type": self.kind, "labels": {"project_id": self.project, **self.labels}},
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "receiveTimestamp": (at + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "severity": "NOTICE",
            "logName": f"projects/{self.project}/logs/cloudaudit.googleapis.com%2Factivity",
        }
        if place:
            operation = f"operations/{hexadecimal(24, 'operation', self.id)}"
            entry["operation"] = {"id": operation, "producer": self.service, **place}
        return entry
