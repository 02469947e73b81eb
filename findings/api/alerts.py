"""Alerts in the API: one's own, and what became of their deliveries; they are made and changed on the pages."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from findings.models import Alert, Delivery
from inventory.api.pages import NewestFirst
from inventory.api.views import Rows
from inventory.permission import needs


@extend_schema_serializer(component_name="Alert")
class AlertShape(serializers.ModelSerializer[Alert]):
    """An alert. `fault` says why it cannot work; `channel` is a name, never where it leads."""

    owner = serializers.CharField(source="owner.username")
    channel = serializers.CharField(source="channel.name")
    channel_kind = serializers.CharField(source="channel.kind")
    events = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Alert
        fields = ["id", "owner", "name", "channel", "channel_kind", "list_name", "query", "events", "severity", "least",
                  "quiet_from", "quiet_until", "time_zone", "enabled", "fault", "made_at"]  # fmt: skip


@extend_schema_serializer(component_name="Delivery")
class DeliveryShape(serializers.ModelSerializer[Delivery]):
    """One message: `key` is the idempotency key of all its attempts."""

    class Meta:
        model = Delivery
        fields = ["id", "key", "state", "test", "total", "attempts", "made_at", "next_at", "ended_at", "status"]


@needs("view")
class AlertList(Rows[Alert]):
    """One's own alerts; an admin's answer holds everybody's."""

    serializer_class = AlertShape
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.visible_to(self.request.user).select_related("owner", "channel")


@needs("view")
class DeliveryList(Rows[Delivery]):
    """What became of the messages of an alert, newest first."""

    serializer_class = DeliveryShape
    pagination_class = NewestFirst
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return Delivery.objects.filter(
            alert=get_object_or_404(Alert.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        )
