"""Which change opened which finding, and time to mend."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from findings.api.shapes import FindingShape
from findings.mending import Measure, mending, spell_json
from findings.search import FINDINGS
from inventory.api.searched import asked_of, search_of
from inventory.api.views import Exact
from inventory.models import Account
from inventory.permission import needs

MOST_DAYS, MOST_ROWS = 3660, 1000
DAYS = OpenApiParameter(
    "days", {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}, description="How far back; ever when absent."
)
ACTOR = OpenApiParameter("actor", str, description="Opened by a change of this actor, as the cloud's log names them.")


class CauseShape(serializers.Serializer[Any]):
    """A change that was first seen by the reading in which a finding was opened or ended."""

    uid = serializers.CharField()
    name = serializers.CharField()
    resource_kind = serializers.CharField()
    at = serializers.DateTimeField()
    says = serializers.ListField(child=serializers.CharField())
    actor = serializers.CharField()
    told = serializers.CharField()


class SpellShape(serializers.Serializer[Any]):
    """One time in which a finding was there; `seconds_to_mend` is null unless it was mended."""

    finding = serializers.IntegerField()
    rule = serializers.CharField()
    title = serializers.CharField()
    severity = serializers.CharField()
    uid = serializers.CharField()
    name = serializers.CharField()
    account = serializers.CharField()
    opened_at = serializers.DateTimeField()
    opened_by = CauseShape(many=True)
    end = serializers.ChoiceField(choices=["open", "mended", "gone", "rule retired"])
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = CauseShape(many=True)
    seconds_to_mend = serializers.IntegerField(allow_null=True)
    seconds_open = serializers.IntegerField(allow_null=True)


class MeasureShape(serializers.Serializer[Any]):
    """Spells summed up, times in seconds."""

    severity = serializers.CharField()
    opened = serializers.IntegerField()
    mended = serializers.IntegerField()
    otherwise = serializers.IntegerField(help_text="Ended with the resource or the rule.")
    open = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    ninety = serializers.FloatField(allow_null=True, help_text="Nine of ten were mended within it.")
    age = serializers.FloatField(allow_null=True, help_text="Median age of the open ones.")
    oldest = serializers.FloatField(allow_null=True)


class MendingShape(serializers.Serializer[Any]):
    measures = MeasureShape(many=True)
    cut = serializers.BooleanField(help_text="There are more findings than were looked at: narrow the query.")
    results = SpellShape(many=True, help_text=f"The newest, at most {MOST_ROWS}; exports give all.")


@needs("view")
class MendingList(Exact):
    """Which change opened which finding of a query (in whatever state), who did it, and how long it took to mend."""

    asked = (asked_of(FINDINGS, FindingShape)[0], DAYS, ACTOR)

    @extend_schema(operation_id="findings_mending", responses={200: MendingShape})
    def get(self, request: Request) -> Response:
        search = replace(search_of(request, FINDINGS.name), whole=True)
        since = search.at - timedelta(days=days) if (days := _days(request)) else None
        actor = request.query_params.get("actor", "")
        found = mending(search.rows(), Account.objects.visible_to(request.user), search.at, since, actor)
        return Response({
            "measures": [_measure(one) for one in found.measures], "cut": found.cut,
            "results": [spell_json(one, search.at) for one in found.spells[:MOST_ROWS]],
        })  # fmt: skip


def _days(request: Request) -> int | None:
    """How many days back. Raises ValidationError."""
    text = request.query_params.get("days")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or not 0 < int(text) <= MOST_DAYS:
        raise ValidationError({"days": [f"A whole number from 1 to {MOST_DAYS}."]})
    return int(text)


def _measure(one: Measure) -> dict[str, Any]:
    told = asdict(one)
    told["severity"] = told.pop("word")
    return {name: value.total_seconds() if isinstance(value, timedelta) else value for name, value in told.items()}
