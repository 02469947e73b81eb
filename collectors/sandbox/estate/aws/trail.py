"""What CloudTrail remembers: events and who did them. Times are hours since the estate's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.sandbox.estate.names import letters, uuid

LAMBDA, IAM = "lambda.amazonaws.com", "iam.amazonaws.com"


@dataclass(frozen=True)
class Actor:
    """A session of a role, or an IAM user when `role` is empty."""

    role: str
    session: str
    address: str
    agent: str
    mfa: bool = False

    def identity(self, account: str, at: str) -> dict[str, Any]:
        """The event's userIdentity."""
        key = ("ASIA" if self.role else "AKIA") + letters(16, account, self.role, self.session)
        if not self.role:
            arn = f"arn:aws:iam::{account}:user/{self.session}"
            named = {"type": "IAMUser", "principalId": "AIDA" + letters(17, arn), "userName": self.session}
            return {**named, "arn": arn, "accountId": account, "accessKeyId": key}
        issuer = f"arn:aws:iam::{account}:role/{self.role}"
        principal = "AROA" + letters(17, issuer.rsplit("/", 1)[-1], account)
        return {
            "type": "AssumedRole",
            "principalId": f"{principal}:{self.session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{self.role.rsplit('/', 1)[-1]}/{self.session}",
            "accountId": account,
            "accessKeyId": key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": principal,
                    "arn": issuer,
                    "accountId": account,
                    "userName": self.role.rsplit("/", 1)[-1],
                },
                "attributes": {"creationDate": at, "mfaAuthenticated": str(self.mfa).lower()},
            },
        }


_SSO = "aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_"
PIPELINE = Actor("release-pipeline", "build-4711", "192.0.2.44", "aws-cli/2.31 md/pipeline")
ENGINEER = Actor(f"{_SSO}PlatformEngineer_0f1e2d3c4b5a6978", "on-call-engineer", "203.0.113.7", "Mozilla/5.0", True)
ANALYST = Actor(f"{_SSO}SecurityAnalyst_8796a5b4c3d2e1f0", "an-analyst", "203.0.113.9", "Mozilla/5.0", True)
OLD_CI = Actor("", "ci-old", "198.51.100.77", "Boto3/1.26 Python/3.8")


@dataclass(frozen=True)
class TrailEvent:
    hours: float
    account: str
    region: str
    source: str
    name: str
    actor: Actor
    resources: tuple[tuple[str, str], ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        return uuid("event", self.account, self.region, self.name, self.hours, *self.resources)

    @property
    def user_name(self) -> str:
        return self.actor.session

    def record(self, base: datetime) -> dict[str, Any]:
        """The event as it stands in the string CloudTrailEvent."""
        at = (base + timedelta(hours=self.hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "eventVersion": "1.11",
            "userIdentity": self.actor.identity(self.account, at),
            "eventTime": at,
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": self.actor.address,
            "userAgent": self.actor.agent,
            "requestParameters": dict(self.request),
            "responseElements": dict(self.response) if self.response is not None else None,
            "requestID": uuid("request", self.id),
            "eventID": self.id,
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        }
