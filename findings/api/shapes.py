"""The shapes of findings and rules in the API's schema; `findings.present` makes the values."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from findings.acting import ACTIONS
from findings.models import TriageJob
from findings.severity import Severity
from findings.states import State
from inventory.api.pages import page_shape
from inventory.search.parse import MAX_LENGTH

Text = serializers.CharField
Number = serializers.IntegerField
Moment = serializers.DateTimeField
Texts = serializers.ListField
SEVERITIES = [one.value for one in Severity]


#: Under a name of their own, for runs have states, too (`ENUM_NAME_OVERRIDES`).
STATES = [(one.value, one.value) for one in State]


@extend_schema_serializer(component_name="Fault")
class FaultShape(serializers.Serializer[Any]):
    """One fault: a sentence, the thing within the resource it is about, and what else is known of it."""

    says = Text()
    about = Text()
    severity = serializers.ChoiceField(SEVERITIES)
    because = Text()
    detail = serializers.JSONField()


@extend_schema_serializer(component_name="Finding")
class FindingShape(serializers.Serializer[Any]):
    """A rule fails for a resource, and what became of it."""

    id = Number()
    rule = Text()
    title = Text()
    subject = Text(allow_null=True)
    standards = Texts(child=Text())
    severity = serializers.ChoiceField(SEVERITIES)
    because = Text(help_text="Why the severity is another than the rule's own.")
    state = serializers.ChoiceField(STATES)
    reason = Text()
    until = Moment(allow_null=True)
    provider = Text()
    account = Text(help_text="The account's own id.")
    account_name = Text()
    account_group = Text(allow_null=True)
    region = Text()
    kind = Text(help_text="function or account.")
    name = Text()
    native_id = Text()
    uid = Text(help_text="Our id of the function or account it is about.")
    risk = Number(help_text="Severity, exposure, privilege and age in one number.")
    faults = Number()
    evidence = FaultShape(many=True, help_text="The gravest faults, at most 20.")
    first_seen = Moment()
    opened_at = Moment()
    last_seen = Moment(help_text="When its facts last changed.")
    closed_at = Moment(allow_null=True)
    due_at = Moment(allow_null=True)
    overdue = serializers.BooleanField()
    assignee = Text(allow_null=True)


@extend_schema_serializer(component_name="FindingEvent")
class EventShape(serializers.Serializer[Any]):
    """One entry of a finding's log."""

    at = Moment()
    what = Text()
    was = Text()
    now = Text()
    by = Text(allow_null=True)
    note = Text()


@extend_schema_serializer(component_name="WholeFinding")
class WholeFinding(FindingShape):
    """A finding with its log, newest first."""

    events = EventShape(many=True)


@extend_schema_serializer(component_name="Rule")
class RuleShape(serializers.Serializer[Any]):
    """A rule, and how it stands now."""

    id = Text()
    title = Text()
    severity = serializers.ChoiceField(SEVERITIES)
    subject = Text()
    why = Text()
    about = Text()
    providers = Texts(child=Text())
    needs = serializers.JSONField(help_text="Provider → the parts that must have been read.")
    fix = serializers.JSONField(help_text="Provider → {console, cli, terraform}.")
    catalogue = Texts(child=Text())
    standards = Texts(child=Text())
    references = Texts(child=Text())
    aliases = Texts(child=Text())
    failing = Number()
    of = Number(help_text="Resources that pass or fail.")
    unknown = Number()
    not_applicable = Number()
    not_evaluated = Number()
    open = Number()
    set_aside = Number()
    enabled = serializers.BooleanField()


@extend_schema_serializer(component_name="WholeRule")
class WholeRule(RuleShape):
    """One rule, every field of it."""


@extend_schema_serializer(component_name="Triage")
class TriageShape(serializers.Serializer[Any]):
    """What to do with a finding."""

    action = serializers.ChoiceField(list(ACTIONS), help_text="What becomes of it.")
    reason = Text(required=False, allow_blank=True, max_length=2000, help_text="Why; or the words of a comment.")
    until = Text(required=False, allow_blank=True, help_text="A day: for accept (at most a year away) and snooze.")
    assignee = Text(required=False, allow_blank=True, help_text="A sign-in name, me, or nothing for nobody.")
    due = Text(required=False, allow_blank=True, help_text="A day, or nothing for none.")


@extend_schema_field({"type": "string", "format": "query-findings", "maxLength": MAX_LENGTH})
class FindingQuery(serializers.CharField):
    """A query over findings."""


#: A request names so many findings at most.
MOST_NAMED = 500


@extend_schema_serializer(component_name="NamedTriage")
class NamedTriage(TriageShape):
    """What to do with the findings of these numbers."""

    ids = serializers.ListField(
        child=Number(), min_length=1, max_length=MOST_NAMED,
        help_text="Numbers of findings. All of them are changed, or none.",
    )  # fmt: skip


@extend_schema_serializer(component_name="BulkTriage")
class BulkTriage(TriageShape):
    """What to do with every finding that a query finds; `number` says how many you expect."""

    q = FindingQuery(allow_blank=True, max_length=MAX_LENGTH, help_text="A query; empty finds all open ones.")
    number = Number(min_value=0, help_text="How many the query finds: another number is refused.")


@extend_schema_serializer(component_name="StartedTriage")
class StartedJob(serializers.Serializer[Any]):
    """A worker does it: the number of its job, and of how many findings."""

    job = Number()
    number = Number()


@extend_schema_serializer(component_name="TriageJob")
class TriageJobShape(serializers.ModelSerializer[TriageJob]):
    """Triage of all that a query finds, done by a worker."""

    class Meta:
        model = TriageJob
        fields = ["id", "query", "action", "state", "number", "done", "changed", "at", "ended_at", "error"]


@extend_schema_serializer(component_name="Triaged")
class Triaged(serializers.Serializer[Any]):
    """How many findings changed."""

    changed = Number()


FindingPage = page_shape("FindingPage", FindingShape)
