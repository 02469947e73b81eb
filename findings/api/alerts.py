"""Alerts in the API: one's own, made, changed, paused, tried and deleted by the rules of the pages; and deliveries."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from findings.alert_form import AlertForm
from findings.alerting import keep, remove, switched, told_of, tried
from findings.message import EVENTS
from findings.models import Alert, Channel, Delivery
from findings.rule_set import today
from findings.severity import Severity
from inventory.api.body import said as said_in
from inventory.api.pages import NewestFirst
from inventory.api.views import Exact, Rows
from inventory.models import User
from inventory.permission import needs
from inventory.search.parse import MAX_LENGTH

#: A name of one line, without spaces around it.
NAME = r"^[^\s\u0000-\u001f\u007f]([^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
SEVERITIES = [one.value for one in Severity]
TELLS = "What it tells of."
ALERT_LISTS = ["findings", "functions"]


@extend_schema_field({"type": "string", "pattern": CLOCK})
class Clock(serializers.TimeField):
    """A time of day as 22:00; a time of the schema's own format would need an offset."""


@extend_schema_serializer(component_name="Alert")
class AlertShape(serializers.ModelSerializer[Alert]):
    """An alert. `fault` says why it cannot work; `channel` is a name, never where it leads."""

    owner = serializers.CharField(source="owner.username")
    channel = serializers.CharField(source="channel.name")
    channel_kind = serializers.CharField(source="channel.kind")
    events = serializers.ListField(child=serializers.CharField())
    rules = serializers.SerializerMethodField()
    quiet_from = Clock(format="%H:%M", allow_null=True)
    quiet_until = Clock(format="%H:%M", allow_null=True)

    class Meta:
        model = Alert
        fields = ["id", "owner", "name", "channel", "channel_kind", "list_name", "query", "rules", "events", "severity",
                  "least", "quiet_from", "quiet_until", "time_zone", "enabled", "fault", "made_at"]  # fmt: skip

    def get_rules(self, one: Alert) -> list[str]:
        """The ids of its rules, by the names of today; empty: every rule."""
        return today(one.rules)


@extend_schema_serializer(component_name="WholeAlert")
class WholeAlert(AlertShape):
    """One alert, every field of it."""


@extend_schema_field({"type": "string", "format": "channel", "maxLength": 100})
class ChannelName(serializers.CharField):
    """The name of a channel that an admin made."""


@extend_schema_field({"type": "string", "format": "query-alert", "maxLength": MAX_LENGTH})
class AlertQuery(serializers.CharField):
    """A query over the list that the alert looks in."""


@extend_schema_field({"type": "string", "format": "rules", "maxLength": 100})
class RuleWord(serializers.CharField):
    """A rule's id, or a group of rules: `subject:trust`, `standard:iso-27001`."""


@extend_schema_field({"type": "string", "format": "time-zone", "maxLength": 64})
class TimeZone(serializers.CharField):
    """A time zone such as Europe/Paris."""


