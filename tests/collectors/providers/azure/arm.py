"""A small local Resource Manager, Resource Graph and Microsoft Graph: answers from plain values, in pages, with faults
to order; notes what it was asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

Json = Any
GRAPH = "/providers/microsoft.resourcegraph/resources"


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
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


def refusal(status: int, code: str, message: str = "no", **headers: str) -> Said:
    """An error in Azure's shape."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said({"error": {"code": code, "message": message}}, status, told)


class Azure:
    """`answers` maps a path (lower case) to an object or a list; `rows` are what Resource Graph knows, by table."""

    def __init__(self) -> None:
        self.answers: dict[str, Json] = {}
        self.rows: dict[str, list[dict[str, Json]]] = {}
        self.asked: list[Asked] = []
        self.faults: list[Callable[[Asked], Said | None]] = []
        self.page_size = 100
        self.graph_understands = True
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
            if part.lower() not in asked.path:
                return None
            return left[0] if len(said) == 1 else left.pop(0) if left else None

        self.faults.append(fault)

    def answer(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            for fault in self.faults:
                if (said := fault(asked)) is not None:
                    return said
        if asked.path == GRAPH:
            return self._query(asked.body)
        told = self.answers.get(asked.path)
        if callable(told):
            told = told(asked)
        if told is None:
            return refusal(404, "ResourceNotFound", f"The resource {asked.path} was not found.")
        if isinstance(told, list):
            return self._page(asked, told)
        return told if isinstance(told, Said) else Said(told)

    def _page(self, asked: Asked, entries: list[Json]) -> Said:
        start = int((asked.query.get("$skiptoken") or ["0"])[0])
        body: dict[str, Json] = {"value": entries[start : start + self.page_size]}
        if start + self.page_size < len(entries):
            left = {name: values[0] for name, values in asked.query.items() if name != "$skiptoken"}
            told = "&".join(f"{name}={quote(value)}" for name, value in left.items())
            body["nextLink"] = f"{self.url}{asked.path}?{told}&$skiptoken={start + self.page_size}"
        return Said(body)

    def _query(self, body: Json) -> Said:
        """The rows of the few questions that are asked: a table, and types, ids or principals."""
        text, within = str(body["query"]), body.get("subscriptions")
        table = text.split("|")[0].strip()
        if not self.graph_understands or ("todatetime(" in text and table not in self.rows):
            return refusal(501, "ReplayQueryNotUnderstood")
        rows = [row for row in self.rows.get(table, []) if not within or _subscription(row) in within]
        for name, key in (("type", "type"), ("id", "id"), ("properties.principalId", "principalId"),
                          ("subscriptionId", "subscriptionId")):  # fmt: skip
            found = re.search(rf"where {re.escape(name)} (?:in~ \((.*?)\)|=~ '(.*?)')", text)
            if found:
                wanted = set(re.findall(r"'([^']*)'", found[1] or f"'{found[2]}'"))
                rows = [row for row in rows if _value(row, key).lower() in {one.lower() for one in wanted}]
        start = int(body["options"].get("$skipToken") or 0)
        end = start + self.page_size
        told: dict[str, Json] = {"data": rows[start:end], "count": len(rows[start:end]), "resultTruncated": "false"}
        return Said(told | ({"$skipToken": str(end)} if end < len(rows) else {}))


def _subscription(row: dict[str, Json]) -> str:
    return str(row["id"]).split("/")[2].lower()


def _value(row: dict[str, Json], key: str) -> str:
    return str(row["properties"].get(key, "") if key == "principalId" else row.get(key, ""))


def _handler(azure: Azure) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer goes out in two pieces; without this the second waits 40 ms for the first.
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

        def _answer(self) -> None:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, unquote(url.path).rstrip("/").lower(), parse_qs(url.query), dict(self.headers),
                          json.loads(raw) if raw else None)  # fmt: skip
            said = azure.answer(asked)
            content = said.content()
            self.send_response(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if said.cut else content)
            self.close_connection = said.cut

        do_GET = do_POST = do_PUT = do_DELETE = _answer

    return Handler
