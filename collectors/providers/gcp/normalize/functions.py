"""A function of any kind: what its APIs say of it and what surrounds it, as sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.providers.gcp.normalize import access, configuration, starts
from collectors.providers.gcp.normalize.network import network
from collectors.providers.gcp.normalize.seen import LONGEST_NAME, Seen, seen
from collectors.providers.gcp.shape import objects as loosely
from collectors.shapes import LASTING, Reading, mapping
from inventory.facts import Kind, Observation, Section, Unread

Json = Any

#: Sections that were asked for by calls of their own: when one failed in passing, the function is asked again.
CORE = (Section.ACCESS, Section.ORGANISATION, Section.PUBLISHED)


def function(raw: Mapping[str, Json], listing: str) -> Iterable[Observation]:
    """The observation of one function; raises Malformed when it has no usable name."""
    one = seen(raw)
    reading, under = Reading(), [one.refused_service, one.refused_first]
    reading.section(Section.CONFIG, lambda: configuration.config(one))
    reading.section(Section.STATE, lambda: configuration.state(one))
    reading.section(Section.CODE, lambda *_: configuration.code(one), beside=under)
    reading.section(Section.ENVIRONMENT, lambda: configuration.environment(one))
    reading.section(Section.IDENTITY, lambda: configuration.identity(one))
    reading.section(Section.TAGS, lambda: configuration.tags(one))
    reading.section(Section.ENCRYPTION, lambda: configuration.encryption(one))
    reading.section(Section.CONCURRENCY, lambda: configuration.concurrency(one))
    reading.section(Section.RUNTIME_MANAGEMENT, configuration.support, raw.get("runtime"))
    above = mapping(raw.get("inherited"), "inherited")
    gaps = [gap["why"] for gap in loosely(above.get("gaps")) if access.is_own_policy(gap)]
    others = passing(gap["why"] for gap in loosely(above.get("gaps")))
    reading.section(Section.LOGGING, lambda *_: configuration.logging(one), beside=[*gaps, *others])
    _surroundings(reading, one, under)
    bindings = access.read(reading, one) if "policies" in raw else None
    yield Observation(
        kind=Kind.FUNCTION,
        native_id=one.name,
        name=one.short_name[:LONGEST_NAME],
        region=one.location,
        listing=listing,
        sections=reading.sections,
        unread=reading.unread,
        bindings=bindings,
        revision=str(raw.get("revision") or ""),
        core_read="policies" in raw and reading.whole(*CORE),
        detail_read="policies" in raw,
        raw=raw,
    )


def _surroundings(reading: Reading, one: Seen, under: list[Unread | None]) -> None:
    raw = one.raw
    reading.section(Section.ENTRY_POINTS, lambda *_: starts.entry_points(one), beside=under)
    needed = [_in_use(raw.get(part)) for part in ("triggers", "jobs", "subscriptions")]
    reading.section(Section.TRIGGERS, lambda *_: starts.triggers(one), beside=[*needed, one.refused_first])
    around = mapping(raw.get("network"), "network")
    tunnel = passing(mapping(around.get("compute"), "compute").values())
    reading.section(Section.NETWORK, lambda *_: network(one), beside=[*under, around.get("connector"), *tunnel])
    if one.kind != "gen1":
        reading.section(Section.VERSIONS, lambda *_: configuration.versions(one), raw.get("service"))
    if "revisions" in raw:
        reading.section(Section.PUBLISHED, lambda _: configuration.published(one), raw["revisions"])


def passing(parts: Iterable[Json]) -> list[Unread]:
    """Of parts that we can do without, those that failed in a way that may pass: they were there and will be again."""
    return [part for part in parts if isinstance(part, Unread) and part.error_class not in LASTING]


def _in_use(listed: Json) -> Json:
    """A list that could not be read; when its API is switched off, there is nothing that it could list."""
    off = isinstance(listed, Unread) and listed.error_class == "not applicable"
    return None if off else listed
