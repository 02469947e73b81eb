"""From a cloud's event to what it changed, through the broker and a worker of its own."""

from __future__ import annotations

import time

from collectors.sandbox import RunningSandbox
from config.celery import app
from findings.models import Finding
from inventory.models import Change
from tests.collectors.deliveries import deliver, receiver
from tests.collectors.test_named import YESTERDAY, connected, sandbox, told_by_aws  # noqa: F401 - a fixture, too
from tests.services.conftest import StartWorker, until

#: A change shows so many seconds after its event at the latest, the wait for others of a burst included.
WITHIN_SECONDS = 30


def test_a_change_shows_within_half_a_minute_of_its_event(
    sandbox: RunningSandbox,  # noqa: F811
    start_worker: StartWorker,
) -> None:
    account = connected(sandbox, "aws")
    start_worker()
    until(lambda: app.control.ping(timeout=1))
    one, known = receiver("aws", account), set(Finding.objects.values_list("pk", flat=True))
    sandbox.day = 4
    began = time.monotonic()
    for body in told_by_aws(sandbox):
        assert deliver(one, body).status_code == 202
    until(lambda: Finding.objects.exclude(pk__in=known).filter(rule="public_url").exists())
    seen = Change.objects.filter(resource__name="thumbnails", at__gt=YESTERDAY, became_public=True)
    until(lambda: seen.filter(actor__contains="on-call-engineer").exists())
    took = time.monotonic() - began
    assert took < WITHIN_SECONDS, f"it took {took:.0f} s"
    print(f"an event was a change with its actor and its finding after {took:.1f} s")
