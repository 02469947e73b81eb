"""Roles with what is granted to them, and managed policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from collectors.provider import Malformed
from collectors.providers.aws.normalize import policies
from collectors.providers.aws.normalize.shapes import (
    LONGEST_NAME,
    Reading,
    Unusable,
    bad_answer,
    identity,
    mapping,
    number,
    objects,
    refused,
    said,
    shallow,
    text,
)
from inventory.facts import Grant, Kind, Observation, Section, Unread

Json = Any

#: Fields of roles and policies that change by themselves: they make no history.
VOLATILE = frozenset(
    {"RoleLastUsed", "AttachmentCount", "PermissionsBoundaryUsageCount", "UpdateDate", "InstanceProfileList"}
)
REGION = "global"


def role(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The observation of one role; raises Malformed when it has no usable ARN."""
    listed: Json = raw.get("role")
    arn = identity(listed, "Arn", "A role")
    if not shallow(listed):
        raise Malformed("The role is nested deeper than AWS's answers are.", arn)
    reading, partly = Reading(), refused(raw.get("partly"))
    reading.section(Section.CONFIG, _config, listed)
    reading.section(Section.TRUST, _trust, listed)
    reading.section(Section.TAGS, _tags, listed)
    reading.section(Section.POLICIES, lambda _: _policies(listed), raw.get("partly"))
    if "used" in raw:
        reading.section(Section.USAGE, _usage, raw["used"])
    granted, ungranted = _grants(listed, mapping(raw.get("managed"), "The managed policies"))
    if ungranted and not partly:
        reading.unread[Section.POLICIES] = ungranted
    yield Observation(
        kind=Kind.IDENTITY,
        native_id=arn,
        name=_name(listed, "RoleName", arn),
        region=REGION,
        listing="roles",
        sections=reading.sections,
        unread=reading.unread,
        grants=None if partly or ungranted else granted,
        core_read=reading.whole(Section.POLICIES),
        detail_read="used" in raw,
        raw=raw,
        used_at=_used_at(listed),
    )


