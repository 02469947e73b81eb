"""The configuration goes out and comes in again as it was; what is not understood is refused in a sentence, whole."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.carry import NotOurs, exported, imported
from inventory.models import Account, AccountGroup, SavedSearch, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def configured(db: None) -> dict[str, Any]:
    """An installation with two accounts in one group, and a search of somebody's."""
    group = AccountGroup.objects.create(name="shop")
    AccountGroup.objects.create(name="unused")
    way = {"role_arn": "arn:aws:iam::123456789012:role/Reader", "external_id": "x-1", "regions": ["eu-west-1"]}
    Account.objects.create(provider="aws", native_id="123456789012", name="prod", group=group, connection=way,
                           every_minutes=15)  # fmt: skip
    Account.objects.create(provider="gcp", native_id="acme-data-1", name="dätä", paused=True, stance="trusted")
    anton = User.objects.create_user("anton", password="correct horse battery staple")
    SavedSearch.objects.create(owner=anton, slug="public", name="Public", query="exposure:public")
    return exported()


def forget(*also: Any) -> None:
    for model in (SavedSearch, Account, AccountGroup, *also):
        model.objects.all().delete()


def test_what_goes_out_comes_in_again(configured: dict[str, Any]) -> None:
    forget()
    carried = json.loads(json.dumps(configured))
    assert imported(carried) == {"groups": {"made": 2}, "accounts": {"made": 2}, "searches": {"made": 1}}
    assert exported() == configured
    prod = Account.objects.get(name="prod")
    assert (prod.group.name if prod.group else "", prod.every_minutes) == ("shop", 15)
    assert prod.due_at is not None, "a new account is collected soon"
    assert imported(carried) == {"groups": {"as it was": 2}, "accounts": {"as it was": 2}, "searches": {"as it was": 1}}


def test_what_differs_is_changed_and_what_is_not_named_stays(configured: dict[str, Any]) -> None:
    configured["accounts"][0]["every_minutes"] = 30
    configured["accounts"].pop()
    assert imported(configured)["accounts"] == {"changed": 1}
    assert Account.objects.get(name="prod").every_minutes == 30
    assert Account.objects.count() == 2


def test_a_search_whose_owner_is_not_here_is_left_out_and_told(configured: dict[str, Any]) -> None:
    forget(User)
    assert imported(configured)["searches"] == {"left out: its owner is not here": 1}


def test_it_holds_no_person_and_no_secret(configured: dict[str, Any]) -> None:
    text = json.dumps(configured)
    assert "correct horse" not in text and "password" not in text and "argon2" not in text
    assert set(configured) == {"kind", "version", "groups", "accounts", "searches"}


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
