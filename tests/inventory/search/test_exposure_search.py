"""Queries about who is let in and how grants are written find what they say, and say why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from findings.evaluate import judge_account
from inventory.facts import Binding
from inventory.models import Account, Function, Privilege, Trust
from inventory.search.explain import why
from inventory.search.lists import FUNCTIONS, IDENTITIES, LISTS, ParseError
from tests.cast import (
    CHECKOUT_ROLE,
    DAY_TWO,
    JANITOR_ROLE,
    REGION,
    SHARED_ROLE,
    Cast,
    access,
    allow,
    function,
    native_id,
    record_day,
    role,
)

Json = Any
PARTNER, VENDOR = "999988887777", "555566667777"
NOON = DAY_TWO + timedelta(days=1, hours=3)
ALL = {"feed", "push", "tidy", "hidden"}


def statement(name: str, principal: Json, action: str) -> Json:
    return {"Sid": "s", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": native_id(name)}


def bound(principal: str, action: str, via: str = "resource policy") -> tuple[Binding, ...]:
    return (Binding(principal=principal, principal_kind="account", actions=(action,), via=via, source="partner-sid"),)


@pytest.fixture
def world(cast: Cast) -> Cast:
    """feed: a connected partner may call; push: an unknown vendor may deploy; hidden: a URL grant without a URL."""
    Account.objects.create(provider="aws", native_id=PARTNER, name="Friendly Partner", stance="third-party")
    call, change = "lambda:InvokeFunction", "lambda:UpdateFunctionCode"
    feed = access(statement("feed", {"AWS": PARTNER}, call))
    push = access(statement("push", {"AWS": VENDOR}, change))
    hidden = access(statement("hidden", "*", "lambda:InvokeFunctionUrl"))
    at = DAY_TWO + timedelta(days=1)
    roles = [
        role(JANITOR_ROLE, "everything", allow(["*"], "*")),
        role(
            SHARED_ROLE,
            "office",
            allow(["s3:*"], "arn:aws:s3:::office/*"),
            {**allow(["ses:SendEmail"], ""), "Resource": ["*"]},
        ),
        role(CHECKOUT_ROLE, "orders", allow(["dynamodb:Get*"], "arn:aws:dynamodb:*:*:table/orders")),
    ]
    record_day(cast.account, "global", at, roles, "roles")
    seen = [
        function("feed", CHECKOUT_ROLE, access=feed, bindings=bound(PARTNER, call)),
        function("push", SHARED_ROLE, access=push, bindings=bound(VENDOR, change)),
        function("tidy", JANITOR_ROLE),
        function("hidden", JANITOR_ROLE, access=hidden, bindings=bound("*", "lambda:InvokeFunctionUrl")),
    ]
    record_day(cast.account, REGION, at, seen, "functions")
    judge_account(cast.account, at)
    return cast


def found(world: Cast, query: str) -> set[str]:
    return set(FUNCTIONS.search(query, world.analyst, NOON).rows().values_list("name", flat=True))


def because(world: Cast, query: str, name: str) -> str:
    search = FUNCTIONS.search(query, world.analyst, NOON)
    function = Function.objects.select_related("posture").get(name=name)
    return "; ".join(reason for met in why(search, function) for reason in met.because)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("external:any", {"feed", "push"}),
        ("-external:any", {"tidy", "hidden"}),
        ("external:known", {"feed"}),
        ("external:unknown", {"push"}),
        ("external:untrusted", {"feed", "push"}),
        ("external:trusted", set()),
        (f"external:{PARTNER}", {"feed"}),
        ('external:"friendly partner"', {"feed"}),
        ("external:5555*", {"push"}),
        (f"deployer:{VENDOR}", {"push"}),
        ("deployer:external", {"push"}),
        (f"invoker:{VENDOR}", set()),
        (f"invoker:{PARTNER}", {"feed"}),
        ('via:"resource policy"', {"feed", "push", "hidden"}),
        ("via:partner-*", {"feed", "push", "hidden"}),
        ("latent:yes", {"hidden"}),
        ("latent:no", ALL - {"hidden"}),
        ("-latent:yes", ALL - {"hidden"}),
        ("wildcard:actions", ALL),
        ("wildcard:service", ALL - {"feed"}),
        ("wildcard:resources", ALL - {"feed"}),
        ("ingress:internet", {"feed"}),
    ],
)
def test_a_query_finds_what_it_says(world: Cast, query: str, names: set[str]) -> None:
    if query.startswith("ingress"):
        assert found(world, query) == found(world, query.replace("ingress", "reach"))
    else:
        assert found(world, query) == names


def test_escalation_paths_are_found_by_name_and_by_whether_they_are_confirmed(world: Cast) -> None:
    Privilege.objects.exclude(escalation="").delete()
    shared = world.identities["office-shared"]
    Privilege.objects.create(
        identity=shared, power="identity_escalation", breadth="account", via="office", escalation="iam-001",
        confirmed=True,
    )  # fmt: skip
    for query in ("escalation:any", "escalation:confirmed", "escalation:iam-001", "escalation:iam-*"):
        assert found(world, query) == {"push"}, query
    assert found(world, "escalation:potential") == set()
    assert "iam-001" in because(world, "escalation:confirmed", "push")
    rows = IDENTITIES.search("escalation:confirmed", world.analyst, NOON).rows()
    assert set(rows.values_list("name", flat=True)) == {"office-shared"}


def test_trust_moves_a_party_from_untrusted_to_trusted_until_it_expires(world: Cast) -> None:
    Trust.objects.create(provider="aws", party=VENDOR, reason="x", by_name="o", at=DAY_TWO, until=NOON)
    assert found(world, "external:untrusted") == {"feed", "push"}, "it has expired at that very moment"
    Trust.objects.update(until=NOON + timedelta(seconds=1))
    assert (found(world, "external:untrusted"), found(world, "external:trusted")) == ({"feed"}, {"push"})
    assert found(world, "external:known") == {"feed", "push"}, "whom we trust is known"


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("external:unknown", "push", f"{VENDOR} may deploy by resource policy"),
        ("via:partner-sid", "feed", f"{PARTNER} may lambda:InvokeFunction by resource policy"),
        (f"invoker:{PARTNER}", "feed", f"{PARTNER} may lambda:InvokeFunction"),
        ("invoker:external", "feed", "invoke is external"),
        (f"deployer:{VENDOR}", "push", "lambda:UpdateFunctionCode"),
        ("deployer:external", "push", "deploy is external"),
        (f"principal:{VENDOR}", "push", f"{VENDOR} may"),
        ("exposure:external", "feed", f"{PARTNER} by resource policy"),
        ("deploy:external", "push", f"{VENDOR} by resource policy"),
        ("latent:yes", "hidden", "there is no function URL"),
        ("is:latent", "hidden", "there is no function URL"),
        ("egress:any,restricted,private,none", "feed", "egress is"),
        ("ingress:*", "feed", "the network lets callers come from"),
        ("shared:>1", "tidy", "2 functions run as"),
        ("identity:janitor-admin", "tidy", JANITOR_ROLE),
        ("policy:office", "push", "inline office"),
        ("can:s3:DeleteObject on:arn:aws:s3:::office/x", "push", "allows s3:*"),
        ("wildcard:service", "push", "s3:* on arn:aws:s3:::office/*"),
        ("wildcard:resources", "push", "ses:SendEmail on *"),
        ("wildcard:actions", "feed", "dynamodb:Get*"),
    ],
)
def test_a_row_says_why_it_was_found(world: Cast, query: str, name: str, reason: str) -> None:
    assert name in found(world, query)
    assert reason in because(world, query, name)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("wildcard:everything", "One of actions, resources, service"),
        ("latent:perhaps", "yes or no"),
        ("wildcard:>1", "takes no"),
    ],
)
def test_a_value_that_is_none_is_refused_with_what_was_expected(world: Cast, query: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        FUNCTIONS.search(query, world.analyst, NOON)


def test_every_example_of_every_list_is_a_query(world: Cast) -> None:
    for searched in LISTS.values():
        for field in searched.fields.values():
            searched.search(field.example, world.analyst, NOON).rows().exists()
