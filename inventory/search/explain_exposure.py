"""Why a function was found by who is let in, how far it reaches, and how the grants of its identity are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from inventory.models import Binding, EntryPoint, ExposedBinding, Function, Posture
from inventory.search import exposure_matches, grants
from inventory.search.field import Asked, text_filter
from inventory.search.function_matches import INVOKES

MOST = 5
Explained = Callable[[Asked, Function], Iterator[str]]


def bound(part: str = "") -> Explained:
    """The bindings of the principal that was asked for; for a word of the ladder, what puts the function there."""

    def told(asked: Asked, function: Function) -> Iterator[str]:
        if part and asked.value.text.lower() in ("public", "external"):
            yield from ways(part)(asked, function)
            return
        rows = exposure_matches.changing(asked.value) if part == "deploy" else _naming(asked, part)
        yield from _bindings(rows.filter(function=function))

    return told


def _naming(asked: Asked, part: str) -> QuerySet[Binding]:
    named = text_filter("principal", asked.value) | text_filter("principal_kind", asked.value)
    wanted = Q()
    for word in INVOKES if part == "invoke" else ():
        wanted |= Q(told__icontains=word)
    rows = Binding.objects.annotate(told=Cast("actions", TextField()))
    return rows.filter(named, wanted, effect="allow")


def _bindings(rows: QuerySet[Binding]) -> Iterator[str]:
    for one in rows.order_by("pk")[:MOST]:
        yield f"{one.principal} may {', '.join(map(str, one.actions))} by {one.via} {one.source}".strip()


def via(asked: Asked, function: Function) -> Iterator[str]:
    yield from _bindings(function.bindings.filter(exposure_matches.named_via(asked.value), effect="allow"))
    for entry in EntryPoint.objects.filter(text_filter("kind", asked.value), function=function).order_by("pk")[:MOST]:
        yield f"{entry.kind} {entry.url} asks for {entry.auth or 'an unknown sign-in'}"


def external(asked: Asked, function: Function) -> Iterator[str]:
    condition = exposure_matches.external_condition(asked.value, asked.at)
    for one in ExposedBinding.objects.filter(condition, function=function, gone_at=None).order_by("-rung", "pk")[:MOST]:
        yield f"{one.principal} may {one.action} by {one.via}"


def ways(part: str) -> Explained:
    """What puts a function on its rung of the ladder."""

    def told(asked: Asked, function: Function) -> Iterator[str]:
        posture = _posture(function)
        if posture is None:
            yield "it was not judged yet"
            return
        level = getattr(posture, part)
        yield f"{part} is {level.replace('_', ' ')}"
        for way in _listed(posture.because.get(part)):
            if isinstance(way, Mapping) and way.get("level") == level:
                yield f"{way.get('principal', '')} by {way.get('via', '')}"
        if level == "unknown":
            yield from (f"not read: {why}" for why in _listed(posture.because.get("unread")) if why)

    return told


def latent(asked: Asked, function: Function) -> Iterator[str]:
    posture = _posture(function)
    found = _listed(posture.because.get("invoke")) if posture else ()
    for way in found:
        if isinstance(way, Mapping) and way.get("latent"):
            yield f"{way.get('principal', '')} by {way.get('via', '')}, closed: {way['latent']}"
    if posture and not posture.latent:
        yield "nothing stands ready beyond what gets through"


def egress(asked: Asked, function: Function) -> Iterator[str]:
    posture = _posture(function)
    if posture:
        yield f"egress is {posture.egress}"
        yield from (str(why) for why in _listed(posture.because.get("egress")) if isinstance(why, str))


def reach(asked: Asked, function: Function) -> Iterator[str]:
    posture = _posture(function)
    if posture:
        yield f"the network lets callers come from: {posture.reach}"


def shared(asked: Asked, function: Function) -> Iterator[str]:
    users = Function.objects.filter(gone_at=None)
    same = (
        users.filter(identity=function.identity_id)
        if function.identity_id
        else users.filter(identity=None, identity_native_id=function.identity_native_id)
    )
    yield f"{same.count():,} functions run as {function.identity_native_id or 'no identity'}"


def wildcard(asked: Asked, function: Function) -> Iterator[str]:
    rows = grants.wild_grants(asked.value.text.lower()).filter(identity=function.identity_id)
    for grant in rows.select_related("statement").order_by("pk")[:MOST]:
        body = grant.statement.body
        what = body.get("Action") or body.get("actions") or body.get("permissions") or body.get("NotAction") or ""
        where = body.get("Resource") or grant.scope or "everything"
        yield f"{grant.source_kind} {grant.source_name}: {_said(what)} on {_said(where)}"


def escalation(asked: Asked, function: Function) -> Iterator[str]:
    for one in grants.escalating(asked.value).filter(identity=function.identity_id).order_by("-confirmed", "pk")[:MOST]:
        yield f"{'confirmed' if one.confirmed else 'potential'}: {one.escalation} by {one.via}"


def _posture(function: Function) -> Posture | None:
    return getattr(function, "posture", None)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _said(value: Any) -> str:
    told = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return ", ".join(told[:MOST]) + (" …" if len(told) > MOST else "")
