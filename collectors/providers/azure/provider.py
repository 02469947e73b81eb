"""Azure, as `collectors.provider.Provider` describes a provider. Loads the SDK only when a session is opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from collectors.provider import AccountRef, Check, Discovered, Listing, LogPage, Permission, Raw
from collectors.providers.azure import activity, checks, connection, discovery, permissions
from collectors.providers.azure.fetch import account, functions, identities, named, use
from collectors.providers.azure.normalize import NORMALIZER, normalize
from inventory.facts import Observation, UseFact

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any


class Azure:
    """Microsoft Azure: one subscription, read as a whole."""

    slug = "azure"
    label = "Azure"
    account_word = "subscription"
    normalizer = NORMALIZER
    permissions: tuple[Permission, ...] = permissions.PERMISSIONS

    def connection(self, native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
        return connection.connection(native_id, answers)

    def connect(self, account: AccountRef) -> AzureSession:
        """An open session; credentials are first asked for a token with the first request."""
        session: AzureSession = import_module("collectors.providers.azure.session").AzureSession(account)
        return session

    def checks(self, session: AzureSession) -> Iterator[Check]:
        return checks.checks(session)

    def discover(self, session: AzureSession) -> Iterator[Discovered]:
        return discovery.discover(session)

    def scopes(self, session: AzureSession) -> Sequence[str]:
        """The subscription: its lists are few and tell of all regions at once."""
        return [session.subscription]

    def listings(self, scope: str) -> Sequence[Listing]:
        return (
            Listing("subscription", account.account),
            Listing("identities", identities.identities),
            Listing("roles", identities.roles),
            Listing("functions", functions.functions),
        )

    def named(self, scope: str, names: Sequence[str]) -> Sequence[Listing]:
        return (Listing("functions", named.functions(names)),)

    def activity(self, session: AzureSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
        return activity.activity(session, scope, since, until)

    def use(self, session: AzureSession, scope: str, at: datetime) -> Iterator[UseFact] | None:
        return use.use(session, scope, at)

    def normalize(self, listing: str, raw: Raw) -> Iterable[Observation]:
        return normalize(listing, raw)

    def permissions_document(self, connection: Mapping[str, Json]) -> str:
        return permissions.document(connection)
