"""Which parts of a resource are unknown, and why."""

from collections.abc import Mapping

from inventory.facts import Unread
from inventory.models import Resource
from inventory.record.prepare import Document, Prepared, clip


def refusals(unread: Mapping[str, Unread]) -> Document:
    """What was refused, as it is stored: section → {reason, permission, error_class}."""
    return {
        str(name): {
            "reason": clip(why.reason, 2000),
            "permission": clip(why.permission, 200),
            "error_class": clip(why.error_class, 40),
        }
        for name, why in unread.items()
    }


def unread_now(row: Resource, one: Prepared) -> Document:
    """Which sections are unknown now: those refused this time, and those refused before and not read since."""
    still = {name: why for name, why in row.unread.items() if name not in one.sections}
    return {**still, **refusals(one.observation.unread)}


def signs(unread: Document) -> set[tuple[str, str, str]]:
    """What counts of refusals: the part, its class and permission; the wording may hold a request's number."""
    return {(name, why.get("error_class", ""), why.get("permission", "")) for name, why in unread.items()}
