"""How often one may export: counted over all lists, per person, with the time to wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from inventory.exporting import HOUR, wait_seconds
from inventory.models import AuditEntry, User
from tests.cast import Cast


@pytest.fixture
def few(settings: Any) -> int:
    settings.EXPORTS_AN_HOUR = 3
    return 3


def asked(who: User, address: str) -> Any:
    client = Client()
    client.force_login(who)
    return client.get(address)


def test_after_so_many_exports_one_waits_whatever_the_list(cast: Cast, few: int) -> None:
    chief = User.objects.create_user("chief", role="admin")
    for address in ("/functions.csv", "/findings.jsonl", "/exposure.csv"):
        assert asked(chief, address).status_code == 200, address
    for address in ("/functions.csv", "/functions.jsonl", "/findings.csv", "/exposure.jsonl"):
        for _ in range(5):
            answer = asked(chief, address)
            assert answer.status_code == 429, address
            assert 3500 <= int(answer["Retry-After"]) <= 3600
    assert asked(cast.viewer, "/functions.csv").status_code == 200, "each person is counted by themselves"
    assert AuditEntry.objects.filter(action="export", user=chief.pk).count() == few, "what is refused is no export"


def test_an_hour_later_one_may_again(cast: Cast, few: int) -> None:
    for _ in range(few):
        asked(cast.viewer, "/functions.csv")
    first = AuditEntry.objects.filter(action="export").order_by("at").first()
    assert first is not None
    assert wait_seconds(cast.viewer, first.at + HOUR - timedelta(seconds=30)) == 30
    assert wait_seconds(cast.viewer, first.at + HOUR) == 0
