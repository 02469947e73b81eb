"""Rows of the inventory as JSON: one shape for pages, API, exports and commands.

`present_functions` and `present_identities` load what hangs on a batch of rows in a fixed number of queries. What other
apps know of a function (its findings) is added through `extras`: name → a function from keys to values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Model, QuerySet

from inventory.chunks import batched
from inventory.facts import Kind
from inventory.models import (
    Account,
    Binding,
    EntryPoint,
    Function,
    Identity,
    IdentityPosture,
    Posture,
    Resource,
    Tag,
    Trigger,
    Use,
)
from inventory.then import shown_at

Json = dict[str, Any]
Bulk = Callable[[Sequence[int]], dict[int, Any]]

#: Parts of a function that take a query of their own; lists load only those they show.
PARTS = ("tags", "triggers", "entry_points", "bindings", "ingress", "findings")
#: Told beside them only where it is asked for by name: the names of environment variables.
VARIABLE_NAMES = "variable_names"
SIGNING = "signing"
BATCH = 1000

#: Filled by apps that know more of functions; a name that nobody fills is null.
extras: dict[str, Bulk] = {}


def present_functions(rows: QuerySet[Function, Any], parts: Collection[str] = PARTS) -> Iterator[Json]:
    """Each function as JSON, in the order of the rows, a bounded number in memory at a time."""
    told = rows.select_related("account__group", "posture", "use", "identity", "resource__scope").defer(
        "search_text", "variables", "layers", "posture__because"
    )
    if "ingress" in parts:
        told = told.annotate(ingress=F("resource__latest__document__network__ingress"))
    for some in batched(told.iterator(chunk_size=BATCH), BATCH):
        yield from _functions(some, parts)


def present_page(functions: Sequence[Function], parts: Collection[str] = PARTS) -> list[Json]:
    """The same for rows that are loaded already (with `account`, `posture`, `identity` and `resource`)."""
    return list(_functions(functions, parts))


def _functions(functions: Sequence[Function], parts: Collection[str]) -> Iterator[Json]:
    keys = [function.pk for function in functions]
    tags = _grouped(Tag, keys, _tag) if "tags" in parts else None
    triggers = _grouped(Trigger, keys, _trigger) if "triggers" in parts else None
    points = _grouped(EntryPoint, keys, _entry_point) if "entry_points" in parts else None
    # Bindings are kept for now only: of an earlier time they stay null.
    bindings = _grouped(Binding, keys, _binding) if "bindings" in parts and shown_at() is None else None
    named = _variable_names(keys) if VARIABLE_NAMES in parts else None
    signed = _signing(functions) if SIGNING in parts else None
    more = {name: bulk(keys) for name, bulk in extras.items() if name in parts}
    for function in functions:
        told = _function(function)
        if tags is not None:
            told["tags"] = dict(sorted(tags[function.pk]))
        if named is not None:
            told["environment"]["names"] = named[function.pk]
        if signed is not None:
            told["code"]["signing"] = signed[function.pk]
        if triggers is not None:
            told["triggers"] = triggers[function.pk] if function.trigger_count is not None else None
        if points is not None:
            told["entry_points"] = points[function.pk] if function.entry_point_count is not None else None
        if bindings is not None:
            told["bindings"] = bindings[function.pk]
        told.update({name: found.get(function.pk) for name, found in more.items()})
        yield told


def _function(function: Function) -> Json:
    posture: Posture | None = getattr(function, "posture", None)
    return {
        "uid": function.uid,
        "native_id": function.native_id,
        "provider": function.provider,
        **_account(function.account),
        "region": function.region,
        "name": function.name,
        "kind": function.kind,
        "runtime": function.runtime,
        "runtime_eol": function.runtime_eol,
        "state": function.state,
        "package": function.package,
        "architecture": function.architecture,
        **_identity_of(function),
        "triggers": None,
        "trigger_count": function.trigger_count,
        "entry_points": None,
        "has_url": function.has_url,
        "url_auth": function.url_auth,
        "limits": {
            "memory_mb": function.memory_mb,
            "timeout_s": function.timeout_s,
            "concurrency": function.concurrency,
        },
        "code": {"size": function.code_size, "sha256": function.code_sha, "layers": function.layer_count},
        "environment": {"variables": function.variable_count, "secrets": function.secret_count},
        "network": {
            "attached": function.network_attached,
            "network": function.network,
            "ingress": getattr(function, "ingress", None),
            "egress": posture.egress if posture else "unknown",
            "reach": posture.reach if posture else "unknown",
        },
        "encryption": {"key": function.key},
        "logging": {"retention_days": function.log_retention_days},
        "tags": None,
        "privilege": {
            "level": posture.privilege if posture else "unknown",
            "classes": posture.classes if posture else [],
        },
        "exposure": {
            "invoke": posture.invoke if posture else "unknown",
            "deploy": posture.deploy if posture else "unknown",
            "latent": posture.latent if posture else None,
            "reach": posture.reach if posture else "unknown",
        },
        "shared_by": posture.shared_by if posture else None,
        "use": _use(function),
        "bindings": None,
        "findings": None,
        "first_seen": function.first_seen,
        "last_seen": last_seen(function),
        "changed_at": function.changed_at,
        "gone_at": function.gone_at,
        "unread": sorted(function.resource.unread),
    }


def _use(function: Function) -> Json:
    """What the metrics told last; of an earlier time it is not known."""
    use: Use | None = getattr(function, "use", None) if shown_at() is None else None
    return {
        "read_at": use.read_at if use else None,
        "looked_from": use.looked_from if use else None,
        "known_since": use.known_since if use else None,
        "invoked_on": use.invoked_on if use else None,
        "unused_days": use.unused_days if use else None,
        "invocations": use.invocations if use else None,
        "errors": use.errors if use else None,
        "unread": use.unread.get("reason", "") if use else "",
    }


def last_seen(function: Function) -> datetime:
    """The last reading that saw it: its scope's last complete one while it is there, or its own mark.

    Of an earlier time: that time, or when it was found gone by then.
    """
    if (at := shown_at()) is not None:
        return function.gone_at or at
    own, scope = function.resource.seen_at, function.resource.scope.complete_at
    return own if function.gone_at or scope is None else max(own, scope)


def _account(account: Account) -> Json:
    group = account.group.name if account.group else None
    return {"account": account.native_id, "account_name": account.name, "account_group": group}


def _identity_of(function: Function) -> Json:
    """What it runs as: the cloud's id, and our uid and its name where the identity itself was read."""
    known = function.identity
    return {
        "identity": function.identity_native_id or None,
        "identity_uid": known.uid if known else None,
        "identity_name": known.name if known else None,
    }


