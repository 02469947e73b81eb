"""Stored Google facts, put to the Google engine: service accounts with their roles, functions with all they inherit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from findings.access.gcp import (
    Endpoint,
    Grants,
    Policies,
    Request,
    assess,
    decide,
    granted_access,
    public_access,
    read_policies,
)
from findings.access.gcp.lapse import in_force
from findings.access.gcp.policies import plain_name
from findings.access.gcp.public import NOT_READ, NOT_SAID
from findings.access.gcp.services import holdings
from findings.access.gcp.trust import levels
from findings.access.holdings import Holdings
from findings.access.ladder import Exposure
from findings.access.privilege import Level, Privilege
from findings.access.surface import Surface, Way
from findings.egress import as_read
from findings.egress.gcp import gcp_egress
from findings.exposure import ActionClass
from findings.judge import MOST, Answer, Escalating, FunctionVerdict, IdentityVerdict, Power, best
from findings.judges._exposed import of_ways
from findings.judges._google import Hierarchy
from findings.judges._ways import rows, steps, word
from findings.parties import Exposed, google_party
from inventory.models import Account, Binding, Function, Grant, Identity

Json = Any

_GENERATIONS = {"Cloud Function (1st gen)": "gen1", "Cloud Function (2nd gen)": "gen2", "Cloud Run function": "run"}
#: What lets somebody replace the code, or hand that right out; on the function and on the Cloud Run service under it.
_DEPLOY_FUNCTION = ("cloudfunctions.functions.update", "cloudfunctions.functions.setIamPolicy")
_DEPLOY_SERVICE = ("run.services.update", "run.services.setIamPolicy")


class GcpJudge:
    """Judges one Google project."""

    def __init__(self, account: Account, at: datetime | None = None) -> None:
        self.account, self.at = account, at
        self.home = f"projects/{account.native_id}"
        self.hierarchy = Hierarchy(account)
        self.roles = self.hierarchy.roles
        self.trust = self.hierarchy.trust()

    def identities(self) -> Iterator[tuple[int, IdentityVerdict]]:
        accounts = Identity.objects.filter(account=self.account, gone_at=None).select_related("resource__latest")
        policies, home = self._granted(), self.hierarchy.names(self.home)
        above = self.hierarchy.above
        for identity in accounts:
            held = policies.get(identity.native_id, _NOTHING)
            places = {one.on: above.get(one.on) or self.hierarchy.ancestors(one.on) for one in held.allow}
            told = assess(f"serviceAccount:{identity.native_id}", Grants(held), home, places)
            missing = _not_read(identity)
            level = "unknown" if missing and told.level is not Level.ADMIN else told.level.value
            unread = (*missing, *(reason.says for reason in told.unread))
            powers = tuple(map(_power, told.privileges))
            yield identity.pk, IdentityVerdict(level, powers, unread, outsiders=self._outsiders(identity))

    def _outsiders(self, identity: Identity) -> int | None:
        """How many members outside our projects and domains its own policy names; None where it was not read."""
        policy = (identity.resource.document.get("trust") or {}).get("document")
        if policy is None or "trust" in identity.resource.unread:
            return None
        own = (*self.hierarchy.names(self.home), *self.hierarchy.above.get(self.home, ()))
        members = {str(member) for binding in policy.get("bindings") or () for member in binding.get("members") or ()}
        return sum(1 for member in members if levels(member, own, self.trust)[0].rung >= Exposure.EXTERNAL.rung)

    def _granted(self, only: Identity | None = None) -> dict[str, Policies]:
        """What is granted to each service account anywhere, and denied to it, as the engine takes it; by its e-mail."""
        rows = Grant.objects.filter(identity__account=self.account, identity__gone_at=None).order_by("pk")
        if only is not None:
            rows = rows.filter(identity=only)
        allow = self.hierarchy.elsewhere()
        deny: dict[str, list[Json]] = {}
        for email, kind, source, on, body in rows.values_list(
            "identity__native_id", "source_kind", "source", "scope", "statement__body"
        ):
            if kind == "deny":
                deny.setdefault(email, []).append({"on": on, "name": source, **body})
                continue
            if body.get("permissions") is not None:
                self.roles.setdefault(source, frozenset(body["permissions"]))
            told = {"on": on, "role": source, "members": [f"serviceAccount:{email}"]}
            allow.setdefault(email, []).append(told | ({"condition": body["condition"]} if "condition" in body else {}))
        emails = allow.keys() | deny.keys()
        return {
            one: in_force(read_policies(allow.get(one, ()), deny.get(one, ()), roles=self.roles), self.at)
            for one in emails
        }

    def decide(self, identity: Identity, action: str, resource: str) -> Answer:
        if not _PERMISSION.fullmatch(action):
            raise ValueError(f"“{action}” is no single permission of Google, such as storage.objects.delete.")
        if resource and "/" not in resource:
            raise ValueError(f"“{resource}” is no resource name of Google, such as projects/my-project.")
        policies = self._granted(identity).get(identity.native_id, _NOTHING)
        places = [self._named(resource)] if resource else [self.home, *dict.fromkeys(one.on for one in policies.allow)]
        asked = f"serviceAccount:{identity.native_id}"
        found = [
            Answer(decide(Request(asked, action, place, self.hierarchy.ancestors(place)), policies), place)
            for place in places
        ]
        weighed = ("the policies of the project and of what is above it, as far as they were read", "deny policies")
        return replace(best(found), unread=_not_read(identity), weighed=weighed, not_weighed=(_NO_BOUNDARIES,))

    def holdings(self, identity: Identity) -> Holdings:
        policies = self._granted(identity).get(identity.native_id, _NOTHING)
        places = {
            one.on: self.hierarchy.above.get(one.on) or self.hierarchy.ancestors(one.on) for one in policies.allow
        }
        asked = f"serviceAccount:{identity.native_id}"
        return holdings(asked, policies, self.hierarchy.names(self.home), places)

    def _named(self, resource: str) -> str:
        """The name that policies use: of a function on Cloud Run, that of the service under it."""
        function = Function.objects.filter(native_id=resource, gone_at=None).select_related("resource__latest").first()
        native = ((function.resource.document.get("config") or {}).get("native") or {}) if function else {}
        return str(native.get("service") or plain_name(resource))

    def functions(
        self, functions: Sequence[Function], most: int | None = MOST
    ) -> Iterator[tuple[int, FunctionVerdict]]:
        bound: dict[int, list[Binding]] = {}
        for binding in Binding.objects.filter(function__in=[function.pk for function in functions]).order_by("pk"):
            bound.setdefault(binding.function_id, []).append(binding)
        for function in functions:
            yield function.pk, self._function(function, bound.get(function.pk, []), most)

    def _function(self, function: Function, bindings: Sequence[Binding], most: int | None) -> FunctionVerdict:
        document, unread = function.resource.document, function.resource.unread
        outlet = as_read(gcp_egress(document.get("network")), unread.get("network"))
        if "access" not in document:
            because = {"egress": list(outlet.because), "unread": ["its policies"]}
            return FunctionVerdict("unknown", "unknown", False, "unknown", outlet.egress, because)
        policies = self._policies(bindings, document, unread)
        service, own = self._endpoints(function, document)
        surface = public_access(service, policies, self.trust)
        changing = [
            (ActionClass.OWN if permission.endswith("setIamPolicy") else ActionClass.DEPLOY, way)
            for endpoint, permissions in ((own, _DEPLOY_FUNCTION), (service, _DEPLOY_SERVICE))
            if endpoint.generation != ("run" if permissions is _DEPLOY_FUNCTION else "gen1")
            for permission in permissions
            for way in granted_access(permission, endpoint, policies, self.trust)
        ]
        deploying = [way for _, way in changing]
        open_parts = [name for name in ("access", "organisation") if name in unread]
        return FunctionVerdict(
            invoke=word(surface.ways, open_parts, _is_guess),
            deploy=word(deploying, open_parts, _is_guess),
            latent=bool(surface.latent) and surface.level > Exposure.SAME_ACCOUNT,
            reach=surface.reach.summary,
            egress=outlet.egress,
            because={
                "invoke": rows(surface.ways, _kind, most, surface),
                "deploy": rows(deploying, _kind, most),
                "egress": list(outlet.because),
                "unread": [unread[name].get("reason", "") for name in open_parts],
            },
            exposed=self._exposed(surface, changing),
        )

    def _exposed(self, surface: Surface, changing: Sequence[tuple[ActionClass, Way]]) -> tuple[Exposed, ...]:
        names = self.hierarchy.names(self.home)
        home = [*(name.removeprefix("projects/") for name in names), *self.trust.domains]
        calling = [(ActionClass.INVOKE, way) for way in surface.ways]
        return of_ways([*calling, *changing], _kind, lambda way: google_party(way.who), home, surface)

    def _policies(self, bindings: Sequence[Binding], document: Json, unread: Mapping[str, Json]) -> Policies:
        allow = [
            {"on": one.source, "role": one.actions[0], "members": [one.principal], "condition": one.condition or None}
            for one in bindings
            if one.effect == "allow" and one.actions and "/" in one.actions[0]
        ]
        deny = [_denial(one) for one in bindings if one.effect == "deny"]
        missing = [f"projects/{self.account.native_id}"] if "access" in unread else []
        if "organisation" in unread:
            inherited = document["access"].get("inherited", [])
            missing += [name for name in inherited if not name.startswith("projects/")]
        return in_force(read_policies(allow, deny, roles=self.roles, unread=missing), self.at)

    def _endpoints(self, function: Function, document: Json) -> tuple[Endpoint, Endpoint]:
        """What is called (the Cloud Run service, where there is one), and the function itself."""
        access, network = document["access"], document.get("network")
        generation = _GENERATIONS.get(function.kind, "gen2")
        ancestors = (*self.hierarchy.names(self.home), *access.get("inherited", ()))
        name = ((document.get("config") or {}).get("native") or {}).get("service") or function.native_id
        ingress = {entry.get("of"): entry.get("setting") for entry in (network or {}).get("ingress", [])}
        has_url = None if function.entry_point_count is None else function.entry_point_count > 0
        called = Endpoint(
            generation=generation,
            resource=function.native_id if generation == "gen1" else name,
            ancestors=ancestors,
            ingress=None if network is None else ingress.get("service") or ingress.get("function") or "",
            invoker_iam_disabled=False if generation == "gen1" else access.get("invoker_iam_disabled"),
            iap=False if generation == "gen1" else access.get("iap"),
            has_url=has_url,
            state=function.state or "",
        )
        return called, Endpoint(generation, function.native_id, ancestors)


JUDGE = GcpJudge
_PERMISSION = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+){2,}")
_NOTHING = read_policies()
_NO_BOUNDARIES = "principal access boundary policies: they are not read, and could still refuse it"


def _not_read(identity: Identity) -> tuple[str, ...]:
    return ("the policies of its project could not be read",) if "policies" in identity.resource.unread else ()


def _power(one: Privilege) -> Power:
    """Becoming a service account that stands in its own policy needs nothing more: that one exists."""
    confirmed = "/serviceAccounts/" in one.scope and not one.conditional
    way = Escalating(one.escalation, confirmed, steps(one, "other service accounts")) if one.escalation else None
    return Power(
        one.power.value, one.breadth.value, one.via, one.actions, one.scope, one.conditional, one.condition, way
    )


def _denial(one: Binding) -> Json:
    attachment = one.source.removeprefix("policies/").partition("/denypolicies/")[0]
    condition = one.condition or {}
    return {
        "on": "//" + unquote(attachment), "name": one.source, "deniedPrincipals": [one.principal],
        "deniedPermissions": one.actions, "exceptionPrincipals": condition.get("except_principals", []),
        "exceptionPermissions": condition.get("except_permissions", []),
        "denialCondition": {"expression": condition["expression"]} if condition.get("expression") else None,
    }  # fmt: skip


def _is_guess(way: Way) -> bool:
    """Whether a way hangs on what nobody knows, and not on a condition of Google's."""
    return way.reason.condition in (NOT_SAID, *NOT_READ, "")


def _kind(way: Way) -> str:
    return way.who.partition(":")[0]
