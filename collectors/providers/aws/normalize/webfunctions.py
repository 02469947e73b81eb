"""Web functions: endpoints, and the revisions that get their traffic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.aws.normalize import network, policies
from collectors.providers.aws.normalize.functions import key
from collectors.providers.aws.normalize.shapes import (
    LONGEST_NAME,
    Reading,
    Unusable,
    identity,
    mapping,
    number,
    objects,
    refused,
    said,
    shallow,
    text,
    texts,
)
from inventory.facts import Binding, Kind, Observation, Section

Json = Any

_CORE = (Section.CONFIG, Section.ACCESS, Section.ENTRY_POINTS, Section.TAGS, Section.NETWORK)


def web_function(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The observation of one web function; raises Malformed when it has no usable ARN."""
    listed: Json = raw.get("function")
    arn = identity(listed, "functionArn", "A web function")
    if not shallow(raw, depth=60):
        raise Malformed("The web function is nested deeper than AWS's answers are.", arn)
    reading = Reading()
    reading.section(
        Section.STATE, lambda told: said(state=text(told, "state"), reason=text(told, "stateReason")), listed
    )
    bindings = _core(reading, raw) if "revisions" in raw else None
    name, updated = listed.get("functionName"), listed.get("updatedAt")
    yield Observation(
        kind=Kind.FUNCTION,
        native_id=arn,
        name=(name if isinstance(name, str) else arn.split("/")[-1])[:LONGEST_NAME],
        region=str(raw.get("region") or arn.split(":")[3]),
        listing="web functions",
        sections=reading.sections,
        unread=reading.unread,
        bindings=bindings,
        revision=str(updated or "")[:64],
        core_read="revisions" in raw and reading.whole(*_CORE),
        detail_read="revisions" in raw,
        raw=raw,
    )


def _core(reading: Reading, raw: Mapping[str, Json]) -> tuple[Binding, ...] | None:
    revisions = raw["revisions"]
    reading.section(Section.CONFIG, _config, revisions)
    reading.section(Section.CODE, _code, revisions)
    reading.section(Section.ENVIRONMENT, _environment, revisions)
    reading.section(Section.IDENTITY, _identity, revisions)
    reading.section(Section.ENCRYPTION, _encryption, revisions)
    reading.section(Section.LOGGING, _logging, revisions)
    reading.section(Section.ENTRY_POINTS, _entry_points, raw.get("endpoints"))
    reading.section(Section.CONCURRENCY, _concurrency, raw.get("endpoints"))
    reading.section(Section.TRIGGERS, lambda _: {"triggers": []}, raw.get("endpoints"))
    reading.section(Section.TAGS, _tags, raw.get("tags"))
    connectors = mapping(raw.get("connectors"), "The connectors")
    reading.section(Section.NETWORK, lambda told, *_: _network(told, connectors), revisions, *_read_of(connectors))
    reading.section(Section.ACCESS, _access, raw.get("policy"))
    seen = reading.sections.get(Section.ACCESS)
    if seen is None:
        return None
    return tuple(b for p in seen["policies"] for b in policies.bindings(p["document"], p["qualifier"]))


def _read_of(connectors: Mapping[str, Json]) -> list[Json]:
    """The connectors and their surroundings, for their refusals."""
    return [
        *connectors.values(),
        *(c.get("surroundings") for c in connectors.values() if isinstance(c, Mapping) and not refused(c)),
    ]


def _newest(revisions: Json) -> Mapping[str, Json]:
    """The newest live revision: the one whose configuration is shown."""
    listed = sorted(objects(revisions, "The revisions"), key=lambda revision: text(revision, "createdAt"))
    if not listed:
        raise Unusable("The web function has no live revision.")
    return listed[-1]


def _config(revisions: Json) -> Json:
    newest = _newest(revisions)
    running, build = (
        mapping(newest.get("serviceConfig"), "serviceConfig"),
        mapping(newest.get("buildConfig"), "buildConfig"),
    )
    return {
        "kind": "Web Function",
        "runtime": text(mapping(build.get("runtimeConfig"), "runtimeConfig"), "runtime"),
        "description": text(newest, "description"),
        **said(
            timeout_s=number(running, "timeoutSeconds"),
            native=said(
                concurrency_per_environment=number(running, "maxConcurrencyPerEnvironment"),
                revisions=sorted(text(each, "revisionId") for each in objects(revisions, "The revisions")),
            ),
        ),
    }


def _code(revisions: Json) -> Json:
    build = mapping(_newest(revisions).get("buildConfig"), "buildConfig")
    place = mapping(mapping(build.get("codeConfig"), "codeConfig").get("s3Object"), "s3Object")
    source = f"s3://{text(place, 'bucket')}/{text(place, 'key')}" if text(place, "bucket") else ""
    return {"layers": [], **said(source=source, sha256="", image="")}


