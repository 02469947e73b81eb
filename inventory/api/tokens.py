"""One's own tokens in the API, never their text."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from inventory.api.pages import NewestFirst
from inventory.api.views import Rows
from inventory.clock import about_now
from inventory.models import ApiToken
from inventory.permission import SELF, needs


@extend_schema_serializer(component_name="Token")
class TokenShape(serializers.ModelSerializer[ApiToken]):
    """A token, never its text. `accounts` are the native ids it is limited to, null when it is not."""

    owner = serializers.CharField(source="owner.username")
    accounts = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = ApiToken
        fields = ["id", "owner", "name", "prefix", "role", "accounts", "state", "made_at", "expires_at", "revoked_at",
                  "used_at", "used_ip"]  # fmt: skip

    def get_accounts(self, token: ApiToken) -> list[str] | None:
        return [account.native_id for account in token.accounts.all()] if token.limited else None

    def get_state(self, token: ApiToken) -> str:
        return token.state(about_now())


@needs(SELF)
class TokenList(Rows[ApiToken]):
    """One's own tokens; an admin's answer holds everybody's. They are made and revoked on the pages."""

    serializer_class = TokenShape
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[ApiToken]:
        user = self.request.user
        own = Q() if user.is_authenticated and user.may("administer") else Q(owner=user.pk)
        return ApiToken.objects.filter(own).select_related("owner").prefetch_related("accounts")
