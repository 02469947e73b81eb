"""The connection test: a worker tries each call once and writes the checklist down as it goes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerAway

from collectors.clouds import cloud
from collectors.hygiene import mask
from collectors.models import ConnectionTest
from collectors.provider import AccountRef, BadConnection, ReadFault
from collectors.tasks import QueueAway
from inventory.clock import now
from inventory.models import Account, User

log = structlog.get_logger(__name__)


def ask_for_trial(account: Account, user: User | None) -> ConnectionTest:
    """Queue a test of an account's connection; raises QueueAway."""
    test = ConnectionTest.objects.create(account=account, asked_by=user, asked_at=now())
    try:
        try_connection.delay(test.pk)
    except (BrokerAway, ConnectionError) as fault:
        test.delete()
        raise QueueAway from fault
    return test


@shared_task(name="collectors.trial.try_connection")
def try_connection(test_id: int) -> None:
    """Try each call of the account's provider, and write each result down at once."""
    test = ConnectionTest.objects.select_related("account").get(pk=test_id)
    account = test.account
    try:
        provider = cloud(account.provider)
        session = provider.connect(AccountRef(account.provider, account.native_id, account.name, account.connection))
        for check in provider.checks(session):
            test.checks.append(_masked(asdict(check)))
            test.save(update_fields=["checks"])
    except (ReadFault, BadConnection) as fault:
        test.error = mask(str(fault))
        log.warning("connection_test_failed", account=account.native_id, error_class=type(fault).__name__)
    finally:
        test.finished_at = now()
        test.save(update_fields=["error", "finished_at"])


def _masked(check: dict[str, Any]) -> dict[str, Any]:
    return check | {"note": mask(str(check["note"])), "seconds": round(float(check["seconds"]), 3)}
