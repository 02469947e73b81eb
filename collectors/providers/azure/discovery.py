"""The subscriptions there are: below a management group where one is given, else all that the credential may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from collectors.provider import Discovered
from collectors.providers.azure.fetch.sweeps import objects, properties
from collectors.providers.azure.ids import MANAGEMENT_GROUPS, last, plain
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import GROUP_SUBSCRIPTIONS, SUBSCRIPTIONS

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any


def discover(session: AzureSession) -> Iterator[Discovered]:
    """Each subscription once, with the management groups above it as its path."""
    reach = session.reach(session.subscription)
    seen = {plain(row.get("subscriptionId")): row for row in objects(reach.entries(SUBSCRIPTIONS))}
    group = str(session.connection.get("management_group") or "")
    if not group:
        for subscription, row in sorted(seen.items()):
            yield _found(subscription, row, "")
        return
    for subscription, name, path in _below(reach, group):
        yield _found(subscription, seen.get(subscription, {"displayName": name}), path)


def _found(subscription: str, row: Mapping[str, Json], path: str) -> Discovered:
    """`state` as Azure says it (Enabled, Warned, Disabled …); "" for one that only the directory knows."""
    tags = row.get("tags")
    return Discovered(
        native_id=subscription,
        name=str(row.get("displayName") or subscription),
        state=str(row.get("state") or ""),
        path=path,
        tags={str(key): "" if value is None else str(value) for key, value in tags.items()}
        if isinstance(tags, dict)
        else {},
    )


def _below(reach: Reach, group: str) -> Iterator[tuple[str, str, str]]:
    """Subscriptions below a management group: id, name, and the groups on the way."""
    rows = objects(reach.entries(GROUP_SUBSCRIPTIONS, group=group))
    parents = {plain(row.get("id")): plain(_parent(row)) for row in rows}
    for row in rows:
        if str(row.get("type") or "").lower().endswith("/subscriptions"):
            name = str(properties(row).get("displayName") or "")
            yield plain(last(row.get("id"))), name, _path(_parent(row), parents, group)


def _parent(row: Mapping[str, Json]) -> str:
    parent = properties(row).get("parent")
    return str(parent.get("id") or "") if isinstance(parent, dict) else ""


def _path(parent: str, parents: Mapping[str, str], top: str) -> str:
    names: list[str] = []
    place = plain(parent)
    while place.startswith(MANAGEMENT_GROUPS) and last(place) not in names and len(names) < 10:
        names.insert(0, last(place))
        place = parents.get(place, "")
    return "/".join(names or [top.lower()])
