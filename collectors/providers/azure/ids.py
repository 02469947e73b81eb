"""Resource Manager ids: paths that are compared without case, and what stands in them."""

from __future__ import annotations

import re
from typing import Any

_SITE = re.compile(
    r"^(/subscriptions/[^/?#]+/resourcegroups/[^/?#]+/providers/microsoft\.web/sites/[^/?#]+)(/slots/[^/?#]+)?(/.*)?$",
    re.IGNORECASE,
)
_RESOURCE = re.compile(r"^/subscriptions/[^/?#]+/resourcegroups/[^/?#]+/providers/[\w.]+(/[^/?#]+){2,}$", re.IGNORECASE)
MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


def plain(resource_id: Any) -> str:
    """An id as we compare and keep it: lower case, no slash at the end; "" for what is no text."""
    return resource_id.strip().rstrip("/").lower() if isinstance(resource_id, str) else ""


def site_of(resource_id: Any) -> str:
    """The function app or slot that an id names or lies in, as it is written; "" when it is none."""
    found = _SITE.match(resource_id) if isinstance(resource_id, str) else None
    return found[1] + (found[2] or "") if found and ".." not in resource_id else ""


def is_site(resource_id: Any) -> bool:
    """Whether an id names an app or slot itself."""
    return bool(site_of(resource_id)) and plain(site_of(resource_id)) == plain(resource_id)


def is_resource(resource_id: Any) -> bool:
    """Whether an id names a resource in a resource group, so that it may be asked for."""
    return isinstance(resource_id, str) and bool(_RESOURCE.match(resource_id)) and ".." not in resource_id


def is_slot(resource_id: str) -> bool:
    return "/slots/" in resource_id.lower()


def app_of(resource_id: str) -> str:
    """The id of the app of a slot, or of the app itself."""
    return re.split(r"/slots/", site_of(resource_id), maxsplit=1, flags=re.IGNORECASE)[0]


def name_of(resource_id: str) -> str:
    """What people call an app ("shop") or slot ("shop/staging")."""
    parts = site_of(resource_id).split("/")[8:]
    return "/".join(parts[::2])


def last(resource_id: Any) -> str:
    """The last part of an id, as it is written."""
    return resource_id.rstrip("/").rpartition("/")[2] if isinstance(resource_id, str) else ""


def subscription_of(resource_id: Any) -> str:
    """The subscription in an id, lower case; "" when it is above subscriptions."""
    parts = plain(resource_id).split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""


def group_of(resource_id: Any) -> str:
    """The id of the resource group in an id, lower case; "" when there is none."""
    parts = plain(resource_id).split("/")
    return "/".join(parts[:5]) if len(parts) > 4 and parts[3] == "resourcegroups" else ""


def is_function_app(row: dict[str, Any]) -> bool:
    """Whether a site is a function app: by its kind, whose words and case vary, or by its Flex Consumption settings.

    Logic Apps Standard carry the word, too, and are none; plain web apps do not. Containers, Azure Arc and Container
    Apps hosting are.
    """
    words = re.split(r"[,\s]+", str(row.get("kind") or "").lower())
    if "workflowapp" in words:
        return False
    properties = row.get("properties")
    flex = isinstance(properties, dict) and bool(properties.get("functionAppConfig"))
    return "functionapp" in words or flex
