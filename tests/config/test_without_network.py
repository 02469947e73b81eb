"""On a machine without any network every page is whole, and nothing even tries to reach outside.

The web process lives in a network of its own that has no interface that is up, and is asked through a socket in the
file system. What it connects to or looks up is written down by an audit hook of Python.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from collectors.models import Run
from findings.evaluate import judge_account
from findings.models import Finding
from inventory.clock import now
from inventory.models import User
from tests.cast import DAY_TWO, Cast, build_cast

ALONE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
#: Loaded by Python before anything else (as `sitecustomize`).
HOOK = """
import os, sys
out = os.open(os.environ["OUTWARD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def note(event, arguments):
    asked = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
    # An address that is a text is a file on this machine.
    if asked or (event == "socket.connect" and not isinstance(arguments[1], (str, bytes))):
        os.write(out, f"{event} {arguments}\\n".encode())
sys.addaudithook(note)
"""
PLAIN = ["overview", "functions", "identities", "exposure", "findings", "changes", "compliance", "accounts", "runs",
         "rules", "system", "settings-audit", "account-add"]  # fmt: skip
FILES = re.compile(r'(?:src|href)="([^"#]+)[^"]*"')


@dataclass(frozen=True)
class Offline:
    """Pages of a process without a network, and what it tried."""

    address: Path
    cookie: str
    outward: Path
    log: Path

    def get(self, address: str) -> tuple[int, str]:
        link = _ByFile(str(self.address))
        link.request("GET", address, headers={"Host": "localhost", "Cookie": self.cookie})
        answer = link.getresponse()
        text = answer.read().decode("utf-8", "replace")
        link.close()
        return answer.status, text


class _ByFile(HTTPConnection):
    """HTTP over a socket in the file system; `host` is its path."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.host)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is reached through the network; what pages do is the same.")
    refused = subprocess.run([*ALONE, "true"], capture_output=True, text=True)
    if refused.returncode:
        pytest.skip(f"A network of one's own is not permitted here: {refused.stderr.strip()}")
    made = build_cast()
    judge_account(made.account, DAY_TWO)
    return made


@pytest.fixture
def offline(cast: Cast, tmp_path: Path) -> Iterator[Offline]:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="x"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    served = Offline(tmp_path / "web", cookie, tmp_path / "outward", tmp_path / "log")
    around = {
        **os.environ, "PYTHONPATH": str(tmp_path / "hook"), "OUTWARD": str(served.outward),
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}", "FANLIGHT_VAR": str(tmp_path / "var"),
        "FANLIGHT_SECRET_KEY": settings.SECRET_KEY, "FANLIGHT_FINGERPRINT_KEY": settings.FINGERPRINT_KEY,
        "FANLIGHT_WEB_WORKERS": "1", "FANLIGHT_LOG_FORMAT": "lines",
    }  # fmt: skip
    command = [*ALONE, sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    with served.log.open("wb") as log, subprocess.Popen(
        [*command, "--bind", f"unix:{served.address}"], env=around, cwd=settings.BASE_DIR, stdout=log, stderr=log
    ) as process:  # fmt: skip
        try:
            _wait_for(served)
            yield served
        finally:
            process.terminate()


def _wait_for(served: Offline) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert served.get("/healthz")[0] == 200
        except OSError:
            assert time.monotonic() < deadline, served.log.read_text()
            time.sleep(0.2)
        else:
            return


def addresses(cast: Cast) -> Iterator[str]:
    """The pages, and those about one thing."""
    yield from map(reverse, PLAIN)
    function = cast.functions["mailer"]
    for tab in ("", "?tab=access", "?tab=exposure", "?tab=findings", "?tab=history"):
        yield reverse("function", kwargs={"uid": function.uid}) + tab
    yield reverse("account", kwargs={"pk": cast.account.pk})
    yield reverse("finding", kwargs={"pk": Finding.objects.filter(function=function)[0].pk})
    yield reverse("rule", kwargs={"id": "public_invoke"})
    run = Run.objects.create(account=cast.account, state=Run.State.SUCCEEDED, queued_at=now())
    yield reverse("run", kwargs={"pk": run.pk})


def test_without_a_network_every_page_is_whole_and_nothing_looks_outside(cast: Cast, offline: Offline) -> None:
    files: set[str] = set()
    for address in addresses(cast):
        status, page = offline.get(address)
        assert status == 200, (address, status, offline.log.read_text()[-2000:])
        assert page.rstrip().endswith("</html>"), address
        files |= {found for found in FILES.findall(page) if "/static/" in found}
    assert len(files) > 5
    assert {found: offline.get(found)[0] for found in files} == dict.fromkeys(files, 200), "all files are our own"
    assert offline.outward.read_text() == "", "what was connected to or looked up"
    log = offline.log.read_text()
    assert not re.search(r"^[\d:]+ (WARNING|ERROR|CRITICAL)|Traceback|unreachable", log, re.MULTILINE), log


def test_the_network_is_really_away(cast: Cast) -> None:
    """Else the test above would show nothing."""
    reach = "import socket; socket.create_connection(('127.0.0.1', 1), 2)"
    tried = subprocess.run([*ALONE, sys.executable, "-c", reach], capture_output=True, text=True)
    assert "Network is unreachable" in tried.stderr or "Cannot assign requested address" in tried.stderr, tried.stderr
