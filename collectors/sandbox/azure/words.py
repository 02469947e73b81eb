"""How Azure Resource Manager says no: {"error": {"code", "message"}}, and headers that tell when to come back."""

from collections.abc import Mapping

from collectors.sandbox.rest import answered
from collectors.sandbox.wire import Answer

CLIENT = "0d9c8b7a-0000-4000-8000-00000000f00d"


class Refused(Exception):
    """Azure says no, with an HTTP status, a code and perhaps a more telling code inside."""

    def __init__(self, status: int, code: str, message: str, inner: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.inner = status, code, message, inner

    def answer(self) -> Answer:
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.inner:
            error["details"] = [{"code": self.inner, "message": self.message}]
        headers: Mapping[str, str] = {}
        if self.status == 429:
            headers = {"Retry-After": "1", "x-ms-ratelimit-remaining-subscription-reads": "0"}
        if self.status == 401:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token", error_description="The token has expired"'}
        return answered(self.status, {"error": error}, headers)


def missing(path: str) -> Refused:
    return Refused(404, "ResourceNotFound", f"The Resource '{path}' was not found.")


def denied(action: str, scope: str) -> Refused:
    said = (
        f"The client '{CLIENT}' with object id '{CLIENT}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. Refresh your credentials if access is new."
    )
    return Refused(403, "AuthorizationFailed", said)


THROTTLED = Refused(429, "SubscriptionRequestsThrottled", "Number of read requests for the subscription exceeded.")
BROKEN = Refused(500, "InternalServerError", "Encountered internal server error.")
EXPIRED = Refused(401, "ExpiredAuthenticationToken", "The access token has expired.")
