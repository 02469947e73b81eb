"""Where CloudFront runs a function: one entry for each distribution and version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.aws.normalize.shapes import boolean, mapping, objects, said, text, texts

Json = Any


def edge(listed: Json) -> Json:
    """The distributions that run the function, with the paths and moments at which they do."""
    found: dict[tuple[str, str], dict[str, Json]] = {}
    for entry in objects(listed, "The distributions"):
        distribution = mapping(entry.get("distribution"), "A distribution")
        association = mapping(entry.get("association"), "An association")
        version = ":".join(text(association, "LambdaFunctionARN").split(":")[7:])
        place = found.setdefault((text(distribution, "Id"), version), _place(distribution, version))
        place["runs"].add(f"{text(association, 'EventType')} {text(entry, 'path')}")
        if boolean(association, "IncludeBody"):
            place["sees_body"] = True
    return {"distributions": [{**place, "runs": sorted(place["runs"])} for _, place in sorted(found.items())]}


def _place(distribution: Mapping[str, Json], version: str) -> dict[str, Json]:
    return {
        "id": text(distribution, "Id"),
        "arn": text(distribution, "ARN"),
        "domain": text(distribution, "DomainName"),
        "enabled": boolean(distribution, "Enabled"),
        "runs": set(),
        **said(qualifier=version, names=sorted(texts(distribution.get("Aliases"), "Aliases"))),
    }
