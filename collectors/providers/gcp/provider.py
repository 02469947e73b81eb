"""Google Cloud, as `collectors.provider.Provider` describes a provider. Loads no SDK before a session is opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from collectors.provider import AccountRef, Check, Discovered, Listing, LogPage, Memory, Permission, Raw
from collectors.providers.gcp import activity, checks, connection, discovery, permissions
from collectors.providers.gcp.fetch import ancestry, functions, identities, named, roles, sweeps, use
from collectors.providers.gcp.normalize import NORMALIZER, normalize
from inventory.facts import Observation, UseFact

if TYPE_CHECKING:
    from collectors.providers.gcp.session import GcpSession

Json = Any

GLOBAL = "global"


class Gcp:
    """Google Cloud: one project, read location by location, with what is global first."""

    slug = "gcp"
    label = "Google Cloud"
    account_word = "project"
    normalizer = NORMALIZER
    permissions: tuple[Permission, ...] = permissions.PERMISSIONS

    def connection(self, native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
        return connection.connection(native_id, answers)

    def connect(self, account: AccountRef) -> GcpSession:
        """An open session; the SDK is loaded now."""
        session = import_module("collectors.providers.gcp.session")
        opened: GcpSession = session.GcpSession(account, settings.FINGERPRINT_KEY)
        return opened

    def checks(self, session: GcpSession) -> Iterator[Check]:
        return checks.checks(session)

    def discover(self, session: GcpSession) -> Iterator[Discovered]:
        return discovery.discover(session)

    def scopes(self, session: GcpSession) -> Sequence[str]:
        """What is global, then the locations: those of the connection, else those that hold something or once did."""
        chosen = session.connection.get("regions")
        return [GLOBAL, *(chosen or sorted(sweeps.locations(session)))]

    def listings(self, scope: str) -> Sequence[Listing]:
        if scope == GLOBAL:
            return (
                Listing("project", _without_memory(ancestry.project)),
                Listing("roles", _without_memory(roles.listed)),
                Listing("service accounts", identities.service_accounts),
                Listing("function locations", _without_memory(sweeps.function_locations)),
                Listing("run locations", _without_memory(sweeps.run_locations)),
            )
        return (Listing("functions", functions.functions), Listing("run functions", functions.run_functions))

    def named(self, scope: str, names: Sequence[str]) -> Sequence[Listing]:
        return (
            Listing("functions", named.functions(names)), Listing("run functions", named.run_functions(names)),
        )  # fmt: skip

    def activity(self, session: GcpSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
        return activity.activity(session, scope, since, until)

    def use(self, session: GcpSession, scope: str, at: datetime) -> Iterator[UseFact] | None:
        return None if scope == GLOBAL else use.use(session, scope, at)

    def normalize(self, listing: str, raw: Raw) -> Iterable[Observation]:
        return normalize(listing, raw)

    def permissions_document(self, connection: Mapping[str, Json]) -> str:
        return permissions.document(connection)


def _without_memory(fetch: Any) -> Any:
    """A list that is read whole every time."""

    def read(session: GcpSession, scope: str, memory: Memory) -> Iterator[Raw]:
        yield from fetch(session, scope)

    return read
