"""The project and what is above it: what each level grants, denies and records, with a history of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from collectors.provider import Malformed
from collectors.providers.gcp.normalize.access import bindings_of
from collectors.providers.gcp.shape import mapping as loosely
from collectors.shapes import Reading, boolean, mapping, objects, said, text
from inventory.facts import Kind, Observation, Section, Unread

Json = Any

_KINDS = {"projects": "project", "folders": "folder", "organizations": "organisation"}


def level(raw: Mapping[str, Json], listing: str) -> Iterable[Observation]:
    """The observation of a project, folder or organisation, under the name by which functions refer to it."""
    on = raw.get("on")
    if not isinstance(on, str) or on.count("/") != 1:
        raise Malformed("A level has no usable name.", on if isinstance(on, str) else "")
    reading = Reading()
    parts = {name: raw.get(name) for name in ("resource", "policy", "deny")}
    cut = [raw.get("cut")]
    if not on.startswith("projects/"):
        # What is above the project is read where we may: its refusals mark one optional section.
        cut += [part for part in parts.values() if isinstance(part, Unread)]
        parts = {name: part for name, part in parts.items() if not isinstance(part, Unread)}
    for section, name, build in (
        (Section.CONFIG, "resource", partial(_config, on)),
        (Section.TAGS, "resource", _tags),
        (Section.ACCESS, "policy", partial(_access, on)),
        (Section.AUDIT, "policy", _audit),
        (Section.GUARDRAILS, "deny", partial(_guardrails, on)),
    ):
        if name in parts:
            reading.section(section, build, parts[name])
    if "sinks" in raw:
        reading.section(Section.SINKS, _sinks, raw["sinks"], raw.get("exclusions"))
    reading.section(Section.ORGANISATION, lambda *_: _above(raw), beside=cut)
    yield Observation(
        kind=Kind.ACCOUNT,
        native_id=on,
        name=str(loosely(raw.get("resource")).get("displayName") or on),
        region="global",
        listing=listing,
        sections=reading.sections,
        unread=reading.unread,
        raw=raw,
    )


def _config(on: str, resource: Json) -> Json:
    told = mapping(resource, "The level")
    return {
        "kind": _KINDS.get(on.split("/")[0], "level"),
        **said(
            id=text(told, "projectId") or on,
            number=text(told, "name").rsplit("/", 1)[-1],
            name=text(told, "displayName"),
            state=text(told, "state"),
            parent=text(told, "parent"),
            created=text(told, "createTime"),
            customer=text(told, "directoryCustomerId"),
        ),
    }


def _tags(told: Json) -> Json:
    labels = mapping(mapping(told, "The level").get("labels"), "labels")
    return {str(key): "" if value is None else str(value) for key, value in labels.items()}


def _access(on: str, policy: Json) -> Json:
    """`access`: the allow policy of the level; what it grants is granted on everything below."""
    return {"policies": [{"on": on, "of": "level", "bindings": bindings_of(policy)}]}


def _audit(policy: Json) -> Json:
    """`audit`: which calls are recorded besides changes, which always are. {service, kinds, exempted}."""
    configs = objects(mapping(policy, "The policy").get("auditConfigs"), "auditConfigs")
    return {
        "data_access": sorted(
            (
                {
                    "service": text(entry, "service"),
                    "kinds": sorted(text(one, "logType") for one in objects(entry.get("auditLogConfigs"), "log types")),
                    "exempted": sorted(
                        str(member)
                        for one in objects(entry.get("auditLogConfigs"), "log types")
                        for member in one.get("exemptedMembers") or ()
                    ),
                }
                for entry in configs
            ),
            key=str,
        )
    }


def _sinks(sinks: Json, exclusions: Json) -> Json:
    """`sinks`: where logs go; exclusions of the project's own are those of the sink _Default."""
    listed = [_sink(sink) for sink in objects(sinks, "sinks")]
    for own in (_exclusion(one) for one in objects(exclusions, "exclusions")):
        for sink in listed:
            known = {one["name"] for one in sink["exclusions"]}
            if sink["name"] == "_Default" and own["name"] not in known:
                sink["exclusions"].append(own)
    return {"sinks": sorted(listed, key=lambda one: str(one["name"]))}


def _sink(sink: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "name": text(sink, "name"), "filter": text(sink, "filter"), "disabled": boolean(sink, "disabled"),
        "exclusions": [_exclusion(one) for one in objects(sink.get("exclusions"), "exclusions")],
        **said(destination=text(sink, "destination")),
    }  # fmt: skip


def _exclusion(one: Mapping[str, Json]) -> dict[str, Json]:
    return {"name": text(one, "name"), "filter": text(one, "filter"), "disabled": boolean(one, "disabled")}


def _guardrails(on: str, policies: Json) -> Json:
    """`guardrails`: the deny policies of this level, with the rules that lists leave out, in Google's words."""
    kept = [
        said(
            id=text(policy, "name"),
            name=text(policy, "displayName") or text(policy, "name").rsplit("/", 1)[-1],
            document={"name": text(policy, "name"), "rules": list(policy.get("rules") or ())},
        )
        for policy in objects(policies, "policies")
    ]
    return {"levels": [{"target": on, "deny": sorted(kept, key=lambda one: str(one.get("id")))}]}


def _above(raw: Mapping[str, Json]) -> Json:
    above = [str(name) for name in raw.get("ancestors") or ()]
    organisation = next((name for name in above if name.startswith("organizations/")), "")
    return {"id": organisation, "inherits": above}
