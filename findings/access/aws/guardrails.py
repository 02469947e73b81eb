"""The organisation's policies above an account. Neither kind binds the organisation's management account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from findings.access.aws.decide import Levels
from findings.access.aws.documents import NamedPolicy

Json = Any


@dataclass(frozen=True, slots=True)
class Guardrails:
    """The policies of an organisation that bind one account, level by level.

    services, resources: service and resource control policies; None where they were not read or bind nothing.
    exempt: the account manages its organisation, or belongs to none that was read to have policies.
    """

    services: Levels | None = None
    resources: Levels | None = None
    exempt: bool = False

    @property
    def read(self) -> bool:
        """Whether it is known what binds the account."""
        return self.exempt or self.services is not None


def guardrails(document: Mapping[str, Json], account: str) -> Guardrails:
    """The guardrails in the stored settings of an account (sections `organisation` and `guardrails`)."""
    if (document.get("organisation") or {}).get("management") == account:
        return Guardrails(exempt=True)
    levels = (document.get("guardrails") or {}).get("levels")
    if not levels:
        return Guardrails()
    # RCPFullAWSAccess is attached everywhere and cannot be detached, so a level without any is one that told none.
    resources = tuple(level for level in _levels(levels, "resource") if level)
    return Guardrails(_levels(levels, "service"), resources or None)


def _levels(levels: list[Mapping[str, Json]], kind: str) -> Levels:
    return tuple(
        tuple(NamedPolicy(policy["name"], policy["document"]) for policy in level.get(kind) or []) for level in levels
    )
