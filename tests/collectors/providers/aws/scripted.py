"""A small local endpoint that answers as a test tells it to, and sessions that speak to it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from collectors.provider import AccountRef, Memory
from collectors.providers.aws.session import AwsSession

Json = Any
ACCOUNT, REGION = "123456789012", "eu-west-1"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "test key of fingerprints"


@dataclass
class Asked:
    """One request: `operation` is the target or action where the protocol names it, else method and path."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]

    @property
    def operation(self) -> str:
        target = self.headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        action = re.search(rb"(?:^|&)Action=(\w+)", self.body)
        return target or (action[1].decode() if action else f"{self.method} {self.path.split('?')[0]}")


@dataclass
class Said:
    """An answer; `cut` sends fewer bytes than announced, `silent` closes the connection without any."""

    body: Json = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    silent: bool = False

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Answers = Callable[[Asked], Said]


class Scripted:
    """Answers by the first pattern that fits a request's operation; a list of answers is used up one by one."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.rules: list[tuple[re.Pattern[str], Any]] = []
        self._lock = threading.Lock()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, pattern: str, answer: Any) -> None:
        """Answer what fits with this: a Said, a list of them, a function of the request, or JSON."""
        self.rules.insert(0, (re.compile(pattern), answer))

    def answer(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            for pattern, answer in self.rules:
                if pattern.search(asked.operation):
                    told = answer.pop(0) if isinstance(answer, list) and len(answer) > 1 else answer
                    told = told[0] if isinstance(told, list) else told(asked) if callable(told) else told
                    return told if isinstance(told, Said) else Said(told)
        return refusal("UnknownOperationException", 404)

    def count(self, pattern: str) -> int:
        return sum(1 for asked in self.asked if re.search(pattern, asked.operation))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(scripted: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = scripted.answer(Asked(self.command, self.path, self.rfile.read(length), headers))
            if said.silent:
                self.close_connection = True
                return
            content = said.content()
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if said.cut else content)
            self.close_connection = said.cut

        do_GET = do_POST = _serve

        def log_message(self, *ignored: Any) -> None:
            """Say nothing."""

    return Handler


def refusal(code: str, status: int = 400, message: str = "no", **headers: str) -> Said:
    return Said({"message": message}, status, {"x-amzn-errortype": code, **headers})


def session(url: str, **connection: Json) -> AwsSession:
    told = {"endpoint": url, "regions": [REGION], **connection}
    return AwsSession(AccountRef("aws", ACCOUNT, "acme-prod", told), KEY)


def fresh() -> Memory:
    """What a collector remembers of a scope it never read."""
    return Memory(AT)
