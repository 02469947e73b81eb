"""Azure's error codes, told as the few faults a collector knows.

Codes: "Common error codes" of Azure Resource Manager (learn.microsoft.com/azure/azure-resource-manager/
troubleshooting), Resource Graph's error list, and Microsoft Graph's error responses.
"""

from __future__ import annotations

from dataclasses import dataclass

from collectors.hygiene import mask
from collectors.provider import (
    BadAnswer,
    BadCredentials,
    Denied,
    NotApplicable,
    ReadFault,
    Throttled,
    Unreachable,
    Unsupported,
)

NOT_REGISTERED = frozenset(
    {"missingsubscriptionregistration", "subscriptionnotregistered", "missingregistrationforresourceprovider",
     "noregisteredproviderfound", "missingregistrationfortype"}
)  # fmt: skip
DISABLED = frozenset({"readonlydisabledsubscription", "subscriptiondisabled", "disabledsubscription"})
#: Privileged Identity Management and Graph features that the tenant's licences do not include.
UNLICENSED = frozenset(
    {"aadpremiumlicenserequired", "authentication_requestfrompremiumtenantrequired", "tenantnotonboarded",
     "insufficientlicenses", "resourcenotonboarded"}
)  # fmt: skip
UNKNOWN_CALL = frozenset(
    {"invalidresourcetype", "invalidapiversionparameter", "replayquerynotunderstood", "notimplemented",
     "invalidquery", "unsupportedquery", "invalidresourcenamespace", "disallowedprovider"}
)  # fmt: skip
STRANGERS = frozenset({"invalidauthenticationtokentenant", "invalidauthenticationtokenaudience"})
THROTTLED = frozenset({"toomanyrequests", "subscriptionrequeststhrottled", "ratelimiting", "throttled"})


class Missing(BadAnswer):
    """The cloud says that what was asked for is not there."""

    error_class = "not found"


class Expired(Exception):
    """The cloud does not take the token; renewing it once may help. `claims` is a challenge to answer with it."""

    def __init__(self, said: str, claims: str = "") -> None:
        super().__init__(said)
        self.claims = claims


class Transient(Exception):
    """The cloud failed, throttled or was cut off in a way that may pass; `fault` is what it becomes if it does not."""

    def __init__(self, fault: ReadFault, wait: float | None = None, throttled: bool = False) -> None:
        super().__init__(fault.reason)
        self.fault, self.wait, self.throttled = fault, wait, throttled


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success: status, the cloud's code and message, the call, and the permission it takes."""

    status: int
    code: str
    message: str
    call: str
    action: str
    wait: float | None = None
    claims: str = ""

    def said(self) -> str:
        """The refusal in one sentence, without secrets and not longer than a page can show."""
        words = mask(" ".join(self.message.split()))[:400]
        return f"{self.call}: {self.code or self.status}" + (f": {words}" if words else "")


def fault_of(refusal: Refusal) -> Exception:
    """What a refusal means."""
    code, said, call = refusal.code.lower(), refusal.said(), refusal.call
    if refusal.status == 429 or code in THROTTLED:
        return Transient(Throttled(said, call=call), refusal.wait, throttled=True)
    if code in NOT_REGISTERED:
        return NotApplicable(f"The resource provider is not registered in this subscription. {said}", call=call)
    if code in DISABLED:
        return NotApplicable(f"The subscription is disabled. {said}", call=call)
    if code in UNLICENSED:
        return NotApplicable(f"The tenant's licences do not include it. {said}", call=call)
    if code in UNKNOWN_CALL or refusal.status in (405, 501):
        return Unsupported(f"{call} is not known to this endpoint ({refusal.code or refusal.status}).", call=call)
    if refusal.status == 401:
        return BadCredentials(_stranger(said), call=call) if code in STRANGERS else Expired(said, refusal.claims)
    if refusal.status == 403 or code == "subscriptionnotfound":
        return Denied(said, refusal.action, call)
    if refusal.status == 404:
        return Missing(said, call=call)
    if refusal.status in (408, 409) or refusal.status >= 500:
        return Transient(Unreachable(said, call=call), refusal.wait)
    return BadAnswer(said, call=call)


def _stranger(said: str) -> str:
    return f"The token is of another tenant or cloud than the subscription: give tenant, or authority. {said}"
