"""Just the apps and slots that an event named. Resource Graph may lag by minutes, so Resource Manager is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, Raw, attempt
from collectors.providers.azure.faults import Missing
from collectors.providers.azure.fetch import functions as listed
from collectors.providers.azure.fetch.sweeps import objects
from collectors.providers.azure.ids import is_function_app, is_site, is_slot, plain
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import SITE, SITE_CONFIG, SLOTS
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any


def functions(names: Sequence[str]) -> Callable[[AzureSession, str, Memory], Iterator[Raw]]:
    """A listing of these apps and slots; the slots of an app come with it, for the app tells of them."""

    def read(session: AzureSession, scope: str, memory: Memory) -> Iterator[Raw]:
        reach = session.reach(scope)
        rows = {plain(row.get("id")): row for name in names for row in _rows(reach, name)}
        told = [row for row in rows.values() if is_function_app(row)]
        reach.once("sites", lambda: told)
        reach.once("configs", lambda: {plain(row["id"]): web for row in told if (web := _config(reach, row))})
        yield from listed.functions(session, scope, memory)

    return read


def _config(reach: Reach, row: dict[str, Json]) -> Json:
    """The configuration of an app or slot; None when it was refused: then it is asked again, and that told."""
    answer = attempt(reach.ask, SITE_CONFIG, site=str(row["id"]))
    return None if isinstance(answer, Unread) else answer["properties"]


def _rows(reach: Reach, name: str) -> list[dict[str, Json]]:
    """The app or slot, and the slots of an app; none when there is no such thing."""
    if not is_site(name):
        return []
    try:
        own = reach.ask(SITE, site=name)
    except Missing:
        return []
    if is_slot(name) or not is_function_app(own):
        return [own]
    return [own, *objects(reach.entries(SLOTS, site=name))]
