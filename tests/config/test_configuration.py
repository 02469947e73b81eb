"""The configuration goes out and comes in again as it was; what is not understood is refused in a sentence, whole."""

import json
from collections import Counter
from datetime import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from collectors.models import Receiver
from config.carry import LARGEST, NotOurs, exported, imported, read
from findings.models import Alert, Channel, Finding, FindingEvent
from findings.rule_set import named
from inventory.clock import now
from inventory.models import Account, AccountGroup, AuditEntry, ColumnSet, Resource, Role, SavedSearch, Scope, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def configured(db: None) -> dict[str, Any]:
    """An installation with two accounts in one group, a search of somebody's, receivers, channels, alerts."""
    group = AccountGroup.objects.create(name="shop")
    AccountGroup.objects.create(name="unused")
    way = {"role_arn": "arn:aws:iam::123456789012:role/Reader", "external_id": "x-1", "regions": ["eu-west-1"]}
    prod = Account.objects.create(provider="aws", native_id="123456789012", name="prod", group=group, connection=way,
                                  every_minutes=15)  # fmt: skip
    Receiver.objects.create(provider="aws", account=prod, name="bus", key="address-key", digest="d1gest", made_at=now())
    Account.objects.create(provider="gcp", native_id="acme-data-1", name="dätä", paused=True, stance="trusted")
    anton = User.objects.create_user("anton", password="correct horse battery staple")
    SavedSearch.objects.create(owner=anton, slug="public", name="Public", query="exposure:public")
    ColumnSet.objects.create(owner=anton, slug="short", name="Short", columns=["name", "runtime"], shared=True)
    Receiver.objects.create(provider="gcp", name="push", key="pushkey", audience="https://f.example/events/gcp/pushkey/",
                            sender="push@acme.iam.gserviceaccount.com", made_at=now())  # fmt: skip
    pager = Channel(name="pager", kind="webhook", place="hooks.example.com")
    pager.address, pager.secret = ADDRESS, SECRET
    pager.save()
    mail = Channel.objects.create(name="mail", kind="email", recipients=["team@example.com"], enabled=False)
    told = {"owner": anton, "events": ["finding", "coverage"], "severity": "medium"}
    Alert.objects.create(name="trust", channel=pager, rules=named(["subject:trust"]), quiet_from=time(22),
                         quiet_until=time(7), time_zone="Europe/Paris", least=3, **told)  # fmt: skip
    for query in ("function:a", "function:b"):
        Alert.objects.create(name="twins", channel=mail, query=query, enabled=query.endswith("a"), **told)
    return exported()


ADDRESS, SECRET = "https://hooks.example.com/opens-with-this", "signed with this secret"
PARTS = {"groups": 2, "accounts": 2, "searches": 1, "column_sets": 1, "receivers": 2, "channels": 2, "alerts": 3}


def forget(*also: Any) -> None:
    for model in (Alert, Channel, SavedSearch, ColumnSet, Receiver, Account, AccountGroup, *also):
        model.objects.all().delete()


def test_what_goes_out_comes_in_again(configured: dict[str, Any]) -> None:
    forget()
    carried = json.loads(json.dumps(configured))
    wanting = {"receivers": {"made; needs its secret": 2},
               "channels": {"made": 1, "made; needs its address and secret": 1}}  # fmt: skip
    assert imported(carried) == {name: {"made": number} for name, number in PARTS.items()} | wanting
    assert exported() == configured
    prod = Account.objects.get(name="prod")
    assert (prod.group.name if prod.group else "", prod.every_minutes) == ("shop", 15)
    assert prod.due_at is not None, "a new account is collected soon"
    same = {"receivers": {"as it was; needs its secret": 2},
            "channels": {"as it was": 1, "as it was; needs its address and secret": 1}}  # fmt: skip
    assert imported(carried) == {name: {"as it was": number} for name, number in PARTS.items()} | same
    assert Alert.objects.filter(name="twins").count() == 2, "two of one name stay two"


def test_where_everything_is_there_nothing_is_changed(configured: dict[str, Any]) -> None:
    assert imported(configured) == {name: {"as it was": number} for name, number in PARTS.items()}
    pager = Channel.objects.get(name="pager")
    assert (pager.address, pager.secret) == (ADDRESS, SECRET)
    assert Receiver.objects.get(name="bus").digest == "d1gest"


def test_the_audit_log_tells_what_an_import_did(configured: dict[str, Any]) -> None:
    imported(configured)
    assert not AuditEntry.objects.exists(), "nothing was made or changed"
    forget()
    configured["channels"][0]["address_once"] = "https://hooks.example.com/no-field-of-ours"
    imported(configured, dry=True)
    assert not AuditEntry.objects.exists(), "a rehearsal does nothing"
    imported(configured)
    told = Counter(AuditEntry.objects.values_list("action", flat=True))
    assert told == {"settings": 4, "account": 2, "receiver": 2, "alert": 5}
    changed = {**configured, "accounts": [{**configured["accounts"][0], "every_minutes": 30}]}
    imported(changed)
    newest = AuditEntry.objects.latest("number")
    said = json.loads(newest.after)
    assert (newest.action, newest.who) == ("account", "(this machine)")
    assert (said["outcome"], said["native_id"], said["every_minutes"]) == ("changed", "123456789012", 30)
    assert not AuditEntry.objects.filter(after__contains="no-field-of-ours").exists()


