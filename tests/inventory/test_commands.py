"""What the commands search, identities, show and history print, and how they refuse."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inventory.models import Function, Tag
from tests.cast import CHECKOUT_ROLE, DAY_ONE, DAY_TWO, NUMBER, REGION, Cast, allow, native_id, record_day, role

pytestmark = pytest.mark.usefixtures("cast")

FIELDS = {
    "uid", "native_id", "provider", "account", "region", "name", "kind", "runtime", "runtime_eol", "state", "identity",
    "triggers", "entry_points", "limits", "network", "encryption", "logging", "tags", "privilege", "exposure",
    "bindings", "findings", "first_seen", "last_seen", "gone_at", "unread",
}  # fmt: skip


def printed(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def rows(*words: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(printed(*words, format="json", **options))
    return found


def test_search_without_a_query_lists_everything_present_as_one_array() -> None:
    found = rows("search")
    assert [row["name"] for row in found] == ["checkout", "invoices", "janitor", "mailer", "thumbnails"]
    assert all(row.keys() >= FIELDS for row in found)


def test_a_function_is_told_whole() -> None:
    (row,) = rows("search", "name:thumbnails")
    assert row["native_id"] == native_id("thumbnails")
    assert (row["provider"], row["account"], row["region"]) == ("aws", NUMBER, REGION)
    assert row["runtime_eol"] == "2024-06-12"
    assert row["limits"] == {"memory_mb": 256, "timeout_s": 15, "concurrency": None}
    assert row["tags"] == {"env": "prod", "team": "shop"}
    assert [trigger["kind"] for trigger in row["triggers"]] == ["s3"]
    assert [point["auth"] for point in row["entry_points"]] == ["NONE"]
    assert [binding["principal"] for binding in row["bindings"]] == ["*"]
    assert row["privilege"] == {"level": "write", "classes": []}
    assert row["exposure"]["invoke"] == "public_anonymous"
    assert {"ingress", "egress", "reach"} <= row["network"].keys()
    assert row["unread"] == []


def test_what_could_not_be_read_is_named() -> None:
    (row,) = rows("search", "name:invoices")
    assert row["unread"] == ["access"]
    assert row["exposure"]["invoke"] == "unknown"


def test_what_is_gone_is_listed_when_asked_for() -> None:
    (row,) = rows("search", "is:gone")
    assert row["name"] == "legacy"
    assert row["gone_at"] is not None


def test_no_row_is_an_empty_array() -> None:
    assert rows("search", "name:nobody") == []


def test_columns_and_order_are_chosen_by_name() -> None:
    found = list(csv.reader(io.StringIO(printed("search", columns="name,memory,tags", sort="-memory", format="csv"))))
    assert found[0] == ["name", "memory", "tags"]
    assert found[1] == ["checkout", "512", "env=prod, team=shop"]


def test_a_formula_in_a_name_stays_text_in_csv() -> None:
    function = Function.objects.get(name="mailer")
    Tag.objects.create(function=function, key="note", value='=HYPERLINK("http://x")')
    Function.objects.filter(pk=function.pk).update(name="=1+1", search_text="=1+1")
    cell = list(csv.reader(io.StringIO(printed("search", "name:=1*", format="csv"))))[1][0]
    assert cell == "'=1+1"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("search", "privilege:root"), "One of none, read, write"),
        (("search", "a (b"), "at character 3"),
        (("search", "--columns", "name,colour"), "no column “colour”"),
        (("search", "--sort", "colour"), "no order “colour”"),
        (("identities", "functions:many"), "A number"),
        (("show", "nobody"), "no resource “nobody”"),
        (("history", "checkout", "--from", "7"), "has no revision 7; it has 1 to 2"),
    ],
)
def test_wrong_use_is_told_in_a_sentence_with_exit_code_2(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError) as caught:
        printed(*words)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 2


def test_identities_tell_how_many_functions_run_as_them() -> None:
    found = {row["name"]: row["functions"] for row in rows("identities")}
    assert found == {"checkout": 1, "janitor-admin": 1, "office-shared": 2, "thumbnails": 1}
    assert "office-shared" in printed("identities", "functions:>1")


def test_show_finds_by_uid_id_and_name_and_tells_the_document() -> None:
    uid = Function.objects.get(name="checkout").uid
    for text in (uid, native_id("checkout"), "checkout"):
        told = json.loads(printed("show", text, format="json"))
        assert told["native_id"] == native_id("checkout")
        assert told["document"]["config"]["memory_mb"] == 512
        assert told["revision"] == 2
    assert json.loads(printed("show", CHECKOUT_ROLE, format="json"))["kind"] == "role"
    assert "memory_mb: 512" in printed("show", "checkout")


def test_show_tells_why_a_part_is_unread() -> None:
    assert "lambda:GetPolicy was refused" in printed("show", "invoices")


def test_history_lists_revisions_newest_first_in_sentences() -> None:
    found = rows("history", "thumbnails")
    assert [row["number"] for row in found] == [2, 1]
    assert found[0]["risk"] == "up"
    assert "Invoker added: everyone (*)" in found[0]["lines"][0]["text"]
    assert found[1]["lines"][0]["kind"] == "added"
    assert "Memory 256 MiB → 512 MiB" in printed("history", "checkout")


def test_history_tells_when_a_function_was_gone() -> None:
    gone, first = rows("history", "legacy")
    assert (gone["event"], gone["lines"][0]["text"], gone["at"]) == ("removed", "Function is gone", DAY_TWO.isoformat())
    assert first["event"] == "added"


def test_history_tells_the_changes_of_the_identity_and_its_policies_as_the_page_does(cast: Cast) -> None:
    day_three = DAY_TWO + timedelta(days=1)
    record_day(cast.account, "global", day_three, [role(CHECKOUT_ROLE, "more", allow(["s3:*"], "*"))], "roles")
    own = [row for row in rows("history", "checkout") if row["uid"] != cast.functions["checkout"].uid]
    assert [(row["kind"], row["name"], row["at"]) for row in own] == [("identity", "checkout", day_three.isoformat())]
    assert "identity checkout" in printed("history", "checkout")


def test_history_of_then_has_only_what_was_known() -> None:
    then = DAY_ONE + timedelta(hours=1)
    assert [row["number"] for row in rows("history", "thumbnails", at=then.isoformat())] == [1]
    with pytest.raises(CommandError, match="is no time"):
        printed("history", "thumbnails", at="soon")


def test_search_of_then_finds_what_was_there() -> None:
    then = (DAY_ONE + timedelta(hours=1)).isoformat()
    assert "legacy" not in printed("search", "legacy")
    assert "legacy" in printed("search", "legacy", at=then)
    with pytest.raises(CommandError, match="known of now only"):
        printed("search", "shared:>1", at=then)


def test_two_revisions_are_compared() -> None:
    told = json.loads(printed("history", "checkout", before=1, after=2, format="json"))
    assert told["lines"][0]["text"] == "Memory 256 MiB → 512 MiB"
    assert told["steps"] == [{"op": "changed", "path": "config.memory_mb", "before": 256, "after": 512}]
    assert "config.memory_mb" in printed("history", "checkout", before=1)
