"""Project documents into the searched columns of functions and identities, with their triggers, entry points, tags.

A cloud may put anything anywhere: what is not of the expected shape leaves its column unknown, and never fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Model

from inventory.eol import runtime_life
from inventory.facts import Kind
from inventory.models import EntryPoint, Function, Identity, Resource, Tag, Trigger
from inventory.record.prepare import Document, clip

ONE_DAY = timedelta(days=1)

Pairs = list[tuple[Resource, Document]]


def project(rows: Iterable[tuple[Resource, Document]]) -> None:
    """Write the columns of these resources from their documents; a part never read leaves NULL."""
    pairs = list(rows)
    functions = [(row, document) for row, document in pairs if row.kind == Kind.FUNCTION]
    identities = [(row, document) for row, document in pairs if row.kind == Kind.IDENTITY]
    if functions:
        _functions(functions)
    if identities:
        _upsert(Identity, [Identity(**identity_columns(row, document)) for row, document in identities])


def link_functions(identities: Mapping[str, int]) -> None:
    """Point functions that were read before their identity to it: native id → resource."""
    waiting = Function.objects.filter(identity=None, identity_native_id__in=identities) if identities else ()
    functions = list(waiting)
    for function in functions:
        function.identity_id = identities[function.identity_native_id]
    Function.objects.bulk_update(functions, ["identity"], batch_size=500)


def note_use(used: Mapping[int, datetime]) -> None:
    """Note when identities were last used: shown, but no history; to the day, so that busy ones cost few writes."""
    rows = Identity.objects.filter(pk__in=used).only("last_used_at") if used else ()
    later = [row for row in rows if row.last_used_at is None or used[row.pk] - row.last_used_at >= ONE_DAY]
    for row in later:
        row.last_used_at = used[row.pk]
    Identity.objects.bulk_update(later, ["last_used_at"], batch_size=500)


def projected(rows: Pairs) -> dict[type[Model], list[Any]]:
    """The rows of functions and of their tags, triggers and entry points as their documents say; none is written."""
    named = {ref for _, document in rows if (ref := _identity(document))}
    found = dict(Resource.objects.filter(kind=Kind.IDENTITY, native_id__in=named).values_list("native_id", "pk"))
    columns = [(function_columns(row, document), found.get(_identity(document))) for row, document in rows]
    return {
        Function: [Function(**told, identity_id=identity) for told, identity in columns],
        Tag: _tags(rows), Trigger: _triggers(rows), EntryPoint: _entry_points(rows),
    }  # fmt: skip


def _functions(rows: Pairs) -> None:
    told = projected(rows)
    _upsert(Function, told.pop(Function))
    for model, hung in told.items():
        model._default_manager.filter(function__in=[row.pk for row, _ in rows]).delete()
        model._default_manager.bulk_create(hung)


def _tags(rows: Pairs) -> list[Tag]:
    return [
        Tag(function_id=row.pk, key=clip(key, 256), value=clip(value, 1024))
        for row, document in rows
        for key, value in _section(document, "tags").items()
    ]


def _triggers(rows: Pairs) -> list[Trigger]:
    return [
        Trigger(
            function_id=row.pk,
            kind=clip(one.get("kind"), 60),
            source=clip(one.get("source"), 1024),
            state=clip(one.get("state"), 40),
            qualifier=clip(one.get("qualifier"), 128),
            detail=one,
        )
        for row, document in rows
        for one in [*_entries(document, "triggers"), *_at_the_edge(document)]
    ]


def _triggers_in(document: Document) -> int | None:
    known = _count(document, "triggers", "triggers")
    return None if known is None else known + len(_at_the_edge(document))


def _at_the_edge(document: Document) -> list[dict[str, Any]]:
    """The distributions of CloudFront that run a function, as what starts it."""
    return [
        {
            "kind": "cloudfront", "source": one.get("arn"), "via": "CloudFront association",
            "state": "Enabled" if one.get("enabled") else "Disabled", "qualifier": one.get("qualifier", ""),
            "detail": {"domain": one.get("domain"), "runs": one.get("runs")},
        }
        for one in _section(document, "edge").get("distributions") or ()
    ]  # fmt: skip


def _entry_points(rows: Pairs) -> list[EntryPoint]:
    return [
        EntryPoint(
            function_id=row.pk,
            kind=clip(one.get("kind"), 40),
            url=clip(one.get("url"), 1024),
            auth=clip(one.get("auth"), 60),
            qualifier=clip(one.get("qualifier"), 128),
            detail=one,
        )
        for row, document in rows
        for one in _entries(document, "entry_points")
    ]


def _upsert(model: type[Function] | type[Identity], rows: list[Any]) -> None:
    kept = {"last_used_at"}
    columns = [one.name for one in model._meta.concrete_fields if not one.primary_key and one.name not in kept]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["resource"], update_fields=columns, batch_size=100
    )


def function_columns(row: Resource, document: Document) -> dict[str, Any]:
    """The columns of one function."""
    config, code = _section(document, "config"), _section(document, "code")
    network = _section(document, "network")
    runtime = _text(config, "runtime", 60)
    life = runtime_life(row.provider, runtime, _section(document, "runtime_management"))
    return {
        **_common_columns(row),
        "region": row.region,
        "search_text": f"{row.name} {row.native_id}".lower(),
        "kind": clip(config.get("kind"), 60),
        "runtime": runtime,
        "runtime_eol": life.ends if life else _date(config.get("runtime_eol")),
        "package": _text(config, "package", 20),
        "architecture": _joined(config.get("architectures"), 40),
        "state": _text(_section(document, "state") or config, "state", 40),
        "memory_mb": _number(config, "memory_mb", least=0),
        "timeout_s": _number(config, "timeout_s", least=0),
        "concurrency": _number(_section(document, "concurrency"), "reserved"),
        "code_size": _number(code, "size", most=2**63 - 1),
        "code_sha": _text(code, "sha256", 100),
        "identity_native_id": _identity(document),
        "network_attached": network.get("attached") if isinstance(network.get("attached"), bool) else None,
        "network": clip(network.get("network"), 255),
        **_entry_columns(document),
        "trigger_count": _triggers_in(document),
        "key": _text(_section(document, "encryption"), "key", 512),
        "log_retention_days": _number(_section(document, "logging"), "retention_days"),
        "variable_count": _count(document, "environment", "variables"),
        "secret_count": _secrets(document),
        "layer_count": _count(document, "code", "layers"),
        "variables": _lines(document, "environment", "variables"),
        "layers": _lines(document, "code", "layers"),
        "has_dead_letter": _names_dead_letter(document["delivery"]) if "delivery" in document else None,
        "unread_count": len(row.unread),
    }


def identity_columns(row: Resource, document: Document) -> dict[str, Any]:
    """The columns of one identity."""
    return {
        **_common_columns(row),
        "kind": clip(_section(document, "config").get("kind"), 40),
        "policy_count": _count(document, "policies", "policies"),
        "boundary": clip(_section(document, "policies").get("boundary"), 1024),
    }


def _common_columns(row: Resource) -> dict[str, Any]:
    return {
        "resource_id": row.pk, "uid": row.uid, "provider": row.provider, "account_id": row.account_id,
        "name": row.name, "native_id": row.native_id, "first_seen": row.first_seen, "changed_at": row.changed_at,
        "gone_at": row.gone_at,
    }  # fmt: skip


def _entry_columns(document: Document) -> dict[str, Any]:
    if _count(document, "entry_points", "entry_points") is None:
        return {"has_url": None, "url_auth": None, "entry_point_count": None}
    entries = _entries(document, "entry_points")
    urls = [entry for entry in entries if entry.get("kind") in ("url", "web endpoint")]
    # The weakest sign-in of all addresses is the one that counts for a list.
    auths = sorted({clip(entry.get("auth"), 40) for entry in urls}, key=lambda word: (word.upper() != "NONE", word))
    return {"has_url": bool(urls), "url_auth": auths[0] if auths else "", "entry_point_count": len(entries)}


def _secrets(document: Document) -> int | None:
    if _count(document, "environment", "variables") is None:
        return None
    return sum(bool(one.get("verdict")) for one in _entries(document, "environment", "variables"))


def _lines(document: Document, section: str, key: str) -> str | None:
    """The names of a section's entries, each between line ends; None when they cannot be counted either."""
    if _count(document, section, key) is None:
        return None
    names = [clip(one.get("name") or one.get("id"), 512) for one in _entries(document, section, key)]
    return "".join(f"\n{name}\n" for name in names)


