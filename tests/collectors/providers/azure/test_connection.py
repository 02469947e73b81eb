"""What may be typed to connect a subscription, and that nothing secret is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import AccountRef, BadConnection
from collectors.providers.azure import PROVIDER
from collectors.providers.azure.addresses import cloud_of, origin
from tests.collectors.providers.azure.estate import SUBSCRIPTION

Json = Any
TENANT = "33333333-3333-3333-3333-333333333333"


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({}, {}),
        ({"endpoint": "http://127.0.0.1:8089", "anonymous": True},
         {"endpoint": "http://127.0.0.1:8089", "credential": "anonymous"}),
        ({"endpoint": "https://arm.example.org/prefix/"}, {"endpoint": "https://arm.example.org/prefix"}),
        ({"authority": "login.microsoftonline.us"}, {"authority": "https://login.microsoftonline.us"}),
        ({"credential": "managed_identity", "client_id": TENANT},
         {"credential": "managed identity", "client_id": TENANT}),
        ({"tenant": TENANT, "client_id": TENANT, "secret": "env:AZURE_SECRET"},
         {"tenant": TENANT, "client_id": TENANT, "credential": "client secret", "secret": "env:AZURE_SECRET"}),
        ({"name": "Office", "management_group": "acme-root"}, {"management_group": "acme-root"}),
    ],
)  # fmt: skip
def test_good_answers_are_kept(answers: dict[str, Json], kept: dict[str, Json]) -> None:
    assert PROVIDER.connection(SUBSCRIPTION, answers) == kept


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"endpoint": "http://arm.example.org"}, "not encrypted"),
        ({"endpoint": "http://127.0.0.1.example.org"}, "not encrypted"),
        ({"endpoint": "https://me:pw@arm.example.org"}, "user name"),
        ({"endpoint": "https://arm.example.org?x=1"}, "query"),
        ({"endpoint": "ftp://127.0.0.1"}, "full address"),
        ({"authority": "http://127.0.0.1:8089"}, "https"),
        ({"anonymous": True}, "endpoint on this machine"),
        ({"anonymous": True, "endpoint": "https://arm.example.org"}, "endpoint on this machine"),
        ({"secret": "s3cr3t-itself", "tenant": TENANT, "client_id": TENANT}, "never kept"),
        ({"secret": "env:X"}, "needs tenant"),
        ({"credential": "certificate", "secret": "env:X", "tenant": TENANT, "client_id": TENANT}, "file"),
        ({"credential": "magic"}, "no way to sign in"),
        ({"credential": "managed identity", "secret": "env:X"}, "no use"),
        ({"tenant": "contoso"}, "no tenant"),
        ({"client_id": "me"}, "client id"),
        ({"management_group": "a/b"}, "management group"),
        ({"regions": ["westeurope"]}, "no setting"),
    ],
)
def test_wrong_answers_are_refused_with_a_sentence(answers: dict[str, Json], says: str) -> None:
    with pytest.raises(BadConnection, match=says):
        PROVIDER.connection(SUBSCRIPTION, answers)


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(BadConnection, match="no subscription id"):
        PROVIDER.connection("123456789012", {})


def test_sovereign_clouds_have_their_own_addresses() -> None:
    assert cloud_of("https://management.usgovcloudapi.net").graph == "https://graph.microsoft.us"
    assert cloud_of("", "https://login.chinacloudapi.cn").resource_manager == "https://management.chinacloudapi.cn"
    assert cloud_of("https://arm.example.org").audience == "https://management.azure.com/.default"


def test_the_authority_alone_leads_to_its_clouds_resource_manager() -> None:
    connection = PROVIDER.connection(SUBSCRIPTION, {"authority": "https://login.microsoftonline.us"})
    session = PROVIDER.connect(AccountRef("azure", SUBSCRIPTION.upper(), "x", connection))
    assert session.wire.endpoint == "https://management.usgovcloudapi.net"
    assert session.wire.graph == "https://graph.microsoft.us"
    assert session.subscription == SUBSCRIPTION and session.paced


def test_graph_of_an_unknown_endpoint_is_not_guessed() -> None:
    connection = PROVIDER.connection(SUBSCRIPTION, {"endpoint": "https://arm.example.org"})
    assert PROVIDER.connect(AccountRef("azure", SUBSCRIPTION, "x", connection)).wire.graph == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example", "https://A.example:443/x?y"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://[::1]:8089/x", "http://[::1]:8089"),
    ],
)
def test_equal_origins_are_equal(one: str, other: str) -> None:
    assert origin(one) == origin(other)
