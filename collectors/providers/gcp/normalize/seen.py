"""One function as its APIs tell of it: the Functions API's newer and older form, and the Cloud Run service under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collectors.provider import Malformed
from collectors.providers.gcp.shape import mapping as loosely
from collectors.shapes import mapping, objects, shallow, text
from inventory.facts import Unread

Json = Any

LONGEST_ID, LONGEST_NAME = 1024, 512
KINDS = {"gen1": "Cloud Function (1st gen)", "gen2": "Cloud Function (2nd gen)", "run": "Cloud Run function"}


@dataclass(frozen=True)
class Seen:
    """`kind` is gen1, gen2 or run. `function`, `first` (v1 form) and `service` are empty where there is none."""

    raw: Mapping[str, Json]
    kind: str
    name: str
    function: Mapping[str, Json]
    first: Mapping[str, Json]
    service: Mapping[str, Json]

    @property
    def short_name(self) -> str:
        return self.name.rsplit("/", 1)[-1]

    @property
    def location(self) -> str:
        return self.name.split("/")[3]

    @property
    def project(self) -> str:
        return self.name.split("/")[1]

    @property
    def refused_service(self) -> Unread | None:
        """Why the Cloud Run service under a 2nd generation function was not read."""
        told = self.raw.get("service")
        return told if isinstance(told, Unread) else None

    @property
    def refused_first(self) -> Unread | None:
        """Why the older API's form of a 1st generation function was not read."""
        told = self.raw.get("first")
        return told if isinstance(told, Unread) else None

    @property
    def older(self) -> Mapping[str, Json]:
        """The older form where there is no newer one; else the newer speaks for what both say."""
        return {} if self.function else self.first

    @property
    def config(self) -> Mapping[str, Json]:
        """The v2 service configuration."""
        return mapping(self.function.get("serviceConfig"), "serviceConfig")

    @property
    def build(self) -> Mapping[str, Json]:
        """How it was built: as the Functions API says, for Cloud Run functions as the service says."""
        if self.kind == "run":
            return mapping(self.service.get("buildConfig"), "buildConfig")
        return mapping(self.function.get("buildConfig"), "buildConfig")

    @property
    def template(self) -> Mapping[str, Json]:
        return mapping(self.service.get("template"), "template")

    @property
    def container(self) -> Mapping[str, Json]:
        """The container that takes the calls: the one with a port, else the first."""
        found = list(objects(self.template.get("containers"), "containers"))
        return next((one for one in found if one.get("ports")), found[0] if found else {})

    @property
    def service_name(self) -> str:
        return self.name if self.kind == "run" else text(self.config, "service")


def seen(raw: Mapping[str, Json]) -> Seen:
    """Tell the parts of a raw entry apart; raises Malformed when it is about no function that can be named."""
    function, first, service = (loosely(raw.get(part)) for part in ("function", "first", "service"))
    kind = str(raw.get("kind") or "")
    told = service if kind == "run" else function or first
    name = told.get("name")
    if kind not in KINDS or not isinstance(name, str) or not _is_name(name):
        raise Malformed("An entry of the list has no usable name.", name if isinstance(name, str) else "")
    if len(name.encode()) > LONGEST_ID:
        raise Malformed("The name is longer than any may be.", name[:LONGEST_ID])
    if not shallow([function, first, service]):
        raise Malformed("The function is nested deeper than Google's answers are.", name)
    return Seen(raw, kind, name, function, first, service)


def _is_name(name: str) -> bool:
    parts = name.split("/")
    return len(parts) == 6 and parts[0] == "projects" and parts[2] == "locations" and all(parts)
