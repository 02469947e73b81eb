"""The graph around one function or one identity, in a fixed number of queries; only what the person may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from findings.catalogue import catalogue
from findings.graph.shape import MOST, Graph, Layer, Node, Part
from findings.models import Finding
from findings.pages import _because as because
from findings.pages._graph import callers, rights
from findings.pages._graph.callers import short
from findings.pages._seen_by import seen_by
from findings.present import title_of
from findings.rule import Subject
from inventory.facts import Kind
from inventory.models import Function, Identity, Posture, Resource, User
from inventory.models.function import FunctionQuerySet
from inventory.rungs import EXPOSURE, PRIVILEGE

STRONG = PRIVILEGE.index("write")
TONES = {"admin": "critical", "near-admin": "high", "write": "medium"}
#: The parts of a function and of an identity without which the graph has holes.
NEEDED = {"function": ("access", "entry_points", "triggers", "identity", "network"), "identity": ("policies", "trust")}


@dataclass(frozen=True, slots=True)
class Missing:
    """A read without which a part of the graph is unknown: whose part, why it is missing, what would give it."""

    of: str
    section: str
    reason: str
    permission: str


@dataclass(frozen=True)
class Gathered:
    """The graph, its holes, the findings that tell its attack path, and where the thing in the middle is ours."""

    graph: Graph
    missing: Sequence[Missing]
    findings: Sequence[Finding]
    centre: Node


def of_function(function: Function, user: User) -> Gathered:
    """`function` with its resource, latest snapshot, posture and identity loaded; the identity hidden if it must be."""
    graph, posture = Graph(), getattr(function, "posture", None)
    findings = combinations_of([function.pk])
    attack = bool(findings) or _is_open_and_strong(posture)
    centre = graph.add(_function(function, posture, here=True))
    entries = list(function.entry_points.order_by("kind", "url"))
    known = _known(function, user)
    callers.add_callers(graph, function, centre.key, entries, known, attack)
    callers.add_deployers(graph, function, centre.key, entries, known, attack)
    callers.add_triggers(graph, function.triggers.order_by("kind", "source"), centre.key)
    missing = _unread("function", function.resource)
    if function.identity is None:
        missing += _no_identity(graph, function, centre.key)
    else:
        missing += _add_identity(graph, function, function.identity, centre.key, user, attack)
    rights.add_network(graph, function, centre.key, posture, attack)
    return Gathered(graph, missing, findings, centre)


def of_identity(identity: Identity, user: User) -> Gathered:
    """`identity` with its resource, latest snapshot and posture loaded: the functions that run as it on the left."""
    graph = Graph()
    functions = _users(identity.pk, user)
    rows = list(functions.select_related("posture").order_by("-posture__invoke_rank", "name", "pk")[:MOST])
    findings = combinations_of([row.pk for row in rows])
    told = {finding.function_id for finding in findings}
    attacking = {row.pk for row in rows if row.pk in told or _is_open_and_strong(getattr(row, "posture", None))}
    centre = graph.add(_identity(identity, here=True))
    for row in rows:
        posture = getattr(row, "posture", None)
        node = graph.add(_function(row, posture))
        graph.link(node.key, centre.key, "runs as", attack=row.pk in attacking)
        _add_rung(graph, node, posture, row.pk in attacking)
    _count_rest(graph, functions, len(rows))
    rights.add_rights(graph, identity, centre.key, user, bool(attacking))
    return Gathered(graph, _unread("identity", identity.resource), findings, centre)


def combinations_of(functions: Iterable[int]) -> list[Finding]:
    """The open findings of these functions that join several faults into one path, the worst first."""
    rules = [rule.id for rule in catalogue().values() if rule.subject is Subject.COMBINATION]
    rows = Finding.objects.filter(function__in=list(functions), rule__in=rules).active()
    found = list(rows.order_by("-risk", "pk"))
    for finding in found:
        finding.title = title_of(finding.rule)
    return found


def _is_open_and_strong(posture: Posture | None) -> bool:
    """Whether strangers get in, and what they reach changes something."""
    if posture is None or (posture.privilege_rank or 0) < STRONG:
        return False
    return any(
        callers.is_open_to_strangers(way) for part in ("invoke", "deploy") for way in because.ways(posture, part)
    )


def _function(function: Function, posture: Posture | None, *, here: bool = False) -> Node:
    exposure = posture.invoke.replace("_", " ") if posture else "unknown"
    facts = (
        ("Id", function.native_id), ("Region", function.region), ("Runtime", function.runtime or "unknown"),
        ("Privilege", posture.privilege if posture else "unknown"), ("Who may invoke it", exposure),
    )  # fmt: skip
    tone = TONES.get(posture.privilege, "") if posture else ""
    return Node(f"function:{function.uid}", Layer.FUNCTION, "function", function.name, exposure, tone,
                None if here else Part.SHARING, function.uid, "function", facts=facts, here=here)  # fmt: skip


def _identity(identity: Identity, *, here: bool = False) -> Node:
    posture = getattr(identity, "posture", None)
    level = posture.privilege if posture else "unknown"
    facts = (("Id", identity.native_id), ("Kind", identity.kind), ("Privilege", level))
    return Node(f"identity:{identity.uid}", Layer.IDENTITY, identity.kind or "identity", short(identity.name), level,
                TONES.get(level, ""), uid=identity.uid, target="identity", facts=facts, here=here)  # fmt: skip


def _known(function: Function, user: User) -> dict[str, Resource]:
    """The callers and deployers that are identities this person may see, by native id."""
    posture = getattr(function, "posture", None)
    ways = [way for part in ("invoke", "deploy") for way in because.ways(posture, part)]
    names = {way.principal.removeprefix("serviceAccount:") for way in ways}
    found = Resource.objects.visible_to(user).filter(kind=Kind.IDENTITY, native_id__in=names, gone_at=None)
    return {row.native_id: row for row in found}


def _users(identity: int, user: User) -> FunctionQuerySet:
    return Function.objects.visible_to(user).filter(identity=identity, gone_at=None)


def _count_rest(graph: Graph, functions: FunctionQuerySet, loaded: int) -> None:
    """What is beyond those loaded is counted."""
    if rest := functions.count() - loaded:
        graph.more[Layer.FUNCTION] = rest


def _no_identity(graph: Graph, function: Function, centre: str) -> list[Missing]:
    """An identity that is named and was not read, or not told at all, is drawn as unknown; none at all is not drawn."""
    named = function.identity_native_id
    if not named and "identity" not in function.resource.unread:
        return []
    node = Node("identity:unknown", Layer.IDENTITY, "identity", named.rpartition("/")[2] or "Identity unknown",
                "not read", facts=(("Id", named),), unknown=True)  # fmt: skip
    graph.link(centre, graph.add(node).key, "runs as")
    if not named:
        return []
    return [Missing(node.name, "identity", "No reading of its account has shown this identity.", "")]


def _add_identity(
    graph: Graph, function: Function, resource: Resource, centre: str, user: User, attack: bool
) -> list[Missing]:
    row = Identity.objects.filter(pk=resource.pk).select_related("posture").first()
    if row is None:
        return []
    node = graph.add(_identity(row))
    graph.link(centre, node.key, "runs as", attack=attack)
    others = _users(resource.pk, user).exclude(pk=function.pk)
    shown = list(others.select_related("posture").order_by("name", "pk")[:MOST])
    for other in shown:
        graph.link(graph.add(_function(other, getattr(other, "posture", None))).key, node.key, "runs as")
    _count_rest(graph, others, len(shown))
    rights.add_rights(graph, row, node.key, user, attack)
    return _unread("identity", resource)


def _add_rung(graph: Graph, node: Node, posture: Posture | None, attack: bool) -> None:
    """Who may invoke one of an identity's functions, by the rung alone; only from outside."""
    if posture is None or posture.invoke_rank is None or posture.invoke_rank < callers.OUTSIDE:
        return
    name, says = callers.ANYBODY.get(posture.invoke, ("Other accounts", "outside our own"))
    origin = Node(f"origin:{posture.invoke}", Layer.ORIGIN, EXPOSURE[posture.invoke_rank].replace("_", " "), name, says,
                  callers.TONES.get(posture.invoke, ""), Part.CALLERS)  # fmt: skip
    graph.link(graph.add(origin).key, node.key, "may invoke", attack=attack)


def _unread(kind: str, resource: Resource) -> list[Missing]:
    return [
        Missing(resource.name, section, str(why.get("reason", "")), str(why.get("permission", "")))
        for section, why in sorted(resource.unread.items())
        if section in NEEDED[kind]
    ]


def focused(focus: str, user: User) -> Gathered | None:
    """The graph around what `?focus=` names ("function:UID", "identity:UID"); None where it is not there for them."""
    target, _, uid = focus.partition(":")
    if target == "function":
        functions = Function.objects.visible_to(user)
        function = functions.filter(uid=uid).select_related("resource__latest", "posture", "identity__latest").first()
        return of_function(seen_by(user, function), user) if function else None
    if target == "identity":
        identities = Identity.objects.visible_to(user)
        identity = identities.filter(uid=uid).select_related("resource__latest", "posture").first()
        return of_identity(identity, user) if identity else None
    return None