@extend_schema_field({"type": "boolean"})
class Flag(serializers.BooleanField):
    """true or false as JSON has them; no word that could be read as one."""

    def to_internal_value(self, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail("invalid", input=value)
        return value


@extend_schema_serializer(component_name="QuietHours")
class QuietHours(serializers.Serializer[Any]):
    """From when until when nothing is sent; over midnight when the end comes before the beginning."""

    since = serializers.RegexField(CLOCK, help_text="As 22:00.")
    until = serializers.RegexField(CLOCK, help_text="As 07:00.")


@extend_schema_serializer(component_name="AlertChange")
class AlertChange(serializers.Serializer[Any]):
    """What to change of an alert; what is not named stays."""

    name = serializers.RegexField(NAME, max_length=100, required=False, help_text="What you call it: one line.")
    channel = ChannelName(required=False, max_length=100, help_text="The name of a channel that is on.")
    events = serializers.ListField(
        child=serializers.ChoiceField(list(EVENTS)), min_length=1, max_length=20, required=False, help_text=TELLS
    )
    list_name = serializers.ChoiceField(ALERT_LISTS, required=False, help_text="Where the query looks.")
    query = AlertQuery(required=False, allow_blank=True, max_length=MAX_LENGTH, help_text="Empty: all that you see.")
    rules = serializers.ListField(
        child=RuleWord(max_length=100), max_length=500, required=False,
        help_text="Findings of these rules only: ids, or groups (`subject:trust`, `standard:iso-27001`), which stand "
        "for the rules in them now. Empty: every rule.",
    )  # fmt: skip
    severity = serializers.ChoiceField(SEVERITIES, required=False, help_text="Findings from this one on.")
    least = serializers.IntegerField(min_value=1, max_value=10_000, required=False, help_text="So many within a day.")
    quiet = QuietHours(required=False, allow_null=True, help_text="Null: there are none.")
    time_zone = TimeZone(required=False, max_length=64, help_text="Of the quiet hours, such as Europe/Paris.")
    enabled = Flag(required=False, help_text="False pauses it; true begins with what happens then.")


@extend_schema_serializer(component_name="NewAlert")
class NewAlert(AlertChange):
    """An alert to be made: it needs a name, a channel and events."""

    name = serializers.RegexField(NAME, max_length=100, help_text="What you call it: one line.")
    channel = ChannelName(max_length=100, help_text="The name of a channel that is on.")
    events = serializers.ListField(
        child=serializers.ChoiceField(list(EVENTS)), min_length=1, max_length=20, help_text=TELLS
    )


@extend_schema_serializer(component_name="Delivery")
class DeliveryShape(serializers.ModelSerializer[Delivery]):
    """One message: `key` is the idempotency key of all its attempts."""

    class Meta:
        model = Delivery
        fields = ["id", "key", "state", "test", "total", "attempts", "made_at", "next_at", "ended_at", "status"]


@extend_schema_serializer(component_name="Trial")
class Trial(serializers.Serializer[Any]):
    """A test that is on its way; its delivery says what came of it."""

    delivery = serializers.IntegerField(help_text="Its `id` among the alert's deliveries.")
    key = serializers.UUIDField()


@needs("view", "GET POST")
class AlertList(Rows[Alert]):
    """One's own alerts; an admin's answer holds everybody's. A POST makes one."""

    serializer_class = AlertShape
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.visible_to(self.request.user).select_related("owner", "channel")

    @extend_schema(operation_id="alerts_create", request=NewAlert, responses={201: WholeAlert})
    def post(self, request: Request) -> Response:
        """Make an alert of one's own."""
        made = kept(request, Alert(owner=own(request)), said_in(request, NewAlert))
        return Response(WholeAlert(made).data, status=HTTPStatus.CREATED)


@needs("view", "GET PATCH DELETE")
class OneAlert(Exact):
    """One alert."""

    @extend_schema(operation_id="alerts_retrieve", responses={200: WholeAlert})
    def get(self, request: Request, pk: int) -> Response:
        return Response(WholeAlert(alert_of(request, pk)).data)

    @extend_schema(operation_id="alerts_change", request=AlertChange, responses={200: WholeAlert})
    def patch(self, request: Request, pk: int) -> Response:
        """Change what is named, pause it or turn it on."""
        return Response(WholeAlert(kept(request, alert_of(request, pk), said_in(request, AlertChange))).data)

    @extend_schema(operation_id="alerts_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Take it out with its log."""
        remove(alert_of(request, pk), request)
        return Response(status=HTTPStatus.NO_CONTENT)


@needs("view", "POST")
class TryAlert(Exact):
    """Send a message that says that it is a test."""

    @extend_schema(operation_id="alerts_test", request=None, responses={202: Trial})
    def post(self, request: Request, pk: int) -> Response:
        trial = tried(alert_of(request, pk), request)
        return Response({"delivery": trial.pk, "key": str(trial.key)}, status=HTTPStatus.ACCEPTED)


@needs("view")
class DeliveryList(Rows[Delivery]):
    """What became of the messages of an alert, newest first."""

    serializer_class = DeliveryShape
    pagination_class = NewestFirst
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return Delivery.objects.filter(alert=alert_of(self.request, self.kwargs["pk"]))


def own(request: Request) -> User:
    """Who asks, with what a token leaves of their powers; the routes here let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def alert_of(request: Request, pk: int) -> Alert:
    """The alert with this key. Raises Http404 when it is another person's."""
    return get_object_or_404(Alert.objects.visible_to(request.user).select_related("owner", "channel"), pk=pk)


def kept(request: Request, alert: Alert, said: dict[str, Any]) -> Alert:
    """The alert as it was asked for, by the rules of its page. Raises ValidationError."""
    on = said.pop("enabled", alert.enabled)
    fresh = alert.pk is None
    if fresh or said:
        form = AlertForm(alert.owner, _words(alert, said), instance=alert)
        was = None if fresh else told_of(alert)
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in sentences] for name, sentences in form.errors.items()})
        alert = keep(form, request, was)
    switched(alert, on, request)
    return alert


def _words(alert: Alert, said: dict[str, Any]) -> dict[str, Any]:
    """What the form would hold: the alert as it is, and over it what was said."""
    told = {name: getattr(alert, name) for name in ("name", "list_name", "query", "rules", "events", "severity",
                                                     "least", "quiet_from", "quiet_until", "time_zone")}  # fmt: skip
    told["channel"] = alert.channel_id
    if "quiet" in said:
        hours = said.pop("quiet") or {"since": "", "until": ""}
        told |= {"quiet_from": hours["since"], "quiet_until": hours["until"]}
    if "channel" in said:
        found = Channel.objects.at_work().filter(name=said.pop("channel")).first()
        if found is None:
            names = ", ".join(Channel.objects.at_work().values_list("name", flat=True)[:20])
            raise ValidationError({"channel": [f"There is no such channel that is on; there are: {names or 'none'}."]})
        told["channel"] = found.pk
    told |= said
    return {**told, "events": list(dict.fromkeys(told["events"]))}
