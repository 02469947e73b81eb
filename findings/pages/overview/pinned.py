"""Saved searches that a person keeps on the overview, each with what it finds now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from findings.pages._scope import Picked
from inventory.models import SavedSearch, User
from inventory.permission import needs
from inventory.search import paging
from inventory.search.lists import LISTS
from inventory.search.parse import ParseError
from inventory.search.patience import TooSlow, patience

#: Where the keys are kept among a person's choices; no more of them than this, so that the page stays quick.
KEY, MOST = "pinned", 8
#: One search may keep the overview waiting so long; then its number is left out.
SECONDS = 1.0


@dataclass(frozen=True)
class Pinned:
    """One search: `count` None when it could not be counted, and `why`; not `exact`: so many or more."""

    search: SavedSearch
    address: str
    count: int | None
    exact: bool = True
    why: str = ""


@dataclass(frozen=True)
class Pins:
    """What is pinned; `offered` says whether there is any search that could be."""

    searches: list[Pinned]
    offered: bool


def offered_to(user: User | Any) -> QuerySet[SavedSearch]:
    """A person's own searches and those that others share."""
    return SavedSearch.objects.filter(Q(owner=getattr(user, "pk", None)) | Q(shared=True))


def keys_of(user: User | Any) -> list[int]:
    """The searches that a person pinned, in that order."""
    kept = user.preference(KEY, []) if isinstance(user, User) else []
    return [key for key in kept if isinstance(key, int)] if isinstance(kept, list) else []


def pinned(scope: Picked, user: User | Any, now: datetime) -> Pins:
    """What this person pinned and may still see, counted within the accounts that are picked."""
    found = {search.pk: search for search in offered_to(user)}
    searches = [found[key] for key in keys_of(user) if key in found and found[key].list_name in LISTS]
    return Pins([_counted(search, scope, user, now) for search in searches], bool(found))


def _counted(search: SavedSearch, scope: Picked, user: User | Any, now: datetime) -> Pinned:
    query = scope.query(search.query)
    address = f"{reverse(search.list_name)}?{urlencode({'q': query})}"
    try:
        with patience(SECONDS):
            rows = LISTS[search.list_name].search(query, user, now).rows()
            return Pinned(search, address, *paging.counted(rows, False))
    except TooSlow:
        return Pinned(search, address, None, why="takes long to count")
    except ParseError as fault:
        return Pinned(search, address, None, why=str(fault))


@needs("view", "POST")
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a search on one's overview or take it off, as the button says."""
    search, user = get_object_or_404(offered_to(request.user), pk=pk), request.user
    assert isinstance(user, User)
    kept = [key for key in keys_of(user) if key != pk]
    if request.POST.get("pin") == "yes":
        there = set(offered_to(user).filter(pk__in=kept).values_list("pk", flat=True))
        kept = [key for key in kept if key in there]
        if len(kept) >= MOST:
            messages.error(request, f"{MOST} searches are pinned already; unpin one first.")
            return redirect(_back(request))
        kept.append(pk)
        messages.success(request, f"“{search.name}” is on your overview now.")
    else:
        messages.success(request, f"“{search.name}” is on your overview no more.")
    user.preferences = {**user.preferences, KEY: kept}
    user.save(update_fields=["preferences"])
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The address the form came from, when it is one of ours."""
    address = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if ours else reverse("overview")
