"""A small AWS in two regions behind a proxy that breaks what a test says."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

from collectors.providers.aws.reach import Reach
from inventory.models import Account

NUMBER = "123456789012"
REGIONS = ["eu-west-1", "us-east-1"]
FUNCTIONS = 25
#: How long an answer is waited for: a busy machine takes its time.
PATIENCE = 60


@dataclass
class Proxy:
    """The faulting proxy: `break_` sets its rules (microburst's), `fired` tells which faults were made."""

    url: str

    def break_(self, *rules: dict[str, Any]) -> None:
        self._ask("POST", "rules", list(rules))

    def fired(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "fired?limit=100000"))

    def mend(self) -> None:
        self._ask("POST", "rules", [])
        self._ask("DELETE", "fired")

    def _ask(self, method: str, what: str, body: Any = None) -> Any:
        asked = Request(
            f"{self.url}/_microburst/{what}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        asked.add_header("Content-Type", "application/json")
        with urlopen(asked, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    # A process of its own: moto keeps one cloud a process, and other tests empty the one of this process.
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(port)
        _fill(url)
        yield url
    finally:
        process.kill()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _await(port: int) -> None:
    """Wait until something listens there; a busy machine takes its time."""
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def _fill(url: str) -> None:
    keys = {"endpoint_url": url, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = boto3.client("iam", region_name="us-east-1", **keys)
    role = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    for region in REGIONS:
        aws = boto3.client("lambda", region_name=region, **keys)
        for number in range(FUNCTIONS):
            name = f"worker-{number:02}"
            aws.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler",
                                Code={"ZipFile": code.getvalue()})  # fmt: skip
            aws.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction",
                               Principal="events.amazonaws.com")  # fmt: skip


@pytest.fixture(scope="session")
def running_proxy(moto_url: str) -> Iterator[Proxy]:
    port = _free_port()
    command = [sys.executable, "-m", "microburst", "--upstream", moto_url, "--port", str(port), "--no-resign"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    proxy = Proxy(f"http://127.0.0.1:{port}")
    try:
        _await(port)
        proxy.mend()
        yield proxy
    finally:
        # Not asked to end: it would wait for the peers it left hanging.
        process.kill()
        process.wait(10)


@pytest.fixture
def proxy(running_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy, whole; retries wait no time."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(Reach, "_rest", lambda self, seconds: None)
    monkeypatch.setattr("collectors.providers.aws.wire.READ_SECONDS", PATIENCE)
    yield running_proxy
    running_proxy.mend()


@pytest.fixture
def aws_account(db: None, proxy: Proxy) -> Account:
    connection = {"endpoint": proxy.url, "regions": REGIONS}
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod", connection=connection)
