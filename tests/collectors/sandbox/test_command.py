"""The sandbox from the command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collectors.sandbox import Sandbox

ROOT = Path(__file__).parents[3]


def test_a_taken_port_ends_with_code_two() -> None:
    with Sandbox().serve() as running, pytest.raises(CommandError, match="cannot be used") as error:
        call_command("sandbox", "serve", port=running.port)
    assert error.value.returncode == 2


def test_a_day_beyond_the_estate_ends_with_code_two() -> None:
    with pytest.raises(CommandError, match="day 0 to day 6") as error:
        call_command("sandbox", "serve", day=7)
    assert error.value.returncode == 2


def test_it_says_where_it_is_and_ends_quietly_with_control_c() -> None:
    command = [sys.executable, "manage.py", "sandbox", "serve", "--port", "0", "--size", "80"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(8)]
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()
    said = "".join(lines)
    assert "80 functions" in said and "http://127.0.0.1:" in said
    assert all(f"manage.py accounts add {cloud}" in said for cloud in ("aws", "gcp", "azure")) and "FANLIGHT" in said