def policy(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The observation of one managed policy; raises Malformed when it has no usable ARN."""
    listed: Json = raw.get("policy")
    arn = identity(listed, "Arn", "A policy")
    if not shallow(listed):
        raise Malformed("The policy is nested deeper than AWS's answers are.", arn)
    reading = Reading()
    reading.section(Section.CONFIG, _policy_config, listed)
    reading.section(Section.DOCUMENT, _in_force, listed)
    yield Observation(
        kind=Kind.POLICY,
        native_id=arn,
        name=_name(listed, "PolicyName", arn),
        region=REGION,
        listing="policies",
        sections=reading.sections,
        unread=reading.unread,
        raw=raw,
    )


def _name(listed: Mapping[str, Json], key: str, arn: str) -> str:
    name = listed.get(key)
    return (name if isinstance(name, str) and name else arn.rsplit("/", 1)[-1])[:LONGEST_NAME]


def _config(listed: Mapping[str, Json]) -> Json:
    path = text(listed, "Path")
    return {
        "kind": "role",
        "service_linked": path.startswith("/aws-service-role/"),
        **said(
            path=path,
            description=text(listed, "Description"),
            unique_id=text(listed, "RoleId"),
            created=text(listed, "CreateDate"),
            max_session_s=number(listed, "MaxSessionDuration"),
        ),
    }


def _trust(listed: Mapping[str, Json]) -> Json:
    return {"document": policies.document(listed.get("AssumeRolePolicyDocument"), "The trust policy")}


def _tags(listed: Mapping[str, Json]) -> Json:
    return {text(entry, "Key"): text(entry, "Value") for entry in objects(listed.get("Tags"), "Tags")}


def _policies(listed: Mapping[str, Json]) -> Json:
    """What is attached; the text of a managed policy stands with the policy itself."""
    attached = [
        {"id": text(entry, "PolicyArn"), "name": text(entry, "PolicyName"), "kind": "managed"}
        for entry in objects(listed.get("AttachedManagedPolicies"), "AttachedManagedPolicies")
    ]
    inline = [{"id": name, "name": name, "kind": "inline", "document": document} for name, document in _inline(listed)]
    return {"policies": attached + inline, "boundary": _boundary(listed)}


def _inline(listed: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for entry in objects(listed.get("RolePolicyList"), "RolePolicyList"):
        name = text(entry, "PolicyName")
        yield name, policies.document(entry.get("PolicyDocument"), f"The inline policy {name}")


def _boundary(listed: Mapping[str, Json]) -> str:
    return text(mapping(listed.get("PermissionsBoundary"), "PermissionsBoundary"), "PermissionsBoundaryArn")


def _grants(listed: Mapping[str, Json], managed: Mapping[str, Json]) -> tuple[tuple[Grant, ...], Unread | None]:
    """Every statement in effect on the role; or why they are not known: one missing text makes the sum unknown."""
    found: list[Grant] = []
    try:
        for name, document in _inline(listed):
            found += policies.grants(document, "inline", name, name)
        for kind, arn, name in _managed_on(listed):
            if why := refused(managed.get(arn)):
                return (), why
            if managed.get(arn) is None:
                raise Unusable(f"The policy {arn} is attached, but its text was not found.")
            text_in_force = _in_force(mapping(managed[arn], "A policy"))["document"]
            found += policies.grants(text_in_force, kind, arn, name)
    except Unusable as unusable:
        return (), bad_answer(str(unusable))
    return tuple(found), None


def _managed_on(listed: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """The managed policies on a role: (managed or boundary, ARN, name)."""
    for entry in objects(listed.get("AttachedManagedPolicies"), "AttachedManagedPolicies"):
        yield "managed", text(entry, "PolicyArn"), text(entry, "PolicyName")
    if boundary := _boundary(listed):
        yield "boundary", boundary, boundary.rsplit("/", 1)[-1]


def _policy_config(listed: Mapping[str, Json]) -> Json:
    arn = text(listed, "Arn")
    return {
        "kind": "managed by AWS" if arn.split(":")[4] == "aws" else "managed",
        **said(path=text(listed, "Path"), description=text(listed, "Description"), created=text(listed, "CreateDate")),
    }


def _in_force(listed: Mapping[str, Json]) -> Json:
    """The version in force, with its text."""
    default = text(listed, "DefaultVersionId")
    for version in objects(listed.get("PolicyVersionList"), "PolicyVersionList"):
        if version.get("IsDefaultVersion") in (True, "true") or (default and text(version, "VersionId") == default):
            document = policies.document(version.get("Document"), f"The policy {text(listed, 'PolicyName')}")
            return {"document": document, "version": text(version, "VersionId")}
    raise Unusable("The policy has no version in force.")


def _usage(listed: Json) -> Json:
    """Services, and those of their actions that IAM tracks, with the month of their last use: the day would make a
    history of its own."""
    entries = sorted(objects(listed, "ServicesLastAccessed"), key=lambda entry: text(entry, "ServiceNamespace"))
    return {"services": [_used_service(entry) for entry in entries]}


def _used_service(entry: Mapping[str, Json]) -> Json:
    told = {"service": text(entry, "ServiceNamespace"), "month": text(entry, "LastAuthenticated")[:7]}
    tracked = objects(entry.get("TrackedActionsLastAccessed"), "TrackedActionsLastAccessed")
    actions = {text(one, "ActionName"): text(one, "LastAccessedTime")[:7] for one in tracked}
    return told | ({"actions": dict(sorted(actions.items()))} if actions else {})


def _used_at(listed: Mapping[str, Json]) -> datetime | None:
    told = listed.get("RoleLastUsed")
    moment = told.get("LastUsedDate") if isinstance(told, Mapping) else None
    try:
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else None
    except ValueError:
        return None
    return found and (found if found.tzinfo else found.replace(tzinfo=UTC))
