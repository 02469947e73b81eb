"""What Azure's built-in roles contain, for roles that were not read live.

A role definition read from the cloud (custom ones always) wins over this fallback. The data file says its source,
licence and date.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).with_name("built_in_roles.json.gz")


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission entry of a role or deny assignment: what it names less what it leaves out, on both planes.

    condition: an ABAC expression, "" for none. Built-in roles may carry one in the definition itself.
    """

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition: its name and what it permits; permissions of one role add up."""

    name: str
    permissions: tuple[Permission, ...]


def read_permission(raw: Mapping[str, Any]) -> Permission:
    """A permission entry as Azure Resource Manager writes it."""
    return Permission(
        tuple(raw.get("actions") or ()),
        tuple(raw.get("notActions") or ()),
        tuple(raw.get("dataActions") or ()),
        tuple(raw.get("notDataActions") or ()),
        str(raw.get("condition") or ""),
    )


def read_roles(definitions: Iterable[Mapping[str, Any]]) -> dict[str, Role]:
    """Role definitions as the API lists them (`{"id", "name", "properties": {"roleName", "permissions"}}`), by GUID."""
    found = {}
    for raw in definitions:
        properties = raw.get("properties") or raw
        permissions = tuple(map(read_permission, properties.get("permissions") or ()))
        found[role_key(str(raw.get("id") or raw["name"]))] = Role(str(properties.get("roleName") or ""), permissions)
    return found


def role_key(role_id: str) -> str:
    """The GUID a role definition id ends with, as we compare it."""
    return role_id.rstrip("/").rpartition("/")[2].lower()


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """The whole data file: source, licence, date, roles."""
    with gzip.open(CATALOGUE) as file:
        content: dict[str, Any] = json.load(file)
    return content


@lru_cache(maxsize=2048)
def bundled(role_id: str) -> Role | None:
    """A built-in role of the bundled catalogue by its id or GUID; None for one it does not know."""
    raw = catalogue()["roles"].get(role_key(role_id))
    return Role(raw["name"], tuple(map(read_permission, raw["permissions"]))) if raw else None
