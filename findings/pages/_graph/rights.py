"""The right side of the graph: the policies of an identity, what they reach, and where traffic can go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from findings.graph.shape import Graph, Layer, Node, Part
from findings.pages._words import WAYS_OUT
from inventory.facts import Kind
from inventory.models import Function, Grant, Identity, Posture, Privilege, Resource, User
from inventory.semantics.words import scope_said
from inventory.templatetags.fanlight import humanly
from inventory.templatetags.words import leaf

#: So many grants and powers are looked at: far more than can be drawn.
MOST_ROWS = 400
STEPS_TOLD = 8
WIDE = ("account", "organisation")
GRAVE = {
    "admin": "critical", "identity_escalation": "high", "iam_write": "high", "secrets_read": "high",
    "data_write_destroy": "high", "deploy_code": "high", "data_read": "medium", "network_change": "medium",
    "logging_tamper": "medium", "cross_account_assume": "medium",
}  # fmt: skip
#: What a stranger does harm with.
HARMFUL = frozenset({"admin", "identity_escalation", "iam_write", "secrets_read", "data_read", "data_write_destroy",
                     "deploy_code"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Policy:
    """A policy, role or assignment as its grants name it."""

    kind: str
    name: str
    source: str
    scope: str

    @property
    def key(self) -> str:
        return f"policy:{self.source}:{self.scope}"

    @property
    def denies(self) -> bool:
        return self.kind == "deny"


def add_rights(graph: Graph, identity: Identity, centre: str, user: User, attack: bool) -> None:
    """Its policies, and what its powers reach through each of them; red what harms, where a stranger gets this far."""
    rows = Grant.objects.filter(identity=identity.pk).order_by("source_kind", "source_name", "source", "scope")
    told = rows.values_list("source_kind", "source_name", "source", "scope").distinct()[:MOST_ROWS]
    policies = [_Policy(*row) for row in told]
    pages = _policy_pages({one.source for one in policies}, user)
    powers = list(Privilege.objects.filter(identity=identity.pk).order_by("escalation", "pk")[:MOST_ROWS])
    held: dict[str, list[str]] = {}
    for power in powers:
        held.setdefault(_through(power, policies), []).append(power.power)
    for policy in policies:
        graph.add(_policy(policy, pages.get(policy.source, ""), held.get(policy.key, ())))
        graph.link(centre, policy.key, "is denied things by" if policy.denies else "holds")
    _add_boundary(graph, identity, centre)
    _add_powers(graph, centre, policies, powers, user, attack)


def _policy_pages(sources: set[str], user: User) -> dict[str, str]:
    """The uids of the policies that have a page which this person may see."""
    found = Resource.objects.visible_to(user).filter(kind=Kind.POLICY, native_id__in=sources, gone_at=None)
    return dict(found.values_list("native_id", "uid"))


def _policy(policy: _Policy, uid: str, powers: Iterable[str]) -> Node:
    tones = [GRAVE.get(power, "") for power in powers]
    tone = next((tone for tone in ("critical", "high", "medium") if tone in tones), "ok" if policy.denies else "")
    place = scope_said(policy.scope) if policy.scope else ""
    facts = (("Kind", policy.kind), ("Id", policy.source), ("At", place),
             ("Gives", ", ".join(dict.fromkeys(map(humanly, powers)))))  # fmt: skip
    return Node(policy.key, Layer.POLICY, humanly(policy.kind), policy.name, place, tone, Part.POLICIES,
                policy=uid, facts=facts)  # fmt: skip


def _add_boundary(graph: Graph, identity: Identity, centre: str) -> None:
    if identity.boundary:
        node = Node("policy:boundary", Layer.POLICY, "boundary", leaf(identity.boundary).rpartition("/")[2],
                    "limits all others", "ok", Part.POLICIES, facts=(("Id", identity.boundary),))  # fmt: skip
        graph.link(centre, graph.add(node).key, "is limited by")


def _through(power: Privilege, policies: Sequence[_Policy]) -> str:
    """The key of the policy that a power is held by; "" where none of them is named."""
    name = power.via.partition(": ")[0]
    named = [one for one in policies if not one.denies and name in (one.source, one.name)]
    exact = [one for one in named if one.scope and one.scope == power.scope]
    return (exact or named)[0].key if named else ""


def _add_powers(
    graph: Graph, centre: str, policies: Sequence[_Policy], powers: Sequence[Privilege], user: User, attack: bool
) -> None:
    places = [(power, place) for power in powers if not power.escalation for place in _places(power)]
    ours = _ours({place for _, place in places}, user)
    reached: dict[str, list[Privilege]] = {}
    for power, place in places:
        reached.setdefault(place, []).append(power)
    for place, rows in reached.items():
        node = graph.add(_resource(place, rows, ours.get(place)))
        for power in rows:
            red = attack and power.power in HARMFUL and not power.conditional
            _join(graph, centre, _through(power, policies), node.key, _can(power), red)
    escalating = [power for power in powers if power.escalation]
    if escalating:
        node = graph.add(_escalation(escalating))
        for power in escalating:
            red = attack and power.confirmed and not power.conditional
            _join(graph, centre, _through(power, policies), node.key, "opens", red)


def _join(graph: Graph, centre: str, policy: str, place: str, says: str, red: bool) -> None:
    """From the identity to what it reaches, through the policy that gives it where that is known."""
    graph.link(policy or centre, place, says, attack=red)
    if policy:
        graph.link(centre, policy, "", attack=red)


def _places(power: Privilege) -> list[str]:
    """What a power reaches, one by one; "" is everything in the account."""
    if power.scope in ("", "*") or (power.breadth in WIDE and "," not in power.scope and "/" not in power.scope):
        return [""]
    return power.scope.split(", ")[:20]


def _can(power: Privilege) -> str:
    """In words; the condition itself is told by a closer look, for it may fill a page."""
    return f"{humanly(power.power)}{' on a condition' if power.conditional else ''}"


def _ours(places: set[str], user: User) -> dict[str, Resource]:
    """Functions and identities that this person may see, among what is reached."""
    kinds = (Kind.FUNCTION, Kind.IDENTITY)
    found = Resource.objects.visible_to(user).filter(native_id__in=places - {""}, kind__in=kinds, gone_at=None)
    return {row.native_id: row for row in found}


def _resource(place: str, rows: Sequence[Privilege], ours: Resource | None) -> Node:
    held = list(dict.fromkeys(power.power for power in rows))
    tones = [GRAVE.get(power, "") for power in held]
    tone = next((tone for tone in ("critical", "high", "medium") if tone in tones), "")
    facts = [("Reaches", place or "everything in the account")]
    facts += [
        (humanly(power.power), power.via + (f", if {power.condition}" if power.condition else "")) for power in rows
    ]
    says = ", ".join(map(humanly, held))
    return Node(
        f"resource:{place}", Layer.RESOURCE, _kind(place), ours.name if ours else _named(place), says, tone,
        Part.RESOURCES, uid=ours.uid if ours else "", target=ours.kind if ours else "",
        facts=tuple(dict.fromkeys(facts))[:20],
    )  # fmt: skip


def _kind(place: str) -> str:
    return place.split(":")[2] if place.startswith("arn:") and place.count(":") > 2 else "scope" if place else "all"


def _named(place: str) -> str:
    if not place:
        return "Everything in the account"
    return leaf(place).rpartition(":")[2] if place.startswith("arn:") else scope_said(place)


def _escalation(rows: Sequence[Privilege]) -> Node:
    """All ways to more rights in one node: a broad policy opens hundreds."""
    sure = [power for power in rows if power.confirmed]
    names = list(dict.fromkeys(power.escalation for power in (*sure, *rows)))
    facts = tuple((name, " → ".join(next(power for power in rows if power.escalation == name).steps))
                  for name in names[:STEPS_TOLD])  # fmt: skip
    says = f"{len(sure)} confirmed" if sure else "potential"
    title = f"{len(names)} way{'s' if len(names) > 1 else ''} to more rights"
    return Node("resource:escalation", Layer.RESOURCE, "escalation", title, says, "high" if sure else "medium",
                Part.RESOURCES, facts=facts)  # fmt: skip


_OUT: Mapping[str, tuple[str, str]] = {
    "internet": ("The internet", "medium"), "restricted": ("Named addresses only", ""),
    "private": ("Private networks", ""), "none": ("No way out", "ok"),
}  # fmt: skip


def add_network(graph: Graph, function: Function, centre: str, posture: Posture | None, attack: bool) -> None:
    """Where its traffic can go, and the private network it sits in."""
    egress = posture.egress if posture else "unknown"
    name, tone = _OUT.get(egress, ("Way out unknown", ""))
    reasons = [("Because", str(one)) for one in (posture.because.get("egress") or [])] if posture else []
    network = function.network if function.network_attached else ""
    facts = (("Egress", WAYS_OUT.get(egress, egress)), ("Private network", network), *reasons[:6])
    says = f"through {leaf(network)}" if network else WAYS_OUT.get(egress, egress)
    node = Node(f"network:{egress}", Layer.RESOURCE, "network", name, says, tone, Part.NETWORK, facts=facts,
                unknown=egress not in _OUT)  # fmt: skip
    graph.link(centre, graph.add(node).key, "sends traffic to", attack=attack and egress == "internet")
