"""The demonstration's clouds, in a process of their own: `python -m config.clouds SIZE BASE [LATENCY]`.

Says its address on the first line of its output. Then each line of input is a day of the estate's life: it moves there
and repeats the line. It ends when its input does, so it never outlives the demonstration.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings

from collectors.sandbox import Sandbox


class Clouds:
    """The running process: where it answers, and which day it is there."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = self._line()

    def move_to(self, day: int) -> None:
        """Let it be this day of the estate's life."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{day}\n")
        self.process.stdin.flush()
        self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line: str = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError("The demonstration's clouds ended; their own lines above say why.")
        return line


@contextmanager
def clouds(size: int, base: datetime, latency: float = 0) -> Iterator[Clouds]:
    """Serve an estate of this size whose first day is `base`; ended with the block. `latency`: seconds an answer."""
    command = [sys.executable, "-m", "config.clouds", str(size), base.isoformat(), str(latency)]
    # A session of its own: Ctrl-C must end it last, when nothing asks it any more.
    with subprocess.Popen(  # noqa: S603 - our own command line
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR, start_new_session=True
    ) as process:
        try:
            yield Clouds(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def main() -> None:
    # Calls that the sandbox refuses because it does not know them are part of the show, and told on the pages.
    logging.basicConfig(level=logging.ERROR)
    size, base = int(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    with Sandbox(size, base=base).serve() as running:
        running.latency = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
        print(running.url, flush=True)
        for line in sys.stdin:
            running.day = int(line)
            running.requests.clear()
            print(line.strip(), flush=True)


if __name__ == "__main__":
    main()
