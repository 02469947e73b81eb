"""A small local Google: answers by path from plain values, in pages, with faults to order; notes what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = Any

WORDS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
         429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Json


@dataclass
class Said:
    """An answer; `cut` sends half of what was announced."""

    body: Json = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass
class Listed:
    """A list that is answered in pages under `key`; what else stands beside it (unreachable) comes with the last."""

    key: str
    entries: list[Json]
    beside: dict[str, Json] = field(default_factory=dict)


def refusal(status: int, message: str = "no", reason: str = "", **metadata: str) -> Said:
    """An error in Google's shape; `reason` and `metadata` as ErrorInfo carries them."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}]
    error = {"code": status, "message": message, "status": WORDS.get(status, "UNKNOWN")}
    return Said({"error": error | ({"details": details} if reason else {})}, status)


def disabled(api: str) -> Said:
    message = f"{api} has not been used in project 1 before or it is disabled."
    return refusal(403, message, "SERVICE_DISABLED", service=api)


class Google:
    """`answers` maps a path (and before it the method, when it is no GET) to what is said there."""

    def __init__(self) -> None:
        self.answers: dict[str, Json] = {}
        self.asked: list[Asked] = []
        self.faults: list[Callable[[Asked], Said | None]] = []
        self.page_size = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self, part: str = "") -> list[str]:
        return [asked.path for asked in self.asked if part in asked.path]

    def fail(self, part: str, *said: Said) -> None:
        """Say these in turn to requests for paths with this part, then answer as usual; one alone is said for ever."""
        left = list(said)

        def fault(asked: Asked) -> Said | None:
            if part not in asked.path:
                return None
            return left[0] if len(said) == 1 else left.pop(0) if left else None

        self.faults.append(fault)

    def answer(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            for fault in self.faults:
                if (said := fault(asked)) is not None:
                    return said
        told = self.answers.get(asked.path)
        if callable(told):
            told = told(asked)
        if told is None:
            return refusal(404, f"{asked.path} was not found")
        if isinstance(told, Listed):
            return self._page(asked, told)
        return told if isinstance(told, Said) else Said(told)

    def _page(self, asked: Asked, listed: Listed) -> Said:
        """One page; an empty list is left out, as Google does."""
        token = (asked.query.get("pageToken") or asked.query.get("continue") or [""])[0]
        if isinstance(asked.body, dict):
            token = token or asked.body.get("pageToken", "")
        start = int(token or 0)
        size = self.page_size or len(listed.entries) or 1
        shown, following = listed.entries[start : start + size], start + size
        more = following < len(listed.entries)
        answer: Json = {listed.key: shown} if shown else {}
        if more and listed.key == "items":
            answer["metadata"] = {"continue": str(following)}
        elif more:
            answer["nextPageToken"] = str(following)
        return Said(answer | ({} if more else listed.beside))


def _handler(google: Google) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        #: Headers and body leave in one piece: apart, the second waits for the first to be acknowledged.
        wbufsize = -1

        def _serve(self) -> None:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw) if raw else None
            said = google.answer(Asked(self.command, unquote(url.path), parse_qs(url.query), headers, body))
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
