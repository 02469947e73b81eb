"""The shapes of the API's answers, for its schema; `inventory.present` makes the values."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from inventory.api.pages import page_shape
from inventory.attribution import Told
from inventory.comments import LONGEST
from inventory.models import (
    Account,
    Activity,
    Binding,
    Change,
    ColumnSet,
    Privilege,
    RevisionComment,
    SavedSearch,
    Snapshot,
)

Text = serializers.CharField
Number = serializers.IntegerField
Moment = serializers.DateTimeField


class Named(serializers.Serializer[Any]):
    """What every observed thing has."""

    uid = Text()
    native_id = Text()
    provider = Text(help_text="aws, gcp or azure.")
    account = Text(help_text="The account's own id.")
    account_name = Text()
    account_group = Text(allow_null=True)
    name = Text()
    kind = Text()
    first_seen = Moment()
    changed_at = Moment()
    gone_at = Moment(allow_null=True)
    unread = serializers.ListField(child=Text(), help_text="Sections that could not be read last time.")


@extend_schema_serializer(component_name="Trigger")
class TriggerShape(serializers.Serializer[Any]):
    kind = Text()
    source = Text()  # type: ignore[assignment]
    state = Text()
    qualifier = Text()


@extend_schema_serializer(component_name="EntryPoint")
class EntryPointShape(serializers.Serializer[Any]):
    kind = Text()
    url = Text()
    auth = Text()
    qualifier = Text()


@extend_schema_serializer(component_name="Limits")
class LimitsShape(serializers.Serializer[Any]):
    memory_mb = Number(allow_null=True)
    timeout_s = Number(allow_null=True)
    concurrency = Number(allow_null=True)


@extend_schema_serializer(component_name="Code")
class CodeShape(serializers.Serializer[Any]):
    size = Number(allow_null=True)
    sha256 = Text(allow_null=True)
    layers = Number(allow_null=True)


@extend_schema_serializer(component_name="Environment")
class EnvironmentShape(serializers.Serializer[Any]):
    variables = Number(allow_null=True)
    secrets = Number(allow_null=True)


@extend_schema_serializer(component_name="Network")
class NetworkShape(serializers.Serializer[Any]):
    attached = serializers.BooleanField(allow_null=True)
    network = Text()
    ingress = serializers.JSONField(allow_null=True)
    egress = Text()
    reach = Text()


@extend_schema_serializer(component_name="Encryption")
class EncryptionShape(serializers.Serializer[Any]):
    key = Text(allow_null=True)


@extend_schema_serializer(component_name="Logging")
class LoggingShape(serializers.Serializer[Any]):
    retention_days = Number(allow_null=True)


class PrivilegeLevel(serializers.Serializer[Any]):
    level = Text()
    classes = serializers.ListField(child=serializers.JSONField(), allow_null=True)


@extend_schema_serializer(component_name="Exposure")
class ExposureShape(serializers.Serializer[Any]):
    invoke = Text()
    deploy = Text()
    latent = serializers.BooleanField(allow_null=True)
    reach = Text()


@extend_schema_serializer(component_name="Use")
class UseShape(serializers.Serializer[Any]):
    """How often a function is called, as the cloud's metrics told last. Days are in UTC; sums are over 30 days."""

    read_at = Moment(allow_null=True, help_text="When the metrics told it; null: they never did.")
    looked_from = serializers.DateField(allow_null=True, help_text="The first day that was looked at.")
    known_since = serializers.DateField(allow_null=True, help_text="Since when the function is known to exist.")
    invoked_on = serializers.DateField(allow_null=True, help_text="The last day with an invocation; null: none found.")
    unused_days = Number(allow_null=True, help_text="Days without one until read_at; at least so many if none found.")
    invocations = Number(allow_null=True)
    errors = Number(allow_null=True, help_text="null: the cloud does not count them.")  # type: ignore[assignment]
    unread = Text(help_text="Why the last look told nothing.")


