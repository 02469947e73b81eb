"""The other tables of the inventory: accounts, bindings, privileges, snapshots, changes, activity, own searches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.known import IF_NONE_MATCH, UNCHANGED, unless_known
from inventory.api.pages import ByKey, ByTime, NewestFirst
from inventory.api.shapes import (
    AccountShape,
    ActivityShape,
    BindingShape,
    ChangeShape,
    ColumnSetShape,
    PrivilegeShape,
    SearchShape,
    SnapshotShape,
    WholeSnapshot,
)
from inventory.api.views import Exact, Rows
from inventory.changes import READABLE, RISKS, by_actor
from inventory.models import (
    Account,
    Activity,
    Binding,
    Change,
    ColumnSet,
    Function,
    Privilege,
    SavedSearch,
    Snapshot,
)
from inventory.models.change import ChangeQuerySet
from inventory.permission import needs
from inventory.revisions import change_json
from inventory.semantics import KINDS

Filters = [filters.DjangoFilterBackend]


def flag(column: str, label: str) -> filters.TypedChoiceFilter:
    """Yes or no; any other word is told, where django-filter's own would pass over it."""
    words = [("true", "true"), ("false", "false")]
    told = filters.TypedChoiceFilter(column, choices=words, label=label, coerce=lambda word: word == "true")
    return extend_schema_field({"type": "boolean", "description": label})(told)


FIRST_MOMENT, LAST_MOMENT = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    """A moment in UTC: with an offset of its own a database would refuse some, and one cannot be told in UTC at all."""

    def clean(self, value: Any) -> datetime | None:
        told: datetime | None = super().clean(value)
        try:
            return told and told.astimezone(UTC)
        except OverflowError:
            return FIRST_MOMENT if told and told.year == FIRST_MOMENT.year else LAST_MOMENT


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentField


class AccountFilter(filters.FilterSet):  # type: ignore[misc]
    provider = filters.ChoiceFilter(choices=Account.Provider.choices, label="the cloud")
    native_id = filters.CharFilter("native_id", label="the account's own id in its cloud")
    paused = flag("paused", "whether nothing is collected from it at present")


@needs("view")
class AccountList(Rows[Account]):
    """Accounts, with how many functions are present in each."""

    serializer_class = AccountShape
    pagination_class = ByKey
    filter_backends = Filters
    filterset_class = AccountFilter

    def get_queryset(self) -> QuerySet[Account]:
        present = Function.objects.filter(account=OuterRef("pk"), gone_at=None).order_by()
        counted = present.values("account").annotate(number=Count("pk")).values("number")
        accounts = Account.objects.visible_to(self.request.user).select_related("group")
        return accounts.annotate(function_count=Coalesce(Subquery(counted), 0))


class BindingFilter(filters.FilterSet):  # type: ignore[misc]
    function = filters.CharFilter("function__uid", label="uid of a function")
    account = filters.CharFilter("function__account__native_id", label="id of an account")
    principal = filters.CharFilter("principal", label="who may, exactly as the cloud writes it; `*` is anyone")
    principal_kind = filters.CharFilter("principal_kind", label="such as anyone, account, role, service")
    effect = filters.ChoiceFilter(choices=[("allow", "allow"), ("deny", "deny")], label="what the binding does")


@needs("view")
class BindingList(Rows[Binding]):
    """Who may do what to functions that are present."""

    serializer_class = BindingShape
    pagination_class = ByKey
    filter_backends = Filters
    filterset_class = BindingFilter

    def get_queryset(self) -> QuerySet[Binding]:
        accounts = Account.objects.visible_to(self.request.user)
        present = Binding.objects.filter(function__gone_at=None).select_related("function")
        return accounts.limit(present, "function__account")


class PrivilegeFilter(filters.FilterSet):  # type: ignore[misc]
    identity = filters.CharFilter("identity__uid", label="uid of an identity")
    power = filters.CharFilter("power", label="a class of power such as `admin` or `secrets_read`")
    breadth = filters.CharFilter("breadth", label="how much of the cloud it is about, such as `account`")
    conditional = flag("conditional", "whether it holds under conditions only")


@needs("view")
class PrivilegeList(Rows[Privilege]):
    """The classes of power that identities hold, and what gives them."""

    serializer_class = PrivilegeShape
    pagination_class = ByKey
    filter_backends = Filters
    filterset_class = PrivilegeFilter

    def get_queryset(self) -> QuerySet[Privilege]:
        accounts = Account.objects.visible_to(self.request.user)
        present = Privilege.objects.filter(identity__gone_at=None).select_related("identity")
        return accounts.limit(present, "identity__account")


