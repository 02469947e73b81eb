"""A policy gives the function every action of a service, or everything but a few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, some, unless_admin
from findings.rules._worlds import NARROW, holding
from findings.seen import Seen, SeenGrant
from findings.severity import Severity

_AWS = re.compile(r"([a-z0-9-]+):\*")
_AZURE = re.compile(r"(microsoft\.[a-z0-9.]+)/\*", re.IGNORECASE)
#: What a function needs for its own logs and traces; all of it is little.
_OWN = frozenset({"logs", "xray", "cloudwatch"})


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        told: dict[tuple[str, str], Evidence] = {}
        for grant in identity.grants:
            if grant.effect != "allow" or grant.source_kind == "boundary":
                continue
            services = _services(seen.provider, grant)
            if not services and not grant.inverted:
                continue
            what = f"every action of {some(services)}" if services else _all_but(grant)
            severity, because = _severity(seen.provider, services, grant)
            told.setdefault((grant.source, what), Evidence(
                f"{called(identity)} is given {what} by {grant.source_name}",
                about=f"{identity.native_id} {grant.source} {what}", severity=severity, because=because,
            ))  # fmt: skip
        yield from told.values()


def _services(provider: str, grant: SeenGrant) -> list[str]:
    keys, pattern = (("Action",), _AWS) if provider == "aws" else (("actions", "dataActions"), _AZURE)
    found = (pattern.fullmatch(text.lower()) for key in keys for text in _texts(grant.body, key))
    return sorted({match.group(1) for match in found if match})


def _all_but(grant: SeenGrant) -> str:
    return f"everything but {some(_texts(grant.body, 'NotAction'))}"


def _texts(body: Any, key: str) -> list[str]:
    value = body.get(key) or ()
    return [value] if isinstance(value, str) else [str(one) for one in value]


def _severity(provider: str, services: list[str], grant: SeenGrant) -> tuple[Severity | None, str]:
    if services and _OWN.issuperset(services):
        return Severity.LOW, "it is about logs and traces"
    if provider == "aws" and "*" not in _texts(grant.body, "Resource"):
        return Severity.LOW, "its resources are named"
    if grant.body.get("Condition"):
        return Severity.LOW, "a condition narrows it"
    return None, ""


def _granted(cloud: str, body: dict[str, Any]) -> Seen:
    seen = holding(cloud, NARROW)
    grant = SeenGrant("inline", "work", "work", "allow", False, body)
    return replace(seen, identities=tuple(replace(one, grants=(grant,)) for one in seen.identities))


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)

RULE = Rule(
    id="service_wildcard",
    title="A policy gives every action of a service",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="It takes in deletion, configuration and sharing, and whatever the cloud adds to the service later.",
    checks={"aws": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="IAM, the policy, JSON: replace service:* by the actions the code calls.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: named actions.",
        ),
        "azure": Fix(
            console="Access control (IAM), Roles, the custom role, Edit: replace Microsoft.Service/* by the "
            "operations used.",
            cli="az role definition update --role-definition @role.json",
            terraform="azurerm_role_definition: permissions { actions = [...] } without provider wildcards.",
        ),
    },
    fails=(
        _granted("aws", {"Action": ["dynamodb:*"], "Resource": "*"}),
        _granted("azure", {"actions": ["Microsoft.Storage/*"]}),
    ),
    passes=(
        _granted("aws", {"Action": ["dynamodb:GetItem"], "Resource": "*"}),
        _granted("azure", {"actions": ["Microsoft.Storage/storageAccounts/read"]}),
    ),
    catalogue=("PRV-03",),
    standards=("cis-aws-compute:4.4",),
)
