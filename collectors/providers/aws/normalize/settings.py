"""What belongs to an account as a whole: limits, layers and records of a region, and the organisation above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.aws.normalize import policies
from collectors.providers.aws.normalize.shapes import (
    Reading,
    boolean,
    mapping,
    number,
    objects,
    refused,
    said,
    text,
    texts,
)
from inventory.facts import Kind, Observation, Section

Json = Any

_FUNCTION_DATA = "AWS::Lambda::Function"


def settings(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The account's settings in one region."""
    number_of_account, region = raw.get("account"), raw.get("region")
    if not isinstance(number_of_account, str) or not isinstance(region, str):
        raise Malformed("Settings without account and region.")
    reading = Reading()
    reading.section(
        Section.LIMITS, _limits, raw.get("settings"), beside=[raw.get("web_settings")] if "web_settings" in raw else []
    )
    if "layers" in raw:
        reading.section(Section.LAYERS, _layers, raw["layers"])
        reading.section(Section.AUDIT, _audit, raw.get("trails"), beside=[raw.get("recorders")])
    yield Observation(
        kind=Kind.ACCOUNT,
        native_id=f"{number_of_account}/{region}",
        name=f"{number_of_account} {region}",
        region=region,
        listing="settings",
        sections=reading.sections,
        unread=reading.unread,
        core_read="layers" in raw and reading.whole(Section.LAYERS, Section.AUDIT),
        raw=raw,
    )


def _limits(told: Json, web: Json = None) -> Json:
    limit, usage = mapping(told.get("AccountLimit"), "AccountLimit"), mapping(told.get("AccountUsage"), "AccountUsage")
    code, used = number(limit, "TotalCodeSize"), number(usage, "TotalCodeSize")
    return said(
        concurrent=number(limit, "ConcurrentExecutions"),
        unreserved=number(limit, "UnreservedConcurrentExecutions"),
        code_bytes=code,
        code_used_percent=used * 100 // code // 5 * 5 if code and used is not None else None,
    )


def _layers(listed: Json) -> Json:
    return {
        "layers": [
            said(
                id=text(layer, "LayerArn"),
                name=text(layer, "LayerName"),
                versions=[_layer_version(version) for version in objects(layer.get("Versions"), "LayerVersions")],
            )
            for layer in objects(listed, "Layers")
        ]
    }


def _layer_version(version: Mapping[str, Json]) -> Json:
    told = mapping(version.get("Policy"), "The layer's policy").get("Policy")
    return said(
        version=text(version, "Version"), document=policies.document(told, "The layer's policy") if told else None
    )


def _audit(trails: Json, recorders: Json) -> Json:
    return {
        "trails": [_trail(trail) for trail in objects(trails, "trailList")],
        "recorders": [_recorder(recorder) for recorder in objects(recorders, "ConfigurationRecorders")],
    }


def _trail(trail: Mapping[str, Json]) -> Json:
    """A trail; `data_events` tells whose calls of functions it records: all, some (of the ARNs in `functions`),
    none."""
    chosen = trail.get("Selectors")
    functions = [] if refused(chosen) else _functions_recorded(mapping(chosen, "The event selectors"))
    return said(
        id=text(trail, "TrailARN"),
        name=text(trail, "Name"),
        multi_region=boolean(trail, "IsMultiRegionTrail"),
        organisation=boolean(trail, "IsOrganizationTrail"),
        home=text(trail, "HomeRegion"),
        key=text(trail, "KmsKeyId"),
        data_events="unknown" if refused(chosen) else "all" if "*" in functions else "some" if functions else "none",
        functions=[arn for arn in functions if arn != "*"],
    )


def _functions_recorded(chosen: Mapping[str, Json]) -> list[str]:
    """Functions whose calls are recorded: "*" for all, else ARNs; from both forms of selectors."""
    found: set[str] = set()
    for selector in objects(chosen.get("EventSelectors"), "EventSelectors"):
        for source in objects(selector.get("DataResources"), "DataResources"):
            if text(source, "Type") == _FUNCTION_DATA:
                found |= {
                    "*" if value.endswith(":lambda") else value for value in texts(source.get("Values"), "Values")
                }
    for selector in objects(chosen.get("AdvancedEventSelectors"), "AdvancedEventSelectors"):
        fields = {text(field, "Field"): field for field in objects(selector.get("FieldSelectors"), "FieldSelectors")}
        if _FUNCTION_DATA in texts(mapping(fields.get("resources.type"), "A field").get("Equals"), "Equals"):
            arns = mapping(fields.get("resources.ARN"), "A field")
            found |= set(texts(arns.get("Equals"), "Equals")) or {"*"}
    return sorted(found)


def _recorder(recorder: Mapping[str, Json]) -> Json:
    """A configuration recorder; `functions` tells whether it records changes of functions."""
    group = mapping(recorder.get("recordingGroup"), "recordingGroup")
    strategy = text(mapping(group.get("recordingStrategy"), "recordingStrategy"), "useOnly")
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES":
        left_out = mapping(group.get("exclusionByResourceTypes"), "exclusionByResourceTypes")
        recorded = _FUNCTION_DATA not in texts(left_out.get("resourceTypes"), "resourceTypes")
    else:
        kinds = texts(group.get("resourceTypes"), "resourceTypes")
        recorded = boolean(group, "allSupported") or _FUNCTION_DATA in kinds
    return {"name": text(recorder, "name"), "functions": recorded}


def account(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The account with its place in the organisation."""
    native_id = raw.get("account")
    if not isinstance(native_id, str):
        raise Malformed("An account without its number.")
    reading, aliases = Reading(), raw.get("aliases")
    if "organisation" in raw:
        reading.section(Section.ORGANISATION, _organisation, raw["organisation"])
        reading.section(Section.GUARDRAILS, _guardrails, raw.get("guardrails"))
    named = [alias for alias in aliases if isinstance(alias, str)] if isinstance(aliases, list) else []
    yield Observation(
        kind=Kind.ACCOUNT,
        native_id=native_id,
        name=named[0] if named else native_id,
        region="global",
        listing="account",
        sections=reading.sections,
        unread=reading.unread,
        core_read="organisation" in raw and reading.whole(Section.ORGANISATION, Section.GUARDRAILS),
        raw=raw,
    )


def _organisation(answer: Json) -> Json:
    told = mapping(mapping(answer, "The organisation").get("Organization"), "Organization")
    return said(id=text(told, "Id"), management=text(told, "MasterAccountId"), features=text(told, "FeatureSet"))


def _guardrails(levels: Json) -> Json:
    return {"levels": [_level(level) for level in objects(levels, "The levels")]}


def _level(level: Mapping[str, Json]) -> Json:
    attached = mapping(level.get("policies"), "The policies of a level")
    kinds = {"service": "SERVICE_CONTROL_POLICY", "resource": "RESOURCE_CONTROL_POLICY"}
    return {
        "target": text(level, "target"),
        **{
            word: [_guardrail(policy) for policy in objects(attached.get(kind), "The policies of a level")]
            for word, kind in kinds.items()
        },
    }


def _guardrail(policy: Mapping[str, Json]) -> Json:
    summary = mapping(policy.get("PolicySummary"), "PolicySummary")
    document = policies.document(policy.get("Content"), f"The policy {text(summary, 'Name')}")
    return {"id": text(summary, "Id"), "name": text(summary, "Name"), "document": document}
