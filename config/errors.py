"""What is answered when we fail: a page (or, from the API, problem details) with a reference and nothing else."""

import sys
import uuid
from http import HTTPStatus

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import bad_request, page_not_found

from config.writable import refuses_writes
from inventory.audit import audit

log = structlog.get_logger(__name__)

RETRY_SECONDS = 10


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. A database that does not answer, or takes no changes, is 503, with the time to try again;
    all else is 500.

    The page is rendered without the request, so that nothing in it needs the database. The reference is the request's
    id in the log; a fault before the request had one gets its own.
    """
    fault = sys.exc_info()[1]
    read_only = refuses_writes(fault)
    away = read_only or isinstance(fault, OperationalError | InterfaceError)
    known = structlog.contextvars.get_contextvars().get("request_id")
    reference = str(known or uuid.uuid4())
    # A fault within a request has its traceback in the request's own line already.
    traceback = None if known else fault
    log.error("answered_with_failure", reference=reference, path=request.path, exc_info=traceback)
    status = 503 if away else 500
    response = (_failed if of_the_api(request) else _page)(status, reference, read_only)
    if away:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


@requires_csrf_token
def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403: the page says which role is needed, the audit log who was refused."""
    audit("denied", request, after={"method": request.method, "path": request.path[:500], "why": str(exception)[:200]})
    if of_the_api(request):
        return problem(403, str(exception) or "This may not be done.")
    return render(request, "403.html", {"needed": str(exception)}, status=403)


@requires_csrf_token
def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    if of_the_api(request):
        return problem(404, "There is nothing at this address.")
    return page_not_found(request, exception)


@requires_csrf_token
def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: what is wrong is never repeated, for it came from outside."""
    if of_the_api(request):
        return problem(400, "The request was not understood.")
    return bad_request(request, exception)


def of_the_api(request: HttpRequest) -> bool:
    """Whether a program asks, which is answered with problem details."""
    return request.path.startswith("/api/") and request.path != "/api/"


def _page(status: int, reference: str, read_only: bool) -> HttpResponse:
    known = {"version": settings.VERSION, "demo": settings.DEMO, "reference": reference, "read_only": read_only}
    return render(None, f"{status}.html", known, status=status)


def _failed(status: int, reference: str, read_only: bool) -> HttpResponse:
    away = "The database takes no changes at the moment." if read_only else "The database does not answer."
    said = {500: "Something went wrong on our side.", 503: away}[status]
    return problem(status, f"Reference {reference}", said)


def problem(status: int, detail: str, title: str = "") -> HttpResponse:
    """Problem details (RFC 9457) of what went wrong outside of the API's own views."""
    told = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JsonResponse({**told, "errors": {}}, status=status, content_type="application/problem+json")