def test_a_channel_without_its_secret_sends_nothing_until_it_is_entered(configured: dict[str, Any]) -> None:
    forget()
    imported(configured)
    pager = Channel.objects.get(name="pager")
    assert pager.enabled and pager.needs_its_secret and not pager.is_at_work
    assert list(Channel.objects.at_work()) == []
    pager.address, pager.secret = ADDRESS, SECRET
    pager.save()
    assert list(Channel.objects.at_work()) == [pager], "it is on, as it was where it came from"
    assert exported() == configured


def test_an_alert_begins_with_what_happens_after_it_came(configured: dict[str, Any]) -> None:
    for model in (Alert, Channel):
        model.objects.all().delete()
    account = Account.objects.get(name="prod")
    scope = Scope.objects.create(account=account, name="eu-west-1")
    seen = {"digest": "0", "abouts": "0", "first_seen": now(), "opened_at": now(), "last_seen": now(), "risk": 0}
    resource = Resource.objects.create(
        kind="function", provider="aws", account=account, scope=scope, listing="functions", uid="0" * 16,
        native_id="arn:1", name="f", first_seen=now(), seen_at=now(), changed_at=now(),
    )  # fmt: skip
    found = Finding.objects.create(resource=resource, account=account, rule="no_owner", severity="high", rank=3, **seen)
    event = FindingEvent.objects.create(finding=found, at=now(), what="opened")
    imported(configured)
    assert Alert.objects.get(name="trust").finding_mark == event.pk


def test_an_alert_of_somebody_who_is_not_here_is_who_imports_it_s_and_that_is_said(configured: dict[str, Any]) -> None:
    forget(User)
    assert imported(configured)["alerts"] == {
        "left out: its owner is not here, and no admin who takes it was named (--owner)": 3
    }
    olga = User.objects.create_user("olga", role=Role.ADMIN)
    for done in ("made", "as it was"):
        assert imported(configured, olga)["alerts"] == {f"{done}, for olga: its owner is not here": 3}
    assert set(Alert.objects.values_list("owner__username", flat=True)) == {"olga"}


def test_rules_that_another_version_checks_come_along_and_that_is_said(configured: dict[str, Any]) -> None:
    configured["alerts"][0]["rules"] = ["of_another_version", "no_owner"]
    assert imported(configured)["alerts"]["changed; names rules that are not checked here"] == 1
    assert set(Alert.objects.get(name="trust").rules) == {"of_another_version", "no_owner"}


@pytest.mark.parametrize(
    ("part", "name", "value", "sentence"),
    [
        ("channels", "kind", "pigeon", "no kind of channel 'pigeon'"),
        ("channels", "kind", "slack", "of the kind email"),
        ("channels", "recipients", "team@example.com", "no list"),
        ("channels", "recipients", ["nobody"], "valid email"),
        ("channels", "enabled", "perhaps", "must be either True or False"),
        ("alerts", "channel", "nowhere", "no channel 'nowhere'"),
        ("alerts", "query", "severity:terrible", "query: .*expected"),
        ("alerts", "events", ["weather"], "events"),
        ("alerts", "rules", "no_owner", "no list of ids"),
        ("alerts", "quiet_until", "", "both a beginning and an end"),
        ("alerts", "enabled", "yes", "neither true nor false"),
    ],
)
def test_a_bad_channel_or_alert_is_refused_with_its_reason(
    configured: dict[str, Any], part: str, name: str, value: Any, sentence: str
) -> None:
    before = json.dumps(exported())
    configured["groups"].append({"name": "new"})
    configured[part][0][name] = value
    with pytest.raises(NotOurs, match=f"Entry 1 of {part} cannot be taken: .*{sentence}"):
        imported(configured)
    assert json.dumps(exported()) == before


def test_a_rehearsal_tells_what_would_be_done_and_does_nothing(configured: dict[str, Any]) -> None:
    forget()
    before = exported()
    assert imported(configured, dry=True)["alerts"] == {"made": 3}
    assert exported() == before != configured


def test_what_differs_is_changed_and_what_is_not_named_stays(configured: dict[str, Any]) -> None:
    configured["accounts"][0]["every_minutes"] = 30
    configured["accounts"].pop()
    assert imported(configured)["accounts"] == {"changed": 1}
    assert Account.objects.get(name="prod").every_minutes == 30
    assert Account.objects.count() == 2


def test_a_search_whose_owner_is_not_here_is_left_out_and_told(configured: dict[str, Any]) -> None:
    forget(User)
    done = imported(configured)
    assert done["searches"] == done["column_sets"] == {"left out: its owner is not here": 1}


