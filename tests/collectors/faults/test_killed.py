"""A worker killed at any moment: nothing half-written, nothing twice, and the next run completes what it began."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.collectors.faults.conftest import FUNCTIONS, NUMBER, REGIONS, Proxy

ROOT = Path(__file__).resolve().parents[3]
KILLS = 6

SNAPSHOTS = """
    SELECT r.native_id, count(s.id), max(s.number), max(s.digest), sum(r.latest_id = s.id)
    FROM inventory_resource r LEFT JOIN inventory_snapshot s ON s.resource_id = r.id GROUP BY r.id ORDER BY 1
"""


class Installation:
    """An installation of its own, in a folder, whose commands run as processes that can be killed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.database = folder / "fanlight.sqlite3"
        self.environment = {
            **os.environ,
            "FANLIGHT_VAR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "FANLIGHT_LOG_LEVEL": "ERROR",
            "FANLIGHT_FINGERPRINT_KEY": "the same for all",
        }
        self.run("migrate", "-v0")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )

    def run(self, *words: str) -> str:
        done = self.start(*words)
        out, _ = done.communicate(timeout=120)
        assert done.returncode == 0, out.decode()
        return out.decode()

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.database, timeout=30) as database:
            return database.execute(sql).fetchall()

    def collect_and_kill(self, after: float) -> bool:
        """Kill a worker so many seconds after it began its run; False when it was done before."""
        worker = self.start("collect", "--wait")
        while not self.ask("SELECT 1 FROM collectors_run WHERE state = 'running'") and worker.poll() is None:
            time.sleep(0.02)
        time.sleep(after)
        in_time = worker.poll() is None and bool(self.ask("SELECT 1 FROM collectors_run WHERE state = 'running'"))
        with suppress(ProcessLookupError):  # it was done, and nothing of it is left
            os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
        # Two minutes later nobody takes it for alive any more.
        self.ask("UPDATE collectors_run SET beat_at = '2020-01-01 00:00:00' WHERE state = 'running'")
        return in_time


@pytest.mark.usefixtures("proxy")
def test_a_worker_killed_at_any_moment_leaves_nothing_half_written(tmp_path: Path, running_proxy: Proxy) -> None:
    connect = ("accounts", "add", "aws", NUMBER, "--endpoint", running_proxy.url, "--regions", ",".join(REGIONS))
    calm, troubled = Installation(tmp_path / "calm"), Installation(tmp_path / "troubled")
    calm.run(*connect)
    troubled.run(*connect)
    calm.run("collect", "--wait")
    takes = calm.ask("SELECT (julianday(finished_at) - julianday(started_at)) * 86400 FROM collectors_run")[0][0]
    assert isinstance(takes, float)
    moments, kills = random.Random(7), 0
    for _ in range(4 * KILLS):
        if kills == KILLS:
            break
        if troubled.collect_and_kill(after=takes * moments.random()):
            kills += 1
        else:
            takes *= 0.6  # what earlier runs stored makes later ones quicker
        for _, count, last, _, latest in troubled.ask(SNAPSHOTS):
            assert count == last == latest == 1
    troubled.run("collect", "--wait")
    assert troubled.ask(SNAPSHOTS) == calm.ask(SNAPSHOTS)
    assert len(troubled.ask(SNAPSHOTS)) >= FUNCTIONS * len(REGIONS)
    assert kills == KILLS, "too few workers were killed while they collected"
    assert troubled.ask("SELECT state FROM collectors_run ORDER BY id DESC LIMIT 1") == [("succeeded",)]
