"""The app's identity holds power over the directory: Graph application permissions or Entra roles."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, powers, some, without_identity
from findings.rules._worlds import NARROW, holding
from findings.seen import Seen, SeenIdentity, SeenPower
from findings.severity import Severity

_DOES = {
    "admin": "give anybody any role in the directory",
    "identity_escalation": "take over applications, groups or accounts of the directory",
    "data_write_destroy": "change what the directory or Microsoft 365 holds",
    "data_read": "read from the directory or Microsoft 365",
}
_MILDER = {
    "data_write_destroy": (Severity.MEDIUM, "it changes content, and not who may do what"),
    "data_read": (Severity.LOW, "it only reads"),
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity, power in powers(seen, *_DOES):
        if power.scope == "directory":
            severity, because = _MILDER.get(power.power, (None, ""))
            held = _held(identity, power)
            yield Evidence(
                f"{called(identity)} can {_DOES[power.power]}: {held}", about=f"{identity.native_id} {held}",
                severity=severity, because=because,
            )  # fmt: skip


def _held(identity: SeenIdentity, power: SeenPower) -> str:
    """The permission or role by its name; the engine knows roles by their template's id."""
    if power.actions:
        return some(power.actions)
    guid = power.via.rpartition(" ")[2]
    roles = identity.section("directory").get("roles") or ()
    return next((f"role {one['name']}" for one in roles if one.get("id") == guid and one.get("name")), power.via)


_GRAPH = SeenPower(
    "admin", "organisation", "Graph application permission", ("RoleManagement.ReadWrite.Directory",), "directory",
    escalation="az-12",
)  # fmt: skip

RULE = Rule(
    id="directory_power",
    title="The app's identity has power over the directory",
    severity=Severity.CRITICAL,
    subject=Subject.PRIVILEGE,
    why="Such permissions reach every subscription of the tenant and its mail, and no role assignment page shows them.",
    checks={"azure": Check(look, needs=("identity:directory",), applies=without_identity)},
    fix={
        "azure": Fix(
            console="Entra admin centre, Enterprise applications, the managed identity, Permissions: note the "
            "permission; it is removed with PowerShell or Graph. Roles and administrators: remove the role "
            "assignment.",
            cli="az rest --method DELETE --url "
            "https://graph.microsoft.com/v1.0/servicePrincipals/PRINCIPAL/appRoleAssignments/ASSIGNMENT",
            terraform="Remove the azuread_app_role_assignment or azuread_directory_role_assignment.",
        )
    },
    fails=(holding("azure", _GRAPH, privilege="admin"),),
    passes=(holding("azure", NARROW),),
    catalogue=("PRV-16",),
    references=("https://learn.microsoft.com/graph/permissions-reference",),
)
