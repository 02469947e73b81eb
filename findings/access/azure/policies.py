"""The assignments an Azure decision is made from, as plain values read from what Resource Manager answers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from findings.access.azure.roles import Permission, Role, bundled, read_permission, read_roles, role_key

Raw = Mapping[str, Any]
EVERYONE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role given to a principal at a scope. role: the definition's GUID; permissions: its contents when inline."""

    principal: str
    scope: str
    role: str = ""
    permissions: tuple[Permission, ...] = ()
    condition: str = ""
    principal_type: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    """A deny assignment (made by Azure: deployment stacks, managed applications). principals: (object id, type)."""

    scope: str
    permissions: tuple[Permission, ...]
    principals: tuple[tuple[str, str], ...]
    exclude: tuple[tuple[str, str], ...] = ()
    this_scope_only: bool = False
    condition: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything known that may bear on requests.

    roles: role definitions read live, by GUID. groups: members of each expanded group by its object id; a group that
    is missing was not expanded. management_groups: all above the subscription, None when not read. unread: scopes
    whose assignments could not be read.
    """

    assignments: tuple[Assignment, ...] = ()
    denials: tuple[Denial, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    management_groups: tuple[str, ...] | None = None
    unread: frozenset[str] = frozenset()

    def permissions(self, assignment: Assignment) -> tuple[Permission, ...] | None:
        """What the assignment's role permits, None when nobody knows its definition."""
        if not assignment.role:
            return assignment.permissions
        role = self.roles.get(assignment.role) or bundled(assignment.role)
        return role.permissions if role else None

    def role_name(self, assignment: Assignment) -> str:
        """The role's name for people, its id when the name is not known."""
        role = self.roles.get(assignment.role) or bundled(assignment.role) if assignment.role else None
        return role.name if role else assignment.role or "role"


@dataclass(frozen=True, slots=True)
class Request:
    """May `principal` (object id) perform `action` at `resource`?

    data: whether it is a data action (the contents of a store) rather than an action of the control plane. groups:
    object ids of all groups the principal is in, transitively, when known; None leaves assignments to groups that
    `Policies.groups` does not expand undecided. attributes: values for conditions under their bracketed names
    (`Microsoft.Storage/storageAccounts/blobServices/containers:name`).
    """

    principal: str
    action: str
    resource: str
    data: bool = False
    groups: frozenset[str] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def read_policies(
    assignments: Iterable[Raw] = (),
    denials: Iterable[Raw] = (),
    roles: Iterable[Raw] = (),
    groups: Mapping[str, Collection[str]] | None = None,
    management_groups: Iterable[str] | None = None,
    unread: Iterable[str] = (),
) -> Policies:
    """Policies from what Resource Manager answers.

    assignments: role assignments as listed (`{"name", "properties": {"principalId", "principalType",
        "roleDefinitionId", "scope", "condition"}}`), or flat ones with the role's contents: `{"principal", "scope",
        "actions", "notActions", "dataActions", "notDataActions", "condition"?}`. Eligible (PIM) ones are not active
        and are passed over.
    denials: deny assignments as listed (`{"properties": {"scope", "permissions", "principals": [{"id", "type"}],
        "excludePrincipals", "doNotApplyToChildScopes"}}`), or flat: `{"scope", "actions", …, "principals":
        ["everyone" | id], "excludePrincipals"?, "doNotApplyToChildScopes"?}`.
    roles: role definitions as listed.
    """
    return Policies(
        tuple(_assignment(one) for one in assignments if not _only_eligible(one)),
        tuple(_denial(one) for one in denials if enforced(one.get("properties") or one)),
        read_roles(roles),
        {name.lower(): members for name, members in (groups or {}).items()},
        None if management_groups is None else tuple(management_groups),
        frozenset(unread),
    )


def enforced(denial: Raw) -> bool:
    """Whether a deny assignment refuses anything: one whose effect is `audit` only leaves a trace."""
    return str(denial.get("denyAssignmentEffect") or "").lower() != "audit"


def _only_eligible(raw: Raw) -> bool:
    """Whether a row is of Privileged Identity Management and not in force: it could be activated, no more."""
    words = (str(raw.get("type") or "") + str(raw.get("id") or "")).lower()
    return "roleeligibility" in words


def _assignment(raw: Raw) -> Assignment:
    body: Raw = raw.get("properties") or raw
    role = str(body.get("roleDefinitionId") or "")
    return Assignment(
        principal=str(body.get("principalId") or body["principal"]).lower(),
        scope=str(body["scope"]),
        role=role_key(role) if role else "",
        permissions=() if role else _permissions(body),
        condition=str(body.get("condition") or ""),
        principal_type=str(body.get("principalType") or ""),
        name=str(raw.get("id") or raw.get("name") or ""),
    )


def _denial(raw: Raw) -> Denial:
    body: Raw = raw.get("properties") or raw
    return Denial(
        scope=str(body["scope"]),
        permissions=_permissions(body),
        principals=tuple(map(_party, body.get("principals") or ())),
        exclude=tuple(map(_party, body.get("excludePrincipals") or ())),
        this_scope_only=bool(body.get("doNotApplyToChildScopes")),
        condition=str(body.get("condition") or ""),
        name=str(body.get("denyAssignmentName") or raw.get("id") or raw.get("name") or ""),
    )


def _permissions(body: Raw) -> tuple[Permission, ...]:
    entries = body.get("permissions")
    if entries is not None:
        return tuple(map(read_permission, entries))
    return (read_permission({**body, "condition": None}),)


def _party(raw: str | Raw) -> tuple[str, str]:
    name, kind = (raw, "") if isinstance(raw, str) else (str(raw.get("id") or ""), str(raw.get("type") or ""))
    return (EVERYONE if name.lower() == "everyone" else name.lower()), kind