def test_a_set_of_what_are_no_columns_is_refused(configured: dict[str, Any]) -> None:
    configured["column_sets"][0]["columns"] = ["name", "colour"]
    with pytest.raises(NotOurs, match=r"Entry 1 of column_sets cannot be taken: .*colour"):
        imported(configured)


def test_it_holds_no_person_and_no_secret(configured: dict[str, Any]) -> None:
    text = json.dumps(configured)
    assert "correct horse" not in text and "password" not in text and "argon2" not in text
    assert "address-key" not in text and "d1gest" not in text and "pushkey" not in text
    assert "opens-with-this" not in text and SECRET not in text and "sealed" not in text
    assert set(configured) == {"kind", "version", *PARTS}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "no configuration of Fanlight"),
        ({"kind": "something else"}, "no configuration of Fanlight"),
        ({"kind": "fanlight configuration", "version": 2}, "version 2; this Fanlight knows version 1 only"),
        ({"kind": "fanlight configuration"}, "version None"),
        ({"kind": "fanlight configuration", "version": 1, "dances": []}, "does not know dances"),
        ({"kind": "fanlight configuration", "version": 1, "groups": {}}, "groups is no list"),
        ({"kind": "fanlight configuration", "version": 1, "groups": ["a"]}, "Entry 1 of groups cannot be taken"),
        ({"kind": "fanlight configuration", "version": 1, "accounts": [{"name": "x"}]}, "Entry 1 of accounts lacks"),
    ],
)
def test_what_is_not_understood_is_refused_in_a_sentence(db: None, document: Any, sentence: str) -> None:
    with pytest.raises(NotOurs, match=sentence):
        imported(document)


@pytest.mark.parametrize(
    ("name", "value"),
    [("provider", "ibm"), ("native_id", "12"), ("stance", "friend"), ("every_minutes", -5),
     ("connection", {"secret_access_key": "x"}), ("connection", "role"), ("every_minutes", "often")],
)  # fmt: skip
def test_one_bad_entry_keeps_everything_out(configured: dict[str, Any], name: str, value: Any) -> None:
    forget()
    configured["accounts"][0][name] = value
    with pytest.raises(NotOurs, match="Entry 1 of accounts cannot be taken"):
        imported(configured)
    assert not AccountGroup.objects.exists() and not Account.objects.exists()


def test_the_command_writes_reads_and_refuses(configured: dict[str, Any], tmp_path: Path) -> None:
    out, told = StringIO(), StringIO()
    call_command("configuration", "export", stdout=out)
    file = tmp_path / "fanlight.json"
    file.write_text(out.getvalue())
    call_command("configuration", "import", str(file), "--format", "json", stdout=told)
    assert {"part": "accounts", "outcome": "as it was", "entries": 2} in json.loads(told.getvalue())
    file.write_text("{not json")
    for wrong, sentence in ((str(file), "is no JSON"), (str(tmp_path / "none"), "cannot be read")):
        with pytest.raises(CommandError, match=sentence) as refused:
            call_command("configuration", "import", wrong)
        assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"{not json", "no JSON"),
        (b"\xff\xfe", "no JSON in UTF-8"),
        (b"[" * 60 + b"]" * 60, "nested too deeply"),
        (b"[" * 5_000_000, "nested too deeply"),
        (b'{"kind": 1, "kind": 2}', "a name stands twice"),
        (b"[NaN]", "no number"),
    ],
)
def test_a_file_that_is_no_such_document_is_refused_in_a_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(NotOurs, match=sentence):
        read(text)


def test_a_file_of_more_than_50_mb_is_refused_and_not_read_to_its_end(
    configured: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as sparse:
        sparse.truncate(LARGEST * 20)
    read_of: list[int] = []

    def watched(text: bytes) -> Any:
        read_of.append(len(text))
        return read(text)

    monkeypatch.setattr("config.management.commands.configuration.read", watched)
    with pytest.raises(CommandError, match="larger than 50 MB") as refused:
        call_command("configuration", "import", str(file))
    assert refused.value.returncode == 2
    assert read_of == [LARGEST + 1]
    # As much as may be is read.
    whole = json.dumps(configured).encode()
    file.write_bytes(whole + b" " * (LARGEST - len(whole)))
    call_command("configuration", "import", str(file), stdout=StringIO())
    with pytest.raises(NotOurs, match="larger than 50 MB"):
        read(b" " * (LARGEST + 1))


def test_the_command_names_who_takes_alerts_and_rehearses(configured: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "fanlight.json"
    file.write_text(json.dumps(configured))
    forget(User)
    with pytest.raises(CommandError, match="no active admin 'nobody'"):
        call_command("configuration", "import", str(file), "--owner", "nobody")
    for name in ("olga", "otto"):
        User.objects.create_user(name, role=Role.ADMIN)
    for more, expected in ((["--dry-run", "--owner", "otto"], 0), ([], 0), (["--owner", "otto"], 3)):
        call_command("configuration", "import", str(file), *more, stdout=StringIO())
        assert Alert.objects.filter(owner__username="otto").count() == expected, more
