"""The policies a Google decision is made from, as plain values read from what the API answers.

Names of resources are compared without their `//host/` part, so `//cloudresourcemanager.googleapis.com/projects/p1`
and `projects/p1` are one.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from findings.access.gcp.roles import permissions_of

Raw = Mapping[str, Any]
REDACTED_CONDITION = "_withcond_"


@dataclass(frozen=True, slots=True)
class Binding:
    """One role given to members on one resource. condition: CEL, "" for none, None when it exists but was not read."""

    on: str
    role: str
    members: tuple[str, ...]
    condition: str | None = ""


@dataclass(frozen=True, slots=True)
class DenyRule:
    """One rule of a deny policy attached to `on`."""

    on: str
    principals: tuple[str, ...]
    permissions: tuple[str, ...]
    exception_principals: tuple[str, ...] = ()
    exception_permissions: tuple[str, ...] = ()
    condition: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A principal access boundary with the principals it is bound to.

    resources: what its principals stay eligible for. blocks: the permissions its enforcement version can block, as
    patterns; None when that list is not known (its effect is then undecided, never assumed).
    """

    principals: tuple[str, ...]
    resources: tuple[str, ...]
    blocks: tuple[str, ...] | None = None
    condition: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything known that may bear on requests.

    roles: permissions of roles read live (custom roles have no other source). groups: members of expanded groups by
    e-mail, nested ones included as members. unread: resources whose allow policy exists but could not be read.
    """

    allow: tuple[Binding, ...] = ()
    deny: tuple[DenyRule, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    roles: Mapping[str, Collection[str]] = field(default_factory=dict)
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def permissions(self, role: str) -> frozenset[str] | None:
        """What the role contains, None when nobody knows."""
        return permissions_of(role, self.roles)


@dataclass(frozen=True, slots=True)
class Request:
    """May `principal` use `permission` on `resource`?

    principal: a member (`user:…`, `serviceAccount:…`, `principal://…`), `anonymous` for a caller without credentials,
    `allAuthenticatedUsers` for any Google account. ancestors: the project, folders and organisation above, in any
    order (give a project under its id and its number if policies name either). at: the time to judge conditions
    for; without it conditions on request.time stay undecided. attributes: what is known of the request under CEL's
    dotted names (`resource.type`, `resource.name`, `resource.tags`, …); what is missing is unknown.
    """

    principal: str
    permission: str
    resource: str
    ancestors: tuple[str, ...] = ()
    at: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def plain_name(resource: str) -> str:
    """A resource's name without `//host/`."""
    return re.sub(r"^//[^/]+/", "", resource)


def read_policies(
    allow: Iterable[Raw] = (),
    deny: Iterable[Raw] = (),
    boundaries: Iterable[Raw] = (),
    roles: Iterable[Raw] | Mapping[str, Collection[str]] = (),
    groups: Mapping[str, Collection[str]] | None = None,
    unread: Iterable[str] = (),
) -> Policies:
    """Policies from what the API answers.

    allow: IAM policies `{"on": resource, "bindings": […]}`, or single bindings `{"on", "role", "members",
        "condition"?}`; a condition may be CEL text or `{"expression": …}`.
    deny: IAM v2 policies `{"name": "policies/<attachment>/denypolicies/<id>", "rules": [{"denyRule": …}]}`, or single
        rules `{"on", "deniedPrincipals", "deniedPermissions", "exceptionPrincipals"?, "exceptionPermissions"?,
        "denialCondition"?}`.
    boundaries: `{"bound_to": […], "resources": […], "blocks"?: […], "condition"?, "name"?}`, one per binding of a
        principal access boundary policy (`resources` from its rules, `bound_to` its target).
    roles: role resources `{"name", "includedPermissions", "stage"?, "deleted"?}`, or a mapping name to permissions.
    """
    return Policies(
        allow=tuple(one for raw in allow for one in _bindings(raw)),
        deny=tuple(one for raw in deny for one in _deny_rules(raw)),
        boundaries=tuple(map(_boundary, boundaries)),
        roles=roles if isinstance(roles, Mapping) else dict(map(_role, roles)),
        groups={plain_group(name): members for name, members in (groups or {}).items()},
        unread=frozenset(map(plain_name, unread)),
    )


def plain_group(name: str) -> str:
    """A group's e-mail as we compare it."""
    return name.removeprefix("group:").lower()


def _bindings(raw: Raw) -> Iterable[Binding]:
    if "role" not in raw:
        for binding in raw.get("bindings") or ():
            yield from _bindings({"on": raw["on"], **binding})
        return
    role, redacted, _ = str(raw["role"]).partition(REDACTED_CONDITION)
    condition = None if redacted else _expression(raw.get("condition"))
    yield Binding(plain_name(raw["on"]), role, tuple(raw.get("members") or ()), condition)


def _deny_rules(raw: Raw) -> Iterable[DenyRule]:
    if "rules" not in raw:
        yield _deny_rule(raw, plain_name(raw["on"]), str(raw.get("name", "")))
        return
    name = str(raw.get("name", ""))
    attachment = name.removeprefix("policies/").partition("/denypolicies/")[0]
    on = raw.get("on") or "//" + unquote(attachment)
    for rule in raw["rules"] or ():
        yield _deny_rule(rule.get("denyRule") or {}, plain_name(on), name)


def _deny_rule(rule: Raw, on: str, name: str) -> DenyRule:
    part: Callable[[str], tuple[str, ...]] = lambda key: tuple(rule.get(key) or ())  # noqa: E731
    return DenyRule(
        on,
        part("deniedPrincipals"),
        part("deniedPermissions"),
        part("exceptionPrincipals"),
        part("exceptionPermissions"),
        _expression(rule.get("denialCondition")),
        name,
    )


def _boundary(raw: Raw) -> Boundary:
    blocks = raw.get("blocks")
    return Boundary(
        principals=tuple(raw["bound_to"]),
        resources=tuple(map(plain_name, raw["resources"])),
        blocks=None if blocks is None else tuple(blocks),
        condition=_expression(raw.get("condition")),
        name=str(raw.get("name", "")),
    )


def _role(raw: Raw) -> tuple[str, frozenset[str]]:
    """A disabled or deleted custom role grants nothing, whatever it lists."""
    off = raw.get("deleted") or raw.get("stage") == "DISABLED"
    return str(raw["name"]), frozenset(() if off else raw.get("includedPermissions") or ())


def _expression(condition: str | Raw | None) -> str:
    if isinstance(condition, str):
        return condition
    return str(condition.get("expression") or "") if condition else ""
