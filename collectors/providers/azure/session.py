"""An open way into one Azure subscription: its token, its address, and one `Reach` for each scope that is read."""

from __future__ import annotations

import threading
import time
from typing import Any

from collectors.provider import AccountRef, CallCounts, NotApplicable
from collectors.providers.azure.addresses import cloud_of, on_loopback, origin
from collectors.providers.azure.credentials import Tokens, maker
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import Route
from collectors.providers.azure.wire import Wire

Json = Any


class AzureSession:
    """One subscription, reached with one credential. Safe to use from several threads."""

    def __init__(self, account: AccountRef) -> None:
        self.subscription = account.native_id.lower()
        self.connection = dict(account.connection)
        self.cloud = cloud_of(str(self.connection.get("endpoint", "")), str(self.connection.get("authority", "")))
        endpoint = str(self.connection.get("endpoint") or self.cloud.resource_manager)
        self.wire = Wire(self.subscription, endpoint, self._graph(endpoint))
        self.tokens = Tokens(maker(self.connection, str(self.connection.get("authority") or self.cloud.authority)))
        self.paced = bool(self.connection.get("pace")) or origin(endpoint) == self.cloud.resource_manager
        #: Names of routes that the endpoint said it does not know.
        self.unsupported: set[str] = set()
        self._reaches: dict[str, Reach] = {}
        self._lock = threading.Lock()

    def _graph(self, endpoint: str) -> str:
        """Where Microsoft Graph answers: as given, that of the cloud, or beside Resource Manager on this machine."""
        if self.connection.get("graph"):
            return str(self.connection["graph"])
        if origin(endpoint) == self.cloud.resource_manager:
            return self.cloud.graph
        return endpoint if on_loopback(endpoint) else ""

    def token(self, route: Route, claims: str = "") -> tuple[str, int]:
        """The token for a request, and at which renewal it stands; raises NotApplicable where there is no Graph."""
        if route.service != "graph":
            return self.tokens.current(self.cloud.audience, claims)
        if not self.wire.graph:
            raise NotApplicable(
                "No address of Microsoft Graph is known for this endpoint: give graph.", call=route.name
            )
        return self.tokens.current(f"{self.cloud.graph}/.default", claims)

    def reach(self, scope: str) -> Reach:
        with self._lock:
            if scope not in self._reaches:
                self._reaches[scope] = Reach(self, scope, float("inf"))
            return self._reaches[scope]

    def calls(self, scope: str) -> CallCounts:
        return self.reach(scope).counts

    def begin(self, scope: str, deadline_seconds: float) -> None:
        """Start the reading of a scope: counts and remembered sweeps begin anew, the deadline runs."""
        with self._lock:
            self._reaches[scope] = Reach(self, scope, time.monotonic() + deadline_seconds)
