"""What starts the functions inside an app, and the addresses at which they can be called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors.providers.azure.ids import last, plain
from collectors.providers.azure.normalize.settings import host_names
from collectors.providers.azure.normalize.words import flag, properties
from collectors.shapes import mapping, objects, said, text, texts

Json = Any

#: What a binding names its source by, the most telling first.
_SOURCES = ("queueName", "topicName", "eventHubName", "path", "schedule", "containerName", "collectionName", "hubName",
            "tableName", "topic", "orchestration", "activity", "entityName")  # fmt: skip
_CONNECTIONS = ("connection", "connectionStringSetting", "connectionSetting", "storageAccount")
_TOLD = frozenset({"type", "direction", "name", *_SOURCES, *_CONNECTIONS})


def triggers(functions: Json) -> Json:
    """`triggers`: one entry for each function's trigger binding, and every function with all its bindings.

    In `detail`, `type` is the binding's own word, `auth_level` what an HTTP trigger asks of callers ("" when it does
    not say: then it asks for a key) and `path` its route.
    """
    listed = [_function(one) for one in objects(functions, "The functions")]
    return {
        "triggers": [one for function, body in listed for one in _triggers(function, body)],
        "functions": sorted((_told(function, body) for function, body in listed), key=lambda one: str(one["name"])),
    }


def _function(one: Mapping[str, Json]) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
    return one, properties(one, "A function")


def name_of(function: Mapping[str, Json]) -> str:
    """A function's own name; Azure lists it as app/function."""
    return last(text(function, "name")) or last(text(function, "id"))


def _bindings(body: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return list(objects(mapping(body.get("config"), "The function's config").get("bindings"), "The bindings"))


def _is_trigger(binding: Mapping[str, Json]) -> bool:
    return text(binding, "type").lower().endswith("trigger")


def disabled(body: Mapping[str, Json]) -> bool:
    return bool(flag(body, "isDisabled") or flag(mapping(body.get("config"), "config"), "disabled"))


def _triggers(function: Mapping[str, Json], body: Mapping[str, Json]) -> Iterator[Json]:
    for binding in filter(_is_trigger, _bindings(body)):
        kind = text(binding, "type")
        source = next((text(binding, key) for key in _SOURCES if text(binding, key)), "")
        if kind.lower() == "servicebustrigger" and text(binding, "subscriptionName"):
            source = f"{source}/{text(binding, 'subscriptionName')}"
        yield said(
            kind=kind.lower().removesuffix("trigger"),
            source=source,
            via=next((text(binding, key) for key in _CONNECTIONS if text(binding, key)), ""),
            qualifier=name_of(function),
            state="disabled" if disabled(body) else "enabled",
            id=plain(function.get("id")),
        ) | {"detail": _detail(binding, body)}


def _detail(binding: Mapping[str, Json], body: Mapping[str, Json]) -> Json:
    told = {"type": text(binding, "type")}
    if text(binding, "type").lower() == "httptrigger":
        told |= {"auth_level": auth_level(binding), "path": path_of(body)}
        told |= said(methods=_methods(binding), route=text(binding, "route"))
    rest = {key: value for key, value in binding.items() if key not in _TOLD and isinstance(value, str | int | float)}
    return told | said(**{str(key): value for key, value in rest.items() if key not in ("authLevel", "route")})


def auth_level(binding: Mapping[str, Json]) -> str:
    """anonymous, function or admin; "" when the binding does not say."""
    return text(binding, "authLevel").lower()


def path_of(body: Mapping[str, Json]) -> str:
    """The route with its prefix, as Azure says how to call the function; "" when it does not."""
    return urlsplit(text(body, "invoke_url_template")).path


def _methods(binding: Mapping[str, Json]) -> list[str]:
    return sorted({method.upper() for method in texts(binding.get("methods"), "methods")})


def _told(function: Mapping[str, Json], body: Mapping[str, Json]) -> Json:
    """One function: its language, whether it is disabled, and every binding without what is told as its trigger."""
    bound = [
        said(
            type=text(one, "type"), direction=text(one, "direction").lower(),
            target=next((text(one, key) for key in _SOURCES if text(one, key)), ""),
            connection=next((text(one, key) for key in _CONNECTIONS if text(one, key)), ""),
        )
        for one in _bindings(body)
        if not _is_trigger(one)
    ]  # fmt: skip
    return {
        "name": name_of(function),
        "disabled": disabled(body),
        "bindings": bound,
        **said(language=text(body, "language")),
    }


def entry_points(site: Json, functions: Json, web: Json, publishing: Json) -> Json:
    """`entry_points`: each HTTP function under its address, the app's names, and its deployment site."""
    names, scm = host_names(site)
    cors = _cors(mapping(web, "config/web"))
    found = [_http(one, binding, cors) for one in objects(functions, "The functions") for binding in _https(one)]
    found += [{"kind": "host name", "url": f"https://{name}", "auth": "as each function asks"} for name in names]
    if scm:
        found.append(said(kind="deployment site", url=f"https://{scm}", auth=_scm_sign_in(publishing)))
    return {"entry_points": found}


def _https(function: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    bound = _bindings(properties(function, "A function"))
    return [one for one in bound if text(one, "type").lower() == "httptrigger"]


def _http(function: Mapping[str, Json], binding: Mapping[str, Json], cors: Json) -> Json:
    body = properties(function, "A function")
    return said(
        kind="url",
        url=text(body, "invoke_url_template").partition("?")[0],
        auth=auth_level(binding) or "function",
        qualifier=name_of(function),
        method=",".join(_methods(binding)) or "ANY",
        path=path_of(body),
        cors=cors,
        id=plain(function.get("id")),
        detail={"disabled": True} if disabled(body) else {},
    )


def _cors(set_up: Mapping[str, Json]) -> Json:
    told = mapping(set_up.get("cors"), "cors")
    return said(
        origins=sorted(texts(told.get("allowedOrigins"), "allowedOrigins")),
        credentials=flag(told, "supportCredentials"),
    )


def _scm_sign_in(publishing: Json) -> str:
    """Whether a password suffices to deploy; "" when the policy was not read."""
    for one in objects(publishing, "The publishing policies"):
        if last(text(one, "name")).lower() == "scm":
            allowed = flag(properties(one, "A publishing policy"), "allow")
            return "" if allowed is None else "password or Entra" if allowed else "Entra"
    return ""
