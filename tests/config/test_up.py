"""`manage.py up`, as an operator runs it: in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="There is no /proc here to look into.")
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder of its own for the database and the queue, and nothing of ours in the environment."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FANLIGHT", "DATABASE", "CELERY", "DJANGO"))}
    return {**kept, "FANLIGHT_VAR": str(tmp_path / "var")}


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(environment: dict[str, str], port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`up`, ready to answer; its output goes to a file."""
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(
            [*MANAGE, "up", "--port", str(port)], env=environment, stdout=output, stderr=output, text=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_for(url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def members(var: str) -> list[int]:
    """The processes that have this installation's folder in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"FANLIGHT_VAR={var}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def gone(var: str, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while members(var) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not members(var)


def test_from_an_empty_folder_to_ready_and_one_signal_ends_everything(
    running: subprocess.Popen[str], environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        said = json.load(answer)
        assert answer.headers.get("Server") is None
    assert said == {
        "ready": True, "database": "ok", "migrations": "ok", "broker": "ok", "scheduler": "ok", "disk": "ok"
    }  # fmt: skip
    time.sleep(1)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=40) == 0
    assert gone(environment["FANLIGHT_VAR"])
    output = (tmp_path / "output").read_text()
    assert f"Fanlight is at http://127.0.0.1:{port}/" in output
    assert "Nobody can sign in yet" in output
    assert output.rstrip().endswith("Stopped.")
    assert "Traceback" not in output


def test_when_it_is_killed_its_parts_end_by_themselves(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    running.kill()
    running.wait()
    assert gone(environment["FANLIGHT_VAR"])


def test_a_port_in_use_is_a_sentence_and_exit_2(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [*MANAGE, "up", "--port", str(port)], env=environment, capture_output=True, text=True, timeout=60
        )
    assert result.returncode == 2
    assert f"Port {port} of 127.0.0.1 cannot be used: Address already in use." in result.stderr
    assert f"PORT={port + 1}" in result.stderr
    assert "Traceback" not in result.stderr
