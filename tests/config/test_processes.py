"""A tree of processes starts together, keeps its parts alive, and leaves nothing behind."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config import processes
from config.processes import Part, Tree

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(99)"
)
POLITE = "import time; print('ready', flush=True); time.sleep(99)"


def python(name: str, code: str) -> Part:
    return Part(name, [sys.executable, "-c", code])


def after(condition: Callable[[], bool], act: Callable[[], None]) -> Callable[[], None]:
    """Something to do once when the condition holds, asked repeatedly."""
    done: list[bool] = []

    def ask() -> None:
        if not done and condition():
            done.append(True)
            act()

    return ask


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_output_carries_the_name_of_its_part_and_a_signal_stops_all() -> None:
    lines: list[str] = []
    tree = Tree([python("web", POLITE), python("worker", POLITE)], dict(os.environ), lines.append)
    code = tree.run(after(lambda: len(lines) == 2, interrupt))
    assert code == 0
    assert sorted(lines) == ["web    | ready", "worker | ready"]
    assert all(running.process.returncode is not None for running in tree._running)


def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    code = f"import pathlib; p = pathlib.Path({str(marks)!r}); n = len(p.read_text()) if p.exists() else 0; "
    code += "p.write_text('x' * (n + 1)); n or exit(3); print('alive', flush=True); import time; time.sleep(99)"
    lines: list[str] = []
    result = Tree([python("beat", code)], dict(os.environ), lines.append).run(
        after(lambda: "beat | alive" in lines, interrupt)
    )
    assert result == 0
    assert "beat ended with 3; starting it again." in lines


def test_a_part_that_will_not_live_ends_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "DEATHS", 1)
    lines: list[str] = []
    parts = [python("web", "raise SystemExit(1)"), python("worker", POLITE)]
    assert Tree(parts, dict(os.environ), lines.append).run() == 1
    assert "web ended 1 times in a row; see its lines above. Stopping." in lines


def test_a_second_signal_does_not_wait_for_a_stubborn_part() -> None:
    lines: list[str] = []
    tree = Tree([python("worker", STUBBORN)], dict(os.environ), lines.append)

    def twice() -> None:
        interrupt()
        threading.Timer(0.5, interrupt).start()

    began = time.monotonic()
    assert tree.run(after(lambda: bool(lines), twice)) == 0
    assert time.monotonic() - began < processes.PATIENCE_SECONDS / 2
    assert tree._running[0].process.returncode == -signal.SIGKILL


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="There is no /proc here to see processes in.")
def test_the_children_of_a_part_do_not_outlive_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = f"import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); "
    child += f"time.sleep(0.5); open({str(pid)!r}, 'w').write(str(c.pid)); print('ready', flush=True); time.sleep(99)"
    lines: list[str] = []
    Tree([python("web", child)], dict(os.environ), lines.append).run(
        after(lambda: any("ready" in line for line in lines) and pid.exists(), interrupt)
    )
    grandchild = int(pid.read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _lives(grandchild):
        time.sleep(0.05)
    assert not _lives(grandchild)


def _lives(pid: int) -> bool:
    """False also for a process that has ended and only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
