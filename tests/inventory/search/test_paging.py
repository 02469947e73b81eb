"""Pages by key show every row once, in order, both ways, also where values are equal or unknown."""

import pytest

from inventory.models import Function
from inventory.search import paging
from inventory.search.lists import FUNCTIONS, Search
from tests.cast import DAY_TWO, Cast


@pytest.fixture
def many(cast: Cast) -> Search:
    """Functions of which several have the same runtime or memory, and some have none."""
    for place, function in enumerate(Function.objects.order_by("pk")):
        function.memory_mb = [None, 128, 128, None, 512, 128][place % 6]
        function.runtime = [None, "b", "a", "b", None, "a"][place % 6]
        function.save()
    return FUNCTIONS.search("", cast.analyst, DAY_TWO)


@pytest.mark.parametrize("sort", [*FUNCTIONS.sorts, *(f"-{name}" for name in FUNCTIONS.sorts)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_walk_through_every_row_and_back(many: Search, sort: str, size: int) -> None:
    whole = list(many.sorted_rows(sort).values_list("pk", flat=True))
    page = paging.page_of(many, sort, "", size)
    walked, pages = [row.pk for row in page.rows], [page]
    while page.later:
        page = paging.page_of(many, sort, page.later, size)
        assert page.first == len(walked) + 1
        walked += [row.pk for row in page.rows]
        pages.append(page)
    assert walked == whole
    for before in reversed(pages[:-1]):
        page = paging.page_of(many, sort, page.earlier, size)
        assert [row.pk for row in page.rows] == [row.pk for row in before.rows]
        assert page.first == before.first
    assert page.earlier == ""


@pytest.mark.parametrize(
    "cursor", ["x", "!!", "W10", "bnVsbA", "WyIiLFsxXSwxLDEsMF0", "A" * 5000, "\ud800", "WyJ0IiwieCIsMSwxLDBd"]
)
def test_a_cursor_that_is_none_begins_at_the_beginning(many: Search, cursor: str) -> None:
    assert paging.page_of(many, "", cursor, 2).first == 1


def test_a_cursor_of_another_order_is_no_error(many: Search) -> None:
    later = paging.page_of(many, "changed", "", 2).later
    for sort in FUNCTIONS.sorts:
        paging.page_of(many, sort, later, 2)


def test_totals_are_counted_up_to_a_limit(many: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paging.counted(many.rows()) == (5, True)
    monkeypatch.setattr(paging, "COUNTED", 3)
    assert paging.counted(many.rows()) == (3, False)
    assert paging.counted(many.rows(), exactly=True) == (5, True)
