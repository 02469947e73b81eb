"""What makes a snapshot, and what does not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from inventory.facts import Unread
from inventory.models import Account, Binding, Function, Identity, Resource, Snapshot
from inventory.record import Outcome
from tests.inventory.record.told import DAY, HOUR, REFUSED, function, functions, read, resource, role, snapshots

pytestmark = pytest.mark.django_db


def test_the_first_reading_makes_the_first_snapshot(account: Account) -> None:
    outcome = read(account, [function("a")])
    assert outcome.added == [resource("a").pk]
    assert outcome.changed == []
    first = snapshots("a")[0]
    assert (first.number, first.at, first.changed_after, first.changed) == (1, DAY, None, [])


def test_a_change_makes_a_snapshot_that_says_what_changed_and_since_when(account: Account) -> None:
    read(account, [function("a")])
    read(account, [function("a")], DAY + HOUR)
    outcome = read(account, [function("a", config={"memory_mb": 512})], DAY + 2 * HOUR)
    assert outcome.changed == [resource("a").pk]
    second = snapshots("a")[1]
    assert (second.changed, second.at, second.changed_after) == (["config"], DAY + 2 * HOUR, DAY + HOUR)
    assert resource("a").changed_at == DAY + 2 * HOUR
    assert Function.objects.get().memory_mb == 512


def test_a_reading_that_failed_does_not_count_as_having_seen_the_earlier_configuration(account: Account) -> None:
    read(account, [function("a")])
    read(account, [], DAY + HOUR, complete=False)
    read(account, [function("a", config={"memory_mb": 512})], DAY + 2 * HOUR)
    assert snapshots("a")[1].changed_after == DAY


def test_a_change_in_a_part_that_was_unreadable_happened_some_time_after_it_was_last_known(account: Account) -> None:
    read(account, [function("a", access={"statements": ["one"]})])
    read(account, [function("a", access=REFUSED)], DAY + HOUR)
    read(account, [function("a", access={"statements": ["two"]})], DAY + 2 * HOUR)
    assert snapshots("a")[1].changed_after == DAY


def test_a_change_in_details_read_rarely_may_be_older_than_the_latest_listing(account: Account) -> None:
    read(account, [function("a", signing={"profile": "x"}, detail_read=True)])
    for hour in range(1, 4):
        read(account, [function("a")], DAY + hour * HOUR)
    read(account, [function("a", signing={"profile": "y"}, detail_read=True)], DAY + 4 * HOUR)
    assert snapshots("a")[1].changed_after == DAY


def test_replaying_the_same_reading_makes_no_snapshot(account: Account) -> None:
    for hour in range(10):
        outcome = read(account, functions(20, access={"statements": []}, bindings=["*"]), DAY + hour * HOUR)
    assert Snapshot.objects.count() == 20
    assert outcome.touched == set()


def test_order_that_means_nothing_makes_no_snapshot(account: Account) -> None:
    one = {"Sid": "a", "Action": ["x", "y"], "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}}}
    two = {"Sid": "b", "Action": ["z"]}
    turned = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-2", "o-1"]}}, "Action": ["y", "x"], "Sid": "a"}
    layers = [{"id": "l1"}, {"id": "l2"}]
    read(
        account, [function("a", access={"statements": [one, two]}, code={"layers": layers}, tags={"k": "v", "l": "w"})]
    )
    again = function(
        "a", access={"statements": [two, turned]}, code={"layers": layers[::-1]}, tags={"l": "w", "k": "v"}
    )
    outcome = read(account, [again], DAY + HOUR)
    assert outcome.touched == set()
    assert len(snapshots("a")) == 1


def test_bindings_in_another_order_are_the_same_bindings(account: Account) -> None:
    read(account, [function("a", bindings=["one", "two"])])
    outcome = read(account, [function("a", bindings=["two", "one"])], DAY + HOUR)
    assert outcome.facts_changed == []
    assert Binding.objects.count() == 2


def test_a_word_we_do_not_know_is_kept_as_it_is(account: Account) -> None:
    read(account, [function("a", config={"runtime": "cobol2029", "state": "Hibernating", "memory_mb": "1024"})])
    row = Function.objects.get()
    assert (row.runtime, row.state, row.memory_mb, row.runtime_eol) == ("cobol2029", "Hibernating", 1024, None)
    assert resource("a").document["config"]["memory_mb"] == "1024"


def test_an_unreadable_part_keeps_its_last_value_and_makes_no_snapshot(account: Account) -> None:
    read(account, [function("a", access={"statements": ["*"]}, bindings=["*"])])
    outcome = read(account, [function("a", access=REFUSED)], DAY + HOUR)
    assert outcome.changed == outcome.facts_changed == []
    assert len(snapshots("a")) == 1
    row = resource("a")
    assert row.document["access"] == {"statements": ["*"]}
    assert row.unread["access"]["permission"] == "lambda:GetPolicy"
    assert Binding.objects.count() == 1
    assert Function.objects.get().unread_count == 1


def test_a_part_that_was_not_asked_for_keeps_its_last_value(account: Account) -> None:
    read(account, [function("a", access={"statements": ["*"]})])
    outcome = read(account, [function("a")], DAY + HOUR)
    assert outcome.touched == set()
    assert resource("a").document["access"] == {"statements": ["*"]}


def test_what_changes_beside_an_unreadable_part_is_seen(account: Account) -> None:
    read(account, [function("a", access={"statements": ["*"]})])
    read(account, [function("a", access=REFUSED, config={"memory_mb": 512})], DAY + HOUR)
    second = snapshots("a")[1]
    assert second.changed == ["config"]
    assert second.document["access"] == {"statements": ["*"]}
    assert set(second.unread) == {"access"}


def test_becoming_readable_is_no_change(account: Account) -> None:
    read(account, [function("a", access=REFUSED)])
    assert Function.objects.get().unread_count == 1
    outcome = read(account, [function("a", access={"statements": []}, bindings=[])], DAY + HOUR)
    second = snapshots("a")[1]
    assert (second.became_readable, second.changed) == (["access"], [])
    assert outcome.changed == []
    assert outcome.refreshed == [resource("a").pk]
    assert resource("a").changed_at == DAY
    assert resource("a").unread == {}
    assert Function.objects.get().unread_count == 0


def test_a_part_unreadable_for_a_while_that_says_the_same_again_is_no_news_but_its_readability(
    account: Account,
) -> None:
    read(account, [function("a", access={"statements": ["*"]})])
    read(account, [function("a", access=REFUSED)], DAY + HOUR)
    outcome = read(account, [function("a", access={"statements": ["*"]})], DAY + 2 * HOUR)
    assert len(snapshots("a")) == 1
    assert outcome.changed == []
    assert resource("a").unread == {}


def test_a_refusal_in_other_words_writes_nothing(account: Account) -> None:
    read(account, [function("a", access=Unread("Refused, request 1.", "lambda:GetPolicy"))])
    read(account, [function("a", access=Unread("Refused, request 2.", "lambda:GetPolicy"))], DAY + HOUR)
    assert resource("a").unread["access"]["reason"] == "Refused, request 1."


def test_gone_and_come_back(account: Account) -> None:
    read(account, [function("a"), function("b")])
    outcome = read(account, [function("b")], DAY + HOUR)
    assert outcome.gone == [resource("a").pk]
    assert Function.objects.get(name="a").gone_at == DAY + HOUR
    assert resource("a").seen_at == DAY
    assert snapshots("a")[0].gone_at == DAY + HOUR
    outcome = read(account, [function("a"), function("b")], DAY + 2 * HOUR)
    assert outcome.returned == [resource("a").pk]
    assert resource("a").gone_at is None
    assert Function.objects.get(name="a").gone_at is None
    first, second = snapshots("a")
    assert (first.gone_at, second.at, second.changed) == (DAY + HOUR, DAY + 2 * HOUR, [])
    assert resource("a").first_seen == DAY


def test_a_newer_normalizer_is_no_change_in_the_cloud(account: Account) -> None:
    read(account, [function("a")], normalizer=1)
    outcome = read(
        account, [function("a", config={"runtime": "python3.13", "memory": "128 MB"})], DAY + HOUR, normalizer=2
    )
    assert outcome.changed == []
    assert outcome.refreshed == [resource("a").pk]
    assert snapshots("a")[1].renormalized
    assert resource("a").changed_at == DAY


def test_a_change_after_a_newer_normalizer_said_the_same_is_a_change(account: Account) -> None:
    read(account, [function("a")], normalizer=1)
    read(account, [function("a")], DAY + HOUR, normalizer=2)
    outcome = read(account, [function("a", config={"memory_mb": 512})], DAY + 2 * HOUR, normalizer=2)
    assert outcome.changed == [resource("a").pk]
    assert not snapshots("a")[1].renormalized


def test_a_function_named_twice_in_one_reading_is_told_once(account: Account) -> None:
    twice = [function("a"), *functions(600), function("a", config={"memory_mb": 999})]
    for hour in range(3):
        read(account, twice, DAY + hour * HOUR)
    assert len(snapshots("a")) == 1
    assert Function.objects.get(name="a").memory_mb == 128


def test_two_observations_of_one_function_add_up(account: Account) -> None:
    more = function("a", triggers={"triggers": [{"kind": "sqs", "source": "q"}]})
    read(account, [function("a"), more])
    assert set(resource("a").document) == {"config", "triggers"}
    assert read(account, [function("a"), more], DAY + HOUR).touched == set()


def test_roles_read_after_their_functions_are_linked_to_them(account: Account) -> None:
    runs_as = {"identities": [{"id": "arn:aws:iam::123456789012:role/r", "kind": "role"}]}
    read(account, [function("a", identity=runs_as)])
    assert Function.objects.get().identity is None
    read(account, [role("r", "s3:GetObject")], DAY, scope="global")
    assert Function.objects.get().identity == resource("r")


def test_what_holds_more_than_the_database_takes_is_kept_readably(account: Account) -> None:
    odd = {"description": "a\x00b \ud83d c", "state": "\x00", "ratio": float("nan"), "memory_mb": 2**70}
    read(account, [function("a\x00b", config=odd, tags={"k\x00": "v\udfff" + "x" * 5000}, bindings=["\x00" * 3])])
    row = Function.objects.get()
    assert row.name == "a�b"
    assert row.memory_mb is None
    assert resource(row.name).document["config"]["description"] == "a�b � c"
    assert read(account, [function("a\x00b", config=odd)], DAY + HOUR).touched == set()


@pytest.mark.parametrize(
    "sections",
    [
        {"config": None},
        {"config": [1, 2]},
        {"config": "text"},
        {"config": {"runtime": 7, "kind": None, "architectures": "arm64", "memory_mb": -1, "timeout_s": True}},
        {"config": {"runtime_eol": "2026-99-99", "architectures": [1, None], "memory_mb": "²"}},
        {"environment": {"variables": "none"}},
        {"environment": {"variables": [None, "x", {"name": None}]}},
        {"tags": ["a", "b"]},
        {"tags": {"k": None, "l": 5, "m": {"n": 1}}},
        {"triggers": {"triggers": [None, {"kind": None, "source": 5}]}},
        {"entry_points": {"entry_points": {"not": "a list"}}},
        {"entry_points": {"entry_points": [{"kind": "url", "auth": None}]}},
        {"identity": {"identities": [{"id": None}]}},
        {"identity": {"identities": "role"}},
        {"network": {"attached": "yes", "network": 5}},
        {"code": {"size": "1e99", "layers": 3}},
        {"logging": {"retention_days": 10**12}},
        {"encryption": ["key"]},
    ],
)
def test_odd_shapes_are_kept_and_leave_columns_unknown(account: Account, sections: dict[str, Any]) -> None:
    read(account, [function("a", **sections)])
    for name, body in sections.items():
        assert resource("a").document[name] == body
    assert Function.objects.count() == 1


def test_native_ids_differ_by_kind_not_only_by_text(account: Account) -> None:
    read(account, [function("a")])
    assert Resource.objects.filter(kind="function").count() == 1


def test_seen_until_tells_the_latest_complete_reading(account: Account) -> None:
    for hour in range(3):
        read(account, [function("a")], DAY + hour * HOUR)
    read(account, [], DAY + timedelta(days=1), complete=False)
    assert resource("a").seen_at == DAY
    assert Resource.objects.with_last_seen().get(name="a").last_seen == DAY + 2 * HOUR  # type: ignore[attr-defined]


def test_the_outcome_names_everything_that_must_be_judged_again() -> None:
    outcome = Outcome(
        added=[1], changed=[2], returned=[3], refreshed=[4], facts_changed=[2, 5], gone=[6], recovered=[7]
    )
    assert outcome.touched == {1, 2, 3, 4, 5, 6, 7}


def test_when_a_role_was_last_used_is_shown_and_makes_no_history(account: Account) -> None:
    def used(at: datetime) -> int:
        read(account, [replace(role("r", "s3:GetObject"), used_at=at)], at)
        return len(snapshots("r"))

    assert used(DAY) == 1
    assert Identity.objects.get().last_used_at == DAY
    assert used(DAY + HOUR) == 1
    assert Identity.objects.get().last_used_at == DAY
    assert used(DAY + timedelta(days=2)) == 1
    assert Identity.objects.get().last_used_at == DAY + timedelta(days=2)
    read(account, [role("r", "s3:PutObject")], DAY + timedelta(days=3))
    assert Identity.objects.get().last_used_at == DAY + timedelta(days=2)