class SnapshotFilter(filters.FilterSet):  # type: ignore[misc]
    resource = filters.CharFilter("resource__uid", label="uid of a resource")
    kind = filters.CharFilter("resource__kind", label="kind of resource")
    since = MomentFilter("at", "gte", label="from this moment on")
    until = MomentFilter("at", "lt", label="before this moment")


@needs("view")
class SnapshotList(Rows[Snapshot]):
    """Revisions, newest first, without their documents."""

    serializer_class = SnapshotShape
    pagination_class = ByTime
    filter_backends = Filters
    filterset_class = SnapshotFilter

    asked = (IF_NONE_MATCH,)

    @extend_schema(responses={200: SnapshotShape(many=True), 304: UNCHANGED})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return unless_known(request, super().get(request, *args, **kwargs).data)

    def get_queryset(self) -> QuerySet[Snapshot]:
        return _snapshots(self.request.user).defer("document").select_related("resource")


@needs("view")
class OneSnapshot(Exact):
    """One revision with its document."""

    asked = (IF_NONE_MATCH,)

    @extend_schema(operation_id="snapshots_retrieve", responses={200: WholeSnapshot, 304: UNCHANGED})
    def get(self, request: Request, uid: str, number: int) -> Response:
        found = get_object_or_404(_snapshots(request.user).select_related("resource"), resource__uid=uid, number=number)
        return unless_known(request, WholeSnapshot(found).data)


def _snapshots(user: Any) -> QuerySet[Snapshot]:
    return Account.objects.visible_to(user).limit(Snapshot.objects.all(), "resource__account")


class ChangeFilter(filters.FilterSet):  # type: ignore[misc]
    resource = filters.CharFilter("resource__uid", label="uid of a resource")
    kind = filters.CharFilter("resource_kind", label="kind of resource")
    account = filters.CharFilter("account__native_id", label="id of an account")
    risk = filters.ChoiceFilter(choices=[(word, word) for word in RISKS], label="whether it raised or lowered risk")
    about = filters.ChoiceFilter(
        method="about_kind", choices=[(kind, kind) for kind in (*KINDS, READABLE)], label="what changed"
    )
    actor = filters.CharFilter(method="of_actor", label="who did it, as the cloud's log names them")
    told = filters.CharFilter("told", label="what the log tells of who did it")
    became_public = flag("became_public", "whether anyone may call it since")
    gained_admin = flag("gained_admin", "whether an identity may do everything since")
    since = MomentFilter("at", "gte", label="from this moment on")
    until = MomentFilter("at", "lt", label="before this moment")

    def about_kind(self, rows: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        return rows.filter(event=READABLE) if value == READABLE else rows.filter(**{value: True})

    def of_actor(self, rows: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        return rows.filter(by_actor(value))


@needs("view")
class ChangeList(Rows[Change]):
    """What changed in the clouds, newest first, in sentences, with who did it where the cloud's log names them."""

    pagination_class = ByTime
    filter_backends = Filters
    filterset_class = ChangeFilter
    serializer_class = ChangeShape

    def get_queryset(self) -> QuerySet[Change]:
        changes = Change.objects.visible_to(self.request.user).select_related("resource__account", "snapshot")
        return changes.defer("search_text", "snapshot__document", "snapshot__digests")

    @extend_schema(responses={200: ChangeShape(many=True)})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([change_json(change) for change in page or []])


class ActivityFilter(filters.FilterSet):  # type: ignore[misc]
    resource = filters.CharFilter("resource__uid", label="uid of a resource")
    account = filters.CharFilter("account__native_id", label="id of an account")
    action = filters.CharFilter("action", label="the name of the call, as the log has it")
    actor = filters.CharFilter("actor", label="who did it, as the log names them")
    since = MomentFilter("at", "gte", label="from this moment on")
    until = MomentFilter("at", "lt", label="before this moment")


@needs("view")
class ActivityList(Rows[Activity]):
    """What the clouds' own logs say someone did, newest first."""

    serializer_class = ActivityShape
    pagination_class = ByTime
    filter_backends = Filters
    filterset_class = ActivityFilter

    def get_queryset(self) -> QuerySet[Activity]:
        accounts = Account.objects.visible_to(self.request.user)
        return accounts.limit(Activity.objects.select_related("account", "resource"))


@needs("view")
class SearchList(Rows[SavedSearch]):
    """One's own saved searches."""

    serializer_class = SearchShape
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return SavedSearch.objects.filter(owner=self.request.user.pk)


@needs("view")
class ColumnSetList(Rows[ColumnSet]):
    """One's own sets of columns."""

    serializer_class = ColumnSetShape
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[ColumnSet]:
        return ColumnSet.objects.filter(owner=self.request.user.pk)
