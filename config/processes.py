"""A small tree of processes: started together, restarted when they die, stopped together, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

#: After a request to stop, a part has so long to finish what it does (a worker hands back its scope within 30 s).
PATIENCE_SECONDS = 35
#: A part that dies so often within so many seconds will not live however often it is started.
DEATHS, DEATHS_WITHIN_SECONDS = 3, 60


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the tree: the word that stands before its output, and its command line."""

    name: str
    command: Sequence[str]


@dataclass
class Running:
    """A part while it lives, and when its predecessors died."""

    part: Part
    process: subprocess.Popen[bytes]
    reader: threading.Thread
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))
    start_again_at: float | None = None


class Tree:
    """Runs parts side by side until it is told to stop (SIGINT, SIGTERM) or one of them cannot be kept alive.

    Each part has a session of its own, so that Ctrl-C reaches only us and the order of stopping is ours; it ends by
    itself when we vanish, because its standard input then closes (see the `part` command). A second signal kills.
    """

    def __init__(self, parts: Sequence[Part], environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.parts, self.environment, self.say = parts, dict(environment), say
        self.width = max(len(part.name) for part in parts)
        self.signals = 0
        self._running: list[Running] = []

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> int:
        """Start everything, stay until the end, stop everything. `meanwhile` is called about five times a second.

        Returns 0 after a requested stop, 1 when a part kept dying.
        """
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._running = [self._start(part) for part in self.parts]
            code = self._watch(meanwhile)
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)
        return code

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def _start(self, part: Part) -> Running:
        process = subprocess.Popen(  # noqa: S603 - our own command lines
            part.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            start_new_session=True,
        )
        reader = threading.Thread(target=self._relay, args=(part.name, process), daemon=True)
        reader.start()
        return Running(part, process, reader)

    def _relay(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.say(f"{name:{self.width}} | {line.decode(errors='replace').rstrip()}")

    def _watch(self, meanwhile: Callable[[], None]) -> int:
        while not self.signals:
            for running in self._running:
                if not self._keep_alive(running):
                    return 1
            meanwhile()
            time.sleep(0.2)
        return 0

    def _keep_alive(self, running: Running) -> bool:
        """Start a dead part again after a while that doubles; False when it has died too often."""
        now = time.monotonic()
        if running.process.poll() is None:
            return True
        if running.start_again_at is None:
            running.deaths.append(now)
            if len(running.deaths) == DEATHS and now - running.deaths[0] < DEATHS_WITHIN_SECONDS:
                self.say(f"{running.part.name} ended {DEATHS} times in a row; see its lines above. Stopping.")
                return False
            self.say(f"{running.part.name} ended with {running.process.returncode}; starting it again.")
            running.start_again_at = now + 2 ** (len(running.deaths) - 1)
        elif now >= running.start_again_at:
            again = self._start(running.part)
            running.process, running.reader, running.start_again_at = again.process, again.reader, None
        return True

    def _stop(self) -> None:
        for running in self._running:
            if running.process.poll() is None:
                running.process.terminate()
        deadline, asked = time.monotonic() + PATIENCE_SECONDS, self.signals
        while any(running.process.poll() is None for running in self._running):
            if time.monotonic() > deadline or self.signals > max(asked, 1):
                break
            time.sleep(0.05)
        for running in self._running:
            # The whole session, also after its leader has ended: no child of a part may outlive it.
            with suppress(ProcessLookupError):
                os.killpg(running.process.pid, signal.SIGKILL)
            running.process.wait()
            running.reader.join(timeout=1)
