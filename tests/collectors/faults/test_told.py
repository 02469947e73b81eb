"""R-6 and R-13, from the cloud's refusal to the message: one for an account, however many regions it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from collectors.collect import collect_now
from findings import gathering, losing
from findings.models import Alert, Channel, Delivery, Loss
from inventory.clock import now
from inventory.models import Account, Function, User
from tests.collectors.faults.conftest import REGIONS, Proxy

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(aws_account: Account, monkeypatch: pytest.MonkeyPatch) -> Alert:
    """Somebody who wants to know when an account can no longer be read."""
    owner = User.objects.create_superuser("the operator", password="a password of a test")
    channel = Channel.objects.create(name="mail", kind="email")
    alert = Alert(name="coverage", owner=owner, channel=channel, events=["coverage"])
    gathering.start(alert, now())
    alert.save()
    return alert


def told(alert: Alert) -> list[str]:
    """What the scheduler's next look makes of it: the sentences of all messages so far."""
    at = now() + timedelta(seconds=1)
    losing.reckon(at)
    gathering.gather(alert.pk, gathering.heights(), at)
    return [loss.says for loss in Loss.objects.order_by("pk")]


def test_credentials_that_expire_are_one_message_and_the_account_says_so(
    aws_account: Account, alert: Alert, proxy: Proxy
) -> None:
    collect_now(aws_account)
    assert told(alert) == [] and not Delivery.objects.exists()
    proxy.break_({"service": "*", "error": {"code": "ExpiredTokenException", "status": 403}})
    for _ in range(2):
        assert collect_now(aws_account).error_class == "credentials"
        said = told(alert)
    assert Delivery.objects.count() == 1, "one, also when the next run fails for the same reason"
    assert len(said) == 1 and "expired" in said[0]
    assert set(REGIONS) <= set(Loss.objects.get().scopes)
    client = Client()
    client.force_login(alert.owner)
    assert b"redential" in client.get(reverse("account", kwargs={"pk": aws_account.pk})).content


def test_much_that_vanishes_at_once_is_held_and_one_message(
    aws_account: Account, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_now(aws_account)
    before = Function.objects.filter(gone_at=None).count()
    monkeypatch.setattr("collectors.providers.aws.provider.normalize", lambda *_: (), raising=True)
    collect_now(aws_account)
    assert Function.objects.filter(gone_at=None).count() == before, "nothing is taken for gone yet"
    assert len(told(alert)) == 1 and "vanished at once" in told(alert)[0]
    assert Delivery.objects.count() == 1
