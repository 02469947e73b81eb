"""Whether a statement grants without bound: every action of a service, or on everything there is. Pure; all clouds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.access.aws.breadth import breadth_of as aws_breadth
from findings.access.azure.scopes import breadth as azure_breadth
from findings.access.gcp.privileges import WIDE
from findings.access.gcp.privileges import breadth_of as gcp_breadth
from findings.access.privilege import Breadth

Json = Any
#: Google's basic roles that change things: each holds nearly every permission of nearly every service.
BASIC_ROLES = frozenset({"roles/owner", "roles/editor"})
_WIDE_SCOPES = ("root", "management_group", "subscription")


def any_action(body: Mapping[str, Json], source: str = "") -> bool:
    """Whether an allow statement, role or assignment grants all actions of a service or more (NotAction does)."""
    if source in BASIC_ROLES or body.get("NotAction"):
        return True
    named = (action for key in ("Action", "actions", "dataActions") for action in _texts(body.get(key)))
    return any(action.split("/")[-1].split(":")[-1] == "*" for action in named)


def any_resource(provider: str, body: Mapping[str, Json], scope: str = "") -> bool:
    """Whether it holds on all resources of a kind: on `*`, on a whole project or subscription, or above."""
    if provider == "aws":
        patterns = _texts(body.get("Resource"))
        return bool(body.get("NotResource")) or any(aws_breadth(one) is Breadth.ACCOUNT for one in patterns)
    if provider == "gcp":
        return gcp_breadth(scope) in WIDE
    return azure_breadth(scope) in _WIDE_SCOPES


def _texts(value: Json) -> Iterator[str]:
    yield from map(str, value if isinstance(value, list | tuple) else [value] if value else [])
