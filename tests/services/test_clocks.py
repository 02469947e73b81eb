"""Web processes and workers whose clocks are ten minutes wrong: what is stored and shown follows the database's clock.

Their clocks are shifted by Debian's `faketime`; without it the tests are skipped, and say so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils.html import strip_tags

from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import EXTERNAL_ID, FRANKFURT, READER_ROLE, SHOP
from collectors.tasks import start_run, tick
from inventory.clock import now
from inventory.models import Account, Change, Function, Resource
from tests.services.conftest import StartWeb, StartWorker, Web, until

SHIFTS = ["+600s", "-600s"]
PAGES = ["/", "/accounts/", "/accounts/{account}/", "/runs/", "/runs/{run}/", "/functions/", "/functions/{function}/",
         "/changes/", "/findings/", "/settings/system/", "/settings/audit/", "/settings/people/",
         "/settings/sessions/"]  # fmt: skip
TIME = re.compile(r'<time class="when" datetime="([^"]+)"[^>]*>([^<]+)</time>')
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


#: libfaketime 0.9.10 breaks `time.sleep`, which counts by the clock that must stay as it is; waiting otherwise works.
SLEEP = "import select, time; time.sleep = lambda seconds: select.select([], [], [], seconds) and None"
Shifted = Callable[[str], dict[str, str]]


@pytest.fixture
def shifted(tmp_path: Path) -> Shifted:
    """Settings of a process whose clock is off by so much; how long things take stays as it is."""
    if not LIBRARIES:
        reason = "The tests with wrong clocks need libfaketime (Debian's package faketime)."
        if os.environ.get("FANLIGHT_REQUIRE_FAKETIME"):
            pytest.fail(reason)
        pytest.skip(reason)
    (tmp_path / "sitecustomize.py").write_text(SLEEP)
    around = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    return lambda by: {**around, "FAKETIME": by, "PYTHONPATH": str(tmp_path)}


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=20).serve(day=0) as running:
        yield running


@pytest.fixture
def account(transactional_db: None, sandbox: RunningSandbox) -> Account:
    role = {"role_arn": f"arn:aws:iam::{SHOP}:role/{READER_ROLE}", "external_id": EXTERNAL_ID}
    way = {"endpoint": sandbox.url, "regions": [FRANKFURT], **role}
    return Account.objects.create(provider="aws", native_id=SHOP, name="shop", connection=way)


def read_by(start_worker: StartWorker, account: Account, clock: dict[str, str]) -> Run:
    """A reading by a worker whose clock is off."""
    worker = start_worker(**clock)
    run = start_run(account, "person")
    until(lambda: Run.objects.filter(pk=run.pk, finished_at__isnull=False).exists())
    worker.terminate()
    worker.wait(60)
    run.refresh_from_db()
    return run


def test_a_later_reading_counts_whatever_its_worker_s_clock_says(
    account: Account, sandbox: RunningSandbox, start_worker: StartWorker, shifted: Shifted
) -> None:
    began = now()
    first = read_by(start_worker, account, shifted("+600s"))
    sandbox.day = 6
    second = read_by(start_worker, account, shifted("-600s"))
    assert (first.state, second.state) == (Run.State.SUCCEEDED, Run.State.SUCCEEDED), (first.error, second.error)
    moments = [began, first.started_at, first.finished_at, second.started_at, second.finished_at, now()]
    assert moments == sorted(filter(None, moments)), "by the database's clock"
    changes = Change.objects.filter(account=account)
    assert changes.filter(event="changed", at__gte=second.started_at).exists(), "the second reading was no stale one"
    assert not changes.filter(at__gt=second.finished_at).exists()
    assert not Resource.objects.filter(seen_at__gt=second.finished_at).exists()


@pytest.mark.parametrize("shift", SHIFTS)
def test_pages_of_a_web_process_with_a_wrong_clock_tell_the_time_right(
    account: Account, start_worker: StartWorker, start_web: StartWeb, shifted: Shifted, shift: str
) -> None:
    start_worker()
    tick()
    run = start_run(account, "person")
    until(lambda: Run.objects.filter(pk=run.pk, finished_at__isnull=False).exists())
    web = start_web(**shifted(shift))
    function = Function.objects.filter(account=account, gone_at=None).first()
    assert function is not None
    names = {"account": account.pk, "run": run.pk, "function": function.uid}
    told = [one for page in PAGES for one in times(web, page.format(**names))]
    assert len(told) > len(PAGES)
    assert not [one for one in told if not is_right(*one[1:])]
    lately = [one for one in told if timedelta() <= now() - one[1] < timedelta(minutes=4)]
    assert len(lately) > 5, "much of it happened just now"
    status, health = web.get("/readyz")
    assert '"scheduler": "ok"' in health, (status, health)


def times(web: Web, address: str) -> Iterator[tuple[str, datetime, str]]:
    """Every relative time on a page: where, which moment, and in which words."""
    status, page = web.get(address)
    assert status == 200, (address, strip_tags(page)[:500])
    for moment, words in TIME.findall(page):
        yield address, datetime.fromisoformat(moment), words


def is_right(moment: datetime, words: str) -> bool:
    """Whether the words fit the moment, as far as some minutes for the test itself allow to tell."""
    gap = now() - moment
    if words.startswith("in "):
        return gap < timedelta()
    if gap > timedelta(minutes=5):
        return True
    return words == "just now" or (words.endswith(" s ago") or re.fullmatch("[1-5] min ago", words)) is not None
