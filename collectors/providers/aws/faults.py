"""AWS's error codes, told as the few faults a collector knows.

Codes: "Common errors" of the API references of Lambda, IAM, EC2, CloudTrail and Organizations; the spellings differ
between protocols for the same thing.
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

THROTTLED = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "TooManyRequests",
        "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "EC2ThrottledException", "SlowDown",
        "BandwidthLimitExceeded", "PriorRequestNotComplete", "LimitExceededException",
    }
)  # fmt: skip
TRANSIENT = frozenset(
    {
        "InternalError", "InternalFailure", "InternalServerError", "InternalServerException", "ServiceException",
        "ServiceUnavailable", "ServiceUnavailableException", "Unavailable", "RequestTimeout", "RequestTimeoutException",
    }
)  # fmt: skip
EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "CredentialsExpired"}
)
UNKNOWN_CLIENT = frozenset(
    {
        "UnrecognizedClientException", "InvalidClientTokenId", "InvalidClientToken", "AuthFailure", "OptInRequired",
        "InvalidAccessKeyId", "IncompleteSignature", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SubscriptionRequiredException",
    }
)  # fmt: skip
SKEWED = frozenset(
    {"SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed", "RequestExpired", "InvalidSignature"}
)
DENIED = frozenset(
    {
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedException",
        "AuthorizationError", "Forbidden", "ForbiddenException", "Client.UnauthorizedOperation",
    }
)  # fmt: skip
UNKNOWN_CALL = frozenset(
    {
        "UnknownOperationException", "UnknownOperation", "InvalidAction", "NotImplemented", "NotImplementedException",
        "UnsupportedOperation", "UnsupportedOperationException", "InvalidOperation", "UnknownService", "NoSuchVersion",
    }
)  # fmt: skip
MISSING = frozenset(
    {
        "ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException", "NotFoundException", "ResourceNotFound",
        "CodeSigningConfigNotFoundException", "ProvisionedConcurrencyConfigNotFoundException",
        "PolicyNotFoundException",
        "NotFound", "TargetGroupNotFound", "LoadBalancerNotFound", "ListenerNotFound",
        "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NoSuchBucketPolicy",
        "NoSuchPublicAccessBlockConfiguration",
    }
)  # fmt: skip
NOT_IN_USE = frozenset({"AWSOrganizationsNotInUseException", "PolicyTypeNotEnabledException"})

#: What the Lambda front end says of a path it does not know.
_NO_ROUTE = "unable to determine service/operation name"


class Missing(NotApplicable):
    """The cloud says that what was asked for does not exist: no policy, no URL, no such key. A normal answer."""


class Expired(Exception):
    """The credentials have expired (or the clock is wrong): refreshing them once may help."""


class Transient(Exception):
    """The cloud failed, throttled or was cut off in a way that may pass; `fault` is what it becomes if it does not."""

    def __init__(self, fault: ReadFault, wait: float | None = None, throttled: bool = False) -> None:
        super().__init__(fault.reason)
        self.fault, self.wait, self.throttled = fault, wait, throttled


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success: HTTP status, the service's code and message, and the call it answers."""

    status: int
    code: str
    message: str
    call: str
    action: str
    wait: float | None = None

    def said(self) -> str:
        """The refusal in one sentence, without secrets and not longer than a page can show."""
        words = mask(" ".join(self.message.split()))[:400]
        return f"{self.call}: {self.code or self.status}" + (f": {words}" if words else "")


def fault_of(refusal: Refusal, region: str, enabled: bool) -> Exception:
    """What a refusal means in a region that is `enabled` or not."""
    code, said = refusal.code, refusal.said()
    if code in THROTTLED or refusal.status == 429:
        return Transient(Throttled(said, call=refusal.call), refusal.wait, throttled=True)
    if unknown_call(refusal):
        return Unsupported(f"{refusal.call} is not known to this endpoint.", call=refusal.call)
    if code in MISSING or code.endswith(".NotFound"):
        return Missing(said)
    if code in NOT_IN_USE:
        return NotApplicable(said, call=refusal.call)
    if code in EXPIRED:
        return Expired(said)
    if code in UNKNOWN_CLIENT:
        return _stranger(refusal, region, enabled)
    if code in SKEWED:
        return BadCredentials(_signature(refusal), call=refusal.call)
    if code in DENIED or refusal.status in (401, 403):
        return Denied(said, refusal.action, refusal.call)
    if code in TRANSIENT or refusal.status >= 500:
        return Transient(Unreachable(said, call=refusal.call), refusal.wait)
    return BadAnswer(said, call=refusal.call)


def unknown_call(refusal: Refusal) -> bool:
    """Whether the endpoint does not know the call at all: a path or operation it never heard of."""
    if refusal.code in UNKNOWN_CALL or _NO_ROUTE in refusal.message.lower():
        return True
    if refusal.status in (405, 501):
        return True
    return refusal.status == 404 and not refusal.code


def _stranger(refusal: Refusal, region: str, enabled: bool) -> ReadFault:
    """The key is not known there: normal where the region is not enabled for the account, else bad credentials."""
    if enabled and refusal.code not in ("OptInRequired", "SubscriptionRequiredException"):
        return BadCredentials(f"AWS does not accept these credentials. {refusal.said()}", call=refusal.call)
    return NotApplicable(f"The region {region} is not enabled for this account ({refusal.code}).", call=refusal.call)


def _signature(refusal: Refusal) -> str:
    words = refusal.message.lower()
    if "expired" in words or "not yet current" in words or "skew" in words or refusal.code == "RequestTimeTooSkewed":
        return f"The clock of this machine is wrong by more than AWS accepts: set it (NTP). {refusal.said()}"
    return f"AWS does not accept the signature: the secret key does not fit its key id. {refusal.said()}"
