"""Google's errors, told as the few faults a collector knows.

Shape: {"error": {"code", "message", "status", "details": [{"reason", "metadata"}, …], "errors": [{"reason"}]}}
(google.aip.dev/193: details of type ErrorInfo; the older `errors` list is what v1 discovery APIs still send).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from collectors.hygiene import mask
from collectors.provider import (
    BadAnswer,
    Denied,
    NotApplicable,
    ReadFault,
    Throttled,
    Unreachable,
    Unsupported,
)

Json = Any

#: The longest that a Retry-After may hold us.
RETRY_AFTER_CAP = 120.0
DISABLED = frozenset({"SERVICE_DISABLED", "accessNotConfigured", "SERVICE_NOT_ACTIVATED"})
RATE_LIMITED = frozenset(
    {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
)


#: An API that has no such location says so in different words.
_NO_SUCH_PLACE = re.compile(
    r"(?i)^permission denied on 'locations/"
    r"|\blocation '?\S*'? (?:is|was) not (?:found|valid|supported|available)"
    r"|not a valid location|unsupported location|\blocation \S+ does not exist"
)


class Missing(Unsupported):
    """The cloud says, in its own words, that what was asked for is not there.

    Where a part of something that exists is not found, the part is unread and not "nothing to read": it has a class of
    its own, while lists that an older endpoint lacks are still taken for lacking.
    """

    error_class = "not found"


class Expired(Exception):
    """The token is not (or no longer) taken: refreshing it once may help."""


class Transient(Exception):
    """The cloud failed, throttled or was cut off in a way that may pass; `fault` is what it becomes if it does not."""

    def __init__(self, fault: ReadFault, wait: float | None = None, throttled: bool = False) -> None:
        super().__init__(fault.reason)
        self.fault, self.wait, self.throttled = fault, wait, throttled


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success: HTTP status, Google's words for it, and the call it answers."""

    status: int
    word: str
    reasons: frozenset[str]
    message: str
    call: str
    permission: str
    wait: float | None = None
    told: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> str:
        """The refusal in one sentence, without secrets and not longer than a page can show."""
        words = mask(" ".join(self.message.split()))[:400]
        return f"{self.call}: {self.word or self.status}" + (f": {words}" if words else "")


def refusal(
    status: int, headers: Mapping[str, str], content: bytes, call: str, permission: str, now: datetime
) -> Refusal:
    """Read an error answer, in whatever form it comes; a page of HTML is an error without words."""
    error = _error(content)
    details = [one for one in error.get("details") or () if isinstance(one, dict)]
    listed = [one for one in error.get("errors") or () if isinstance(one, dict)]
    reasons = {str(one["reason"]) for one in (*details, *listed) if one.get("reason")}
    told = {
        str(key): str(value)
        for one in details
        if isinstance(one.get("metadata"), dict)
        for key, value in one["metadata"].items()
    }
    return Refusal(
        status,
        str(error.get("status") or ""),
        frozenset(reasons),
        str(error.get("message") or ""),
        call,
        permission,
        retry_after(headers.get("Retry-After", ""), now),
        told,
    )


def _error(content: bytes) -> dict[str, Json]:
    try:
        body = json.loads(content.decode("utf-8", "replace") or "{}")
    except (ValueError, RecursionError):
        return {}
    if isinstance(body, list) and body:
        body = body[0]
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header: a number, or a date; never more than RETRY_AFTER_CAP."""
    text = text.strip()
    if text.isdigit():
        return min(RETRY_AFTER_CAP, float(text[:6]))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(RETRY_AFTER_CAP, max(0.0, (at - now).total_seconds()))


def fault_of(refused: Refusal) -> Exception:
    """What a refusal means: a fault of the reading, or one of the passing kinds above."""
    said, call = refused.said(), refused.call
    if refused.status == 429 or refused.reasons & RATE_LIMITED or refused.word == "RESOURCE_EXHAUSTED":
        return Transient(Throttled(said, call=call), refused.wait, throttled=True)
    if refused.status == 401:
        return Expired(said)
    if refused.status in (400, 403, 404) and _NO_SUCH_PLACE.search(refused.message):
        return NotApplicable(f"It is not offered in this location. {said}", call=call)
    if _is_disabled(refused):
        return NotApplicable(f"{_api(refused)} is not switched on in this project. {said}", call=call)
    if refused.status == 403:
        return Denied(said, refused.told.get("permission") or refused.permission, call)
    if refused.status == 404 and refused.word == "NOT_FOUND":
        return Missing(said, call=call)
    if refused.status in (404, 405, 501):
        return Unsupported(f"{said or call} (this endpoint does not know it)", call=call)
    if refused.status >= 500 or refused.status in (408, 499):
        return Transient(Unreachable(said, call=call), refused.wait)
    return BadAnswer(said, call=call)


def _is_disabled(refused: Refusal) -> bool:
    if refused.status not in (400, 403):
        return False
    message = refused.message.lower()
    return bool(refused.reasons & DISABLED) or (
        "it is disabled" in message and ("has not been used" in message or "api" in message)
    )


def _api(refused: Refusal) -> str:
    return (
        refused.told.get("serviceTitle")
        or refused.told.get("service")
        or f"The API of {refused.permission.split('.')[0]}"
    )
