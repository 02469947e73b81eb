"""The estate: the same seed gives the same organisation, with its traps in place."""

from datetime import UTC, datetime

import pytest

from collectors.sandbox.estate import DEFAULT_BASE, LAST_DAY, TRAPS, Estate, Trap
from collectors.sandbox.estate.aws.accounts import DENIED, LAB, PAYMENTS, REGIONS, SHOP
from collectors.sandbox.estate.aws.state import AwsState
from collectors.sandbox.estate.aws.webfunctions import WEB_FUNCTIONS

LADDER = {
    "public_anonymous",
    "public_authenticated",
    "external",
    "organisation",
    "service_unscoped",
    "service_scoped",
    "same_account",
    "none",
}


def everything(state: AwsState) -> list[object]:
    return [*state.all_functions(), *(role for account in (SHOP, PAYMENTS, LAB) for role in state.roles(account))]


def test_same_seed_gives_the_same_estate_on_every_day() -> None:
    first, second = Estate(300, seed=7), Estate(300, seed=7)
    for day in range(LAST_DAY + 1):
        assert everything(first.at(day).aws) == everything(second.at(day).aws)
        assert first.at(day).aws.events(SHOP, "eu-central-1") == second.at(day).aws.events(SHOP, "eu-central-1")


def test_another_seed_gives_another_estate() -> None:
    assert everything(Estate(300, seed=7).at(0).aws) != everything(Estate(300, seed=8).at(0).aws)


@pytest.mark.parametrize("size", [130, 1000, 3000])
def test_size_is_the_number_of_functions_on_the_first_day(size: int) -> None:
    assert len(Estate(size).at(0).aws.all_functions()) == size


def test_the_planted_functions_are_always_there() -> None:
    assert {"janitor", "checkout-api"} <= {function.name for function in Estate(1).at(0).aws.all_functions()}


def test_a_thousand_functions_have_two_hundred_and_fifty_roles_in_four_regions() -> None:
    state = Estate(1000).at(0).aws
    accounts = {function.account for function in state.all_functions()}
    assert sum(len(state.roles(account)) for account in accounts) == 250
    assert {function.region for function in state.all_functions()} == set(REGIONS)


def test_no_function_hides_where_nobody_may_look() -> None:
    assert not any((one.account, one.region) in DENIED for one in Estate(3000).at(0).aws.all_functions())


def test_no_two_functions_share_a_name_and_place() -> None:
    functions = Estate(5000).at(0).aws.all_functions()
    assert len({function.arn for function in functions}) == 5000


def test_every_role_exists_but_the_one_that_was_deleted() -> None:
    state = Estate(1000).at(0).aws
    orphans = [one.name for one in state.all_functions() if state.role(one.account, one.role) is None]
    assert orphans == ["orphan-worker"]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.function}-{trap.since}")
def test_a_trap_names_a_function_that_is_there_on_its_days(trap: Trap) -> None:
    estate = Estate()
    web = {(function.account, function.region, function.name) for function in WEB_FUNCTIONS}
    for day in range(trap.since, trap.until + 1):
        today = estate.at(day)
        if trap.cloud == "gcp":
            assert today.gcp.function(trap.account, trap.region, trap.function)
            continue
        if trap.cloud == "azure":
            app, _, slot = trap.function.partition("/")
            found = today.azure.app(trap.account, app, slot)
            assert found and found.location == trap.region
            continue
        function = today.aws.function(trap.account, trap.region, trap.function)
        assert function is not None or (trap.account, trap.region, trap.function) in web
        if function is not None and trap.qualifier:
            assert trap.qualifier in function.policies
    assert trap.invoke is None or trap.invoke in LADDER
    assert trap.privilege in (None, "admin", "near-admin", "write", "read", "none", "unknown")


def test_traps_of_one_function_do_not_overlap_in_time() -> None:
    days = [(t.function, t.account, t.region, day) for t in TRAPS for day in range(t.since, t.until + 1)]
    assert len(days) == len(set(days))


def test_an_estate_lives_from_its_base_on_and_seven_days_only() -> None:
    base = datetime(2030, 1, 1, tzinfo=UTC)
    assert Estate(base=base).at(6).aws.now == datetime(2030, 1, 7, tzinfo=UTC)
    with pytest.raises(ValueError, match="day 7"):
        Estate().at(7)
    with pytest.raises(ValueError, match="time zone"):
        Estate(base=DEFAULT_BASE.replace(tzinfo=None))


def test_canaries_are_the_secret_looking_values() -> None:
    canaries = Estate().canaries()
    assert len(canaries) >= 8
    assert any(value.startswith("AKIA") for value in canaries)
    assert "INFO" not in canaries
