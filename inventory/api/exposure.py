"""Exposed bindings by the search language, each with whether its party is trusted; and the records of trust."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.pages import NewestFirst, page_shape, searched_page
from inventory.api.searched import asked_of, search_of
from inventory.api.views import Exact, Rows, chosen
from inventory.clock import now
from inventory.models import Account, ExposedBinding, Trust
from inventory.models.exposure import trusted_parties
from inventory.permission import needs
from inventory.search.lists import EXPOSURE


@extend_schema_serializer(component_name="ExposedBinding")
class ExposedBindingShape(serializers.ModelSerializer[ExposedBinding]):
    """One way in to a function from beyond those who are named in its own account."""

    function = serializers.CharField(source="function.uid", help_text="uid of the function.")
    function_name = serializers.CharField(source="function.name")
    account = serializers.CharField(source="account.native_id", help_text="The function's own account.")
    external_account = serializers.CharField(source="party", help_text="Whom it is given to; empty when none is named.")
    own = serializers.BooleanField(help_text="Whether that is another account of ours.")
    trusted = serializers.SerializerMethodField()
    principal_kind = serializers.CharField(source="kind")
    closed = serializers.CharField(source="latent", help_text="Why the way is closed at present; empty: it is open.")
    since = serializers.DateTimeField(
        allow_null=True, help_text="Null: it does not stand in the function's own configuration."
    )
    since_revision = serializers.IntegerField(source="since_number", allow_null=True)

    class Meta:
        model = ExposedBinding
        fields = ["id", "function", "function_name", "provider", "account", "tab", "part", "action", "level",
                  "principal", "principal_kind", "external_account", "own", "trusted", "via", "qualifier", "condition",
                  "narrows", "closed", "certain", "reach", "since", "since_exact", "since_revision"]  # fmt: skip

    def get_trusted(self, row: ExposedBinding) -> bool:
        """Whether its party is a trusted third party now."""
        trusted: Mapping[str, set[str]] = self.context.get("trusted", {})
        return row.party in trusted.get(row.provider, ())


ExposurePage = page_shape("ExposurePage", ExposedBindingShape)


@needs("view")
class ExposureList(Exact):
    """Who outside may call or change functions: bindings that a query finds."""

    asked = asked_of(EXPOSURE, ExposedBindingShape)

    @extend_schema(operation_id="exposure_list", responses={200: ExposurePage})
    def get(self, request: Request) -> Response:
        def load(rows: Any) -> Any:
            return rows.select_related("function", "account")

        def told(rows: list[Any]) -> list[dict[str, Any]]:
            context = {"trusted": trusted_parties(now())}
            return list(ExposedBindingShape(rows, many=True, context=context).data)

        names = chosen(request, ExposedBindingShape().fields)
        return searched_page(request, search_of(request, EXPOSURE.name), load, told, names)


@extend_schema_serializer(component_name="Trust")
class TrustShape(serializers.ModelSerializer[Trust]):
    """Somebody trusts a third party, for a reason and until a time; what ended or expired is kept."""

    state = serializers.SerializerMethodField()

    class Meta:
        model = Trust
        fields = ["id", "provider", "party", "state", "reason", "by_name", "at", "until", "ended_at", "ended_by_name",
                  "end_reason"]  # fmt: skip

    def get_state(self, row: Trust) -> str:
        """active, expired or ended."""
        at: datetime = self.context.get("now") or now()
        return row.state(at)


class TrustFilter(filters.FilterSet):  # type: ignore[misc]
    provider = filters.ChoiceFilter(choices=Account.Provider.choices, label="the cloud")
    party = filters.CharFilter("party", label="id of the third party")


@needs("view")
class TrustList(Rows[Trust]):
    """Whom we trust, or trusted once, newest first."""

    serializer_class = TrustShape
    pagination_class = NewestFirst
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = TrustFilter

    def get_queryset(self) -> QuerySet[Trust]:
        return Trust.objects.all()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": now()}
