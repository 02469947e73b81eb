"""The connection test: every kind of call tried once, on one app or identity where a call needs one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.provider import Check, ReadFault
from collectors.providers.azure.activity import SELECTED
from collectors.providers.azure.fetch import queries
from collectors.providers.azure.fetch.directory import GRAPH_APPLICATION
from collectors.providers.azure.ids import is_function_app, is_site, site_of
from collectors.providers.azure.moments import written
from collectors.providers.azure.permissions import PERMISSIONS
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import (
    ACTIVITY,
    ASSIGNMENTS,
    AUTH_SETTINGS,
    CERTIFICATES,
    DEFINITIONS,
    DENIALS,
    DIAGNOSTICS,
    ELIGIBLE,
    FRONT_PROFILES,
    FUNCTIONS,
    GATEWAYS,
    GRAPH_ROLES,
    IDENTITIES,
    METRICS,
    PLANS,
    PRIVATE_ENDPOINTS,
    PUBLISHING,
    RESOURCE_GRAPH,
    SITE_CONFIG,
    SITES,
    SLOTS,
    STORAGE,
    SUBSCRIPTION,
    VAULT_REFERENCES,
    Route,
)

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any

_OPTIONAL = frozenset(permission.action for permission in PERMISSIONS if permission.optional)
_LISTS = (
    SITES,
    PLANS,
    CERTIFICATES,
    FRONT_PROFILES,
    GATEWAYS,
    IDENTITIES,
    ASSIGNMENTS,
    DEFINITIONS,
    DENIALS,
    ELIGIBLE,
    STORAGE,
)
_OF_AN_APP = (
    SLOTS,
    SITE_CONFIG,
    FUNCTIONS,
    AUTH_SETTINGS,
    PUBLISHING,
    PRIVATE_ENDPOINTS,
    VAULT_REFERENCES,
    DIAGNOSTICS,
)


def checks(session: AzureSession) -> Iterator[Check]:
    """One line a call; raises nothing."""
    reach = session.reach(session.subscription)
    yield _check(SUBSCRIPTION, lambda: reach.ask(SUBSCRIPTION))
    yield _check(RESOURCE_GRAPH, lambda: reach.query(queries.SITES))
    for route in _LISTS:
        yield _check(route, _first_page(reach, route))
    yield _check(ACTIVITY, _first_page(reach, ACTIVITY, filter=_last_hour(), select=SELECTED))
    yield _check(GRAPH_ROLES, _first_page(reach, GRAPH_ROLES, filter=f"appId eq '{GRAPH_APPLICATION}'"))
    site = _some_app(reach)
    for route in _OF_AN_APP if site else ():
        asks = _first_page(reach, route, site=site) if route.key == "value" else _ask(reach, route, site)
        yield _check(route, asks, f"tried on {site}")
    if site:
        yield _check(METRICS, lambda: reach.ask(METRICS, site=site, query={"metricnames": "Requests"}))


def _first_page(reach: Reach, route: Route, **told: str) -> Callable[[], Json]:
    return lambda: next(iter(reach.pages(route, **told)), None)


def _ask(reach: Reach, route: Route, site: str) -> Callable[[], Json]:
    return lambda: reach.ask(route, site=site)


def _last_hour() -> str:
    now = datetime.now(UTC)
    return (
        f"eventTimestamp ge '{written(now - timedelta(hours=1))}' and eventTimestamp le '{written(now)}' "
        "and resourceProvider eq 'Microsoft.Web'"
    )


def _check(route: Route, ask: Callable[[], Json], note: str = "") -> Check:
    started, outcome = time.monotonic(), "ok"
    try:
        ask()
    except ReadFault as fault:
        outcome, note = fault.error_class, fault.reason
    seconds = round(time.monotonic() - started, 3)
    return Check(route.name, outcome, seconds, note, route.action, route.action in _OPTIONAL)


def _some_app(reach: Reach) -> str:
    """A function app to try calls on; "" when none can be had."""
    try:
        for page in reach.pages(SITES):
            for row in page:
                if isinstance(row, dict) and is_function_app(row) and is_site(row.get("id")):
                    return site_of(row["id"])
    except ReadFault:
        return ""
    return ""
