"""Distributions of CloudFront that run functions at the edge: one list for the account, asked where such functions are.

CloudFront takes functions of us-east-1 only, and only in AWS's own partition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.provider import BadAnswer
from collectors.providers.aws.fetch.sweeps import unqualified
from collectors.providers.aws.reach import MOST_PAGES, Reach, aside
from inventory.facts import Unread

Json = Any

HOME = "us-east-1"
#: What of a distribution and of an association is kept. Keys: CloudFront's own names.
_DISTRIBUTION = ("Id", "ARN", "DomainName", "Enabled")
_ASSOCIATION = ("LambdaFunctionARN", "EventType", "IncludeBody")


def of_function(reach: Reach, arn: str) -> list[Json] | Unread:
    """The associations of a function, whatever its version: {distribution, path, association}; or why not read."""
    swept = reach.once("distributions", lambda: aside(_by_function, reach))
    return swept if isinstance(swept, Unread) else swept.get(arn, [])


def _by_function(reach: Reach) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for distribution in _distributions(reach):
        for path, behaviour in _behaviours(distribution):
            for association in _items(behaviour.get("LambdaFunctionAssociations")):
                entry = {
                    "distribution": _of(distribution, _DISTRIBUTION) | {"Aliases": _items(distribution.get("Aliases"))},
                    "path": path,
                    "association": _of(association, _ASSOCIATION),
                }
                found.setdefault(unqualified(association.get("LambdaFunctionARN")), []).append(entry)
    return found


def _distributions(reach: Reach) -> Iterator[Mapping[str, Json]]:
    """Every distribution; the list stands one level deeper than in other answers. Raises BadAnswer."""
    marker: dict[str, Json] = {}
    for _ in range(MOST_PAGES):
        told = reach.ask("cloudfront", "ListDistributions", "DistributionList", **marker)["DistributionList"]
        yield from _items(told)
        following = told.get("NextMarker")
        if not following:
            return
        if following == marker.get("Marker"):
            raise BadAnswer("cloudfront:ListDistributions: the same marker came twice.")
        marker = {"Marker": following}
    raise BadAnswer(f"cloudfront:ListDistributions: more than {MOST_PAGES} pages.")


def _behaviours(distribution: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    yield "*", distribution.get("DefaultCacheBehavior") or {}
    for behaviour in _items(distribution.get("CacheBehaviors")):
        yield str(behaviour.get("PathPattern")), behaviour


def _items(holder: Json) -> list[Json]:
    return (holder or {}).get("Items") or []


def _of(holder: Mapping[str, Json], keys: tuple[str, ...]) -> dict[str, Json]:
    return {key: holder[key] for key in keys if key in holder}
