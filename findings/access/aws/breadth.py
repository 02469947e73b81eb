"""How much a resource pattern takes in: one resource, several of a name, or all of a kind in the account."""

from __future__ import annotations

import re
from functools import lru_cache

from findings.access.aws.actions import resource_kinds
from findings.access.aws.patterns import has_wildcard, split_arn
from findings.access.privilege import Breadth

_PARTS_OF_ONE = {
    "s3": re.compile(r"/.*"),
    "logs": re.compile(r":(\*|log-stream:.*)"),
    "lambda": re.compile(r":\*"),
    "dynamodb": re.compile(r"/(index|stream|backup|export)/.*"),
    "secretsmanager": re.compile(r"-(\*|\?+)"),
    "execute-api": re.compile(r"/.*"),
}
"""What may follow a name and be the same resource still: a bucket's objects, a log group's streams, a suffix."""
_ORDER = {Breadth.RESOURCE: 0, Breadth.PATTERN: 1, Breadth.ACCOUNT: 2, Breadth.ORGANISATION: 3}


@lru_cache(maxsize=50_000)
def breadth_of(resource: str) -> Breadth:
    """The breadth of one Resource entry."""
    if not has_wildcard(resource):
        return Breadth.RESOURCE
    arn = split_arn(resource)
    if arn is None:
        return Breadth.ACCOUNT if resource.strip("*") in ("", "arn:", "arn:aws:") else Breadth.PATTERN
    if has_wildcard(arn.service) or _is_all_of_a_kind(arn.service, arn.resource):
        return Breadth.ACCOUNT
    parts = _PARTS_OF_ONE.get(arn.service)
    name = re.sub(f"(?:{parts.pattern})$", "", arn.resource) if parts else arn.resource
    return Breadth.PATTERN if has_wildcard(name) else Breadth.RESOURCE


def _is_all_of_a_kind(service: str, name: str) -> bool:
    """`*`, `function:*`, `role/*`, `*/*`."""
    begun = name.rstrip("*/:")
    if not begun:
        return bool(name)
    return any(
        name.startswith(kind) and name != kind and not name[len(kind) :].strip("*/:")
        for kind in resource_kinds(service)
        if kind.startswith(begun)
    )


def widest(found: list[Breadth]) -> Breadth:
    """The widest of several; RESOURCE when there is none."""
    return max(found, key=_ORDER.__getitem__, default=Breadth.RESOURCE)
