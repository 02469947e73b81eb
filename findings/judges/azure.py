"""Stored Azure facts, put to the Azure engine: managed identities with their roles, function apps with who may do what.

Azure has no permission to invoke: who may list an app's keys may call it, and with the host's master key replace its
code (learn.microsoft.com/azure/azure-functions/function-keys-how-to).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from findings.access.azure import (
    EasyAuth,
    Grants,
    Policies,
    Request,
    Site,
    Trigger,
    app_access,
    assess,
    decide,
    read_easy_auth,
    read_ip_rules,
    read_policies,
)
from findings.access.azure import Identity as AzureIdentity
from findings.access.azure.network import reach
from findings.access.azure.scopes import plain_scope
from findings.access.azure.services import holdings
from findings.access.decision import Effect, Reason
from findings.access.holdings import Holdings
from findings.access.ladder import Exposure
from findings.access.privilege import Privilege
from findings.access.surface import Surface, Way
from findings.egress import as_read
from findings.egress.azure import azure_egress
from findings.exposure import ActionClass
from findings.judge import MOST, Answer, Escalating, FunctionVerdict, IdentityVerdict, Power, best
from findings.judges._exposed import of_ways
from findings.judges._ways import rows, steps, word
from findings.parties import azure_party
from inventory.models import Account, Binding, Function, Grant, Identity, Resource

Json = Any

_KEYS = ("Microsoft.Web/sites/functions/listkeys/action", "Microsoft.Web/sites/host/listkeys/action")
#: Besides what writes to an app: the master key, and the right to give oneself any other.
_TAKE_OVER = ("Microsoft.Web/sites/host/listkeys/action", "Microsoft.Authorization/roleAssignments/write")
_NO_DEPLOYMENT = ("Microsoft.Web/sites/config/list/action", "Microsoft.Web/sites/delete", _KEYS[0])
_PASSWORDS = {"scm": "the deployment site", "ftp": "FTP"}
_CERTIFICATE = "a client certificate is asked for; whether the code checks whose it is, is not known"


class AzureJudge:
    """Judges one Azure subscription."""

    def __init__(self, account: Account, at: datetime | None = None) -> None:
        self.account = account
        self.scope = f"/subscriptions/{account.native_id.lower()}"
        levels = Resource.objects.filter(provider="azure", kind="account", gone_at=None).select_related("latest")
        # What several subscriptions were told of: the word of our own counts, whichever was read first.
        ordered = sorted(levels.order_by("account__native_id"), key=lambda row: row.account_id == account.pk)
        self.subscriptions = {row.native_id: row for row in ordered}

    @cached_property
    def tenants(self) -> frozenset[str]:
        """The tenants of our own subscriptions."""
        own = set(Account.objects.filter(provider="azure", stance=Account.Stance.OWN).values_list("pk", flat=True))
        rows = (row for row in self.subscriptions.values() if row.account_id in own)
        return frozenset(filter(None, ((row.document.get("config") or {}).get("tenant", "") for row in rows)))

    @cached_property
    def above(self) -> tuple[str, ...] | None:
        """The management groups over the subscription; None when they were not read."""
        row = self.subscriptions.get(self.scope)
        section = row.document.get("organisation") if row else None
        if row is None or section is None or "organisation" in row.unread:
            return None
        return tuple(str(one.get("id", "")) for one in section.get("management_groups", []))

    def identities(self) -> Iterator[tuple[int, IdentityVerdict]]:
        held = self._granted()
        present = Identity.objects.filter(account=self.account, gone_at=None).select_related("resource__latest")
        for identity in present:
            policies = held.get(identity.pk, Policies()) if not _not_read(identity) else self._unread(identity, held)
            told = assess(self._known(identity), Grants(policies))
            unread = (*_not_read(identity), *(f"{reason.source}: {reason.says}" for reason in told.unread))
            powers, outsiders = tuple(map(_power, told.privileges)), _outsiders(identity)
            yield identity.pk, IdentityVerdict(told.level.value, powers, unread, outsiders=outsiders)

    def _unread(self, identity: Identity, held: Mapping[int, Policies]) -> Policies:
        return replace(held.get(identity.pk, Policies()), unread=frozenset({self.scope}))

    def _known(self, identity: Identity) -> AzureIdentity:
        """The identity with what the directory says of it; what was not read stays None."""
        told = {} if "directory" in identity.resource.unread else identity.resource.document.get("directory") or {}
        roles, groups = told.get("roles"), told.get("groups")
        vaults = {} if "vaults" in identity.resource.unread else identity.resource.document.get("vaults") or {}
        return AzureIdentity(
            identity.native_id,
            home=self.account.native_id,
            groups=None if groups is None else frozenset(groups),
            directory_roles=None if roles is None else [str(one.get("id", "")) for one in roles],
            graph=told.get("graph"),
            vault_policies=vaults.get("policies"),
        )

    def _granted(self, only: Identity | None = None) -> dict[int, Policies]:
        """What is assigned to each identity or its groups, and denied to it, as the engine takes it; by its row.

        A role's permission sets are grants of one source; they are put together again under the assignment's own id.
        """
        grants = Grant.objects.filter(identity__account=self.account, identity__gone_at=None).order_by("pk")
        if only is not None:
            grants = grants.filter(identity=only)
        found: dict[int, dict[tuple[str, str], Json]] = {}
        for pk, principal, kind, source, name, scope, body in grants.values_list(
            "identity_id", "identity__native_id", "source_kind", "source", "source_name", "scope", "statement__body"
        ):
            one = found.setdefault(pk, {}).setdefault(
                (kind, source), {"id": source, "principal": principal, "name": name, "scope": scope, "bodies": []}
            )
            one["bodies"].append(body)
        return {pk: self._policies(list(held.items())) for pk, held in found.items()}

    def _policies(self, held: Sequence[tuple[tuple[str, str], Json]]) -> Policies:
        assigned = [one for (kind, _), one in held if kind != "deny"]
        return read_policies(
            assignments=[_assignment(one) for one in assigned],
            denials=[_denial(one, body) for (kind, _), one in held if kind == "deny" for body in one["bodies"]],
            roles=[_role(one) for one in assigned if "roleDefinitionId" not in one["bodies"][0]],
            management_groups=self.above,
        )

    def decide(self, identity: Identity, action: str, resource: str) -> Answer:
        if not _ACTION.fullmatch(action):
            raise ValueError(f"“{action}” is no single action of Azure, such as Microsoft.Web/sites/write.")
        if resource and not resource.startswith("/"):
            raise ValueError(f"“{resource}” is no resource id or scope of Azure, such as /subscriptions/….")
        policies, known = self._granted(identity).get(identity.pk, Policies()), self._known(identity)
        if _not_read(identity):
            policies = replace(policies, unread=frozenset({self.scope}))
        scopes = dict.fromkeys(plain_scope(one.scope) or self.scope for one in policies.assignments)
        answers = [
            Answer(decide(Request(identity.native_id, action, place, data, known.groups), policies), place)
            for place in ([resource] if resource else [self.scope, *scopes])
            for data in (False, True)
        ]
        groups = () if known.groups is not None else ("groups it may be in: the directory was not read",)
        weighed = ("role assignments at the scope and above it", "deny assignments")
        return replace(best(answers), unread=_not_read(identity), weighed=weighed, not_weighed=groups)

    def holdings(self, identity: Identity) -> Holdings:
        return holdings(self._known(identity), self._granted(identity).get(identity.pk, Policies()))

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
        outlet = as_read(azure_egress(document.get("network")), unread.get("network"))
        site = self._site(document)
        surface = app_access(_triggers(document), site)
        calling = [*(_certified(way, document) for way in surface.ways), *_holding(bindings, _may_call)]
        deploying = [*_by_password(document), *_holding(bindings, _may_deploy)]
        kinds = {one.principal: one.principal_kind for one in bindings}

        def kind_of(way: Way) -> str:
            return kinds.get(way.who) or _kind(way)

        open_to_call = _open_parts(document, unread, "access", "triggers")
        open_to_deploy = _open_parts(document, unread, "access")
        return FunctionVerdict(
            invoke=word(calling, open_to_call),
            deploy=word(deploying, open_to_deploy),
            latent=bool(surface.latent) and surface.level > Exposure.SAME_ACCOUNT,
            reach=surface.reach.summary,
            egress=outlet.egress,
            because={
                "invoke": rows(calling, kind_of, most, surface),
                "deploy": rows(deploying, kind_of, most, _deployment_site(document, site)),
                "egress": list(outlet.because),
                "unread": open_to_call,
            },
            exposed=of_ways(
                [*((ActionClass.INVOKE, way) for way in calling), *((ActionClass.DEPLOY, way) for way in deploying)],
                kind_of,
                lambda way: azure_party(way.who, kind_of(way)),
                sorted(self.tenants),
                surface,
            ),
        )

    def _site(self, document: Mapping[str, Json]) -> Site:
        config, network = document.get("config") or {}, document.get("network") or {}
        endpoints, ingress = network.get("endpoints"), network.get("ingress")
        # In an environment of its own, whether it is open to the internet stands with the environment.
        open_question = "network" not in document or bool(network.get("environment"))
        return Site(
            state=config.get("state"),
            enabled=config.get("enabled"),
            easy_auth=_easy_auth(document.get("access") or {}),
            public_network_access=None if open_question else str(network.get("public_access") or ""),
            private_endpoint=None if endpoints is None else any(_approved(one) for one in endpoints),
            ip_rules=None if ingress is None else read_ip_rules(ingress),
            ip_default_action=str(network.get("ingress_default") or ""),
            own_tenants=self.tenants,
        )


JUDGE = AzureJudge
_ACTION = re.compile(r"[A-Za-z0-9.]+(/[A-Za-z0-9._-]+)+")


def _not_read(identity: Identity) -> tuple[str, ...]:
    return ("its role assignments could not be read",) if "policies" in identity.resource.unread else ()


def _outsiders(identity: Identity) -> int | None:
    """How many issuers outside Azure may have tokens exchanged for its own; None where that was not read."""
    told = identity.resource.document.get("trust")
    if told is None or "trust" in identity.resource.unread:
        return None
    return len(told.get("federated") or ())


def _assignment(one: Mapping[str, Json]) -> Json:
    """An assignment as Resource Manager lists it. Its condition stands in each permission set of its role."""
    role = one["bodies"][0].get("roleDefinitionId") or one["id"]
    return {"id": one["id"], "properties": {
        "principalId": one["principal"], "principalType": "ServicePrincipal", "roleDefinitionId": role,
        "scope": one["scope"],
    }}  # fmt: skip


def _role(one: Mapping[str, Json]) -> Json:
    return {"name": one["id"], "properties": {"roleName": one["name"], "permissions": one["bodies"]}}


def _denial(one: Mapping[str, Json], body: Mapping[str, Json]) -> Json:
    """A deny assignment that names the identity, one of its groups or everyone: it is about the identity then."""
    return {"id": one["id"], "properties": {
        "scope": one["scope"], "permissions": [body], "principals": [{"id": one["principal"]}],
        # Whether an excepted one is a group is not kept: where the groups of the identity are unknown, so is this.
        "excludePrincipals": [{"id": excepted, "type": "Group"} for excepted in body.get("excludePrincipals", [])],
        "doNotApplyToChildScopes": body.get("doNotApplyToChildScopes"), "denyAssignmentName": one["name"],
    }}  # fmt: skip


def _power(one: Privilege) -> Power:
    way = Escalating(one.escalation, not one.conditional, steps(one, "other identities")) if one.escalation else None
    return Power(
        one.power.value, one.breadth.value, one.via, one.actions, one.scope, one.conditional, one.condition, way
    )


def _open_parts(document: Mapping[str, Json], unread: Mapping[str, Json], *sections: str) -> list[str]:
    """Why parts that a verdict rests on are not known."""
    told = [str(unread[name].get("reason", "")) for name in sections if name in unread]
    return told + [f"its {name} were not read" for name in sections if name not in document and name not in unread]


def _triggers(document: Mapping[str, Json]) -> Iterator[Trigger]:
    for one in (document.get("triggers") or {}).get("triggers", []):
        detail = one.get("detail") or {}
        yield Trigger(
            str(detail.get("type") or f"{one.get('kind', '')}Trigger"),
            str(detail.get("auth_level") or ""),
            str(detail.get("path") or ""),
            one.get("state") == "disabled",
        )


def _easy_auth(access: Mapping[str, Json]) -> EasyAuth | None:
    """Sign-in before the code, by the newer settings or the older ones that are still in force; None: not read."""
    newer = read_easy_auth(access.get("easy_auth"))
    if not newer.enabled and access.get("classic_auth"):
        return read_easy_auth(access["classic_auth"])
    return newer if "easy_auth" in access else None


def _approved(endpoint: Mapping[str, Json]) -> bool:
    return str(endpoint.get("state") or "Approved").lower() == "approved"


def _certified(way: Way, document: Mapping[str, Json]) -> Way:
    """Azure asks callers for some certificate where it is required, and leaves it to the code whose."""
    asked = (document.get("access") or {}).get("client_certificates") or {}
    if not way.level.is_public or not asked.get("enabled") or str(asked.get("mode", "Required")).lower() != "required":
        return way
    return replace(way, reason=replace(way.reason, condition=_CERTIFICATE), certain=False)


def _may_call(action: str) -> bool:
    return action in _KEYS


def _may_deploy(action: str) -> bool:
    return action in _TAKE_OVER or (action.startswith("Microsoft.Web/") and action not in _NO_DEPLOYMENT)


def _holding(bindings: Sequence[Binding], wanted: Callable[[str], bool]) -> Iterator[Way]:
    """Who may do one of the wanted things by an assignment, less what a deny assignment takes away."""
    denials = [one for one in bindings if one.effect == "deny"]
    for one in bindings:
        named = {action.replace("/sites/slots/", "/sites/") for action in one.actions}
        certain, possible = _denied(one.principal, denials)
        left = set(filter(wanted, named)) - certain
        if one.effect != "allow" or not (left or _is_unknown(named)):
            continue
        level = Exposure.EXTERNAL if one.principal_kind == "foreign group" else Exposure.SAME_ACCOUNT
        says = f"gives {', '.join(sorted(left)[:3])}" if left else "gives what nobody could read"
        # Conditions bear on handing out roles, and not on what else a role gives.
        bound = str((one.condition or {}).get("expression", "")) if left <= {_TAKE_OVER[1]} else ""
        condition = bound if left else "the role's definition is not known"
        if left and left <= possible:
            condition = "; ".join(filter(None, (condition, _PERHAPS_DENIED)))
        yield Way(level, one.principal, Reason(Effect.ALLOW, one.via, says, condition), not condition)


def _is_unknown(actions: Iterable[str]) -> bool:
    """Whether an assignment's role could not be read: it stands for its actions."""
    return any(action.startswith("role ") for action in actions)


