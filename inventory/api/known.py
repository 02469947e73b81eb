"""Answers with an ETag: who has one already says so (`If-None-Match`) and is answered 304, without a body."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of an answer that you have: 304 if it stands."
)
UNCHANGED = OpenApiResponse(description="What you have still stands.")


def unless_known(request: Request, told: Any) -> Response:
    """The answer with its ETag, or 304 for somebody who has it."""
    tag = f'"{hashlib.sha256(JSONRenderer().render(told)).hexdigest()[:32]}"'
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in held or tag in {one.removeprefix("W/") for one in held}:
        return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Response(told, headers={"ETag": tag})
