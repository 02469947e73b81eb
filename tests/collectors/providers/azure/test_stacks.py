"""Until when Azure supports runtimes: by its own list where it may be read, else nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.providers.azure.stacks import ends_of
from tests.collectors.providers.azure.arm import Azure, refusal
from tests.collectors.providers.azure.conftest import Read

STACKS = "/providers/microsoft.web/functionappstacks"


def stack(day: str, system: str = "linux", **named: str) -> dict[str, Any]:
    settings = {"endOfLifeDate": day, "siteConfigPropertiesDictionary": named}
    minor = {"stackSettings": {f"{system}RuntimeSettings": settings}}
    return {"name": "stack", "properties": {"majorVersions": [{"minorVersions": [minor]}]}}


def test_runtimes_are_named_as_apps_name_them() -> None:
    listed = [
        stack("2028-10-31T00:00:00Z", linuxFxVersion="Python|3.12"),
        stack("2027-09-01T00:00:00Z", "windows", javaVersion="17"),
        stack("2026-11-10T00:00:00Z", "windows", powerShellVersion="~7.4"),
        stack("", linuxFxVersion="Node|99"),
    ]
    assert ends_of(listed) == {
        "python|3.12": "2028-10-31",
        "java|17": "2027-09-01",
        "powershell|7.4": "2026-11-10",
    }


@pytest.mark.parametrize("listed", [[None], ["x"], [{"properties": []}], [{"properties": {"majorVersions": [3]}}]])
def test_a_list_of_another_shape_says_nothing(listed: list[Any]) -> None:
    assert ends_of(listed) == {}


def test_the_list_is_asked_once_and_tells_each_app_its_day(read: Read, azure: Azure) -> None:
    azure.answers[STACKS] = [stack("2028-10-31T00:00:00Z", linuxFxVersion="Python|3.12")]
    told = [one.sections.get("runtime_management") for one in read("functions")]
    assert {"ends": "2028-10-31"} in told
    assert len(azure.paths(STACKS)) == 1


def test_without_the_list_nothing_is_said_and_nothing_is_missing(read: Read, azure: Azure) -> None:
    azure.fail(STACKS, refusal(403, "AuthorizationFailed"))
    for one in read("functions"):
        assert "runtime_management" not in one.sections and "runtime_management" not in one.unread
