"""What someone types to connect an AWS account: accepted, or told what is wrong and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import BadConnection
from collectors.providers.aws import PROVIDER
from tests.collectors.providers.aws.scripted import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/fanlight/Reader"


def test_all_that_can_be_said_is_kept() -> None:
    told = {
        "role_arn": ROLE,
        "external_id": "larkfield-1",
        "regions": "eu-west-1, us-east-1",
        "endpoint": "http://127.0.0.1:5000/",
        "access_key_id": "FANLIGHT123456789012",
        "pace": True,
        "profile": None,
        "name": "prod",
    }
    assert PROVIDER.connection(ACCOUNT, told) == {
        "role_arn": ROLE,
        "external_id": "larkfield-1",
        "regions": ["eu-west-1", "us-east-1"],
        "endpoint": "http://127.0.0.1:5000",
        "access_key_id": "FANLIGHT123456789012",
        "pace": True,
    }
    assert PROVIDER.connection(ACCOUNT, {}) == {}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:5000",
        "http://127.9.9.9",
        "http://[::1]:1",
        "http://localhost:4566",
        "https://proxy.example/aws/x",
        "http://127.0.0.1:5000/prefix",
    ],
)
def test_endpoints_that_are_accepted(endpoint: str) -> None:
    assert PROVIDER.connection(ACCOUNT, {"endpoint": endpoint}) == {"endpoint": endpoint}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"endpoint": "http://moto.example:5000"}, "not encrypted"),
        ({"endpoint": "http://10.0.0.1"}, "not encrypted"),
        ({"endpoint": "http://127.0.0.1.example.org"}, "not encrypted"),
        ({"endpoint": "http://localhost.example"}, "not encrypted"),
        ({"endpoint": "ftp://127.0.0.1"}, "no endpoint"),
        ({"endpoint": "127.0.0.1:5000"}, "no endpoint"),
        ({"endpoint": "https://u:p@proxy.example"}, "user name"),
        ({"endpoint": "https://x.example/?a=b"}, "query"),
        ({"endpoint": "http://127.0.0.1:port"}, "no address"),
        ({"role_arn": "Reader"}, "no role ARN"),
        ({"role_arn": "arn:aws:iam::999999999999:role/R"}, "account 999999999999"),
        ({"external_id": "abc"}, "give role_arn too"),
        ({"role_arn": ROLE, "external_id": "x"}, "2 to 1,224"),
        ({"role_arn": ROLE, "external_id": "a b"}, "2 to 1,224"),
        ({"regions": "eu-west"}, "no AWS region"),
        ({"regions": ["mars-north-1"]}, "no AWS region"),
        ({"profile": "nobody has this"}, "no profile"),
        ({"access_key_id": "AKIA1234"}, "on this machine only"),
        ({"access_key_id": "AKIA1234", "endpoint": "https://x.example"}, "on this machine only"),
        ({"colour": "red"}, "no setting 'colour'"),
    ],
)
def test_what_is_wrong_is_said(told: dict[str, Any], says: str) -> None:
    with pytest.raises(BadConnection, match=says):
        PROVIDER.connection(ACCOUNT, told)


@pytest.mark.parametrize("account", ["", "12345", "1234-5678-9012", "abcdefghijkl", "1234567890123"])
def test_an_account_id_has_twelve_digits(account: str) -> None:
    with pytest.raises(BadConnection, match="12 digits"):
        PROVIDER.connection(account, {})
