"""The sandbox: local clouds over HTTP, spoken to by the real SDKs."""

import logging
import socket
import struct
from collections.abc import Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import cast

from collectors.sandbox.aws.cloud import AwsCloud
from collectors.sandbox.azure.cloud import AzureCloud
from collectors.sandbox.estate import DEFAULT_BASE, DEFAULT_SIZE, Estate
from collectors.sandbox.faults import FaultKind, Faults
from collectors.sandbox.gcp.cloud import GcpCloud
from collectors.sandbox.wire import Answer, Call, Cloud, Heard, Request

log = logging.getLogger(__name__)

HANG_SECONDS = 120.0
_PAGE = Answer(200, b"<!doctype html><title>Sign in to the network</title>", "text/html; charset=utf-8", {})
_NOBODY = Answer(404, b'{"message":"No cloud of this sandbox knows such a request."}', "application/json", {})
_BROKEN = Answer(500, b'{"message":"The sandbox failed at this request; its log says why."}', "application/json", {})


class Sandbox:
    """An estate and the clouds it lives in. See `Estate` for size, seed and base."""

    def __init__(self, size: int = DEFAULT_SIZE, seed: int = 1, base: datetime = DEFAULT_BASE) -> None:
        self.estate = Estate(size, seed, base)
        self.clouds: tuple[Cloud, ...] = (AwsCloud(), AzureCloud(), GcpCloud())

    def serve(self, port: int = 0, day: int = 0) -> "RunningSandbox":
        """Serve on the loopback address in threads of our own. Raises OSError when the port is taken."""
        return RunningSandbox(self.estate, self.clouds, port, day)


class RunningSandbox:
    """`requests` lists what was asked, in order of arrival; `day` moves the estate's time. With a `latency` every
    answer comes so many seconds later, as from real clouds."""

    def __init__(self, estate: Estate, clouds: Sequence[Cloud], port: int, day: int) -> None:
        self.estate, self.clouds = estate, clouds
        self.faults = Faults()
        self.requests: list[Call] = []
        self.stopped = Event()
        self.latency = 0.0
        self.day = day
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.1,), name="sandbox", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def day(self) -> int:
        return self._today.day

    @day.setter
    def day(self, day: int) -> None:
        self._today = self.estate.at(day)

    def fault(self, calls: str, kind: FaultKind, region: str = "", account: str = "", times: int | None = None) -> None:
        """Let calls go wrong: `calls` is a pattern over `service:operation`; see `faults.py` for the kinds."""
        self.faults.order(calls, kind, region, account, times)

    def hear(self, request: Request) -> Heard | None:
        """The request as its cloud understands it, noted; None when no cloud claims it."""
        for cloud in self.clouds:
            if cloud.claims(request):
                heard = cloud.hear(request, self._today)
                self.requests.append(heard.call)
                return heard
        return None

    def stop(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> "RunningSandbox":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], running: RunningSandbox) -> None:
        self.running = running
        super().__init__(address, _Conversation)

    def server_bind(self) -> None:
        """Without asking the resolver for a name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()


class _Conversation(BaseHTTPRequestHandler):
    """One connection, kept open over many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def running(self) -> RunningSandbox:
        return cast(_Server, self.server).running

    def log_message(self, format: str, *arguments: object) -> None:
        log.debug(format, *arguments)

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, body)
        try:
            heard = self.running.hear(request)
            if heard is None:
                self._send(_NOBODY)
                return
            if self.running.latency:
                self.running.stopped.wait(self.running.latency)
            fault = self.running.faults.strike(heard.call)
            if fault is None:
                self._send(heard.answer())
            else:
                self._fail(heard, fault)
        except OSError:
            self.close_connection = True
        except Exception:
            log.exception("The sandbox could not answer %s %s", self.command, path)
            self._send(_BROKEN)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _fail(self, heard: Heard, fault: FaultKind) -> None:
        match fault:
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
            case "hang":
                self.running.stopped.wait(HANG_SECONDS)
                self.close_connection = True
            case "truncate":
                self._send(heard.answer(), half=True)
                self.close_connection = True
            case "html":
                self._send(_PAGE)
            case _:
                self._send(heard.refusal(fault))

    def _send(self, answer: Answer, half: bool = False) -> None:
        """In one piece, so that the other side never waits for a second packet."""
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        self.wfile.write(head + (answer.body[: len(answer.body) // 2] if half else answer.body))
