"""Why a row was found: for each part of the query that it meets, what it is that meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.models import Function, Grant, Identity, Tag, Trigger
from inventory.search import can
from inventory.search import explain_exposure as exposed
from inventory.search.field import Asked, text_filter
from inventory.search.function_matches import named_trigger
from inventory.search.lists import Search
from inventory.search.parse import And, Node, Not, Or, Term, Word

MOST = 5


@dataclass(frozen=True, slots=True)
class Met:
    """A part of the query that the row meets, as it was written, and what meets it."""

    part: str
    because: tuple[str, ...]


def why(search: Search, function: Function) -> list[Met]:
    """The parts of the query that this function meets, in the order in which they were written."""
    return [
        Met(search.query.text[leaf.start : leaf.end], tuple(_because(search, leaf, function))[:MOST])
        for leaf in _asked(search.query.root)
        if search.has(function.pk, leaf)
    ]


def _asked(node: Node | None) -> Iterator[Word | Term]:
    """The words and terms that are asked for; what is excluded explains nothing."""
    if isinstance(node, Word | Term):
        yield node
    elif isinstance(node, And | Or):
        for child in node.children:
            if not isinstance(child, Not):
                yield from _asked(child)


def _because(search: Search, leaf: Word | Term, function: Function) -> Iterator[str]:
    if isinstance(leaf, Word):
        lowered = leaf.text.lower().strip("*")
        yield f"in its {'name' if lowered in function.name.lower() else 'id'}"
        return
    explained = _EXPLAINED.get(search.list.fields[leaf.name].name)
    if explained:
        for value in leaf.values:
            yield from explained(Asked(value, leaf, search.at, search.user), function)


def _can(asked: Asked, function: Function) -> Iterator[str]:
    question = can.Question(asked.value.text, asked.term.on)
    grants = can.granted(question).filter(identity=function.identity_id)
    for grant in grants.select_related("statement")[:MOST]:
        body = grant.statement.body
        where = body.get("Resource") or grant.scope or "everything"
        on = ", ".join(map(str, where)) if isinstance(where, list) else str(where)
        only = " under a condition" if body.get("Condition") or body.get("condition") else ""
        yield f"{grant.source_kind} {grant.source_name} allows {_actions(body, asked.value.text)} on {on}{only}"
    identity = Identity.objects.filter(pk=function.identity_id).select_related("account").first()
    if identity:
        for told in can.conditions:
            yield from told(question, identity)


def _actions(body: Mapping[str, Any], asked: str) -> str:
    """The patterns of a statement that include the action, in the cloud's own form."""
    if "NotAction" in body:
        return f"everything but {_listed(body['NotAction'])}"
    named = [one for key in ("Action", "permissions", "actions", "dataActions") for one in _texts(body.get(key))]
    return _listed([one for one in named if can.overlap(one.lower(), asked.lower())] or named)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _listed(value: Any) -> str:
    return ", ".join(_texts(value))


def _policy(asked: Asked, function: Function) -> Iterator[str]:
    grants = Grant.objects.filter(text_filter("source_name", asked.value), identity=function.identity_id)
    for kind, name in grants.order_by().values_list("source_kind", "source_name").distinct()[:MOST]:
        yield f"{kind} {name}"


def _tag(asked: Asked, function: Function) -> Iterator[str]:
    tags = Tag.objects.filter(function=function)
    wanted = tags.filter(key__iexact=asked.term.key) if asked.term.key else tags.filter(text_filter("key", asked.value))
    for tag in wanted[:MOST]:
        yield f"{tag.key}={tag.value}"


def _trigger(asked: Asked, function: Function) -> Iterator[str]:
    for trigger in Trigger.objects.filter(named_trigger(asked.value), function=function)[:MOST]:
        yield f"{trigger.kind} {trigger.source}".strip()


def _is(asked: Asked, function: Function) -> Iterator[str]:
    explained = {"public": exposed.ways("invoke"), "latent": exposed.latent, "shared": exposed.shared}
    told = explained.get(asked.value.text.lower())
    if told:
        yield from told(asked, function)


def _column(name: str) -> exposed.Explained:
    def told(asked: Asked, function: Function) -> Iterator[str]:
        found = getattr(function, name)
        yield "not known" if found is None else str(found)

    return told


_EXPLAINED: dict[str, exposed.Explained] = {
    "can": _can,
    "policy": _policy,
    "invoker": exposed.bound("invoke"),
    "deployer": exposed.bound("deploy"),
    "principal": exposed.bound(),
    "via": exposed.via,
    "external": exposed.external,
    "exposure": exposed.ways("invoke"),
    "deploy": exposed.ways("deploy"),
    "latent": exposed.latent,
    "is": _is,
    "egress": exposed.egress,
    "reach": exposed.reach,
    "shared": exposed.shared,
    "wildcard": exposed.wildcard,
    "escalation": exposed.escalation,
    "tag": _tag,
    "trigger": _trigger,
    "runtime": _column("runtime"),
    "identity": _column("identity_native_id"),
    "region": _column("region"),
    "state": _column("state"),
    "memory": _column("memory_mb"),
    "timeout": _column("timeout_s"),
    "changed": _column("changed_at"),
    "key": _column("key"),
}