class BindingOfFunction(serializers.Serializer[Any]):
    principal = Text()
    principal_kind = Text()
    actions = serializers.ListField(child=Text())
    via = Text()
    qualifier = Text()
    effect = Text()
    condition = serializers.JSONField()
    source = Text()  # type: ignore[assignment]


@extend_schema_serializer(component_name="Function")
class FunctionShape(Named):
    """A function. What was never read is null; parts left out by `fields` are absent."""

    region = Text()
    runtime = Text(allow_null=True)
    runtime_eol = serializers.DateField(allow_null=True)
    state = Text(allow_null=True)
    package = Text(allow_null=True)
    architecture = Text(allow_null=True)
    identity = Text(allow_null=True)
    identity_uid = Text(allow_null=True)
    identity_name = Text(allow_null=True)
    triggers = TriggerShape(many=True, allow_null=True)
    trigger_count = Number(allow_null=True)
    entry_points = EntryPointShape(many=True, allow_null=True)
    has_url = serializers.BooleanField(allow_null=True)
    url_auth = Text(allow_null=True)
    limits = LimitsShape()
    code = CodeShape()
    environment = EnvironmentShape()
    network = NetworkShape()
    encryption = EncryptionShape()
    logging = LoggingShape()
    tags = serializers.DictField(child=Text(), allow_null=True)
    privilege = PrivilegeLevel()
    exposure = ExposureShape()
    shared_by = Number(allow_null=True)
    use = UseShape()
    bindings = BindingOfFunction(many=True, allow_null=True)
    findings = serializers.JSONField(allow_null=True)
    last_seen = Moment()


@extend_schema_serializer(component_name="WholeFunction")
class WholeFunction(FunctionShape):
    """A function with its last known document."""

    unread = serializers.DictField(child=serializers.JSONField())  # type: ignore[assignment]
    revision = Number(allow_null=True)
    revision_at = Moment(allow_null=True)
    document = serializers.DictField(child=serializers.JSONField())


@extend_schema_serializer(component_name="Identity")
class IdentityShape(Named):
    functions = Number()
    policies = Number(allow_null=True)
    boundary = Text()
    privilege = PrivilegeLevel()
    last_used_at = Moment(allow_null=True)


@extend_schema_serializer(component_name="WholeIdentity")
class WholeIdentity(IdentityShape):
    """An identity with its last known document."""

    unread = serializers.DictField(child=serializers.JSONField())  # type: ignore[assignment]
    revision = Number(allow_null=True)
    revision_at = Moment(allow_null=True)
    document = serializers.DictField(child=serializers.JSONField())


@extend_schema_serializer(component_name="Line")
class LineShape(serializers.Serializer[Any]):
    text = Text()
    kind = Text()
    risk = serializers.ChoiceField(choices=["up", "down", "none"])
    section = Text()


@extend_schema_serializer(component_name="Change")
class ChangeShape(serializers.Serializer[Any]):
    """One change of one resource, in sentences."""

    uid = Text()
    native_id = Text()
    resource_kind = Text()
    name = Text()
    provider = Text()
    account = Text()
    event = serializers.ChoiceField(choices=Change.Event.choices)
    revision = Number(allow_null=True)
    at = Moment()
    changed_after = Moment(allow_null=True)
    risk = serializers.ChoiceField(choices=["up", "down", "none"])
    lines = LineShape(many=True)
    became_public = serializers.BooleanField()
    gained_admin = serializers.BooleanField()
    told = serializers.ChoiceField(choices=["", *map(str, Told)])
    actor = Text()
    actor_kind = Text()


@extend_schema_serializer(component_name="Account")
class AccountShape(serializers.ModelSerializer[Account]):
    """An account. How it is reached is not part of the API."""

    group = Text(source="group.name", allow_null=True, default=None)
    functions = Number(source="function_count")

    class Meta:
        model = Account
        fields = ["provider", "native_id", "name", "group", "stance", "organisation", "every_minutes", "paused",
                  "created_at", "due_at", "last_good_at", "functions"]  # fmt: skip


