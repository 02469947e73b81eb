"""A search of an earlier time finds what the same search found at that time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from inventory.models import Account, Function, PostureStep
from inventory.present import present_functions
from inventory.record import conclude
from inventory.search.field import Field
from inventory.search.function_fields import FUNCTION_FIELDS
from inventory.search.lists import FUNCTIONS, ParseError
from inventory.search.parse import Term
from inventory.search.past import KEPT, PARTLY
from inventory.system_user import EVERYTHING
from inventory.then import NoSuchTime, moment_of, shown_at, state_at
from tests.cast import (
    DAY_ONE,
    DAY_TWO,
    NUMBER,
    REGION,
    functions_of_day_one,
    functions_of_day_two,
    identities,
    postures,
    record_day,
)

#: Queries over every field that is kept; what they find on day one is asked again from day two.
QUERIES = (
    "", "checkout", "name:check*", "id:*:function:checkout", "provider:aws", "account:acme-prod", "group:shop",
    "region:eu-west-1", "runtime:python", "runtime:eol", "-runtime:python", "kind:*", "state:active", "package:zip",
    "arch:arm64", "memory:>=512", "memory:<512", "timeout:>5", "concurrency:5", "code-size:>1", "identity:*checkout*",
    "identity:none", "privilege:admin", "privilege:unknown", "exposure:public", "-exposure:public", "deploy:>=external",
    "reach:internet", "latent:no", "url:any", "url:none", "-url:any", "trigger:sqs", "trigger:none", "-trigger:s3",
    "network:any", "network:none", "egress:any", "key:*", "log-retention:<30d", "env:*", "-env:DB_PASSWORD", "layer:*",
    "tag.env:prod", "-tag.env:prod", "tag:team", "changed:<7d", "first-seen:<7d", "is:gone", "is:public", "is:new",
    "is:latent", "has:url", "-has:url", "has:trigger", "has:tags", "has:identity", "has:vpc", "has:key", "has:dlq",
    "has:env", "has:layers", "has:secrets", "has:concurrency", "has:log-retention", "has:entry-point",
    "invoker:public", "deployer:external", "unknown:runtime", "is:gone gone:<3d",
    "(memory:>=512 OR is:public) -name:janitor",
)  # fmt: skip
BETWEEN = DAY_ONE + timedelta(hours=3)


def found(query: str, at: datetime, *, past: bool) -> list[str]:
    rows = FUNCTIONS.search(query, EVERYTHING, at, past=past).sorted_rows()
    return [row.name for row in rows]


def told() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in present_functions(Function.objects.filter(gone_at=None))}


@pytest.fixture
def days(db: None) -> dict[str, Any]:
    """Day one, what was found on it, and day two."""
    account = Account.objects.create(
        provider="aws", native_id=NUMBER, name="acme-prod", connection={"regions": [REGION]},
        group=_group(),
    )  # fmt: skip
    record_day(account, "global", DAY_ONE, identities(), "roles")
    record_day(account, REGION, DAY_ONE, functions_of_day_one(), "functions")
    _conclude(DAY_ONE, checkout={"privilege": "read", "invoke": "none", "deploy": "same_account"})
    kept = {query: found(query, BETWEEN, past=False) for query in QUERIES}, told()
    record_day(account, REGION, DAY_TWO, functions_of_day_two(), "functions")
    _conclude(DAY_TWO, checkout={"privilege": "admin", "invoke": "public_anonymous", "deploy": "external"})
    return {"found": kept[0], "told": kept[1], "account": account}


def _group() -> Any:
    from inventory.models import AccountGroup

    return AccountGroup.objects.create(name="shop")


def _conclude(at: datetime, **otherwise: dict[str, str]) -> None:
    rows = postures({row.name: row for row in Function.objects.all()})
    for row in rows:
        row.at = at
        for name, word in otherwise.get(row.function.name, {}).items():
            setattr(row, name, word)
    conclude(rows)


def test_every_query_finds_from_day_two_what_it_found_on_day_one(days: dict[str, Any]) -> None:
    assert any(found(query, BETWEEN, past=False) != days["found"][query] for query in QUERIES)
    with state_at(BETWEEN):
        again = {query: found(query, BETWEEN, past=True) for query in QUERIES}
    assert again == days["found"]


def test_every_row_says_what_it_said_then_or_null_where_that_is_not_kept(days: dict[str, Any]) -> None:
    with state_at(BETWEEN):
        again = told()
    assert again.keys() == days["told"].keys()
    for name, row in again.items():
        then = days["told"][name]
        assert row.pop("bindings") is None
        assert row.pop("shared_by") is None
        assert row["privilege"].pop("classes") == (None if row["privilege"]["level"] != "unknown" else [])
        assert row.pop("last_seen") == BETWEEN
        then = {**then, "privilege": {"level": then["privilege"]["level"]}}
        # Nobody was asked by rules in here: no finding is known of either time.
        for other in ("bindings", "shared_by", "last_seen", "findings"):
            then.pop(other, None)
        row.pop("findings")
        assert row == then, name


def test_what_came_later_is_not_found_and_what_went_later_is(days: dict[str, Any]) -> None:
    with state_at(BETWEEN):
        assert "legacy" in found("", BETWEEN, past=True)
    assert "legacy" not in found("", DAY_TWO, past=False)
    with state_at(DAY_ONE - timedelta(days=1)):
        assert found("", DAY_ONE - timedelta(days=1), past=True) == []


def test_what_was_gone_by_then_is_gone_then(days: dict[str, Any]) -> None:
    late = DAY_TWO + timedelta(hours=1)
    with state_at(late):
        assert found("is:gone", late, past=True) == ["legacy"]
        assert found("", late, past=True) == found("", late, past=False)


def test_a_function_that_returned_is_gone_in_between(days: dict[str, Any]) -> None:
    back = DAY_TWO + timedelta(days=1)
    record_day(days["account"], REGION, back, functions_of_day_one(), "functions")
    with state_at(DAY_TWO + timedelta(hours=1)):
        assert found("is:gone", DAY_TWO + timedelta(hours=1), past=True) == ["legacy"]
    assert found("is:gone", back, past=False) == []


def test_what_was_judged_first_after_that_time_is_unknown_then(days: dict[str, Any]) -> None:
    PostureStep.objects.filter(at__lt=DAY_TWO).delete()
    with state_at(BETWEEN):
        assert found("privilege:admin", BETWEEN, past=True) == []
        assert found("-privilege:admin", BETWEEN, past=True) == []
        assert "checkout" in found("privilege:unknown", BETWEEN, past=True)


def test_the_tables_are_those_of_now_again_afterwards(days: dict[str, Any]) -> None:
    before = found("is:public", DAY_TWO, past=False)
    with state_at(BETWEEN):
        assert shown_at() == BETWEEN
    with pytest.raises(RuntimeError), state_at(BETWEEN):
        raise RuntimeError
    assert shown_at() is None
    assert found("is:public", DAY_TWO, past=False) == before
    assert not [name for name in connection.introspection.table_names() if name.startswith("then_")]


@pytest.mark.parametrize(
    "query",
    ["shared:>1", "policy:x", "can:s3:GetObject", "power:admin", "wildcard:actions", "escalation:any", "principal:*",
     "invoker:x", "deployer:x", "external:any", "via:x", "seen:>2d", "unread:access", "is:stale", "is:shared",
     "is:unread", "has:policy", "has:unread", "finding:critical", "unknown:power", "name:x -can:s3:GetObject",
     "role:x OR findings:any"],
)  # fmt: skip
def test_what_is_known_of_now_only_is_refused_by_name(query: str, db: None) -> None:
    with pytest.raises(ParseError) as refused:
        FUNCTIONS.search(query, EVERYTHING, BETWEEN, past=True)
    assert "known of now only" in str(refused.value)
    asked = query.split()[-1].lstrip("-").partition(":")[0]
    assert {"findings": "finding"}.get(asked, asked) in str(refused.value)


def test_each_field_is_answered_of_then_or_refused() -> None:
    """A new field is refused until somebody says, here and in `past`, that its value of then is kept."""
    fields = {one.name: one for one in FUNCTION_FIELDS.values()}
    asked = {term.name for query in QUERIES for term in FUNCTIONS.parse(query).leaves() if isinstance(term, Term)}
    named = {FUNCTION_FIELDS[name].name for name in asked}
    assert fields.keys() >= KEPT
    assert KEPT - named == {"worst"}, "findings are asked in tests/findings/test_then.py"
    assert named <= KEPT | PARTLY.keys()
    for name, words in PARTLY.items():
        assert isinstance(fields[name], Field)
        assert set(words) <= {*fields[name].values} or name == "unknown"


@pytest.mark.parametrize(("text", "meant"), [
    ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
    ("2026-03-02T09:30", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
    ("2026-03-02T09:30:00Z", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
    ("2026-03-02T09:30:00+02:00", datetime(2026, 3, 2, 7, 30, tzinfo=UTC)),
])  # fmt: skip
def test_a_day_or_a_moment_is_a_time(text: str, meant: datetime) -> None:
    assert moment_of(text, DAY_TWO) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2030-01-01", "0001-01-01T00:00:00+14:00", "9" * 99])
def test_any_other_text_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(NoSuchTime) as refused:
        moment_of(text, DAY_TWO)
    assert any(word in str(refused.value) for word in ("2026-11-20", "lies ahead", "no calendar"))
