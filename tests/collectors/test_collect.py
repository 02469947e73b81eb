"""One run: what is read is stored, what is not read is told, and no fault costs more than it must."""

import threading
from datetime import timedelta

import pytest
from django.test import override_settings

from collectors import collect as collecting
from collectors.collect import collect_now
from collectors.models import Run
from collectors.provider import (
    BadAnswer,
    BadCredentials,
    DeadlinePassed,
    Denied,
    Malformed,
    NotApplicable,
    Throttled,
    Unreachable,
    Unsupported,
)
from collectors.schedule import cancel as cancel_run
from inventory.facts import Unread
from inventory.models import (
    Account,
    Function,
    Grant,
    QuarantinedEntry,
    Resource,
    Scope,
    ScopeCoverage,
    Snapshot,
)
from inventory.record import open_scope
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, FakeProvider, entries, entry, role

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def part(scope: str, name: str) -> ScopeCoverage:
    return ScopeCoverage.objects.get(scope__name=scope, part=name)


def present() -> set[str]:
    return set(Function.objects.filter(gone_at=None).values_list("name", flat=True))


def test_a_run_stores_what_it_reads(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"global": {"roles": [role("admin", "*")]}, "east": {"functions": entries(3)}}
    run = collect_now(account, DAY)
    assert run.state == Run.State.SUCCEEDED
    assert present() == {"f000", "f001", "f002"}
    assert Grant.objects.get().statement.patterns.get().text == "*"
    assert run.totals["added"] == 4
    assert run.totals["calls"] == 6
    assert {scope.name: scope.state for scope in run.scopes.all()} == {"global": "complete", "east": "complete"}
    account.refresh_from_db()
    assert account.last_good_at == DAY


def test_identities_are_read_before_the_functions_that_run_as_them(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"a-region": {"functions": []}, "global": {"roles": []}, "b-region": {"functions": []}}
    collect_now(account, DAY)
    assert fake.order[0] == "global"


def test_a_run_in_which_nothing_changed_adds_nothing(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"global": {"roles": [role("admin", "*")]}, "east": {"functions": entries(3)}}
    for day in range(5):
        run = collect_now(account, DAY + day * HOUR)
    assert Snapshot.objects.count() == 4
    assert run.totals["added"] == run.totals["changed"] == run.totals["gone"] == 0


@pytest.mark.parametrize(
    ("fault", "state", "error_class"),
    [
        (Denied("No.", "fake:List"), "denied", "denied"),
        (Throttled("Too many."), "failed", "throttled"),
        (Unreachable("Cut."), "failed", "unreachable"),
        (BadAnswer("A page without its list."), "failed", "bad answer"),
        (DeadlinePassed("Too long."), "failed", "deadline"),
        (BadCredentials("Expired."), "failed", "credentials"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "failed", "defect"),
        (KeyError("Functions"), "failed", "defect"),
        (RecursionError("too deep"), "failed", "defect"),
    ],
)
def test_a_fault_fails_its_scope_and_deletes_nothing(
    account: Account, fake: FakeCloud, fault: Exception, state: str, error_class: str
) -> None:
    fake.scopes = {"east": {"functions": entries(3)}, "west": {"functions": [entry("w")]}}
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("f000"), fault]
    run = collect_now(account, DAY + HOUR)
    assert present() == {"f000", "f001", "f002", "w"}
    assert run.scopes.get(name="east").state == state
    assert run.scopes.get(name="east").error_class == error_class
    if error_class != "credentials":
        assert run.scopes.get(name="west").state == "complete"
        assert run.state == Run.State.PARTIAL


@pytest.mark.parametrize("name", ["functions", "newer functions"])
@pytest.mark.parametrize("fault", [NotApplicable("Region not enabled."), Unsupported("Unknown call.")])
def test_what_is_not_there_is_no_failure(account: Account, fake: FakeCloud, name: str, fault: Exception) -> None:
    """Only a list that came later may be unknown to an endpoint: a mistyped project answers 404 to everything."""
    fake.scopes = {"east": {name: [fault]}, "west": {"functions": [entry("w")]}}
    unread = isinstance(fault, Unsupported) and name == "functions"
    assert collect_now(account, DAY).state == (Run.State.PARTIAL if unread else Run.State.SUCCEEDED)
    assert part("east", name).state == ("failed" if unread else "not applicable")