@extend_schema_serializer(component_name="Binding")
class BindingShape(serializers.ModelSerializer[Binding]):
    """A principal may do something to a function, as a policy says it."""

    function = Text(source="function.uid")
    function_name = Text(source="function.name")
    actions = serializers.ListField(child=Text())

    class Meta:
        model = Binding
        fields = ["id", "function", "function_name", "principal", "principal_kind", "actions", "via", "qualifier",
                  "effect", "condition", "source"]  # fmt: skip


@extend_schema_serializer(component_name="Privilege")
class PrivilegeShape(serializers.ModelSerializer[Privilege]):
    """One class of power that an identity holds, and what gives it."""

    identity = Text(source="identity.uid")
    identity_name = Text(source="identity.name")

    class Meta:
        model = Privilege
        fields = ["id", "identity", "identity_name", "power", "breadth", "via", "actions", "scope", "conditional",
                  "condition", "escalation", "confirmed", "steps"]  # fmt: skip


@extend_schema_serializer(component_name="Snapshot")
class SnapshotShape(serializers.ModelSerializer[Snapshot]):
    """One revision of a resource, without its document."""

    resource = Text(source="resource.uid")

    class Meta:
        model = Snapshot
        fields = ["resource", "number", "at", "changed_after", "digest", "digests", "unread", "became_readable",
                  "changed", "normalizer", "renormalized"]  # fmt: skip


@extend_schema_serializer(component_name="WholeSnapshot")
class WholeSnapshot(SnapshotShape):
    class Meta(SnapshotShape.Meta):
        fields = [*SnapshotShape.Meta.fields, "document"]


@extend_schema_serializer(component_name="RevisionComment")
class RevisionCommentShape(serializers.ModelSerializer[RevisionComment]):
    """A comment on a revision; `text` is null when whoever wrote it has withdrawn it."""

    by = Text(source="by_name")
    text = Text(source="words", allow_null=True)

    class Meta:
        model = RevisionComment
        fields = ["id", "at", "by", "text", "withdrawn_at"]


class NewComment(serializers.Serializer[Any]):
    """What is said of a revision."""

    text = Text(max_length=LONGEST, help_text="The words; they are never altered.")


@extend_schema_serializer(component_name="Activity")
class ActivityShape(serializers.ModelSerializer[Activity]):
    """One entry of a cloud's activity log."""

    account = Text(source="account.native_id")
    resource = Text(source="resource.uid", allow_null=True, default=None)

    class Meta:
        model = Activity
        fields = ["event_id", "account", "resource", "at", "region", "action", "subject", "actor", "actor_kind",
                  "source_ip", "user_agent", "request_id", "outcome", "detail"]  # fmt: skip


@extend_schema_serializer(component_name="Search")
class SearchShape(serializers.ModelSerializer[SavedSearch]):
    """A named query of one's own."""

    class Meta:
        model = SavedSearch
        fields = ["slug", "name", "list_name", "query", "created_at"]


@extend_schema_serializer(component_name="ColumnSet")
class ColumnSetShape(serializers.ModelSerializer[ColumnSet]):
    """Columns of a list under a name of one's own."""

    columns = serializers.ListField(child=Text())

    class Meta:
        model = ColumnSet
        fields = ["slug", "name", "list_name", "columns", "shared", "created_at"]


class Problem(serializers.Serializer[Any]):
    """What went wrong (RFC 9457)."""

    type = Text()
    title = Text()
    status = Number()
    detail = Text()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=Text()), help_text="Name of a parameter or field → what is wrong with it."
    )


FunctionPage = page_shape("FunctionPage", FunctionShape)
IdentityPage = page_shape("IdentityPage", IdentityShape)
