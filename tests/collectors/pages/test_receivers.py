"""Receivers of events on their pages: whose they are, the secret shown once, what to set up."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from collectors.models import Receiver
from collectors.receiving.sender import digest_of
from config.carry import exported, imported
from inventory.models import AuditEntry, Role, User
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> None:
    """Tries to sign in are counted by address and person, over all tests."""
    cache.clear()


def signed_in(role: str, password: str = "a password for these tests") -> Client:
    user = User.objects.create_user(f"a-{role}", password=password, role=role)
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": password, "next": "/"})
    return client


def test_a_secret_is_shown_once_kept_as_a_digest_and_exchanged(cast: Cast) -> None:
    client = signed_in(Role.OPERATOR)
    told = {"name": "bus", "provider": "aws", "account": cast.account.pk}
    page = client.post(reverse("settings-receivers"), told).content.decode()
    (secret,) = set(re.findall(r"fanlight_ev_[\w-]{43}", page))
    one = Receiver.objects.get()
    assert one.digest == digest_of(secret) and one.account == cast.account
    assert f"/events/aws/{one.key}/" in page and "aws events put-rule" in page and "aws_cloudwatch_event_target" in page
    again = client.get(reverse("settings-receiver", args=[one.pk])).content.decode()
    assert secret not in again and "THE-SECRET" in again
    newer = client.post(reverse("settings-receiver-rotate", args=[one.pk])).content.decode()
    before, one = one, Receiver.objects.get()
    assert one.old_digest == before.digest != one.digest and one.old_until
    assert secret not in newer and "fanlight_ev_" in newer
    written = [f"{row.before}{row.after}" for row in AuditEntry.objects.filter(action="receiver")]
    assert len(written) == 2 and not any(secret in text or "fanlight_ev_" in text for text in written)


def test_a_receiver_of_signed_tokens_has_no_secret_and_needs_its_sender(cast: Cast) -> None:
    client = signed_in(Role.OPERATOR)
    told = {"name": "push", "provider": "gcp"}
    refused = client.post(reverse("settings-receivers"), told)
    assert refused.status_code == 422 and not Receiver.objects.exists()
    page = client.post(reverse("settings-receivers"), {**told, "sender": "push@acme.iam.gserviceaccount.com"})
    one = Receiver.objects.get()
    assert one.digest == "" and one.audience.endswith(f"/events/gcp/{one.key}/")
    assert "--push-auth-service-account push@acme.iam.gserviceaccount.com" in page.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_who_may_not_connect_accounts_sees_no_receiver(cast: Cast, role: str) -> None:
    one = Receiver.objects.create(name="bus", provider="aws", key="k", made_at=cast.viewer.date_joined)
    client = signed_in(role)
    for address in (reverse("settings-receivers"), reverse("settings-receiver", args=[one.pk])):
        assert client.get(address).status_code == 403


def test_the_configuration_holds_receivers_without_address_and_secret(cast: Cast) -> None:
    signed_in(Role.OPERATOR).post(reverse("settings-receivers"), {"name": "bus", "provider": "aws"})
    was = Receiver.objects.get()
    document = exported()
    assert was.key not in str(document) and was.digest not in str(document)
    Receiver.objects.all().delete()
    assert imported(document)["receivers"] == {"made; needs its secret": 1}
    now = Receiver.objects.get()
    assert (now.name, now.digest) == ("bus", "") and now.key != was.key


def test_a_receiver_that_came_without_its_secret_says_so_and_gets_one(cast: Cast) -> None:
    client = signed_in(Role.OPERATOR)
    bus = Receiver.objects.create(name="bus", provider="aws", key="k1", made_at=cast.viewer.date_joined)
    push = Receiver.objects.create(name="push", provider="gcp", key="k2", made_at=cast.viewer.date_joined)
    assert client.get(reverse("settings-receivers")).content.decode().count("needs its secret") == 2
    for one, button in ((bus, "Make a secret"), (push, "Believe its address")):
        address = reverse("settings-receiver", args=[one.pk])
        page = client.get(address).content.decode()
        assert "refuses every event" in page and button in page
        client.post(reverse("settings-receiver-rotate", args=[one.pk]))
        one.refresh_from_db()
        assert not one.believes_nobody
        assert "refuses every event" not in client.get(address).content.decode()
    assert bus.digest and push.audience.endswith("/events/gcp/k2/") and not push.digest