def test_a_refused_region_does_not_cost_the_others(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {f"r{number}": {"functions": [entry(f"in{number}")]} for number in range(6)}
    fake.scopes["r3"]["functions"] = [Denied("No.", "fake:List")]
    run = collect_now(account, DAY)
    assert len(present()) == 5
    assert part("r3", "functions").permission == "fake:List"
    assert run.state == Run.State.PARTIAL


def test_bad_credentials_are_told_once_and_the_other_scopes_are_not_tried(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {f"r{number}": {"functions": [entry(f"in{number}")]} for number in range(9)}
    collect_now(account, DAY)
    for scope in fake.scopes:
        fake.scopes[scope] = {"functions": [BadCredentials("The key has expired.")]}
    fake.order.clear()
    with override_settings(SCOPES_AT_ONCE=2):
        run = collect_now(account, DAY + HOUR)
    assert run.state == Run.State.FAILED
    assert (run.error_class, run.error) == ("credentials", "The key has expired.")
    assert {scope.error for scope in run.scopes.all()} == {""}
    assert {scope.error_class for scope in run.scopes.all()} == {"credentials"}
    assert len(fake.order) <= 3
    assert len(present()) == 9


def test_an_account_that_cannot_be_entered_deletes_nothing_and_says_so_at_every_scope(
    account: Account, fake: FakeCloud
) -> None:
    fake.scopes = {"east": {"functions": entries(2)}, "west": {"functions": []}}
    collect_now(account, DAY)
    fake.refusal = BadCredentials("The role cannot be assumed.")
    run = collect_now(account, DAY + HOUR)
    assert (run.state, run.error_class) == (Run.State.FAILED, "credentials")
    assert len(present()) == 2
    assert set(Scope.objects.values_list("state", flat=True)) == {"failed"}
    account.refresh_from_db()
    assert account.last_good_at == DAY


def test_an_sdk_that_cannot_even_connect_fails_the_run_and_not_the_worker(account: Account, fake: FakeCloud) -> None:
    fake.refusal = ZeroDivisionError("in the SDK")
    run = collect_now(account, DAY)
    assert (run.state, run.error_class) == (Run.State.FAILED, "defect")


def test_a_refused_part_is_unknown_and_its_permission_named(account: Account, fake: FakeCloud) -> None:
    refused = Unread("No.", "fake:GetPolicy")
    fake.scopes["east"]["functions"] = [entry("a", access={"statements": []}), entry("b", access=refused)]
    run = collect_now(account, DAY)
    assert run.state == Run.State.PARTIAL
    assert (part("east", "access").state, part("east", "access").permission) == ("partial", "fake:GetPolicy")
    assert part("east", "access").reason.startswith("1 of 2")
    assert part("east", "functions").state == "complete"


def test_a_part_refused_everywhere_is_denied_and_one_unknown_everywhere_is_not_applicable(
    account: Account, fake: FakeCloud
) -> None:
    signing = Unread("Unknown call.", "", "unsupported")
    fake.scopes["east"]["functions"] = entries(4, access=Unread("No.", "fake:GetPolicy"), signing=signing)
    collect_now(account, DAY)
    assert part("east", "access").state == "denied"
    assert part("east", "signing").state == "not applicable"


def test_an_optional_part_does_not_make_the_run_partial(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(2, usage=Unread("No.", "fake:GetUsage"))
    fake.scopes["east"]["optional reports"] = [Denied("No.", "fake:Report")]
    run = collect_now(account, DAY)
    assert part("east", "usage").state == "denied"
    assert part("east", "optional reports").state == "denied"
    assert run.state == Run.State.SUCCEEDED


def test_a_section_stays_incomplete_while_its_function_is_skipped(account: Account, fake: FakeCloud) -> None:
    refused = entry("b", access=Unread("No.", "fake:GetPolicy"))
    fake.scopes["east"]["functions"] = [entry("a", access={"statements": []}), refused]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [{"id": one, "name": one[-1], "light": True} for one in known_ids()]
    run = collect_now(account, DAY + HOUR)
    assert part("east", "access").state == "partial"
    assert run.state == Run.State.PARTIAL


def known_ids() -> list[str]:
    return list(Resource.objects.order_by("native_id").values_list("native_id", flat=True))


def test_a_malformed_entry_is_quarantined_and_the_others_stored(account: Account, fake: FakeCloud) -> None:
    secret = "AKIA" + "A1B2C3D4E5F6G7H8"
    fake.scopes["east"]["functions"] = [entry("a"), {"id": None, "name": "odd", "note": secret}, entry("b")]
    run = collect_now(account, DAY)
    assert present() == {"a", "b"}
    kept = QuarantinedEntry.objects.get()
    assert kept.reason == "It has no id."
    assert "odd" in kept.sample
    assert secret not in kept.sample
    assert run.totals["quarantined"] == 1
    assert run.state == Run.State.PARTIAL


def test_an_entry_nobody_can_identify_keeps_the_others_from_being_taken_for_gone(
    account: Account, fake: FakeCloud
) -> None:
    fake.scopes["east"]["functions"] = [entry("a"), entry("b")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("a"), {"id": None}]
    collect_now(account, DAY + HOUR)
    assert present() == {"a", "b"}
    assert part("east", "functions").state == "partial"


def test_a_known_function_in_quarantine_is_not_gone_but_a_missing_one_is(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a"), entry("b"), entry("c")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("a"), {"id": 7, "arn": "fake:function:b"}]
    collect_now(account, DAY + HOUR)
    assert present() == {"a", "b"}
    assert QuarantinedEntry.objects.get().native_id == "fake:function:b"


def test_any_error_of_normalizing_costs_one_entry(account: Account, fake: FakeCloud, provider: FakeProvider) -> None:
    deep: object = []
    for _ in range(5000):
        deep = [deep]
    fake.scopes["east"]["functions"] = [entry("a"), entry("b", config=deep), {"id": "x" * 2000, "name": "long"}, "text"]
    run = collect_now(account, DAY)
    assert present() == {"a"}
    assert run.totals["quarantined"] == 3


def test_an_entry_that_the_database_refuses_is_quarantined_alone(
    account: Account, fake: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inventory.record.batch import Batch

    whole = Batch.store

    def picky(self: Batch, prepared: list) -> object:  # type: ignore[type-arg]
        if any(one.name == "f002" for one in prepared):
            raise ValueError("value too odd for the column")
        return whole(self, prepared)

    monkeypatch.setattr(Batch, "store", picky)
    fake.scopes["east"]["functions"] = entries(5)
    collect_now(account, DAY)
    assert present() == {"f000", "f001", "f003", "f004"}
    assert QuarantinedEntry.objects.get().native_id == "fake:function:f002"


def test_a_peer_that_never_answers_is_given_up(
    account: Account, fake: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "GRACE_SECONDS", 0.2)
    silence = threading.Event()
    fake.scopes = {"east": {"functions": [*entries(2), silence.wait]}, "west": {"functions": [entry("w")]}}
    with override_settings(SCOPE_DEADLINE_SECONDS=1):
        run = collect_now(account, DAY)
    silence.set()
    assert run.scopes.get(name="east").error_class == "deadline"
    assert run.scopes.get(name="west").state == "complete"
    assert run.state == Run.State.PARTIAL


def test_a_scope_that_takes_too_long_keeps_what_it_read(account: Account, fake: FakeCloud) -> None:
    pause = threading.Event()
    fake.scopes["east"]["functions"] = [*entries(2), lambda: pause.wait(1.2), entry("late"), entry("later")]
    with override_settings(SCOPE_DEADLINE_SECONDS=1):
        run = collect_now(account, DAY)
    assert present() == {"f000", "f001"}
    assert run.scopes.get().error_class == "deadline"


def test_scopes_after_the_run_deadline_are_told_as_unread(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"east": {"functions": [entry("a")]}}
    with override_settings(RUN_DEADLINE_SECONDS=0):
        run = collect_now(account, DAY)
    assert run.state == Run.State.FAILED
    assert run.scopes.get().error_class == "deadline"


def test_more_entries_than_the_queue_holds_all_arrive(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {f"r{number}": {"functions": named(f"r{number}", 900)} for number in range(5)}
    run = collect_now(account, DAY)
    assert run.totals["added"] == Function.objects.count() == 4500


def named(prefix: str, count: int) -> list[object]:
    return [entry(f"{prefix}-{number}") for number in range(count)]


def test_a_reading_that_is_older_than_the_stored_one_is_refused(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("b")]
    run = collect_now(account, DAY - HOUR)
    assert run.scopes.get().error_class == "stale"
    assert present() == {"a"}


def test_a_run_that_was_taken_for_lost_stops_writing(
    account: Account, fake: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker began the scope anew while this one was silent."""

    let_go = threading.Event()
    fake.scopes["east"]["functions"] = [*entries(300), lambda: let_go.wait(20), *entries(600)[300:]]
    watch = collecting.Collection._give_up_overdue

    def take_over(self: collecting.Collection) -> None:
        if Function.objects.exists() and not let_go.is_set():
            open_scope(account, "east", DAY + HOUR, run=999)
            let_go.set()
        watch(self)

    monkeypatch.setattr(collecting.Collection, "_give_up_overdue", take_over)
    run = collect_now(account, DAY)
    assert run.scopes.get().error_class == "stale"
    assert 0 < Function.objects.count() < 600


def test_a_cancelled_run_stops(account: Account, fake: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    from collectors import progress

    monkeypatch.setattr(progress, "BEAT_SECONDS", 0)
    cancelled = threading.Event()
    fake.scopes["east"]["functions"] = [*entries(2), lambda: cancelled.wait(5)]

    def cancel(self: object, reader: object) -> None:
        cancel_run(Run.objects.get())

    monkeypatch.setattr(collecting.Collection, "_give_up_overdue", lambda self: cancel(self, None))
    run = collect_now(account, DAY)
    cancelled.set()
    assert run.state == Run.State.CANCELLED
    assert run.scopes.get().state == "cancelled"
    assert Scope.objects.get().read_at is None


def test_one_scope_can_be_read_alone(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"east": {"functions": [entry("a")]}, "west": {"functions": [entry("b")]}}
    run = collect_now(account, DAY, only_scope="west")
    assert present() == {"b"}
    assert run.scopes.get().name == "west"


def test_a_retry_reads_only_what_failed(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"east": {"functions": [entry("a")]}, "west": {"functions": [Throttled("Too many.")]},
                   "south": {"functions": [Denied("No.")]}}  # fmt: skip
    collect_now(account, DAY)
    fake.order.clear()
    collect_now(account, DAY + HOUR, trigger="retry")
    assert fake.order == ["west"]


def test_a_person_who_asks_gets_refused_parts_asked_again(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a", access=Unread("No.", "fake:GetPolicy"))]
    collect_now(account, DAY)
    collect_now(account, DAY + HOUR, trigger="schedule")
    assert fake.memories["east"].known["fake:function:a"].core_at == DAY
    collect_now(account, DAY + 2 * HOUR, trigger="person")
    assert fake.memories["east"].known["fake:function:a"].core_at is None


def test_a_part_that_failed_for_a_passing_reason_is_asked_again_at_once(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a", access=Unread("Too many.", "", "throttled"))]
    collect_now(account, DAY)
    collect_now(account, DAY + HOUR, trigger="schedule")
    assert fake.memories["east"].known["fake:function:a"].core_at is None


def test_tokens_in_error_texts_are_not_kept(account: Account, fake: FakeCloud) -> None:
    token = "AKIA" + "Z9Y8X7W6V5U4T3S2"
    fake.scopes["east"]["functions"] = [KeyError(f"signed with {token}"), Malformed()]
    run = collect_now(account, DAY)
    kept = [run.error, run.scopes.get().error, str(run.scopes.get().parts), Scope.objects.get().reason]
    assert all(token not in text for text in kept)
    assert part("east", "functions").reason
    assert token not in part("east", "functions").reason
