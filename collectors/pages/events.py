"""Where the clouds deliver their events: no session, no form; who sends is shown with every delivery.

Whoever is not believed learns only that: the answer is the same for a receiver that is not there.
"""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from collectors.models import Receiver
from collectors.provider import Malformed
from collectors.receiving import sender
from collectors.receiving.sender import NotTheSender
from collectors.receiving.taking import AnotherAccount, handshake_code, notices_of, take
from collectors.tasks import tell_of_events
from inventory.audit import audit, client_ip
from inventory.clock import now
from inventory.permission import needs

log = structlog.get_logger(__name__)

Json = Any

MOST_BYTES = 256 * 1024
#: Deliveries a minute that are not believed, of one address, before it is told to wait.
REFUSALS_A_MINUTE = 30
#: A receiver's refusals are told in the audit log once in so many seconds; all of them are counted.
AUDIT_EVERY = 600
#: How long after a receiver was made (or its secret exchanged) Event Grid may shake hands without the secret.
HANDSHAKE_WITHIN = timedelta(hours=1)
#: The only origin that may ask whether it may deliver here (CloudEvents 1.0, HTTP Web Hooks, 4.1).
ORIGIN = "eventgrid.azure.net"
NOT_BELIEVED = "This delivery was not accepted: its address or what it shows of its sender is wrong.\n"


@csrf_exempt
@login_not_required
@needs("anyone")
@needs("anyone", "POST")
def events(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """Take one delivery: 202 when it was taken (also when it is about nothing we read), 4xx with the reason else."""
    if request.method == "OPTIONS":
        return _may_deliver(request, provider, key)
    if request.method != "POST":
        return _said(HTTPStatus.METHOD_NOT_ALLOWED, "Events are delivered with POST.\n")
    if wait := _over(f"refused:{client_ip(request)}", REFUSALS_A_MINUTE, count=False):
        return _wait(wait)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _too_large()
    raw = request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        return _too_large()
    receiver = Receiver.objects.select_related("account").filter(provider=provider, key=key, enabled=True).first()
    try:
        if receiver is None:
            raise NotTheSender("There is no such receiver.")
        sender.check(receiver, request, now())
    except NotTheSender as why:
        if receiver is not None and (code := _first_handshake(receiver, raw)):
            return JsonResponse({"validationResponse": code})
        return _refuse(request, receiver, str(why), HTTPStatus.UNAUTHORIZED)
    if wait := _over(f"taken:{receiver.pk}", settings.EVENTS_A_MINUTE):
        return _wait(wait)
    return _take(request, receiver, raw)


def _take(request: HttpRequest, receiver: Receiver, raw: bytes) -> HttpResponse:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return _said(HTTPStatus.BAD_REQUEST, "The body is no JSON.\n")
    if receiver.provider == "azure" and (code := handshake_code(body)):
        return JsonResponse({"validationResponse": code})
    try:
        wanted = take(receiver, notices_of(receiver.provider, body), now())
    except Malformed as wrong:
        return _said(HTTPStatus.BAD_REQUEST, f"This is no event that can be read. {wrong}\n")
    except AnotherAccount as other:
        return _refuse(request, receiver, str(other), HTTPStatus.FORBIDDEN)
    for account in wanted:
        tell_of_events(account, settings.EVENT_WAIT_SECONDS)
    return _said(HTTPStatus.ACCEPTED, "Taken.\n")


def _first_handshake(receiver: Receiver, raw: bytes) -> str:
    """The code to answer although no secret came with it: Event Grid's headers are promised for events, not for the
    handshake. Only while a new receiver waits for its first, within the hour; nothing is taken by it."""
    begun = receiver.rotated_at or receiver.made_at
    if receiver.provider != "azure" or now() - begun > HANDSHAKE_WITHIN:
        return ""
    try:
        return handshake_code(json.loads(raw))
    except (ValueError, RecursionError):
        return ""


def _may_deliver(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """The handshake of CloudEvents: says which origin may deliver, and how much. What it delivers must show more."""
    origin = request.headers.get("WebHook-Request-Origin", "").lower()
    known = provider == "azure" and Receiver.objects.filter(provider=provider, key=key, enabled=True).exists()
    answer = HttpResponse(status=HTTPStatus.OK if known and origin == ORIGIN else HTTPStatus.UNAUTHORIZED)
    if answer.status_code == HTTPStatus.OK:
        answer["WebHook-Allowed-Origin"] = ORIGIN
        answer["WebHook-Allowed-Rate"] = str(settings.EVENTS_A_MINUTE)
    return answer


def _refuse(request: HttpRequest, receiver: Receiver | None, why: str, status: HTTPStatus) -> HttpResponse:
    """Count it, and tell the audit log, though not for every try of somebody who goes on trying."""
    _over(f"refused:{client_ip(request)}", REFUSALS_A_MINUTE)
    log.warning("event_refused", receiver=receiver.pk if receiver else None, why=why)
    if receiver is not None:
        Receiver.objects.filter(pk=receiver.pk).update(
            refused=F("refused") + 1, refused_at=now(), refused_why=why[:200]
        )
        if cache.add(f"events:audited:{receiver.pk}", True, AUDIT_EVERY):
            audit("denied", request, of=receiver, account=receiver.account, after={"delivery": why})
    return _said(status, NOT_BELIEVED)


def _over(what: str, most: int, count: bool = True) -> int:
    """Seconds to wait when there were too many of this within the minute, else 0; counts this one, too."""
    minute = int(now().timestamp()) // 60
    name = f"events:{what}:{minute}"
    cache.add(name, 0, 120)
    seen = cache.get(name, 0)
    if count:
        cache.set(name, seen + 1, 120)
    return 60 - int(now().timestamp()) % 60 if seen >= most else 0


def _wait(seconds: int) -> HttpResponse:
    answer = _said(HTTPStatus.TOO_MANY_REQUESTS, "Too many deliveries within a minute.\n")
    answer["Retry-After"] = str(seconds)
    return answer


def _too_large() -> HttpResponse:
    return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "An event has at most 256 KB.\n")


def _said(status: HTTPStatus, text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)


ROUTES = [path("events/<slug:provider>/<slug:key>/", events, name="events")]