def _names_dead_letter(value: Any, key: str = "") -> bool:
    """Whether a delivery section says, at any depth, where failed events go."""
    if isinstance(value, Mapping):
        return any(_names_dead_letter(body, str(name)) for name, body in value.items())
    if isinstance(value, list):
        return any(_names_dead_letter(one, key) for one in value)
    return bool(value) and key in ("dead_letter", "on_failure")


def _section(document: Document, name: str) -> Mapping[str, Any]:
    body = document.get(name)
    return body if isinstance(body, Mapping) else {}


def _entries(document: Document, section: str, key: str = "") -> list[Mapping[str, Any]]:
    listed = _section(document, section).get(key or section)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _count(document: Document, section: str, key: str) -> int | None:
    """How many entries a section lists; None when the section was not read, or lists nothing that can be counted."""
    if section not in document:
        return None
    listed = _section(document, section).get(key, None if section == "code" else [])
    return len(listed) if isinstance(listed, list) else None


def _identity(document: Document) -> str:
    named = _entries(document, "identity", "identities")
    return clip(named[0].get("id"), 1024) if named else ""


def _joined(words: Any, limit: int) -> str | None:
    return clip(",".join(str(word) for word in words), limit) if isinstance(words, list) and words else None


def _text(body: Mapping[str, Any], key: str, limit: int) -> str | None:
    """A text; "" when the section was read and does not say, None when it was not read."""
    return clip(body[key], limit) if body.get(key) is not None else ("" if body else None)


def _number(body: Mapping[str, Any], key: str, *, least: int = -(2**31), most: int = 2**31 - 1) -> int | None:
    """A whole number, also when the cloud sends it as text; anything else, or out of range, is unknown."""
    value = body.get(key)
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if least <= value <= most else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
