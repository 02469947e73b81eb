"""Around an AWS role: who outside may take it on, and which roles and functions it can act as or replace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from findings.access.aws import MalformedPolicy, NamedPolicy
from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.escalation import Escalation
from findings.access.aws.external import ExternalPrincipal, external_principals
from findings.access.aws.grants import Held
from findings.access.aws.guardrails import Guardrails
from findings.access.aws.masks import union_of
from findings.access.aws.patterns import has_wildcard, overlaps
from findings.access.aws.trust import trusts
from inventory.models import Identity

Json = Any
#: Beyond so many an identity reaches about everything: its level says so.
MOST = 100
_ASSUME = "sts:AssumeRole"
_ANYTHING = NamedPolicy("", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


class Neighbours:
    """The roles of all connected AWS accounts, seen from one of them."""

    def __init__(self, own: frozenset[str], organisation: str | None, above: Guardrails) -> None:
        self._own, self._above = own, above
        self._organisations = (organisation,) if organisation else None

    @cached_property
    def _trusting(self) -> dict[str, Mapping[str, Json]]:
        """Every present role with its trust policy; those whose trust was not read cannot be told to trust anyone."""
        present = Identity.objects.filter(provider="aws", gone_at=None).order_by("native_id")
        rows = present.values_list("native_id", "resource__latest__document__trust__document")
        return {arn: document for arn, document in rows if document}

    def outsiders(self, role: Identity) -> int | None:
        """How many principals outside our accounts its trust policy lets in; None where that is not known."""
        trust = (role.resource.document.get("trust") or {}).get("document")
        if trust is None or "trust" in role.resource.unread:
            return None
        try:
            found = external_principals(trust, self._own, own_organisations=self._organisations)
            return sum(1 for one in found if self._passes(one, trust, role.native_id))
        except MalformedPolicy:
            return None

    def _passes(self, outsider: ExternalPrincipal, trust: Mapping[str, Json], arn: str) -> bool:
        """Whether the organisation's resource control policies leave the way open, as far as they can be decided."""
        if not self._above.resources:
            return True
        hanging, theirs = (NamedPolicy("trust policy", trust),), (_ANYTHING,)
        try:
            request = Request(outsider.name, _ASSUME, arn)
            return decide(request, Policies(theirs, hanging, rcps=self._above.resources)).allowed is not False
        except MalformedPolicy:
            raise
        except ValueError:
            return True

    def becomes(self, arn: str, held: Iterable[Held], ways: Iterable[Escalation]) -> tuple[Mapping[str, Json], ...]:
        """What it can act as or replace, each with the action or path that does it: roles that trust it and that it may
        assume, targets of confirmed escalation paths."""
        found: dict[str, str] = {}
        for target, by in (*self._assumed(arn, held), *_taken(ways)):
            if target != arn and len(found) < MOST:
                found.setdefault(target, by)
        return tuple({"id": target, "by": by} for target, by in found.items())

    def _assumed(self, arn: str, held: Iterable[Held]) -> Iterator[tuple[str, str]]:
        bit = union_of([_ASSUME])
        for resource in dict.fromkeys(grant.resource for grant in held if grant.actions & bit):
            for target in self._matching(resource):
                if trusts(self._trusting[target], arn).allowed is not False:
                    yield target, _ASSUME

    def _matching(self, resource: str) -> list[str]:
        if not has_wildcard(resource):
            return [resource] if resource in self._trusting else []
        return [target for target in self._trusting if overlaps(resource, target)]


def _taken(ways: Iterable[Escalation]) -> Iterator[tuple[str, str]]:
    for way in ways:
        if way.confirmed and way.path.kind.raises_rights:
            for target in way.targets[:MOST]:
                yield target, way.path.id
