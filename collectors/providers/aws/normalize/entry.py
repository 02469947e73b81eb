"""From a raw entry of a listing to what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collectors.provider import Malformed, Raw
from collectors.providers.aws.normalize.functions import function
from collectors.providers.aws.normalize.identities import policy, role
from collectors.providers.aws.normalize.settings import account, settings
from collectors.providers.aws.normalize.shapes import Unusable
from collectors.providers.aws.normalize.webfunctions import web_function
from inventory.facts import Observation

Json = Any

#: Raised by one whenever the same answer comes out as another document, so that it is not taken for a change in AWS.
NORMALIZER = 4

_BY_LISTING: dict[str, Callable[[Mapping[str, Json]], Iterable[Observation]]] = {
    "functions": function,
    "web functions": web_function,
    "settings": settings,
    "roles": role,
    "policies": policy,
    "account": account,
}


def normalize(listing: str, raw: Raw) -> Iterable[Observation]:
    """The observations in a raw entry. Raises Malformed for an entry that has no identity or cannot be taken apart."""
    try:
        return list(_BY_LISTING[listing](raw))
    except Unusable as unusable:
        raise Malformed(str(unusable)) from unusable
    except RecursionError as error:
        raise Malformed("The entry is nested too deep to be read.") from error
