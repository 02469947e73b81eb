"""A running sandbox, and real boto3 clients that speak to it."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import FRANKFURT, SHOP
from tests.collectors.sandbox import shapes

Connect = Callable[..., Any]


def connector(url: str) -> Connect:
    """A function that makes clients: of a service, in an account and a region. Nothing is tried twice."""
    made: dict[tuple[str, ...], Any] = {}

    def connect(service: str, account: str = SHOP, region: str = FRANKFURT, token: str | None = None) -> Any:
        key = account if account.startswith("FANLIGHT") else f"FANLIGHT{account}"
        if (service, key, region, token or "") not in made:
            client = boto3.client(
                service,
                region_name=region,
                endpoint_url=url,
                aws_access_key_id=key,
                aws_secret_access_key="unchecked",
                aws_session_token=token,
                config=Config(retries={"total_max_attempts": 1}, read_timeout=2),
            )
            client.meta.events.register("after-call", shapes.check)
            made[service, key, region, token or ""] = client
        return made[service, key, region, token or ""]

    return connect


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    """The default estate on its first day, for tests that only read."""
    with Sandbox().serve() as running:
        yield running


@pytest.fixture(scope="session")
def aws(sandbox: RunningSandbox) -> Connect:
    return connector(sandbox.url)


@pytest.fixture(scope="session")
def big_sandbox() -> Iterator[RunningSandbox]:
    """Enough functions and roles that lists need several pages."""
    with Sandbox(size=1200).serve() as running:
        yield running


@pytest.fixture(scope="session")
def big_aws(big_sandbox: RunningSandbox) -> Connect:
    return connector(big_sandbox.url)


@pytest.fixture
def own_sandbox() -> Iterator[RunningSandbox]:
    """For tests that move the day or order faults."""
    with Sandbox().serve() as running:
        yield running


@pytest.fixture
def own_aws(own_sandbox: RunningSandbox) -> Connect:
    return connector(own_sandbox.url)
