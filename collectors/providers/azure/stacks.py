"""Until when Azure supports each runtime, by its own list of stacks. Pure.

The list: learn.microsoft.com/rest/api/appservice/provider/get-function-app-stacks. A runtime is written as Linux apps
name it: python|3.11, java|17.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Any
#: Settings of Windows apps that name a version, and the runtime it is of.
_VERSIONS = (("javaVersion", "java"), ("powerShellVersion", "powershell"))


def ends_of(listed: list[Json]) -> dict[str, str]:
    """The day on which the support of each runtime ends, where Azure says one; the latest where it says two."""
    found: dict[str, str] = {}
    for settings in _runtimes(listed):
        day = _text(settings, "endOfLifeDate")[:10]
        for runtime in _named(_mapping(settings, "siteConfigPropertiesDictionary")):
            if day:
                found[runtime] = max(day, found.get(runtime, ""))
    return found


def _named(told: Mapping[str, Json]) -> Iterator[str]:
    if linux := _text(told, "linuxFxVersion"):
        yield linux.lower()
    for key, name in _VERSIONS:
        if version := _text(told, key).strip("~"):
            yield f"{name}|{version}"


def _runtimes(listed: list[Json]) -> Iterator[Mapping[str, Json]]:
    """The settings of every minor version of every stack, for Linux and Windows."""
    for stack in listed:
        for major in _entries(_mapping(stack, "properties"), "majorVersions"):
            for minor in _entries(major, "minorVersions"):
                settings = _mapping(minor, "stackSettings")
                yield from (_mapping(settings, f"{system}RuntimeSettings") for system in ("linux", "windows"))


def _entries(holder: Json, key: str) -> list[Json]:
    listed = holder.get(key) if isinstance(holder, Mapping) else None
    return listed if isinstance(listed, list) else []


def _mapping(holder: Json, key: str) -> Mapping[str, Json]:
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _text(holder: Mapping[str, Json], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""
