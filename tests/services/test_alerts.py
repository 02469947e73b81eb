"""From a collection to a webhook, through the broker: one effective delivery, whatever the receiver and workers do."""

from __future__ import annotations

import json
import runpy
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import FRANKFURT, MANAGEMENT
from collectors.tasks import start_run
from findings import gathering
from findings.models import Alert, Channel, Delivery, Finding
from findings.rule_set import named
from findings.tasks import alert as look_and_send
from inventory.models import Account, Role, User
from tests.services.conftest import StartWorker, until

SECRET = "correct horse battery staple"
SLOW_SECONDS = 2
SUBJECTS = ("subject:privilege", "subject:logging", "subject:encryption", "subject:limits")


@dataclass
class Receiver:
    """A receiver as docs/alerts.md describes one: it checks the signature, and does nothing for a key it has seen.

    It answers as `plan` says, one word a request, and well when the plan is at its end: a status without taking the
    message, "cut" (the connection breaks before an answer), "hang" (taken, but the answer never comes), "slow" (taken,
    answered after a while).
    """

    is_ours: Callable[[str, str, bytes], bool]
    plan: list[int | str]
    asked: list[str] = field(default_factory=list)
    effective: dict[str, Any] = field(default_factory=dict)
    unsigned: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        key = request.headers["Idempotency-Key"]
        self.asked.append(key)
        answer = self.plan.pop(0) if self.plan else 200
        request.close_connection = True
        if not self.is_ours(SECRET, request.headers["Fanlight-Signature"], body):
            self.unsigned += 1
            return request.send_error(401)
        if answer == "cut":
            return None
        if isinstance(answer, int) and answer >= 300:
            return request.send_error(answer)
        self.effective.setdefault(key, json.loads(body))
        if answer == "hang":
            self.released.wait(60)
            return None
        time.sleep(SLOW_SECONDS if answer == "slow" else 0)
        request.send_response(204)
        return request.end_headers()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """One that is really there, with the signature checked by the code that the documentation gives."""
    told = (settings.BASE_DIR / "docs" / "alerts.md").read_text().split("```python\n")[1].split("```")[0]
    checks = tmp_path / "checks.py"
    checks.write_text(told)
    made = Receiver(runpy.run_path(str(checks))["is_ours"], [500, "cut", "hang", "slow"])

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.take(self)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    made.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=60).serve(day=6) as running:
        yield running


@pytest.fixture
def alert(transactional_db: None, receiver: Receiver) -> Alert:
    """On findings of some subjects, to the receiver."""
    channel = Channel(name="hook", kind="webhook", place=receiver.address)
    channel.address, channel.secret = f"http://{receiver.address}/fanlight", SECRET
    channel.save()
    owner = User.objects.create_user("an admin", role=Role.ADMIN)
    made = Alert(name="some subjects", owner=owner, channel=channel, events=["finding"], severity="info",
                 rules=named(SUBJECTS))  # fmt: skip
    gathering.start(made, timezone.now())
    made.save()
    return made


def tried(status: str) -> bool:
    """Whether the one delivery failed with these words; an attempt under way has the words of the one before."""
    return Delivery.objects.filter(status=status, state=Delivery.State.FAILED).exists()


def due_now() -> None:
    """The clock is not waited for: what is to be tried later is tried now, and the scheduler's minute has come."""
    Delivery.objects.filter(state__in=Delivery.WAITING).update(next_at=timezone.now())
    look_and_send.delay()


def test_a_collection_ends_as_one_effective_delivery_of_a_webhook(
    alert: Alert, receiver: Receiver, sandbox: RunningSandbox, start_worker: StartWorker
) -> None:
    way = {"endpoint": sandbox.url, "access_key_id": f"FANLIGHT{MANAGEMENT}", "regions": [FRANKFURT]}
    account = Account.objects.create(provider="aws", native_id=MANAGEMENT, name="management", connection=way)
    first = start_worker(FANLIGHT_OUTWARD_ALLOWED=receiver.address)
    run = start_run(account, "person")
    until(lambda: Run.objects.filter(pk=run.pk, finished_at__isnull=False).exists())
    expected = set(Finding.objects.filter(rule__in=alert.rules).values_list("rule", "resource__name"))
    assert expected, "the sandbox has something to find"
    look_and_send.delay()
    until(lambda: tried("Status 500."))
    due_now()
    until(lambda: tried("What answered did not speak HTTP, or broke off."))
    assert receiver.effective == {}, "it took nothing so far"
    due_now()
    until(lambda: receiver.effective)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert Delivery.objects.get().state != Delivery.State.SENT, "nobody could say that it arrived"
    start_worker(FANLIGHT_OUTWARD_ALLOWED=receiver.address)
    due_now()
    until(lambda: Delivery.objects.filter(state=Delivery.State.SENT).exists())
    # Another look makes nothing new of the same findings.
    look_and_send.delay()
    due_now()
    delivery = Delivery.objects.get()
    ((key, told),) = receiver.effective.items()
    assert (delivery.attempts, receiver.asked, receiver.unsigned) == (4, [str(delivery.key)] * 4, 0)
    assert key == told["id"] == str(delivery.key)
    assert {(one["rule"], one["name"]) for one in told["events"]} == expected
    assert set(told["rules"]) == set(alert.rules)
