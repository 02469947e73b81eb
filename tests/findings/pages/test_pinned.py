"""Saved searches on the overview: one's own choice, what they find now, and nobody else's searches."""

import pytest
from django.test import Client

from inventory.models import SavedSearch, User
from tests.cast import Cast


@pytest.fixture
def search(cast: Cast) -> SavedSearch:
    owner = User.objects.get(pk=cast.analyst.pk)
    return SavedSearch.objects.create(owner=owner, slug="admins", name="Admins", query="privilege:admin")


def pins(client: Client, address: str = "/") -> list[tuple[str, int | None]]:
    return [(one.search.name, one.count) for one in client.get(address).context["pins"].searches]


def test_a_pinned_search_stands_on_the_overview_with_what_it_finds(analyst: Client, search: SavedSearch) -> None:
    assert pins(analyst) == []
    answer = analyst.post(f"/search/saved/{search.pk}/pin/", {"pin": "yes", "back": "/settings/searches/"})
    assert answer.headers["Location"] == "/settings/searches/"
    assert pins(analyst) == [("Admins", 1)]
    assert b"Unpin Admins" in analyst.get("/").content
    assert b">Unpin<" in analyst.get("/settings/searches/").content


def test_the_accounts_picked_limit_a_pinned_search_too(analyst: Client, search: SavedSearch) -> None:
    analyst.post(f"/search/saved/{search.pk}/pin/", {"pin": "yes"})
    address = analyst.get("/?scope=provider:aws").context["pins"].searches[0].address
    assert address == "/functions/?q=privilege%3Aadmin+provider%3Aaws"


def test_unpinning_takes_it_off(analyst: Client, search: SavedSearch) -> None:
    for word in ("yes", "yes", "no"):
        analyst.post(f"/search/saved/{search.pk}/pin/", {"pin": word})
    assert pins(analyst) == []


def test_what_others_keep_to_themselves_cannot_be_pinned(analyst: Client, search: SavedSearch) -> None:
    other = User.objects.create_user("somebody-else")
    SavedSearch.objects.filter(pk=search.pk).update(owner=other)
    assert analyst.post(f"/search/saved/{search.pk}/pin/", {"pin": "yes"}).status_code == 404
    SavedSearch.objects.filter(pk=search.pk).update(shared=True)
    analyst.post(f"/search/saved/{search.pk}/pin/", {"pin": "yes"})
    assert pins(analyst) == [("Admins", 1)]
    SavedSearch.objects.filter(pk=search.pk).update(shared=False)
    assert pins(analyst) == [], "it is shared no more"


def test_a_pinned_search_that_is_none_any_more_says_so_and_is_not_0(analyst: Client, search: SavedSearch) -> None:
    analyst.post(f"/search/saved/{search.pk}/pin/", {"pin": "yes"})
    SavedSearch.objects.filter(pk=search.pk).update(query="privilege:(")
    assert pins(analyst) == [("Admins", None)]
    assert b"not counted" in analyst.get("/").content
