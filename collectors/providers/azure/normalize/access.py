"""Who may call, change or take over an app: role assignments, sign-in before the code, passwords for deployments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.azure.ids import group_of, is_slot, last, plain
from collectors.providers.azure.normalize.words import flag, properties
from collectors.shapes import mapping, objects, said, text, texts
from inventory.facts import Binding

Json = Any

_KINDS = {
    "user": "user", "group": "group", "foreigngroup": "foreign group", "serviceprincipal": "service principal",
    "device": "device", "systemdefined": "everyone",
}  # fmt: skip
_CLASSIC = (
    "unauthenticatedClientAction", "clientId", "issuer", "googleClientId", "facebookAppId", "twitterConsumerKey",
    "microsoftAccountClientId", "gitHubClientId",
)  # fmt: skip
LONGEST_VIA = 60


def access(site: Json, held: Json, auth: Json, publishing: Json, web: Json) -> Json:
    """`access`: assignments of the app itself and of its resource group (those from further up are among the bindings,
    and in the subscription's own history), Easy Auth as Azure answers it, and whether passwords may deploy.

    `easy_auth` is what config/authsettingsV2 says; `classic_auth` the older settings, where they are in force. What was
    not read is left out.
    """
    told, set_up = properties(site), mapping(web, "config/web")
    native = plain(mapping(site, "The site").get("id"))
    kept: dict[str, Json] = {
        "client_certificates": {
            "enabled": flag(told, "clientCertEnabled"),
            **said(
                mode=text(told, "clientCertMode") if flag(told, "clientCertEnabled") else "",
                excluded_paths=text(told, "clientCertExclusionPaths"),
            ),
        },
        **_classic(set_up),
    }
    if held is not None:
        near = group_of(native)
        rows = [one for one in objects(held, "The assignments") if plain(one.get("scope")).startswith(near)]
        kept["assignments"] = sorted((assigned(one, native) for one in rows), key=lambda one: str(one.get("id")))
    if auth is not None:
        kept["easy_auth"] = _easy_auth(auth)
    if publishing is not None:
        kept["publishing"] = _publishing(publishing)
    return kept


def _easy_auth(auth: Json) -> Json:
    """The settings without what only describes tokens and cookies."""
    told = properties(auth, "The auth settings")
    kept = ("platform", "globalValidation", "identityProviders")
    return {key: told[key] for key in kept if mapping(told.get(key), key)}


def _classic(set_up: Mapping[str, Json]) -> dict[str, Json]:
    """The older settings, which the site configuration repeats: only while they are switched on."""
    told = mapping(set_up.get("siteAuthSettings"), "siteAuthSettings")
    if not (flag(set_up, "siteAuthEnabled") or flag(told, "enabled")):
        return {}
    return {"classic_auth": {"enabled": True, **said(**{key: text(told, key) for key in _CLASSIC})}}


def _publishing(publishing: Json) -> Json:
    """Whether a password may be used over FTP and the deployment site (SCM); what was not read is not in it."""
    found = {}
    for one in objects(publishing, "The publishing policies"):
        name = last(text(one, "name")).lower() or last(text(one, "id")).lower()
        allowed = flag(properties(one, "A publishing policy"), "allow")
        if allowed is not None:
            found[name] = allowed
    return found


def assigned(one: Mapping[str, Json], native: str) -> Json:
    """One assignment as it is kept in a section."""
    return said(
        id=plain(one.get("id")),
        role=role_of(one),
        principal=text(one, "principal"),
        kind=kind_of(one),
        scope=plain(one.get("scope")),
        actions=list(actions_on(one, native)),
        condition=text(one, "condition"),
        effect="deny" if text(one, "effect") == "deny" else "",
    ) | {"principal": text(one, "principal")}


def role_of(one: Mapping[str, Json]) -> str:
    return text(one, "role_name") or text(one, "role")


def kind_of(one: Mapping[str, Json]) -> str:
    word = text(one, "type")
    return _KINDS.get(word.lower(), word) or "unknown"


def actions_on(one: Mapping[str, Json], native: str) -> tuple[str, ...]:
    """The actions an assignment gives on an app or slot; of a role that nobody could read, the role."""
    if one.get("unknown_role"):
        return (f"role {text(one, 'role')}",)
    return tuple(texts(one.get("slot_actions" if is_slot(native) else "actions"), "The actions"))


def bindings(held: Json, native: str) -> Iterator[Binding]:
    """Everybody whom an assignment, wherever it stands, lets call, deploy, read settings, delete or assign roles."""
    for one in objects(held, "The assignments"):
        actions, condition = actions_on(one, native), text(one, "condition")
        if not actions:
            continue
        excepted = texts(one.get("except"), "The exceptions")
        yield Binding(
            principal=text(one, "principal"),
            principal_kind=kind_of(one),
            actions=actions,
            via=_via(one),
            effect=text(one, "effect") or "allow",
            condition=said(
                expression=condition, excepted=sorted(excepted), excepts_groups=one.get("except_groups") is True or None
            ),
            source=plain(one.get("id")),
        )


def _via(one: Mapping[str, Json]) -> str:
    """Which role, and where it was assigned: the role's name gives way, not the place."""
    where = f" at {text(one, 'level')}"[:45]
    return f"{role_of(one)[: max(0, LONGEST_VIA - len(where))]}{where}"
