"""How Google says no: google.rpc errors as JSON (google.aip.dev/193)."""

from collections.abc import Mapping
from typing import Any

from collectors.sandbox.rest import answered
from collectors.sandbox.wire import Answer

_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
           429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE"}  # fmt: skip
_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


class Refused(Exception):
    """Google says no, with the HTTP status, and a reason and its metadata where Google gives them."""

    def __init__(self, status: int, message: str, reason: str = "", **told: str) -> None:
        super().__init__(message)
        self.status, self.message, self.reason, self.told = status, message, reason, told

    def answer(self) -> Answer:
        error: dict[str, Any] = {"code": self.status, "message": self.message, "status": _STATUS[self.status]}
        if self.reason:
            domain = "iam.googleapis.com" if self.reason.startswith("IAM_") else "googleapis.com"
            info = {"@type": _INFO, "reason": self.reason, "domain": domain, "metadata": dict(self.told)}
            error["details"] = [info]
        headers: Mapping[str, str] = {"Retry-After": "1"} if self.status == 429 else {}
        return answered(self.status, {"error": error}, headers)


def missing(name: str) -> Refused:
    return Refused(404, f"Resource '{name}' was not found")


def denied(permission: str, resource: str) -> Refused:
    said = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
    return Refused(403, said, "IAM_PERMISSION_DENIED", permission=permission, resource=resource)


def disabled(service: str, number: str) -> Refused:
    said = (
        f"{service} has not been used in project {number} before or it is disabled. Enable it by visiting the console "
        "then retry. If you enabled this API recently, wait a few minutes and retry."
    )
    told = {"service": service, "consumer": f"projects/{number}", "serviceTitle": service.split(".")[0]}
    return Refused(403, said, "SERVICE_DISABLED", **told)


def unreachable(location: str) -> Refused:
    return Refused(503, f"The location {location} does not answer at present.")


THROTTLED = Refused(
    429,
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'.",
    "RATE_LIMIT_EXCEEDED",
    quota_limit="ReadRequestsPerMinutePerProject",
)
BROKEN = Refused(500, "Internal error encountered.")
EXPIRED = Refused(
    401,
    "Request had invalid authentication credentials. Expected OAuth 2 access token.",
    "ACCESS_TOKEN_EXPIRED",
)
