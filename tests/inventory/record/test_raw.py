"""The kept answers: complete enough to be read again, no older than the latest word, no more writes than needed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from inventory.facts import Unread
from inventory.models import Account, RawAnswer
from inventory.record import unpack
from inventory.record.prepare import pack
from tests.inventory.record.told import DAY, HOUR, REFUSED, function, read

pytestmark = pytest.mark.django_db


def kept() -> object:
    return unpack(bytes(RawAnswer.objects.get().body))


def test_parts_not_asked_for_stay_as_they_were_kept(account: Account) -> None:
    read(account, [function("a", raw={"list": 1, "policy": "p", "tags": "t"})])
    read(account, [function("a", config={"memory_mb": 256}, raw={"list": 2, "policy": REFUSED})], DAY + HOUR)
    assert kept() == {"list": 2, "policy": "p", "tags": "t"}


def test_an_answer_that_changed_nothing_is_not_written_again_until_the_kept_one_grows_old(account: Account) -> None:
    for day in (0, 1, 6):
        read(account, [function("a", detail_read=True, raw={"day": day})], DAY + timedelta(days=day))
    assert kept() == {"day": 0}
    read(account, [function("a", detail_read=True, raw={"day": 8})], DAY + timedelta(days=8))
    assert kept() == {"day": 8}


def test_keeping_none_keeps_none(account: Account) -> None:
    with override_settings(KEEP_RAW_DAYS=0):
        read(account, [function("a", raw={"list": 1})])
    assert not RawAnswer.objects.exists()


def test_packing_keeps_refusals_times_and_odd_text() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    raw = {"policy": Unread("No.", "x:Get", "denied"), "at": at, "text": "\udfff\x00", "list": [1, {"inner": at}]}
    body = pack(raw)
    assert body is not None
    assert unpack(body) == raw


def test_what_is_no_json_is_not_kept() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert pack({"deep": deep}) is None
    assert pack({"odd": object()}) is None