def _grouped(model: type[Model], keys: Sequence[int], say: Callable[[Any], Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in model._default_manager.filter(function__in=keys).order_by("function", "pk"):
        found[row.function_id].append(say(row))  # type: ignore[attr-defined]
    return found


def _variable_names(keys: Sequence[int]) -> dict[int, list[str] | None]:
    """The names of the environment variables of each function (never values); None where they could not be read."""
    rows = Function.objects.filter(pk__in=keys).values_list("pk", "variables")
    return {pk: None if text is None else [name for name in text.split("\n") if name] for pk, text in rows}


def _signing(functions: Sequence[Function]) -> dict[int, str | None]:
    """What becomes of unsigned code: enforced (refused), warned, or none (nobody looks); None where it was not read.

    Empty where the cloud, or the kind of package, knows no signatures.
    """
    rows = Function.objects.filter(pk__in=[one.pk for one in functions if one.provider == "aws"])
    read = dict(rows.values_list("pk", "resource__latest__document__signing"))
    return {one.pk: _signed(read[one.pk], one) if one.pk in read else "" for one in functions}


def _signed(told: Json | None, function: Function) -> str | None:
    if function.package == "Image" or function.kind == "Web Function":
        return ""
    if told is None:
        return None
    if not told.get("config"):
        return "none"
    return "enforced" if told.get("untrusted") == "Enforce" else "warned"


def _tag(tag: Tag) -> tuple[str, str]:
    return tag.key, tag.value


def _trigger(trigger: Trigger) -> Json:
    return {"kind": trigger.kind, "source": trigger.source, "state": trigger.state, "qualifier": trigger.qualifier}


def _entry_point(point: EntryPoint) -> Json:
    return {"kind": point.kind, "url": point.url, "auth": point.auth, "qualifier": point.qualifier}


def _binding(binding: Binding) -> Json:
    return {
        "principal": binding.principal,
        "principal_kind": binding.principal_kind,
        "actions": binding.actions,
        "via": binding.via,
        "qualifier": binding.qualifier,
        "effect": binding.effect,
        "condition": binding.condition,
        "source": binding.source,
    }


def present_resource(resource: Resource) -> Json:
    """A resource whole: the row that lists show, why parts are unread, the latest revision and its document."""
    snapshot = resource.latest
    return {
        **_row(resource),
        "unread": resource.unread,
        "revision": snapshot.number if snapshot else None,
        "revision_at": snapshot.at if snapshot else None,
        "document": resource.document,
    }


def _row(resource: Resource) -> Json:
    found: Iterator[Json] = iter(())
    if resource.kind == Kind.FUNCTION:
        found = present_functions(Function.objects.filter(pk=resource.pk))
    elif resource.kind == Kind.IDENTITY:
        found = present_identities(Identity.objects.with_functions().filter(pk=resource.pk))
    return next(found, None) or {
        "uid": resource.uid,
        "native_id": resource.native_id,
        "provider": resource.provider,
        **_account(resource.account),
        "region": resource.region,
        "kind": resource.kind,
        "name": resource.name,
        "first_seen": resource.first_seen,
        "changed_at": resource.changed_at,
        "gone_at": resource.gone_at,
    }


def present_identities(rows: QuerySet[Identity, Any]) -> Iterator[Json]:
    """Each identity (of a queryset `with_functions`) as JSON, in the order of the rows."""
    for some in batched(rows.select_related("account__group", "resource", "posture").iterator(chunk_size=BATCH), BATCH):
        yield from map(present_identity, some)


def present_identity(identity: Identity) -> Json:
    posture: IdentityPosture | None = getattr(identity, "posture", None)
    return {
        "uid": identity.uid,
        "native_id": identity.native_id,
        "provider": identity.provider,
        **_account(identity.account),
        "kind": identity.kind,
        "name": identity.name,
        "functions": identity.functions,  # type: ignore[attr-defined]
        "policies": identity.policy_count,
        "boundary": identity.boundary,
        "privilege": {
            "level": posture.privilege if posture else "unknown",
            "classes": posture.classes if posture else [],
        },
        "last_used_at": identity.last_used_at,
        "first_seen": identity.first_seen,
        "changed_at": identity.changed_at,
        "gone_at": identity.gone_at,
        "unread": sorted(identity.resource.unread),
    }
