"""The function's role may change identities, and nothing limits how far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import by, called, without_identity
from findings.rules._worlds import READ, holding
from findings.seen import Seen, SeenIdentity, SeenPower
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        power = _changes_identities(identity)
        read = "policies" in identity.document and "policies" not in identity.unread
        if power and read and not identity.section("policies").get("boundary"):
            above = _organisation_limits(seen)
            yield Evidence(
                f"{called(identity)} may change identities ({by(power)}) and has no permissions boundary",
                about=identity.native_id, severity=Severity.INFO if above else None,
                because=f"policies of the organisation stand above it: {above}" if above else "",
            )  # fmt: skip


def _changes_identities(identity: SeenIdentity) -> SeenPower | None:
    for power in identity.powers:
        named = any(action.startswith("iam:") and action != "iam:PassRole" for action in power.actions)
        if power.power in ("admin", "iam_write", "identity_escalation") and named:
            return power
    return None


def _organisation_limits(seen: Seen) -> str:
    """The organisation's policies above the account, but the one of AWS's that allows everything."""
    levels = seen.of_account("guardrails").get("levels") or ()
    names = [str(policy.get("name", "")) for level in levels for policy in level.get("service") or ()]
    return ", ".join(sorted(set(names) - {"FullAWSAccess", ""}))


_WRITES = SeenPower("iam_write", "account", "tune: statement 1", ("iam:PutRolePolicy",), "*")


def _bound(boundary: str) -> Seen:
    seen = holding("aws", _WRITES, privilege="near-admin")
    document: Mapping[str, Any] = {**READ, "policies": {"policies": [], "boundary": boundary}}
    return replace(seen, identities=tuple(replace(one, document=document) for one in seen.identities))


RULE = Rule(
    id="iam_writer_unbounded",
    title="The role may change identities and has no boundary",
    severity=Severity.LOW,
    subject=Subject.PRIVILEGE,
    why="A permissions boundary would keep whatever it gives itself or others within a known limit.",
    checks={"aws": Check(look, needs=("identity:policies",), applies=without_identity)},
    fix={
        "aws": Fix(
            console="IAM, Roles, the role, Permissions boundary, Set; and a condition on iam:PermissionsBoundary "
            "where it creates or changes roles.",
            cli="aws iam put-role-permissions-boundary --role-name ROLE --permissions-boundary POLICY_ARN",
            terraform="aws_iam_role: permissions_boundary.",
        )
    },
    fails=(_bound(""),),
    passes=(_bound("arn:aws:iam::123456789012:policy/limit"),),
    catalogue=("PRV-24",),
)
