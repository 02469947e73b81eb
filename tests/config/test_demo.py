"""`make demo`, as a newcomer meets it: from nothing to a filled dashboard, in a process of its own."""

import http.cookiejar
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from collectors.sandbox.estate import LAST_DAY, Estate
from tests.config.test_up import MANAGE, free_port, gone

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="There is no /proc here to look into.")
SIZE = 70
ACCOUNTS = 13


@dataclass
class Demo:
    """The running demonstration: its address, its folder, what it printed, and its process."""

    url: str
    var: Path
    output: Path
    process: subprocess.Popen[bytes]

    def printed(self) -> str:
        return self.output.read_text()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.var / "fanlight.sqlite3") as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Started as `make demo` starts it, with a folder of its own; stopped by Ctrl-C at the end."""
    folder = tmp_path_factory.mktemp("demo")
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("FANLIGHT", "DATABASE", "CELERY", "DJANGO", "AWS"))
    }
    environment = {
        **kept, "FANLIGHT_DEMO": "true", "FANLIGHT_VAR": str(folder / "var"), "FANLIGHT_LOG_FORMAT": "lines"
    }  # fmt: skip
    port = free_port()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*MANAGE, "demo", "--port", str(port), "--size", str(SIZE)], env=environment, stdout=output, stderr=output
        )
    demo = Demo(f"http://127.0.0.1:{port}", folder / "var", folder / "output", process)
    try:
        deadline = time.monotonic() + 300
        while "Sign in as" not in demo.printed():
            assert process.poll() is None and time.monotonic() < deadline, demo.printed()
            time.sleep(0.3)
        yield demo
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


@pytest.fixture
def browser_of_demo(demo: Demo) -> OpenerDirector:
    """Somebody who signed in with what was printed."""
    found = re.search(r"Sign in as (\S+) with the password (\S+)", demo.printed())
    assert found
    opener = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = opener.open(f"{demo.url}/sign-in/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token
    answers = {"csrfmiddlewaretoken": token[1], "login": found[1], "password": found[2]}
    opener.addheaders = [("Referer", demo.url)]
    opener.open(f"{demo.url}/sign-in/login/", urlencode(answers).encode())
    return opener


def test_every_account_was_collected_on_every_day(demo: Demo) -> None:
    runs = demo.rows("SELECT state, count(*) FROM collectors_run GROUP BY state")
    assert sum(int(str(count)) for _, count in runs) >= ACCOUNTS * (LAST_DAY + 1)
    assert {state for state, _ in runs} <= {"succeeded", "partial", "queued", "running"}
    seen = demo.rows("SELECT DISTINCT provider FROM inventory_resource WHERE kind = 'function' AND gone_at IS NULL")
    assert {provider for (provider,) in seen} == {"aws", "azure", "gcp"}
    # Days apart is then as often as intended, and no change is said to lie in a gap.
    assert demo.rows("SELECT DISTINCT every_minutes FROM inventory_account") == [(24 * 60,)]


def test_there_is_a_history_that_ends_today(demo: Demo) -> None:
    ((newest,),) = demo.rows("SELECT max(at) FROM inventory_snapshot")
    assert datetime.now(UTC) - datetime.fromisoformat(str(newest)).replace(tzinfo=UTC) < timedelta(hours=1)
    days = demo.rows("SELECT DISTINCT date(at) FROM inventory_snapshot WHERE number > 1")
    assert len(days) >= 3


def test_pages_can_be_seen_after_signing_in(demo: Demo, browser_of_demo: OpenerDirector) -> None:
    for address in ("/", "/accounts/", "/runs/"):
        with browser_of_demo.open(demo.url + address) as answer:
            page = answer.read().decode()
            assert answer.url == demo.url + address, "not sent to sign in"
    assert "shop-prod" in page


def test_no_secret_of_the_estate_is_kept_anywhere(demo: Demo) -> None:
    canaries = {secret for day in range(LAST_DAY + 1) for secret in Estate(SIZE).canaries(day)}
    assert canaries
    kept = b"".join(path.read_bytes() for path in demo.var.rglob("*") if path.is_file()) + demo.output.read_bytes()
    assert [secret for secret in canaries if secret.encode() in kept] == []


def test_a_second_demonstration_in_the_same_folder_is_refused(demo: Demo) -> None:
    environment = os.environ | {"FANLIGHT_DEMO": "true", "FANLIGHT_VAR": str(demo.var)}
    done = subprocess.run(
        [*MANAGE, "demo", "--port", str(free_port())], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "A demonstration runs already" in done.stderr


def test_ctrl_c_ends_everything(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=60) == 0
    assert gone(str(demo.var))
    assert demo.printed().rstrip().endswith("Stopped.")
    assert "Traceback" not in demo.printed()
