"""A scripted endpoint, a moto server and a sandbox for the tests of the AWS provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collectors.sandbox import RunningSandbox, Sandbox
from tests.collectors.providers.aws.scripted import Scripted


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """An endpoint that says what the test tells it; waits between attempts are cut to nothing."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture(scope="session")
def larkfield() -> Iterator[RunningSandbox]:
    """The sandbox's estate on its first day, for tests that only read."""
    with Sandbox().serve() as running:
        yield running
