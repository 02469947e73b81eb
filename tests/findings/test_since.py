"""Since which snapshot a binding is there: its statement as it stands, through every earlier configuration we have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from findings.parties import Exposed, azure_party, google_party, tab_of
from findings.since import MOST, Mark, Since, facts, since

Json = Any
START = datetime(2026, 3, 1, tzinfo=UTC)
STRANGER = "arn:aws:iam::999988887777:root"


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def marks(*moved: int, upto: int, appeared: tuple[int, ...] = ()) -> list[Mark]:
    """Snapshots `upto` … 1; the policy changed with the moved ones."""
    return [Mark(number, day(number), number in moved, number in appeared) for number in range(upto, 0, -1)]


def document(*statements: Json, url: str = "") -> Json:
    entries = [{"kind": "url", "url": url, "auth": "NONE"}] if url else []
    return {
        "access": {"policies": [{"qualifier": "", "document": {"Statement": list(statements)}}]},
        "entry_points": {"entry_points": entries},
    }


def statement(principal: str = STRANGER, action: str = "lambda:InvokeFunction", **more: Json) -> Json:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def binding(principal: str = STRANGER, part: str = "invoke", via: str = "resource policy: x", **more: Json) -> Exposed:
    return Exposed(part, part, "external", principal, "account", via, **more)


def began(
    told: Exposed, latest: Json, earlier: dict[int, Json], snapshots: list[Mark], added: bool = False
) -> Since | None:
    kept = {number: facts(one) for number, one in earlier.items()}
    return since(told, facts(latest), snapshots, kept.get, added)


def test_it_began_with_the_change_that_brought_it() -> None:
    found = began(binding(), document(statement()), {2: document()}, marks(3, upto=5))
    assert found == Since(3, day(3), True)


def test_other_changes_of_the_policy_do_not_make_it_younger() -> None:
    other = statement("arn:aws:iam::111122223333:root")
    earlier = {4: document(statement()), 2: document()}
    assert began(binding(), document(statement(), other), earlier, marks(5, 3, upto=5)) == Since(3, day(3), True)


def test_a_binding_that_lost_its_condition_is_a_new_one() -> None:
    narrow = statement("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-ours"}})
    earlier = {1: document(narrow)}
    found = began(binding("*"), document(statement("*")), earlier, marks(2, upto=2))
    assert found == Since(2, day(2), True)


def test_what_was_there_when_the_function_was_first_seen_is_at_least_as_old() -> None:
    assert began(binding(), document(statement()), {}, marks(upto=4)) == Since(1, day(1), False)


def test_a_function_that_was_added_while_we_watched_had_it_from_the_start() -> None:
    assert began(binding(), document(statement()), {}, marks(upto=4), added=True) == Since(1, day(1), True)


@pytest.mark.parametrize(
    ("earlier", "snapshots"),
    [({}, marks(3, upto=3)), ({2: document()}, marks(3, upto=3, appeared=(3,)))],
    ids=["the earlier configuration is not kept", "the policy became readable only then"],
)
def test_where_nothing_can_be_said_of_the_time_before_it_is_at_least_as_old(
    earlier: dict[int, Json], snapshots: list[Mark]
) -> None:
    assert began(binding(), document(statement()), earlier, snapshots) == Since(3, day(3), False)


def test_the_look_back_is_bounded() -> None:
    always = document(statement())
    upto = MOST + 10
    found = began(binding(), always, dict.fromkeys(range(upto), always), marks(*range(upto + 1), upto=upto))
    assert found is not None
    assert (found.number, found.exact) == (upto - MOST, False)


def test_a_way_through_an_address_needs_the_address() -> None:
    url = "https://abc.lambda-url.eu-west-1.on.aws/"
    told = binding(via=f"function URL {url} and resource policy: x")
    earlier = {1: document(statement())}
    found = began(told, document(statement(), url=url), earlier, marks(2, upto=2))
    assert found == Since(2, day(2), True)


def test_the_right_to_deploy_is_no_older_than_its_own_statement() -> None:
    both = document(statement(), statement(action="lambda:UpdateFunctionCode"))
    earlier = {1: document(statement())}
    assert began(binding(part="deploy"), both, earlier, marks(2, upto=2)) == Since(2, day(2), True)
    assert began(binding(), both, earlier, marks(2, upto=2)) == Since(1, day(1), False)


def test_what_a_policy_further_up_gives_has_no_snapshot_of_the_function() -> None:
    assert began(binding("serviceAccount:probe@vendor.iam.gserviceaccount.com"), document(), {}, marks(upto=2)) is None


@pytest.mark.parametrize(
    ("member", "party"),
    [
        ("serviceAccount:reader@partner-eu.iam.gserviceaccount.com", "partner-eu"),
        ("serviceAccount:123456789012-compute@developer.gserviceaccount.com", "123456789012"),
        ("serviceAccount:partner@appspot.gserviceaccount.com", "partner"),
        ("user:integrations@Partner.example", "partner.example"),
        ("group:people@partner.example", "partner.example"),
        ("domain:partner.example", "partner.example"),
        ("user:contractor@gmail.com", "contractor@gmail.com"),
        ("projectEditor:partner-eu", "partner-eu"),
        ("principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/*", "42"),
        ("allUsers", ""),
    ],
)
def test_the_party_of_a_google_member(member: str, party: str) -> None:
    assert google_party(member) == party


def test_the_party_of_an_azure_principal() -> None:
    tenant = "7C1D2A34-0000-4000-8000-1a2b3c4d5e6f"
    assert azure_party(f"tenant {tenant}", "tenant") == tenant.lower()
    assert azure_party("1b2c", "foreign group") == "1b2c"
    assert azure_party("1b2c", "user") == azure_party("any Entra account", "tenant") == ""


@pytest.mark.parametrize(
    ("level", "kind", "other", "tab"),
    [
        ("public_anonymous", "everyone", False, "public"),
        ("public_authenticated", "everyone", False, "public"),
        ("external", "account", True, "external"),
        ("organisation", "account", True, "external"),
        ("organisation", "everyone", False, "internal"),
        ("service_unscoped", "service", False, "internal"),
        ("same_account", "projectEditor", False, "internal"),
        ("same_account", "identity", False, ""),
        ("service_scoped", "service", False, ""),
        ("none", "", False, ""),
    ],
)
def test_each_rung_has_its_tab(level: str, kind: str, other: bool, tab: str) -> None:
    assert tab_of(level, kind, other) == tab
