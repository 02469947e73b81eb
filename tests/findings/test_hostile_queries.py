"""Hostile queries over every list that can be searched (R-26): read or refused with a place, never a fault.

`FANLIGHT_QUERY_CASES` raises how many are made up.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findings.evaluate import judge_account
from findings.search import FINDINGS
from inventory.clock import now
from inventory.search.lists import LISTS, ParseError, SearchList
from inventory.search.parse import Term
from tests.cast import DAY_TWO, Cast

CASES = int(os.environ.get("FANLIGHT_QUERY_CASES", "300"))
#: Seconds of work in which any text is read or refused.
QUICKLY = 0.05
HAND = (
    "x" * 100_000, "(" * 10_000, ")" * 10_000, "-" * 10_000, '"' * 999, "a," * 999, "name:" + "(" * 1900, "-(" * 900,
    "OR " * 600, "(a+)+$" * 300, "name:(a*)*b" + "a" * 60, "name:" + "*a" * 900, "*" * 1990, "name__startswith:x",
    "account__native_id:x", "resource__latest__document__contains:x", "name__regex:(a+)+", "pk__in:1", "__class__:x",
    "name:'; DROP TABLE inventory_function;--", "name:\" OR 1=1 --", "имя:х", "ｎａｍｅ:x", "ıs:gone",
    "tag.ключ:значение",
    "tag.a__b:x", "\x00", "name:\x00", "\ud800", "tag.\x00:x", "a\u2028b", "name:%_%", "\\" * 1999,
    "region:" + "a," * 700,
    'tag."' + "\\" * 1900, "changed:99999999999999999999d", "changed:<0000-00-00", "risk:1e999", "id:" + "9" * 400,
    "{{7*7}} ${7*7} %(x)s %s {0.__class__}",
)  # fmt: skip
#: Where each list is asked, as page and as API; the last is a search without the language.
PAGES = ("/functions/", "/identities/", "/exposure/", "/findings/", "/findings/mending/", "/changes/")
API = ("functions", "identities", "exposure", "findings")
#: One of each kind: pages cost more than the search itself.
FEW = tuple(HAND[at] for at in (0, 1, 9, 13, 15, 19, 20, 22, 27, 28, 33, 37, 38))
VALUES = st.one_of(
    st.sampled_from(["\x00", "\ud800", "%", "_", "\\", "'", '"', "*" * 50, "1e9", "-1", "9" * 30, "٣", "..", "<",
                     "9y..1s", "__class__", "0001-01-01", "9999-12-31", "2026-01-01T99:00", "eol<9", "a" * 900, "me",
                     "unknown", ">=", "-", "a..b", "a,b"]),
    st.text(max_size=20),
)  # fmt: skip
#: How a field and a value stand in a query.
SHAPES = (
    "{0}:{1}", '{0}:"{1}"', "-{0}:<{1}", "{0}:>{1}..{1}", "NOT ({0}:{1} OR {0}:*{1}*)", "{0}.{1}:{1}", "{0}__{1}:x",
)  # fmt: skip
FIELDS = [(listed, name) for listed in sorted(LISTS) for name in sorted(LISTS[listed].fields)]


@pytest.fixture
def judged(cast: Cast) -> Cast:
    judge_account(cast.account, DAY_TWO)
    cast.viewer.role = "admin"
    cast.viewer.save()
    return cast


def asked(listed: SearchList, text: str, cast: Cast) -> None:
    """Put the query, or take the refusal."""
    try:
        listed.search(text, cast.analyst, now()).rows().count()
    except ParseError as fault:
        assert fault.message
        assert 0 <= fault.start < fault.end


def cost(listed: SearchList, text: str) -> float:
    """Seconds of this thread's own work."""
    begun = time.thread_time()
    try:
        listed.parse(text)
    except ParseError as fault:
        assert fault.message
    return time.thread_time() - begun


def test_every_list_is_among_them() -> None:
    assert {*LISTS} == {*API}
    assert LISTS["findings"] is FINDINGS


@pytest.mark.parametrize("listed", sorted(LISTS))
def test_no_text_by_hand_is_slow_or_a_fault(judged: Cast, listed: str) -> None:
    slow = {text[:40]: spent for text in HAND if (spent := min(cost(LISTS[listed], text) for _ in range(3))) >= QUICKLY}
    assert slow == {}
    for text in HAND:
        asked(LISTS[listed], text, judged)


@pytest.mark.parametrize("listed", sorted(LISTS))
def test_nothing_but_a_field_of_the_list_is_ever_a_field(listed: str) -> None:
    for text in HAND:
        try:
            query = LISTS[listed].parse(text)
        except ParseError:
            continue
        assert {leaf.name for leaf in query.leaves() if isinstance(leaf, Term)} <= {*LISTS[listed].fields}


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(of=st.sampled_from(FIELDS), value=VALUES, how=st.sampled_from(SHAPES))
def test_no_value_of_any_field_of_any_list_is_a_fault(judged: Cast, of: tuple[str, str], value: str, how: str) -> None:
    asked(LISTS[of[0]], how.format(of[1], value), judged)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_what_is_wrong_where_the_query_stands(judged: Cast, client: Client, page: str) -> None:
    client.force_login(judged.viewer)
    told = 0
    for text in FEW:
        answer = client.get(page, {"q": text.encode(errors="surrogatepass")})
        assert answer.status_code in (200, 400, 422), (text[:40], answer.status_code)
        body = answer.content.decode()
        assert "Traceback" not in body
        told += answer.status_code != 200 and "character" in body
    assert told >= 2 or page == "/changes/", "a refusal names its place"


@pytest.mark.parametrize("listed", API)
def test_the_api_tells_it_with_its_place(judged: Cast, client: Client, listed: str) -> None:
    client.force_login(judged.viewer)
    for text in HAND:
        answer: Any = client.get(f"/api/v1/{listed}/", {"q": text.encode(errors="surrogatepass")})
        assert answer.status_code in (200, 400), (text[:40], answer.status_code)
        if answer.status_code == 400:
            assert answer.json()["errors"]["q"]
