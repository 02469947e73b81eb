"""Where an Azure assignment reaches: scopes are paths, compared segment by segment without regard to case."""

from collections.abc import Collection
from functools import lru_cache

MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


@lru_cache(maxsize=16384)
def plain_scope(scope: str) -> str:
    """A scope as we compare it: lower case, no slash at the end; the root is ""."""
    return "/" + scope.strip("/").lower() if scope.strip("/") else ""


def reaches(scope: str, resource: str, management_groups: Collection[str] | None = None) -> bool | None:
    """Whether an assignment at `scope` applies to `resource`.

    management_groups: names or ids of all groups above the resource's subscription; None when they are not known, and
    then an assignment at a management group is undecided.
    """
    upper, lower = plain_scope(scope), plain_scope(resource)
    if lower == upper or lower.startswith(upper + "/"):
        return True
    if not upper.startswith(MANAGEMENT_GROUPS) or lower == "":
        return False
    if management_groups is None:
        return None
    return upper.rpartition("/")[2] in {name.rstrip("/").rpartition("/")[2].lower() for name in management_groups}


def is_exactly(scope: str, resource: str) -> bool:
    """Whether both are the same scope."""
    return plain_scope(scope) == plain_scope(resource)


def breadth(scope: str) -> str:
    """How wide a scope is: root, management_group, subscription, resource_group or resource."""
    plain = plain_scope(scope)
    if not plain:
        return "root"
    if plain.startswith(MANAGEMENT_GROUPS):
        return "management_group"
    parts = plain.split("/")[1:]
    if parts[0] != "subscriptions":
        return "resource"
    if len(parts) <= 2:
        return "subscription"
    return "resource_group" if parts[2] == "resourcegroups" and len(parts) == 4 else "resource"


#: Providers whose actions are about whatever stands at the scope, of any type.
EVERYWHERE = ("microsoft.authorization/", "microsoft.insights/", "microsoft.resources/")


def usable(action: str, scope: str) -> bool:
    """Whether the action can be about anything at the scope or below: on one web app, nobody lists a store's keys."""
    if breadth(scope) != "resource":
        return True
    name = action.lower()
    return name.startswith(EVERYWHERE) or name.startswith(f"{type_of(scope)}/")


def type_of(scope: str) -> str:
    """The resource type of a resource's id, such as microsoft.web/sites/slots."""
    provider, *parts = plain_scope(scope).rpartition("/providers/")[2].split("/")
    return "/".join([provider, *parts[::2]])


def subscription_of(scope: str) -> str:
    """The subscription id in a scope, lower case; "" when it is above subscriptions."""
    parts = plain_scope(scope).split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""
