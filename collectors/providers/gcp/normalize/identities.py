"""Service accounts: what they may do, who may become them, and the keys that were made for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.gcp.normalize.access import bindings_of, condition_of, is_own_policy
from collectors.providers.gcp.normalize.roles import denied, granted
from collectors.providers.gcp.shape import mapping as loosely
from collectors.providers.gcp.shape import objects as loosely_listed
from collectors.shapes import LASTING, Reading, boolean, mapping, objects, said, shallow, text, texts
from inventory.facts import Grant, Kind, Observation, Section, Unread

Json = Any

_EMAIL = re.compile(r"^[^@\s]{1,128}@[\w.-]{3,255}$")
#: What Google makes for a project by itself, often with far too much granted.
_DEFAULTS = {
    "compute": re.compile(r"^\d+-compute@developer\.gserviceaccount\.com$"),
    "app engine": re.compile(r"^[^@]+@appspot\.gserviceaccount\.com$"),
    "cloud build": re.compile(r"^\d+@cloudbuild\.gserviceaccount\.com$"),
}


def service_account(raw: Mapping[str, Json], listing: str) -> Iterable[Observation]:
    """The observation of one service account, named by its e-mail, as functions name it."""
    listed = loosely(raw.get("account"))
    email = listed.get("email")
    if not isinstance(email, str) or not _EMAIL.match(email):
        raise Malformed("A service account has no e-mail.", email if isinstance(email, str) else "")
    if not shallow(listed):
        raise Malformed("The service account is nested deeper than Google's answers are.", email)
    reading = Reading()
    reading.section(Section.CONFIG, lambda: _config(listed, email))
    reading.section(Section.POLICIES, lambda: _policies(raw))
    grants = _inherited(reading, raw, email)
    reading.section(Section.USAGE, _usage, raw.get("usage"))
    if "policy" in raw:
        reading.section(Section.TRUST, lambda policy: {"document": {"bindings": bindings_of(policy)}}, raw["policy"])
        reading.section(Section.KEYS, _keys, raw.get("keys"))
    yield Observation(
        kind=Kind.IDENTITY,
        native_id=email,
        name=email,
        region="global",
        listing=listing,
        sections=reading.sections,
        unread=reading.unread,
        grants=grants,
        revision=str(listed.get("etag") or "")[:64],
        core_read="policy" in raw and reading.whole(Section.TRUST, Section.KEYS, Section.ORGANISATION),
        detail_read="policy" in raw,
        raw=raw,
    )


def _config(listed: Mapping[str, Json], email: str) -> Json:
    default = next((name for name, pattern in _DEFAULTS.items() if pattern.match(email)), "")
    return {
        "kind": "service account",
        "disabled": boolean(listed, "disabled"),
        **said(
            display_name=text(listed, "displayName"),
            description=text(listed, "description"),
            unique_id=text(listed, "uniqueId"),
            project=text(listed, "projectId"),
            default=default,
        ),
    }


def _policies(raw: Mapping[str, Json]) -> Json:
    """`policies`: the roles bound to it, each with the level it is bound on."""
    return {
        "policies": [
            said(
                id=text(binding, "role"),
                name=text(binding, "role"),
                kind="role",
                on=text(binding, "on"),
                condition=condition_of(binding),
            )
            for binding in objects(raw.get("bindings"), "bindings")
        ]
    }


def _inherited(reading: Reading, raw: Mapping[str, Json], email: str) -> tuple[Grant, ...] | None:
    """What is granted, None while a level failed that may yet be read; marks the section of a level that was refused.

    The project's own policy is most of what an account may do: without it, `policies` is unread; what is above it
    marks `organisation`.
    """
    gaps = [gap for gap in loosely_listed(raw.get("gaps")) if isinstance(gap.get("why"), Unread)]
    for gap in gaps:
        reading.unread.setdefault(Section.POLICIES if is_own_policy(gap) else Section.ORGANISATION, gap["why"])
    if Section.POLICIES in reading.unread:
        reading.sections.pop(Section.POLICIES, None)
        return None
    reading.section(Section.ORGANISATION, lambda *_: {}, beside=[gap["why"] for gap in gaps])
    if any(gap["why"].error_class not in LASTING for gap in gaps):
        return None
    return tuple(_grants(raw, email))


def _grants(raw: Mapping[str, Json], email: str) -> Iterator[Grant]:
    """One grant for each role on each level, and for each deny rule that may concern the account."""
    contained = mapping(raw.get("roles"), "roles")
    for binding in objects(raw.get("bindings"), "bindings"):
        name = text(binding, "role")
        statement = granted(name, contained.get(name), condition_of(binding))
        yield Grant("role", name, name, statement, text(binding, "on"))
    for policy in objects(raw.get("deny"), "deny"):
        for entry in objects(policy.get("rules"), "rules"):
            rule = mapping(entry.get("denyRule"), "denyRule")
            principals = texts(rule.get("deniedPrincipals"), "deniedPrincipals")
            if any(email in one or one.startswith("principalSet://") for one in principals):
                name = text(policy, "name")
                title = text(policy, "displayName") or name.rsplit("/", 1)[-1]
                yield Grant("deny", name, title, denied(rule), _attached_to(name))


def _attached_to(policy: str) -> str:
    """Where a deny policy is attached: policies/cloudresourcemanager.googleapis.com%2Fprojects%2F1/… → projects/1."""
    attachment = policy.removeprefix("policies/").partition("/denypolicies/")[0].replace("%2F", "/").replace("%2f", "/")
    return attachment.partition("/")[2]


def _keys(listed: Json) -> Json:
    """`keys` that people made: when each was made and how long it is good; never the keys themselves."""
    return {
        "keys": [
            said(
                id=text(entry, "name").rsplit("/", 1)[-1],
                origin=text(entry, "keyOrigin"),
                algorithm=text(entry, "keyAlgorithm"),
                created=text(entry, "validAfterTime"),
                expires=text(entry, "validBeforeTime"),
                disabled=boolean(entry, "disabled"),
            )
            for entry in objects(listed, "keys")
            if text(entry, "keyType") != "SYSTEM_MANAGED"
        ]
    }


def _usage(listed: Json) -> Json:
    """`usage`: grants that the recommender calls too wide, and what it would put in their place."""
    found = []
    for entry in objects(listed, "recommendations"):
        overview = mapping(mapping(entry.get("content"), "content").get("overview"), "overview")
        state = text(mapping(entry.get("stateInfo"), "stateInfo"), "state")
        if state in ("", "ACTIVE", "CLAIMED"):
            found.append(said(
                role=text(overview, "removedRole"),
                instead=sorted(texts(overview.get("addedRoles"), "addedRoles")),
                kind=text(entry, "recommenderSubtype"),
                priority=text(entry, "priority"),
                on=text(overview, "resource"),
            ))  # fmt: skip
    return {"recommendations": sorted(found, key=str)}
