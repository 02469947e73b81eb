"""An estate with canaries in it, read over HTTP by the real SDKs, judged, alerted, and everything that was said."""

from __future__ import annotations

import logging
import logging.config
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from kombu.transport.memory import Channel as Queues
from pytest_django.plugin import DjangoDbBlocker

from collectors.accounts import add_account
from collectors.collect import collect_now
from collectors.models import ConnectionTest, Run
from collectors.sandbox.estate import DEFAULT_BASE, LAST_DAY
from collectors.sandbox.estate.aws import accounts
from collectors.sandbox.estate.azure import tenant
from collectors.sandbox.estate.gcp import organisation
from collectors.tasks import start_run
from collectors.trial import try_connection
from config.logs import structlog_settings
from findings import gathering, losing
from findings.delivering import deliver, due
from findings.evaluate import judge_everything
from findings.models import Alert, Channel, Delivery
from inventory.models import Account, User
from tests.canaries.planting import Garden, planted_sandbox
from tests.findings.alerts.conftest import Post

DAYS = (DEFAULT_BASE + timedelta(days=LAST_DAY - 1, hours=6), DEFAULT_BASE + timedelta(days=LAST_DAY, hours=6))


@dataclass
class World:
    """What was planted, who may see everything, and what left the process."""

    garden: Garden
    admin: User
    runs: list[Run]
    files: Path
    logs: StringIO
    post: Post = field(default_factory=Post)

    def messages(self) -> list[Any]:
        """Everything that waits in the queue."""
        return [list(queue.queue) for queue in Queues.queues.values()]


@contextmanager
def logged() -> Iterator[StringIO]:
    """Every line of the log, from the most talkative level on, in both forms."""
    stream, handlers, root, sandbox = StringIO(), [], logging.getLogger(), logging.getLogger("collectors.sandbox")
    for form in ("json", "lines"):
        described, _ = structlog_settings("DEBUG", form)
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.config.DictConfigurator(described).configure_formatter(
            dict(described["formatters"]["lines"])
        ))  # fmt: skip
        handlers.append(handler)
        root.addHandler(handler)
    before = {root: root.level, sandbox: sandbox.level}
    root.setLevel(logging.DEBUG)
    sandbox.setLevel(logging.CRITICAL)
    try:
        yield stream
    finally:
        for one, level in before.items():
            one.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A day of one account of each cloud, a second one of Azure's; committed, so that it is judged as in earnest."""
    files = tmp_path_factory.mktemp("files")
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patched,
        logged() as logs,
        planted_sandbox(garden := Garden(), size=20).serve(day=LAST_DAY - 1) as running,
    ):
        patched.setattr(tempfile, "tempdir", str(files))
        patched.setattr(settings, "AUDIT_HEADS", files / "audit-heads")
        patched.setattr(settings, "EXPORTS_AN_HOUR", 10_000)
        admin = User.objects.create_superuser("the admin", password="a password of a test")
        connect(running.url)
        alert = told_everything(admin)
        runs = [collect_now(account, DAYS[0]) for account in Account.objects.all()]
        running.day = LAST_DAY
        runs.append(collect_now(Account.objects.get(provider="azure"), DAYS[1]))
        list(judge_everything(DAYS[-1]))
        for account in Account.objects.all():
            try_connection(ConnectionTest.objects.create(account=account, asked_at=DAYS[-1]).pk)
            start_run(account, "person", admin)
        world = World(garden, admin, runs, files, logs)
        tell(world, alert)
        yield world
        call_command("flush", verbosity=0, interactive=False)


def connect(endpoint: str) -> None:
    regions = [accounts.FRANKFURT, accounts.IRELAND]
    own = {"endpoint": endpoint, "access_key_id": f"FANLIGHT{accounts.SHOP}", "regions": regions}
    add_account("aws", accounts.SHOP, own, name="shop-prod")
    for slug, native_id in (("gcp", organisation.SHOP), ("azure", tenant.SHOP)):
        add_account(slug, native_id, {"endpoint": endpoint, "anonymous": True}, name="shop-prod")


def told_everything(owner: User) -> Alert:
    """An alert on every event, of everything."""
    channel = Channel(name="pager", kind="webhook", place="hooks.example.com")
    channel.address, channel.secret = "https://hooks.example.com/in", "a secret of a test's channel"
    channel.save()
    events = ["finding", "risk", "change", "coverage", "expiring"]
    alert = Alert(name="everything", owner=owner, channel=channel, events=events, severity="info")
    gathering.start(alert, DAYS[0])
    alert.save()
    return alert


def tell(world: World, alert: Alert) -> None:
    """Send what is new, as the worker does."""
    at = DAYS[-1] + timedelta(hours=1)
    losing.reckon(at)
    gathering.gather(alert.pk, gathering.heights(), at)
    for pk in due(at):
        deliver(pk, at, world.post)
    assert Delivery.objects.filter(state="sent").exists()
