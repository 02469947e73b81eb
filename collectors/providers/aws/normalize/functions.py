"""Event functions: what the list, the sweeps and the detail calls say of one, as sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.aws.normalize import alarms, configuration, edge, entrances, feeds, network, policies, secrets
from collectors.providers.aws.normalize.detail import DETAIL, detail
from collectors.providers.aws.normalize.shapes import (
    LONGEST_NAME,
    Reading,
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

CORE = (
    Section.VERSIONS,
    Section.ACCESS,
    Section.ENTRY_POINTS,
    Section.TRIGGERS,
    Section.TAGS,
    Section.SIGNING,
    Section.NETWORK,
    Section.ENCRYPTION,
    Section.LOGGING,
)


def function(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The observation of one event function; raises Malformed when it has no usable ARN."""
    listed: Json = raw.get("function")
    arn = identity(listed, "FunctionArn", "A function")
    if not shallow(listed):
        raise Malformed("The function's configuration is nested deeper than AWS's answers are.", arn)
    reading = Reading()
    reading.section(Section.CONFIG, configuration.config, listed)
    reading.section(Section.CODE, configuration.code, listed)
    reading.section(Section.ENVIRONMENT, configuration.environment, listed)
    reading.section(Section.IDENTITY, configuration.identities, listed)
    bindings = _core(reading, raw) if "aliases" in raw else None
    if "detail" in raw:
        detail(reading, mapping(raw["detail"], "The detail"), listed)
    name = listed.get("FunctionName")
    yield Observation(
        kind=Kind.FUNCTION,
        native_id=arn,
        name=(name if isinstance(name, str) else arn.split(":")[-1])[:LONGEST_NAME],
        region=str(raw.get("region") or arn.split(":")[3]),
        listing="functions",
        sections=reading.sections,
        unread=reading.unread,
        bindings=bindings,
        revision=_revision(listed),
        core_read="aliases" in raw and reading.whole(*CORE),
        detail_read="detail" in raw and reading.whole(*DETAIL),
        raw=raw,
    )


def _revision(listed: Mapping[str, Json]) -> str:
    revision = listed.get("RevisionId")
    return revision[:64] if isinstance(revision, str) else ""


def _core(reading: Reading, raw: Mapping[str, Json]) -> tuple[Binding, ...] | None:
    """The sections of the core; returns the bindings, None when not every policy was read."""
    listed, aliases = raw["function"], raw["aliases"]
    named = mapping(raw.get("policies"), "The policies")
    answers = list(named.values())
    reading.section(Section.VERSIONS, _versions, aliases)
    reading.section(Section.ACCESS, lambda *_: access(named), *answers, beside=[aliases])
    reading.section(
        Section.TRIGGERS,
        lambda sources, *_: entrances.triggers(sources, named),
        raw.get("sources"),
        *answers,
        beside=[aliases],
    )
    if "feeds" in raw:
        _feeds(reading, raw, answers)
    if "edge" in raw:
        reading.section(Section.EDGE, edge.edge, raw["edge"])
    if "secrets" in raw:
        _secrets(reading, raw)
    fronts = mapping(raw.get("entrances"), "The entrances")
    reading.section(
        Section.ENTRY_POINTS,
        entrances.entry_points,
        raw.get("urls"),
        beside=[fronts.get(name) for name in entrances.FRONTS],
    )
    reading.section(Section.TAGS, tags, raw.get("tags"))
    reading.section(Section.SIGNING, _signing, raw.get("signing"))
    reading.section(
        Section.NETWORK, lambda around: network.network(listed.get("VpcConfig"), around), raw.get("network")
    )
    keys = mapping(raw.get("keys"), "The keys")
    own = [answer for arn, answer in keys.items() if f":{raw.get('account')}:" in arn]
    reading.section(Section.ENCRYPTION, lambda *_: encryption(listed, keys), beside=own)
    reading.section(Section.LOGGING, lambda group: _logging(listed, group), raw.get("log_group"))
    if "alarms" in raw:
        reading.section(Section.ALARMS, lambda told: _alarms(raw, told), raw["alarms"])
    seen = reading.sections.get(Section.ACCESS)
    if seen is None:
        return None
    return tuple(b for p in seen["policies"] for b in policies.bindings(p["document"], p["qualifier"]))


