"""Runs and coverage, for reading."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from collectors.models import Run, RunScope
from inventory.api.pages import ByKey, NewestFirst
from inventory.api.views import Rows, Single
from inventory.models import Account, ScopeCoverage
from inventory.permission import needs

Text = serializers.CharField


@extend_schema_serializer(component_name="RunScope")
class RunScopeShape(serializers.ModelSerializer[RunScope]):
    """How the reading of one scope went."""

    class Meta:
        model = RunScope
        fields = ["name", "state", "started_at", "finished_at", "calls", "retries", "throttles", "seen", "error_class",
                  "error", "parts", "changes"]  # fmt: skip


@extend_schema_serializer(component_name="Run")
class RunShape(serializers.ModelSerializer[Run]):
    """One collection of one account."""

    account = Text(source="account.native_id")
    provider = Text(source="account.provider")
    scopes = RunScopeShape(many=True, read_only=True)

    class Meta:
        model = Run
        fields = ["id", "account", "provider", "state", "trigger", "only_scope", "only_function", "attempt",
                  "queued_at", "at", "started_at", "finished_at", "error_class", "error", "totals",
                  "scopes"]  # fmt: skip


@extend_schema_serializer(component_name="WholeRun")
class WholeRun(RunShape):
    """One collection, every field of it."""


class RunFilter(filters.FilterSet):  # type: ignore[misc]
    account = filters.CharFilter("account__native_id", label="id of an account")
    provider = filters.CharFilter("account__provider", label="aws, gcp or azure")
    state = filters.ChoiceFilter(choices=Run.State.choices, label="how far it is")


@needs("view")
class RunList(Rows[Run]):
    """Runs, newest first, with their scopes."""

    serializer_class = RunShape
    pagination_class = NewestFirst
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = RunFilter

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.visible_to(self.request.user).select_related("account").prefetch_related("scopes")


@needs("view")
class OneRun(Single[Run]):
    """One run with its scopes."""

    serializer_class = WholeRun

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.visible_to(self.request.user).select_related("account").prefetch_related("scopes")


@extend_schema_serializer(component_name="Coverage")
class CoverageShape(serializers.ModelSerializer[ScopeCoverage]):
    """How one part of one scope was read last, with the reason and the permission that was missing."""

    account = Text(source="scope.account.native_id")
    provider = Text(source="scope.account.provider")
    scope = Text(source="scope.name")

    class Meta:
        model = ScopeCoverage
        fields = ["account", "provider", "scope", "part", "state", "reason", "permission", "count", "listing",
                  "optional", "at", "complete_at"]  # fmt: skip


class CoverageFilter(filters.FilterSet):  # type: ignore[misc]
    account = filters.CharFilter("scope__account__native_id", label="id of an account")
    scope = filters.CharFilter("scope__name", label="a region, location or subscription")
    part = filters.CharFilter("part", label="what was to be read, such as `functions`")
    state = filters.CharFilter("state", label="how that went, such as `complete` or `denied`")


@needs("view")
class CoverageList(Rows[ScopeCoverage]):
    """What was read, part by part of every scope."""

    serializer_class = CoverageShape
    pagination_class = ByKey
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = CoverageFilter

    def get_queryset(self) -> QuerySet[ScopeCoverage]:
        accounts = Account.objects.visible_to(self.request.user)
        return accounts.limit(ScopeCoverage.objects.select_related("scope__account"), "scope__account")
