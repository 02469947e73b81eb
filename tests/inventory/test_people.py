"""Roles: what somebody may do, and where; what they may not see is not there for them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.models import Account, AccountGroup, Assignment, Function, Role, User
from inventory.models.people import ALLOWED, VERBS, least_role
from inventory.system_user import EVERYTHING
from tests.cast import Cast


@pytest.fixture
def other(cast: Cast) -> Account:
    """A second account, in a group of its own."""
    group = AccountGroup.objects.create(name="office")
    return Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office", group=group)


def person(role: str = "", **places: object) -> User:
    """Somebody with a role on all accounts, or `on` accounts and `of` groups only."""
    who = User.objects.create_user(f"person-{User.objects.count()}", role="" if places else role)
    if places:
        Assignment.objects.create(user=who, role=role, **places)
    return who


def test_each_role_may_all_that_the_one_before_it_may() -> None:
    held = [ALLOWED[role] for role in Role]
    assert all(less < more for less, more in pairwise(held))
    assert held[-1] == set(VERBS)
    assert [least_role(verb) for verb in VERBS] == ["viewer", "analyst", "operator", "operator", "admin"]


@pytest.mark.parametrize("role", list(Role))
def test_a_role_on_all_accounts_costs_no_query(cast: Cast, other: Account, role: Role) -> None:
    who = person(role)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        may = {verb for verb in VERBS if who.role and verb in ALLOWED[role] and who.may(verb, other) and who.may(verb)}
        rows = str(Function.objects.visible_to(who).query)
    assert may == ALLOWED[role]
    assert len(asked) == 0
    assert "WHERE" not in rows, "whoever sees everything pays nothing for it"


def test_a_role_on_one_account_stops_there(cast: Cast, other: Account) -> None:
    who = person("operator", account=other)
    assert who.may("collect", other)
    assert not who.may("collect", cast.account)
    assert not who.may("collect"), "what concerns all accounts needs a role on all"
    assert who.may_somewhere("collect")
    assert not who.may_somewhere("administer")
    assert list(Account.objects.visible_to(who)) == [other]
    assert not Function.objects.visible_to(who).exists()


def test_a_role_on_a_group_follows_the_group(cast: Cast, other: Account) -> None:
    who = person("analyst", group=other.group)
    assert not who.may("triage", cast.account)
    cast.account.group = other.group
    cast.account.save()
    assert who.may("triage", cast.account)
    assert set(Account.objects.visible_to(who)) == {cast.account, other}
    assert Function.objects.visible_to(who).count() == Function.objects.count()


def test_several_roles_add_up(cast: Cast, other: Account) -> None:
    who = User.objects.create_user("both", role="viewer")
    Assignment.objects.create(user=who, role="operator", account=other)
    assert who.may("view")
    assert set(Account.objects.where(who, "collect")) == {other}
    assert set(Account.objects.visible_to(who)) == {cast.account, other}


def test_nobody_sees_anything_without_a_role(cast: Cast, other: Account) -> None:
    none = User.objects.create_user("none", role="")
    gone = User.objects.create_user("gone", role="admin", is_active=False)
    for who in (none, gone, AnonymousUser()):
        assert not Account.objects.visible_to(who).exists(), who
    assert not gone.may("view", other)
    assert User(username="straight from a sign-on").role == "", "who is not given a role has none"


def test_the_operator_at_the_machine_sees_everything(cast: Cast, other: Account) -> None:
    assert Account.objects.visible_to(EVERYTHING).count() == 2


def test_a_cap_takes_powers_and_places_away_and_never_gives_any(cast: Cast, other: Account) -> None:
    admin = person("admin").capped("viewer", [other.pk])
    assert list(Account.objects.visible_to(admin)) == [other]
    assert not admin.may("collect", other)
    assert not admin.may("view", cast.account)
    viewer = person("viewer").capped("admin")
    assert viewer.may("view") and not viewer.may_somewhere("administer")
    narrow = person("operator", account=other).capped("operator", [cast.account.pk])
    assert not Account.objects.visible_to(narrow).exists()


def test_an_assignment_is_of_one_account_or_one_group(cast: Cast) -> None:
    for wrong in ({}, {"account": cast.account, "group": cast.account.group}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.create(user=cast.viewer, role="viewer", **wrong)
