"""The published role: reads only, and holding whatever is asked; the calls are those of the official client."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.web.operations import _operations

from collectors.provider import Memory
from collectors.providers.azure import PROVIDER
from collectors.providers.azure.permissions import PERMISSIONS, role
from collectors.providers.azure.routes import ROUTES, Route
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Asked, Azure
from tests.collectors.providers.azure.conftest import Read
from tests.collectors.providers.azure.estate import SUBSCRIPTION

ROOT = Path(__file__).resolve().parents[4]
ACTIONS = {permission.action for permission in PERMISSIONS}
PLACE = {
    "site": r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.web/sites/[^/]+(?:/slots/[^/]+)?",
    "identity": r"/subscriptions/.+/userassignedidentities/[^/]+",
    "subnet": r"/subscriptions/.+/subnets/[^/]+",
    "front": r"/subscriptions/.+/providers/microsoft\.cdn/profiles/[^/]+(?:/(?:origingroups|afdendpoints)/[^/]+)?",
    "resource": r"/subscriptions/.+/providers/microsoft\.network/[^/]+/[^/]+",
}


def pattern(route: Route) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", route.path)
    told = [PLACE.get(part, "[^/]+") if number % 2 else re.escape(part) for number, part in enumerate(parts)]
    return re.compile("".join(told), re.IGNORECASE)


def route_of(asked: Asked) -> Route:
    found = [one for one in ROUTES if one.method == asked.method and pattern(one).fullmatch(asked.path)]
    assert found, f"{asked.method} {asked.path} is no route of ours"
    return found[0]


def test_every_request_of_a_whole_reading_is_a_published_read(read: Read, azure: Azure, session: Any) -> None:
    for listing in PROVIDER.listings(SUBSCRIPTION):
        read(listing.name)
    azure.graph_understands = False
    for listing in PROVIDER.listings(SUBSCRIPTION):
        read(listing.name, Memory(DAY, {}, frozenset()))
    list(PROVIDER.checks(session))
    list(PROVIDER.activity(session, SUBSCRIPTION, DAY.replace(day=1), DAY))
    assert len(azure.asked) > 100
    for asked in azure.asked:
        route = route_of(asked)
        assert route.permission(asked.path) in ACTIONS
        assert asked.method == "GET" or route.name == "resource graph"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_reads_and_its_permission_is_published(route: Route) -> None:
    assert route.method == "GET" or route.name == "resource graph"
    assert not re.search(r"/list\w*$|listkeys|publishxml|/config/(appsettings|connectionstrings)$", route.path)
    for path in ("/sites/app", "/sites/app/slots/one"):
        assert route.permission(path) in ACTIONS


def test_the_role_only_reads() -> None:
    published = role(("/x",))
    assert all(action.lower().endswith("/read") for action in published["Actions"])
    assert published["DataActions"] == [] and published["NotActions"] == []
    assert set(published["Actions"]) | {"Application.Read.All", "Directory.Read.All"} == ACTIONS


def test_the_document_is_the_role_at_the_connections_management_group() -> None:
    told = json.loads(PROVIDER.permissions_document({"management_group": "acme-root"}))
    assert told["AssignableScopes"] == ["/providers/Microsoft.Management/managementGroups/acme-root"]


def test_the_documentation_shows_this_role() -> None:
    text = (ROOT / "docs" / "permissions" / "azure.md").read_text()
    shown = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert shown and json.loads(shown[1]) == json.loads(PROVIDER.permissions_document({}))
    for permission in PERMISSIONS:
        assert permission.action in text


def test_each_call_of_the_web_provider_is_one_that_the_official_client_makes() -> None:
    source = inspect.getsource(_operations)
    named = re.findall(r'"(/(?:subscriptions|providers)/[^"]+)"', source)
    known = {re.sub(r"\{\w+\}", "{}", path).lower() for path in named}
    site = "/subscriptions/{}/resourcegroups/{}/providers/microsoft.web/sites/{}"
    for route in ROUTES:
        if "Microsoft.Web" in route.action:
            path = route.path.replace("{site}", site).replace("{subscription}", "{}").lower()
            assert path in known, route.name


def test_nothing_of_the_sdk_is_loaded_before_a_session_is_opened() -> None:
    folder = ROOT / "collectors" / "providers" / "azure"
    loading = {
        path.name for path in folder.rglob("*.py") if re.search(r"^(from|import) azure\b", path.read_text(), re.M)
    }
    assert loading == {"wire.py", "credentials.py"}
