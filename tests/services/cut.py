"""A wire that can be cut: a TCP proxy in front of a server that the tests may not stop."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Wire:
    """Carries connections from a port of its own to a server until it is cut, and again once it is mended."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._whole = threading.Event()
        self._whole.set()
        self._silent = threading.Event()
        self._ends: set[socket.socket] = set()
        self._held: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection; new ones are broken at once."""
        self._whole.clear()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _end(end)

    def hold(self) -> None:
        """Take new connections and never say anything, as a machine that hangs does; after `cut`."""
        self._silent.set()

    def mend(self) -> None:
        """Carry new connections again; those that were held are broken."""
        self._silent.clear()
        with self._lock:
            ends, self._held = self._held, set()
        for end in ends:
            _end(end)
        self._whole.set()

    def close(self) -> None:
        """Nothing goes through any more."""
        self.mend()
        self.cut()
        _end(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._whole.is_set():
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()
            elif self._silent.is_set():
                with self._lock:
                    self._held.add(near)
            else:
                _end(near)

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._server, timeout=10)
        except OSError:
            _end(near)
            return
        far.settimeout(None)
        with self._lock:
            # A cut that came meanwhile did not see these two.
            if not self._whole.is_set():
                _end(near)
                _end(far)
                return
            self._ends |= {near, far}
        threading.Thread(target=self._pour, args=(far, near), daemon=True).start()
        self._pour(near, far)

    def _pour(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while some := source.recv(65536):
                target.sendall(some)
        for end in (source, target):
            with self._lock:
                self._ends.discard(end)
            _end(end)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        end.close()


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