def _environment(revisions: Json) -> Json:
    """The variables of all live revisions: an older one that still gets traffic may hold a secret that the newest
    does not."""
    _newest(revisions)
    found: dict[tuple[str, str], Json] = {}
    for revision in objects(revisions, "The revisions"):
        running = mapping(revision.get("serviceConfig"), "serviceConfig")
        for variable in objects(running.get("environmentVariables"), "environmentVariables"):
            found[text(variable, "name"), text(variable, "fingerprint")] = dict(variable)
    return {"variables": list(found.values())}


def _identity(revisions: Json) -> Json:
    newest = _newest(revisions)
    by_role: dict[str, Json] = {}
    for revision in [newest, *objects(revisions, "The revisions")]:
        role = text(mapping(revision.get("serviceConfig"), "serviceConfig"), "executionRoleArn")
        if role:
            by_role.setdefault(
                role,
                {"id": role, "kind": "role", "qualifier": "" if revision is newest else text(revision, "revisionId")},
            )
    return {"identities": list(by_role.values())}


def _encryption(revisions: Json) -> Json:
    arn = text(_newest(revisions), "kmsKeyArn")
    return {"key": arn, "keys": [key("environment", arn, {"KeyState": ""})] if arn else []}


def _logging(revisions: Json) -> Json:
    running = mapping(_newest(revisions).get("serviceConfig"), "serviceConfig")
    told = mapping(mapping(running.get("telemetryConfig"), "telemetryConfig").get("loggingConfig"), "loggingConfig")
    return said(
        group=text(told, "logGroup"),
        application_level=text(told, "applicationLogLevel"),
        system_level=text(told, "systemLogLevel"),
    )


def _entry_points(endpoints: Json) -> Json:
    return {"entry_points": [_endpoint(endpoint) for endpoint in objects(endpoints, "The endpoints")]}


def _endpoint(endpoint: Mapping[str, Json]) -> Json:
    domain = text(endpoint, "domainName")
    weights = {
        text(one, "revisionId"): number(one, "weight")
        for one in objects(endpoint.get("revisionWeights"), "revisionWeights")
    }
    return {
        "kind": "web endpoint",
        "url": f"https://{domain}" if domain else "",
        "auth": text(endpoint, "authType"),
        "qualifier": "",
        "id": text(endpoint, "endpointArn"),
        "reach": "internet",
        "detail": said(
            name=text(endpoint, "endpointName"),
            type=text(endpoint, "endpointType"),
            state=text(endpoint, "state"),
            regions=sorted(texts(endpoint.get("regions"), "regions")),
            weights=weights,
            deployment=text(endpoint, "autoDeploymentMode"),
            rate_limit=number(mapping(endpoint.get("throttleConfig"), "throttleConfig"), "rateLimit"),
        ),
    }


def _concurrency(endpoints: Json) -> Json:
    """`reserved` does not exist for web functions; `scaling` holds the most environments, by endpoint."""
    scaling = {
        text(endpoint, "endpointName"): number(
            mapping(endpoint.get("scalingConfig"), "scalingConfig"), "maxEnvironments"
        )
        for endpoint in objects(endpoints, "The endpoints")
    }
    return {"reserved": None, "provisioned": [], "scaling": scaling}


def _tags(answer: Json) -> Json:
    told = mapping(answer, "The tags")
    return {name: text(told, name) for name in told}


def _network(revisions: Json, connectors: Mapping[str, Json]) -> Json:
    """The network of the newest revision; without a connector its traffic leaves by AWS's own way."""
    running = mapping(_newest(revisions).get("serviceConfig"), "serviceConfig")
    arn = text(running, "egressNetworkConnectorArn")
    if not arn:
        return {"attached": False, "network": "", "ipv6": False}
    found = mapping(connectors.get(arn), "The connector")
    connector = mapping(found.get("connector"), "The connector")
    egress = mapping(
        mapping(connector.get("Configuration"), "Configuration").get("VpcEgressConfiguration"), "VpcEgressConfiguration"
    )
    around = mapping(found.get("surroundings"), "The network")
    vpcs = [text(subnet, "VpcId") for subnet in objects(around.get("subnets"), "Subnets")]
    place = {"SubnetIds": egress.get("SubnetIds"), "SecurityGroupIds": egress.get("SecurityGroupIds")}
    return {
        "attached": bool(egress.get("SubnetIds")),
        "network": vpcs[0] if vpcs else "",
        "ipv6": text(egress, "NetworkProtocol") == "DualStack",
        **network.surroundings(place, around),
        "detail": said(
            connector=arn,
            name=text(connector, "Name"),
            state=text(connector, "State"),
            elastic_ip=text(mapping(egress.get("ElasticIpConfiguration"), "ElasticIpConfiguration"), "Type"),
        ),
    }


def _access(answer: Json) -> Json:
    told = mapping(answer, "The policy").get("policy")
    return {
        "policies": [{"qualifier": "", "document": policies.document(told, "The web function's policy")}]
        if told
        else []
    }
