"""What the detail calls say of an event function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.aws.normalize.configuration import environment
from collectors.providers.aws.normalize.shapes import Reading, mapping, number, objects, said, text
from inventory.facts import Section

Json = Any

DETAIL = (
    Section.PUBLISHED,
    Section.STATE,
    Section.CONCURRENCY,
    Section.DELIVERY,
    Section.RECURSION,
    Section.RUNTIME_MANAGEMENT,
)
#: So many published versions are kept, the newest first.
PUBLISHED = 200


def detail(reading: Reading, detail: Mapping[str, Json], listed: Mapping[str, Json]) -> None:
    reading.section(Section.PUBLISHED, _published, detail.get("versions"))
    reading.section(Section.STATE, _state, detail.get("state"))
    reading.section(
        Section.CONCURRENCY,
        _concurrency,
        detail.get("concurrency"),
        beside=[detail.get("provisioned"), detail.get("scaling")],
    )
    reading.section(Section.DELIVERY, lambda configs: _delivery(listed, configs), detail.get("event_invoke"))
    reading.section(Section.RECURSION, _recursion, detail.get("recursion"))
    if "runtime" in detail:
        reading.section(Section.RUNTIME_MANAGEMENT, _runtime, detail["runtime"])


def _published(versions: Json) -> Json:
    listed = [entry for entry in objects(versions, "Versions") if text(entry, "Version") != "$LATEST"]
    listed.sort(key=lambda entry: number(entry, "Version") or 0, reverse=True)
    return {
        "published": [_version(entry) for entry in listed[:PUBLISHED]],
        **said(more=max(0, len(listed) - PUBLISHED) or None),
    }


def _version(entry: Mapping[str, Json]) -> Json:
    kept = environment(entry).get("variables", [])
    return said(
        version=text(entry, "Version"),
        runtime=text(entry, "Runtime"),
        identity=text(entry, "Role"),
        sha256=text(entry, "CodeSha256"),
        last_modified=text(entry, "LastModified"),
        network=text(mapping(entry.get("VpcConfig"), "VpcConfig"), "VpcId"),
        secrets=sorted(each.get("name", "") for each in kept if each.get("verdict")),
    )


def _state(told: Json) -> Json:
    found = mapping(told, "The state")
    return said(
        state=text(found, "State"),
        reason=text(found, "StateReason"),
        reason_code=text(found, "StateReasonCode"),
        update=text(found, "LastUpdateStatus"),
        update_reason=text(found, "LastUpdateStatusReason"),
        update_reason_code=text(found, "LastUpdateStatusReasonCode"),
    )


def _concurrency(reserved: Json, provisioned: Json, scaling: Json) -> Json:
    told = mapping(reserved, "The concurrency")
    return {
        "reserved": number(told, "ReservedConcurrentExecutions"),
        "provisioned": [
            said(
                qualifier=text(entry, "FunctionArn").split(":")[-1],
                requested=number(entry, "RequestedProvisionedConcurrentExecutions"),
                status=text(entry, "Status"),
            )
            for entry in objects(provisioned, "ProvisionedConcurrencyConfigs")
        ],
        **said(
            scaling=dict(mapping(mapping(scaling, "The scaling").get("RequestedFunctionScalingConfig"), "The scaling"))
        ),
    }


def _delivery(listed: Mapping[str, Json], configs: Json) -> Json:
    dead_letter = text(mapping(listed.get("DeadLetterConfig"), "DeadLetterConfig"), "TargetArn")
    return {
        "dead_letter": dead_letter,
        "async": [_invoked(entry) for entry in objects(configs, "FunctionEventInvokeConfigs")],
    }


def _invoked(entry: Mapping[str, Json]) -> Json:
    qualifier = text(entry, "FunctionArn").split(":")[7:]
    destinations = mapping(entry.get("DestinationConfig"), "DestinationConfig")
    return {
        "qualifier": qualifier[0] if qualifier and qualifier[0] != "$LATEST" else "",
        "on_success": text(mapping(destinations.get("OnSuccess"), "OnSuccess"), "Destination"),
        "on_failure": text(mapping(destinations.get("OnFailure"), "OnFailure"), "Destination"),
        **said(retries=number(entry, "MaximumRetryAttempts"), max_age_s=number(entry, "MaximumEventAgeInSeconds")),
    }


def _recursion(told: Json) -> Json:
    return {"loop": text(mapping(told, "The recursion"), "RecursiveLoop")}


def _runtime(told: Json) -> Json:
    found = mapping(told, "The runtime management")
    return {"update_on": text(found, "UpdateRuntimeOn"), **said(version=text(found, "RuntimeVersionArn"))}
