"""What is taken for gone, and what is not."""

import pytest
from pytest_django import Settings

from inventory.facts import Coverage, Quarantined, ReadState
from inventory.models import Account, Function, Resource, Scope
from inventory.record import StaleReading, open_scope
from tests.inventory.record.told import DAY, HOUR, arn, function, functions, read, resource

pytestmark = pytest.mark.django_db


def present() -> int:
    return Function.objects.filter(gone_at=None).count()


def test_an_incomplete_reading_takes_nothing_for_gone(account: Account) -> None:
    read(account, functions(5))
    outcome = read(account, functions(2), DAY + HOUR, complete=False)
    assert outcome.gone == []
    assert present() == 5
    assert Scope.objects.get().state == "failed"
    assert Scope.objects.get().complete_at == DAY


@pytest.mark.parametrize("state", [ReadState.PARTIAL, ReadState.DENIED, ReadState.FAILED, ReadState.NOT_APPLICABLE])
def test_only_a_complete_listing_speaks_of_absence(account: Account, state: ReadState) -> None:
    read(account, functions(3))
    recorder = open_scope(account, "east", DAY + HOUR)
    recorder.close([Coverage("functions", state, listing=True)])
    assert present() == 3


def test_one_listing_does_not_speak_for_another(account: Account) -> None:
    read(account, functions(3))
    recorder = open_scope(account, "east", DAY + HOUR)
    recorder.close([Coverage("roles", ReadState.COMPLETE, listing=True)])
    assert present() == 3


def test_one_scope_does_not_speak_for_another(account: Account) -> None:
    read(account, [function("a")], scope="east")
    read(account, [function("b")], scope="west")
    assert present() == 2


def test_what_was_seen_by_an_incomplete_reading_was_seen(account: Account) -> None:
    read(account, functions(3))
    read(account, [function("f000")], DAY + HOUR, complete=False)
    read(account, [], DAY + 2 * HOUR)
    assert resource("f000").seen_at == DAY + HOUR
    assert resource("f001").seen_at == DAY


def test_few_losses_are_believed_at_once(account: Account) -> None:
    read(account, functions(12))
    outcome = read(account, functions(3), DAY + HOUR)
    assert (len(outcome.gone), outcome.held) == (9, 0)


def test_many_losses_that_are_a_small_share_are_believed_at_once(account: Account) -> None:
    read(account, functions(100))
    outcome = read(account, functions(70), DAY + HOUR)
    assert (len(outcome.gone), outcome.held) == (30, 0)


def test_a_mass_disappearance_is_held_and_confirmed_by_the_next_complete_reading(account: Account) -> None:
    read(account, functions(30))
    outcome = read(account, functions(5), DAY + HOUR)
    assert (outcome.gone, outcome.held) == ([], 25)
    assert present() == 30
    read(account, [], DAY + 2 * HOUR, complete=False)
    assert present() == 30
    outcome = read(account, functions(5), DAY + 3 * HOUR)
    assert (len(outcome.gone), outcome.held) == (25, 0)
    assert present() == 5
    assert resource("f020").seen_at == DAY


def test_a_mass_disappearance_heals_when_they_are_seen_again(account: Account) -> None:
    read(account, functions(30))
    read(account, [], DAY + HOUR)
    outcome = read(account, functions(30), DAY + 2 * HOUR)
    assert outcome.touched == set()
    assert not Resource.objects.exclude(missing_since=None).exists()
    outcome = read(account, functions(29), DAY + 3 * HOUR)
    assert len(outcome.gone) == 1
    assert resource("f029").seen_at == DAY + 2 * HOUR


def test_what_is_quarantined_is_there(account: Account) -> None:
    read(account, functions(3))
    recorder = open_scope(account, "east", DAY + HOUR)
    recorder.store([function("f000")])
    odd = Quarantined("functions", arn("f001"), "It makes no sense.")
    recorder.close([Coverage("functions", ReadState.COMPLETE, listing=True)], [odd])
    assert set(Function.objects.filter(gone_at=None).values_list("name", flat=True)) == {"f000", "f001"}


def test_an_older_reading_is_refused(account: Account) -> None:
    read(account, functions(2), DAY + HOUR)
    with pytest.raises(StaleReading):
        open_scope(account, "east", DAY)


def test_a_reading_overtaken_while_it_went_on_may_not_write(account: Account) -> None:
    slow = open_scope(account, "east", DAY, run=1)
    slow.store([function("a")])
    quick = open_scope(account, "east", DAY + HOUR, run=2)
    with pytest.raises(StaleReading):
        slow.store([function("b")])
    quick.store([function("c")])
    quick.close([Coverage("functions", ReadState.COMPLETE, listing=True)])
    with pytest.raises(StaleReading):
        slow.close([Coverage("functions", ReadState.COMPLETE, listing=True)])
    assert set(Function.objects.filter(gone_at=None).values_list("name", flat=True)) == {"c"}


def test_what_a_cut_off_reading_stored_is_judged_with_the_next(account: Account) -> None:
    cut_off = open_scope(account, "east", DAY, run=1)
    cut_off.store([function("a")])
    outcome = read(account, [function("a"), function("b")], DAY + HOUR, run=2)
    assert outcome.added == [resource("b").pk]
    assert outcome.touched == {resource("a").pk, resource("b").pk}
    assert read(account, [function("a"), function("b")], DAY + 2 * HOUR).touched == set()


def test_an_installation_may_want_several_complete_readings_to_agree(account: Account, settings: Settings) -> None:
    settings.GONE_AFTER_READINGS = 3
    read(account, functions(4))
    for hour in (1, 2):
        outcome = read(account, functions(3), DAY + hour * HOUR)
        assert (outcome.gone, outcome.held, present()) == ([], 1, 4), f"after {hour} readings"
    read(account, [], DAY + 3 * HOUR, complete=False)
    assert present() == 4, "an incomplete reading says nothing of absence"
    assert resource("f003").missing_since == DAY + HOUR
    outcome = read(account, functions(3), DAY + 4 * HOUR)
    assert (len(outcome.gone), outcome.held, present()) == (1, 0, 3)
    assert resource("f003").seen_at == DAY


def test_the_count_begins_anew_when_it_is_seen_in_between(account: Account, settings: Settings) -> None:
    settings.GONE_AFTER_READINGS = 2
    read(account, functions(4))
    read(account, functions(3), DAY + HOUR)
    read(account, functions(4), DAY + 2 * HOUR)
    outcome = read(account, functions(3), DAY + 3 * HOUR)
    assert (outcome.gone, present()) == ([], 4)