def _denied(principal: str, denials: Sequence[Binding]) -> tuple[set[str], set[str]]:
    """What deny assignments take from a principal: for certain, and perhaps.

    Perhaps: when the denial names a group, or excepts one, in which the principal may be; or has a condition.
    """
    certain, possible = set[str](), set[str]()
    for one in denials:
        told = one.condition or {}
        if principal in told.get("excepted", []):
            continue
        named = one.principal in (principal, _EVERYONE)
        if not named and not one.principal_kind.endswith("group"):
            continue
        hangs = not named or told.get("excepts_groups") or told.get("expression")
        (possible if hangs else certain).update(action.replace("/sites/slots/", "/sites/") for action in one.actions)
    return certain, possible


_PERHAPS_DENIED = "unless a deny assignment reaches them through a group or a condition"
_EVERYONE = "00000000-0000-0000-0000-000000000000"


def _by_password(document: Mapping[str, Json]) -> Iterator[Way]:
    """Passwords for deployments: they are no identity, and whoever has one may replace the code."""
    for name, allowed in ((document.get("access") or {}).get("publishing") or {}).items():
        if allowed:
            says = f"passwords are allowed at {_PASSWORDS.get(name, name)}"
            reason = Reason(Effect.ALLOW, "basic publishing credentials", says)
            yield Way(Exposure.SAME_ACCOUNT, "holders of the publishing password", reason)


def _deployment_site(document: Mapping[str, Json], site: Site) -> Surface:
    """From where the deployment site is reached: by the app's own restrictions, or by those of its own."""
    network = document.get("network") or {}
    rules, default = site.ip_rules, site.ip_default_action
    if not network.get("scm_uses_main") and "scm_ingress" in network:
        rules, default = read_ip_rules(network["scm_ingress"]), str(network.get("scm_ingress_default") or "")
    return Surface((), reach(site.public_network_access, site.private_endpoint, rules, default))


def _kind(way: Way) -> str:
    """Of those whom no assignment names."""
    return "everyone" if way.level.is_public else "holder" if way.who.startswith("holders") else "tenant"
