"""Findings and rules: lists by the search language, one of them whole, and what becomes of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from findings.acting import perform
from findings.api.shapes import (
    FindingPage,
    FindingShape,
    RuleShape,
    Triaged,
    TriageShape,
    WholeFinding,
    WholeRule,
)
from findings.interchange import ocsf_lines, sarif_pieces
from findings.models import Finding, WrongTriage
from findings.models.triage import FindingQuerySet
from findings.present import RELATED, present_event, present_finding, present_findings
from findings.rule_standing import standings
from findings.search import FINDINGS
from inventory.api.body import said as said_in
from inventory.api.pages import searched_page
from inventory.api.searched import asked_of, search_of
from inventory.api.views import Exact, chosen, fields_parameter, only
from inventory.audit import audit
from inventory.clock import now
from inventory.exporting import wait_seconds
from inventory.models import Account
from inventory.permission import needs, require

EXPORTED = {(200, "application/jsonl"): str, (200, "application/sarif+json"): OpenApiTypes.OBJECT}
FORM = OpenApiParameter("form", str, enum=["ocsf", "sarif"], default="ocsf", description="The shape.")


@needs("view")
class FindingList(Exact):
    """Findings that a query finds; open ones when it names no state."""

    asked = asked_of(FINDINGS, FindingShape)

    @extend_schema(operation_id="findings_list", responses={200: FindingPage})
    def get(self, request: Request) -> Response:
        search, names = search_of(request, FINDINGS.name), chosen(request, FindingShape().fields)

        def told(rows: list[Finding]) -> list[dict[str, Any]]:
            return [present_finding(row, search.at) for row in rows]

        return searched_page(request, search, lambda rows: rows.select_related(*RELATED), told, names)


@needs("view")
class ExportFindings(Exact):
    """Findings that a query finds, in the shape of another tool: `form` is ocsf or sarif. Streamed and written down."""

    asked = (asked_of(FINDINGS, FindingShape)[0], FORM)

    @extend_schema(operation_id="findings_export", responses=EXPORTED)
    def get(self, request: Request) -> StreamingHttpResponse:
        form = request.query_params.get("form", "ocsf")
        if form not in ("ocsf", "sarif"):
            raise ValidationError({"form": ["There are ocsf and sarif."]})
        search, query = search_of(request, FINDINGS.name), request.query_params.get("q", "")
        if seconds := wait_seconds(request.user, search.at):
            raise Throttled(seconds)
        rows, version = present_findings(search.sorted_rows(""), search.at), str(settings.VERSION)
        audit("export", request, after={"list": "findings", "form": form, "query": query, "api": True})
        if form == "ocsf":
            return StreamingHttpResponse(ocsf_lines(rows, version, search.at), content_type="application/jsonl")
        pieces = sarif_pieces(rows, version, search.at, query)
        return StreamingHttpResponse(pieces, content_type="application/sarif+json")


@needs("view")
class OneFinding(Exact):
    """One finding with its log."""

    @extend_schema(operation_id="findings_retrieve", responses={200: WholeFinding})
    def get(self, request: Request, pk: int) -> Response:
        finding = get_object_or_404(Finding.objects.visible_to(request.user).select_related(*RELATED), pk=pk)
        events = [present_event(event) for event in finding.events.all()]
        return Response({**present_finding(finding, now()), "events": events})


@needs("triage", "POST")
class TriageOne(Exact):
    """Say what becomes of a finding."""

    @extend_schema(operation_id="findings_triage", request=TriageShape, responses={200: Triaged})
    def post(self, request: Request, pk: int) -> Response:
        finding = get_object_or_404(Finding.objects.visible_to(request.user).select_related("account"), pk=pk)
        require(request.user, "triage", finding.account)
        return triaged(request, Finding.objects.filter(pk=pk), said_in(request, TriageShape), of=finding)


@needs("view")
class RuleList(Exact):
    """Every rule, and how it stands in the accounts that you see."""

    asked = (fields_parameter(RuleShape),)

    @extend_schema(operation_id="rules_list", responses={200: RuleShape(many=True)})
    def get(self, request: Request) -> Response:
        names = chosen(request, RuleShape().fields)
        told = [one.as_json() for one in standings(Account.objects.visible_to(request.user))]
        return Response(only(names, told))


@needs("view")
class OneRule(Exact):
    """One rule."""

    @extend_schema(operation_id="rules_retrieve", responses={200: WholeRule})
    def get(self, request: Request, id: str) -> Response:
        for one in standings(Account.objects.visible_to(request.user)):
            if id in (one.rule.id, *one.rule.aliases):
                return Response(one.as_json())
        raise Http404


def triaged(request: Request, rows: FindingQuerySet, said: dict[str, Any], **about: Any) -> Response:
    """Do what was asked. Raises ValidationError where that cannot be."""
    words = {name: str(value) for name, value in said.items()}
    try:
        return Response({"changed": perform(rows, words["action"], words, request, now(), **about)})
    except WrongTriage as wrong:
        raise ValidationError({"action": [str(wrong)]}) from wrong
