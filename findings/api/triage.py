"""Triage of many findings in one request: those named, or all that a query finds; thousands are left to a worker."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from findings import mass
from findings.acting import within_reach
from findings.api.shapes import BulkTriage, NamedTriage, StartedJob, Triaged, TriageJobShape
from findings.api.views import triaged
from findings.models import Finding, TriageJob, WrongTriage
from findings.models.triage import FindingQuerySet
from findings.search import FINDINGS
from findings.tasks import start
from inventory.api.body import said as said_in
from inventory.api.schema import PROBLEM
from inventory.api.shapes import Problem
from inventory.api.views import Exact
from inventory.clock import now
from inventory.models import User
from inventory.permission import needs
from inventory.search.parse import ParseError

CONFLICT = OpenApiResponse(Problem, "Not as many as you expect, or not all of those named are yours to triage.")
#: Beyond it a database has no number to compare with.
LARGEST = 2**63


class Another(ValidationError):
    """409: the request is well said, but what it is about is not as it was."""

    status_code = HTTPStatus.CONFLICT


@needs("triage", "POST")
class TriageMany(Exact):
    """Say what becomes of all findings that a query finds, of which you may triage. More than 500 are left to a worker:
    the answer is 202 with the number of its job."""

    @extend_schema(
        operation_id="findings_triage_many", request=BulkTriage,
        responses={200: Triaged, 202: StartedJob, (409, PROBLEM): CONFLICT},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        said, at = said_in(request, BulkTriage), now()
        try:
            rows = FINDINGS.search(said["q"], request.user, at).rows()
        except ParseError as fault:
            raise ValidationError({"q": [str(fault)], "start": [str(fault.start)], "end": [str(fault.end)]}) from fault
        found = within_reach(cast(FindingQuerySet, rows), request.user)
        number = found.count()
        if number != said["number"]:
            raise Another({"number": [f"The query finds {number} that you may triage, not {said['number']}."]})
        return triaged(request, found, said, query=said["q"]) if number <= mass.AT_ONCE else _left(request, said, at)


def _left(request: Request, said: dict[str, Any], at: datetime) -> Response:
    """Leave it to a worker. Raises ValidationError for what cannot be done to any finding."""
    told = {name: str(value) for name, value in said.items() if name not in ("q", "number")}
    job = TriageJob(
        by=cast(User, request.user), query=said["q"], action=told["action"], said=told, at=at, beat_at=at,
        number=said["number"],
    )  # fmt: skip
    try:
        return Response({"job": start(job), "number": job.number}, HTTPStatus.ACCEPTED)
    except WrongTriage as wrong:
        raise ValidationError({"action": [str(wrong)]}) from wrong


@needs("triage", "POST")
class TriageNamed(Exact):
    """Say what becomes of the findings with these numbers: all of them are changed, or none."""

    @extend_schema(
        operation_id="findings_triage_named", request=NamedTriage, responses={200: Triaged, (409, PROBLEM): CONFLICT}
    )
    def post(self, request: Request) -> Response:
        said = said_in(request, NamedTriage)
        wanted = set(said.pop("ids"))
        keys = [one for one in wanted if 0 < one < LARGEST]
        rows = within_reach(Finding.objects.visible_to(request.user).filter(pk__in=keys), request.user)
        if (number := rows.count()) != len(wanted):
            raise Another({"ids": [f"Of these {len(wanted)} you may triage {number}; nothing was changed."]})
        return triaged(request, rows, said, query=f"id:{','.join(map(str, sorted(wanted)))}")


@needs("triage")
class OneTriageJob(Exact):
    """How far a worker is with the triage of many findings, and how it ended."""

    @extend_schema(operation_id="findings_triage_job", responses={200: TriageJobShape})
    def get(self, request: Request, pk: int) -> Response:
        job = get_object_or_404(TriageJob.objects.visible_to(request.user), pk=pk)
        return Response(TriageJobShape(job).data)
