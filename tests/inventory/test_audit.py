"""The audit log: what is told, that the database refuses to change it, and that nobody can do so unseen."""

from __future__ import annotations

import threading
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from inventory.append_only import SAID, guard
from inventory.audit import ACTIONS, Head, audit, head, verify
from inventory.models import AuditEntry, User
from inventory.models.audit import GENESIS
from inventory.tasks import kept_heads, parsed_head, tell_audit_head
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def deeds(count: int) -> None:
    for number in range(count):
        audit("triage", after={"status": f"accepted {number}"})


def tampered(statement: str) -> None:
    """Do what the database refuses, as somebody who owns it can: without the triggers."""
    with connection.cursor() as cursor:
        for trigger in ("audit_no_update", "audit_no_delete", "audit_no_change"):
            on = " ON inventory_auditentry" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")
        cursor.execute(statement)
    guard(connection)


def test_an_entry_says_who_did_what_to_what_and_from_where(cast: Cast, rf: RequestFactory) -> None:
    request = rf.get("/", REMOTE_ADDR="198.51.100.7")
    request.user = cast.analyst
    told = audit(
        "account", request, of=cast.account, account=cast.account, before={"paused": False}, after={"paused": 1}
    )
    entry = AuditEntry.objects.get()
    assert (entry.number, entry.previous, entry.hash) == (1, GENESIS, told.hash)
    assert (entry.who, entry.user, entry.ip) == ("analyst", cast.analyst.pk, "198.51.100.7")
    assert (entry.kind, entry.key, entry.name) == ("account", str(cast.account.pk), str(cast.account))
    assert (entry.account, entry.before, entry.after) == (cast.account.pk, '{"paused": false}', '{"paused": 1}')
    assert audit("collection").who == "(this machine)"
    cast.analyst.delete()
    assert AuditEntry.objects.get(number=1).who == "analyst", "the log outlives whom it tells of"


def test_no_secret_is_told() -> None:
    entry = audit("settings", after={"password": "hunter2hunter2", "deep": [{"client_secret": "s3cr3t", "name": "x"}]})
    assert entry.after == '{"deep": [{"client_secret": "[redacted]", "name": "x"}], "password": "[redacted]"}'


def test_only_declared_actions_are_told() -> None:
    with pytest.raises(ValueError, match="'dancing' is no action"):
        audit("dancing")
    assert all(len(action) <= 40 for action in ACTIONS)


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "10.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7"), (3, "10.0.0.1")]
)
def test_as_many_addresses_are_believed_as_there_are_proxies(
    rf: RequestFactory, settings: object, proxies: int, seen: str
) -> None:
    settings.PROXIES = proxies  # type: ignore[attr-defined]
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7, 203.0.113.9")
    assert audit("export", request).ip == seen


@pytest.mark.parametrize(
    "statement",
    ["UPDATE inventory_auditentry SET who = 'nobody'", "DELETE FROM inventory_auditentry WHERE number = 2"],
)
def test_the_database_refuses_to_change_or_delete(statement: str) -> None:
    deeds(3)
    with pytest.raises(DatabaseError, match=SAID), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify().faults == []


def test_what_is_rolled_back_is_not_told() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit("triage")
        raise RuntimeError
    assert head() == Head(0, GENESIS)
    assert audit("triage").number == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE inventory_auditentry SET who = 'nobody' WHERE number = 3", "Entry 3 was changed after it was"),
        ("UPDATE inventory_auditentry SET at = '2026-01-01 00:00:00+00:00' WHERE number = 3", "Entry 3 was changed"),
        ("DELETE FROM inventory_auditentry WHERE number IN (2, 3)", "Entries 2 to 3 are missing: deleted."),
        ("DELETE FROM inventory_auditentry WHERE number = 1", "Entry 1 is missing: deleted."),
        (
            "UPDATE inventory_auditentry SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3);"
            "UPDATE inventory_auditentry SET number = -number WHERE number < 0",
            "Entry 2 does not follow entry 1",
        ),
        (
            "UPDATE inventory_auditentry SET number = -number - 1 WHERE number > 3;"
            "UPDATE inventory_auditentry SET number = -number WHERE number < 0;"
            "INSERT INTO inventory_auditentry SELECT 4, at, action, who, \"user\", ip, request, kind, key, name,"
            " account, before, after, previous, hash FROM inventory_auditentry WHERE number = 3",
            "Entry 4 does not follow entry 3",
        ),
    ],
    ids=["changed", "time changed", "deleted", "first deleted", "swapped", "inserted"],
)  # fmt: skip
def test_what_was_touched_is_found(statement: str, said: str) -> None:
    deeds(6)
    assert verify().faults == []
    for part in statement.split(";"):
        tampered(part)
    faults = verify().faults
    assert faults and faults[0].startswith(said), faults
    with pytest.raises(CommandError, match="was touched"):
        call_command("verify_audit", stdout=StringIO())


@pytest.fixture
def heads(tmp_path: Path, settings: object) -> Path:
    settings.AUDIT_HEADS = tmp_path / "audit-heads"  # type: ignore[attr-defined]
    return tmp_path / "audit-heads"


def test_an_end_that_was_cut_off_shows_against_the_heads_of_earlier_days(heads: Path) -> None:
    tell_audit_head()
    assert not heads.exists(), "an empty log has no head"
    deeds(3)
    tell_audit_head()
    deeds(1)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "4 entries, none touched; 1 heads of earlier days agree." in out.getvalue()
    tampered("DELETE FROM inventory_auditentry WHERE number > 2")
    assert verify().faults == [], "by itself a shorter log is a log"
    assert verify(kept_heads()).faults == ["The log once reached entry 3, and now ends at 2: its end was cut off."]


def test_a_log_written_anew_does_not_agree_with_its_head(heads: Path) -> None:
    deeds(2)
    known = head()
    tampered("DELETE FROM inventory_auditentry")
    deeds(2)
    assert verify([known]).faults == [
        "Entry 2 is not the one that was the newest when its hash was told to the log."
    ]  # fmt: skip
    with pytest.raises(CommandError, match="was touched"):
        call_command("verify_audit", head=[f"{known.number}:{known.hash}"], stdout=StringIO())


def test_a_head_that_is_none_is_refused_with_a_sentence(heads: Path) -> None:
    with pytest.raises(ValueError, match="is no head of the audit log"):
        parsed_head("12:beef")
    with pytest.raises(CommandError, match="NUMBER:HASH") as refused:
        call_command("verify_audit", head=["twelve"])
    assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_fifty_writers_at_once_keep_one_chain() -> None:
    who = User.objects.create_user("writer")
    faults: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(2):
                with transaction.atomic():
                    audit("triage", by=who, after={"status": "accepted"})
        except BaseException as fault:  # noqa: BLE001 - told by the test itself
            faults.append(fault)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    found = verify()
    assert (found.entries, found.faults) == (100, [])
