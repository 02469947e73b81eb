"""A function app or slot: what the bulk lists and the calls of its own say, as sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.azure.ids import is_site, name_of, plain, site_of
from collectors.providers.azure.normalize import access, certificates, fronts, network, settings, triggers
from collectors.providers.azure.normalize.words import location
from collectors.shapes import Reading, refused, shallow
from inventory.facts import Binding, Kind, Observation, Section

Json = Any

CORE = (Section.CONFIG, Section.CODE, Section.ACCESS, Section.TRIGGERS, Section.ENTRY_POINTS, Section.NETWORK)
DETAIL = (Section.ENVIRONMENT, Section.LOGGING)


def app(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The observation of one app or slot; raises Malformed when it has no usable id."""
    site: Json = raw.get("site")
    native = _id(site)
    if not shallow(site):
        raise Malformed("The app is nested deeper than Azure's answers are.", native)
    reading = Reading()
    reading.section(Section.IDENTITY, settings.identities, site)
    reading.section(Section.VERSIONS, settings.versions, site, raw.get("slots"))
    reading.section(Section.TAGS, settings.tags, site)
    if "config" in raw:
        _set_up(reading, raw, site)
    if "certificates" in raw and _names_told(site):
        reading.section(Section.CERTIFICATES, certificates.certificates, site, beside=[raw["certificates"]])
    if isinstance(raw.get("fronts"), Mapping):
        _before(reading, raw["fronts"], site)
    core, detail = "functions" in raw, "references" in raw
    if core:
        _inside(reading, raw, site)
    if detail:
        reading.section(Section.ENVIRONMENT, settings.environment, raw["references"])
        reading.section(Section.LOGGING, settings.logging, site, raw.get("diagnostics"), beside=[raw.get("config")])
    bindings = _bindings(reading, raw, native)
    yield Observation(
        kind=Kind.FUNCTION,
        native_id=native,
        name=name_of(site_of(site["id"])),
        region=location(site.get("location")),
        listing="functions",
        sections=reading.sections,
        unread=reading.unread,
        bindings=bindings,
        revision=str(raw.get("revision") or "")[:64],
        core_read=core and reading.whole(*CORE),
        detail_read=detail and reading.whole(*DETAIL),
        raw=raw,
    )


def _id(site: Json) -> str:
    if not isinstance(site, Mapping):
        raise Malformed(f"An app is no object but {type(site).__name__}.")
    if not is_site(site.get("id")):
        raise Malformed("An app has no id of a function app or slot.")
    return plain(site["id"])


def _names_told(site: Json) -> bool:
    """Whether Azure said under which host names the app answers, and with which certificates."""
    told = site.get("properties")
    return isinstance(told, Mapping) and told.get("hostNameSslStates") is not None


def _before(reading: Reading, listed: Mapping[str, Json], site: Json) -> None:
    """What stands before the app; what could not be read of it marks the section."""
    reading.section(
        Section.FRONTS, lambda site, *_: fronts.fronts(listed, {*settings.host_names(site)[0]}), site,
        beside=[listed.get("gap")],
    )  # fmt: skip


def _set_up(reading: Reading, raw: Mapping[str, Json], site: Json) -> None:
    """What the site and its configuration say; each part of it that was refused marks its section."""
    web, plan = raw["config"], raw.get("plan")
    reading.section(Section.CONFIG, settings.config, site, beside=[web, plan])
    support = raw.get("support") or {}
    if ends := support.get(reading.sections.get(Section.CONFIG, {}).get("runtime")):
        reading.section(Section.RUNTIME_MANAGEMENT, settings.support, ends)
    reading.section(Section.CODE, settings.code, site, beside=[web])
    reading.section(Section.CONCURRENCY, settings.concurrency, site, beside=[web, plan])
    reading.section(Section.ENCRYPTION, settings.encryption, site, beside=[web, raw.get("storage")])
    if "private_endpoints" in raw:
        place = raw.get("network")
        around = place if isinstance(place, Mapping) else {}
        parts = [around.get(key) for key in ("subnet", "security_group", "route_table")]
        reading.section(Section.NETWORK, network.network, site, beside=[web, raw["private_endpoints"], *parts])


def _inside(reading: Reading, raw: Mapping[str, Json], site: Json) -> None:
    """What only calls of the app's own tell."""
    functions, web, publishing = raw["functions"], raw.get("config"), raw.get("publishing")
    reading.section(Section.TRIGGERS, triggers.triggers, functions)
    reading.section(Section.ENTRY_POINTS, triggers.entry_points, site, functions, beside=[web, publishing])
    unread_roles = [raw.get("roles"), raw.get("denials")]
    reading.section(
        Section.ACCESS,
        lambda site, held, auth, publishing, web, *_: access.access(site, held, auth, publishing, web),
        site,
        beside=[raw.get("held"), raw.get("auth"), publishing, web, *unread_roles],
    )


def _bindings(reading: Reading, raw: Mapping[str, Json], native: str) -> tuple[Binding, ...] | None:
    """Who may do what to the app; None when the assignments were not read, or are known to be as they were."""
    held = raw.get("held")
    why = refused(held) or refused(raw.get("roles"))
    if why:
        reading.unread[Section.ACCESS] = why
    return None if held is None or refused(held) else tuple(access.bindings(held, native))