def _feeds(reading: Reading, raw: Mapping[str, Json], answers: list[Json]) -> None:
    """The policies of sources; known only where it is known what starts the function."""
    told = mapping(raw["feeds"], "The sources")
    triggers = reading.sections.get(Section.TRIGGERS, {}).get("triggers", [])
    used = {str(trigger["source"]) for trigger in triggers}
    beside = [answer for arn, answer in told.items() if arn in used]
    reading.section(
        Section.SOURCES, lambda *_: feeds.feeds(told, triggers), raw.get("sources"), *answers, beside=beside
    )


def _secrets(reading: Reading, raw: Mapping[str, Json]) -> None:
    told, environment = mapping(raw["secrets"], "The secrets"), reading.sections.get(Section.ENVIRONMENT, {})
    reading.section(
        Section.SECRETS,
        lambda sources, *_: secrets.secrets(told, sources, environment),
        raw.get("sources"),
        beside=told.values(),
    )


def _alarms(raw: Mapping[str, Json], told: Json) -> Json:
    return alarms.alarms(told, text(raw["function"], "FunctionName"), str(raw.get("account")))


def _versions(aliases: Json) -> Json:
    return {
        "aliases": [
            said(
                name=text(entry, "Name"),
                version=text(entry, "FunctionVersion"),
                description=text(entry, "Description"),
                weights=dict(
                    mapping(
                        mapping(entry.get("RoutingConfig"), "RoutingConfig").get("AdditionalVersionWeights"), "weights"
                    )
                ),
            )
            for entry in objects(aliases, "Aliases")
        ]
    }


def access(named: Mapping[str, Json]) -> Json:
    """The policies by qualifier, of the answers to GetPolicy: None where there is no policy."""
    return {
        "policies": [
            {"qualifier": qualifier, "document": policies.document(answer.get("Policy"), _called(qualifier))}
            for qualifier, answer in named.items()
            if isinstance(answer, Mapping)
        ]
    }


def _called(qualifier: str) -> str:
    return f"The policy of '{qualifier}'" if qualifier else "The function's policy"


def tags(listed: Json) -> Json:
    return {text(entry, "Key"): text(entry, "Value") for entry in objects(listed, "Tags")}


def _signing(found: Json) -> Json:
    told = mapping(found, "The code signing configuration")
    publishers = mapping(told.get("AllowedPublishers"), "AllowedPublishers")
    return {
        "config": text(told, "CodeSigningConfigArn"),
        "untrusted": text(
            mapping(told.get("CodeSigningPolicies"), "CodeSigningPolicies"), "UntrustedArtifactOnDeployment"
        ),
        "profiles": texts(publishers.get("SigningProfileVersionArns"), "SigningProfileVersionArns"),
    }


def encryption(listed: Mapping[str, Json], keys: Mapping[str, Json]) -> Json:
    durable = text(mapping(listed.get("DurableConfig"), "DurableConfig"), "KMSKeyArn")
    wanted = (("environment", text(listed, "KMSKeyArn")), ("durable", durable))
    return {"key": wanted[0][1], "keys": [key(use, arn, keys.get(arn)) for use, arn in wanted if arn]}


def key(use: str, arn: str, metadata: Json) -> Json:
    """What is known of a key: of one we may not see only the id (another account's seldom lets us), and one that KMS
    does not know any more is missing."""
    parts = [*arn.split(":"), *[""] * 5]
    if refused(metadata):
        return {"id": arn, "use": use, "account": parts[4], "state": "unknown"}
    told = mapping(metadata, "KeyMetadata")
    return said(
        id=arn,
        use=use,
        account=text(told, "AWSAccountId") or parts[4],
        state=text(told, "KeyState") if told else "missing",
        manager=text(told, "KeyManager"),
        deletion_at=text(told, "DeletionDate"),
    )


def _logging(listed: Mapping[str, Json], group: Json) -> Json:
    told = mapping(listed.get("LoggingConfig"), "LoggingConfig")
    name = text(told, "LogGroup") or f"/aws/lambda/{text(listed, 'FunctionName')}"
    found = mapping(group, "The log group")
    return {
        "group": name,
        "exists": bool(found),
        "key": text(found, "kmsKeyId"),
        **({"retention_days": number(found, "retentionInDays") or 0} if found else {}),
        **said(
            format=text(told, "LogFormat"),
            application_level=text(told, "ApplicationLogLevel"),
            system_level=text(told, "SystemLogLevel"),
        ),
    }
