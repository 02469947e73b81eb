"""One shape for every error of the API: problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from inventory.audit import audit


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, re-said as `{type, title, status, detail, errors}`."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    if response.status_code == HTTPStatus.FORBIDDEN:
        asked = context["request"]
        audit("denied", asked, after={"method": asked.method, "path": asked.path[:500], "why": str(exc)[:200]})
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    response.data = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
        "detail": str(detail) if detail else "The request was not understood; see errors.",
        "errors": {} if detail else _errors(response.data),
    }
    response.content_type = "application/problem+json"
    return response


def _errors(told: Any) -> dict[str, list[str]]:
    """Name → sentences, however deep DRF says them."""
    if not isinstance(told, dict):
        return {"": _sentences(told)}
    return {str(name): _sentences(sentences) for name, sentences in told.items()}


def _sentences(told: Any) -> list[str]:
    if isinstance(told, dict):
        return [sentence for some in told.values() for sentence in _sentences(some)]
    return [sentence for one in told for sentence in _sentences(one)] if isinstance(told, list) else [str(told)]
