"""The projects of an organisation, by whichever way is open, and which way that was."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import AccountRef, ReadFault
from collectors.providers.gcp import PROVIDER
from collectors.providers.gcp.discovery import ASSETS, LEVELS, SEARCH
from tests.collectors.providers.gcp.estate import PROJECT
from tests.collectors.providers.gcp.google import Google, Listed, disabled, refusal

Json = Any


def project(name: str, parent: str) -> Json:
    return {
        "name": f"projects/{len(name)}",
        "projectId": name,
        "displayName": name,
        "state": "ACTIVE",
        "parent": parent,
    }


def found(session: Any) -> list[tuple[str, str, str]]:
    return [(one.native_id, one.path, one.found_by) for one in PROVIDER.discover(session)]


@pytest.fixture
def levels(google: Google) -> Google:
    """An organisation with a project of its own, and a folder with another; Asset Inventory is off."""
    top = [project("acme-top", "organizations/99"), project("sys-123", "organizations/99")]
    below = {
        "organizations/99": (top, ["folders/77"]),
        "folders/77": ([project(PROJECT, "folders/77")], []),
    }  # fmt: skip

    def of(kind: str) -> Any:
        def answer(asked: Any) -> Json:
            projects, folders = below[asked.query["parent"][0]]
            return {"projects": projects} if kind == "projects" else {"folders": [{"name": name} for name in folders]}

        return answer

    google.answers |= {"/v3/projects": of("projects"), "/v3/folders": of("folders")}
    google.fail(":searchAllResources", disabled("cloudasset.googleapis.com"))
    return google


def test_asset_inventory_names_the_projects_that_have_functions(google: Google, session: Any) -> None:
    where = {"organization": "organizations/99", "folders": ["folders/77"]}
    functions = f"//cloudfunctions.googleapis.com/projects/{PROJECT}/locations/x/functions"
    google.answers["/v1/organizations/99:searchAllResources"] = Listed("results", [
        {"name": f"{functions}/a", **where},
        {"name": f"{functions}/b", **where},
        {"name": "//run.googleapis.com/projects/acme-web/locations/x/services/c", "organization": "organizations/99"},
    ])  # fmt: skip
    assert found(session) == [
        (PROJECT, "organizations/99/folders/77", ASSETS),
        ("acme-web", "organizations/99", ASSETS),
    ]


def test_without_asset_inventory_the_levels_are_walked(levels: Google, session: Any) -> None:
    assert found(session) == [
        ("acme-top", "organizations/99", LEVELS),
        (PROJECT, "organizations/99/folders/77", LEVELS),
    ]


def test_a_folder_can_be_named_instead(levels: Google) -> None:
    given = PROVIDER.connection(PROJECT, {"endpoint": levels.url, "anonymous": True, "organisation": "folders/77"})
    session = PROVIDER.connect(AccountRef("gcp", PROJECT, PROJECT, given))
    assert found(session) == [(PROJECT, "folders/77", LEVELS)]


def test_without_either_the_projects_in_sight_are_told(google: Google, session: Any) -> None:
    google.fail(":searchAllResources", refusal(403))
    google.answers["/v3/projects:search"] = Listed("projects", [project(PROJECT, "folders/77")])
    assert found(session) == [(PROJECT, "folders/77", SEARCH)]


def test_when_no_way_is_open_it_says_so(google: Google, session: Any) -> None:
    google.fail(":searchAllResources", refusal(403))
    google.fail("/v3/projects", refusal(403))
    with pytest.raises(ReadFault):
        found(session)
