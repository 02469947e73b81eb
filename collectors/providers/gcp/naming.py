"""How functions, Cloud Run services and runtimes are named in Google's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.gcp.shape import mapping, text

Json = Any


def place_of(name: str) -> tuple[str, str]:
    """Location and short name: projects go by id and by number."""
    parts = name.split("/")
    return (parts[3], parts[5]) if len(parts) == 6 else ("", "")


def name_of(entry: Json) -> str:
    return text(mapping(entry).get("name"))


def service_name(function: Json) -> str:
    """The Cloud Run service that a 2nd generation function names."""
    return text(mapping(mapping(function).get("serviceConfig")).get("service"))


def runtime_of(entry: Mapping[str, Json]) -> str:
    """The runtime's name; for a Cloud Run function the one in its base image (…/runtimes/python312 → python312)."""
    build = mapping(mapping(entry.get("function")).get("buildConfig"))
    named = text(build.get("runtime")) or text(mapping(entry.get("first")).get("runtime"))
    image = text(mapping(mapping(entry.get("service")).get("buildConfig")).get("baseImage"))
    return named or (image.rsplit("/", 1)[-1].split(":")[0].split("@")[0] if "/runtimes/" in image else "")


def is_first_generation(function: Json) -> bool:
    return mapping(function).get("environment") == "GEN_1"
