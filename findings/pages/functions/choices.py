"""What a person keeps: the columns and size of the list, and named searches. Each answers to POST only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify

from findings.pages._refused import refused
from inventory.clock import about_now
from inventory.columns import FUNCTION_COLUMNS, UnknownColumn, chosen_columns
from inventory.models import SavedSearch, User
from inventory.permission import needs
from inventory.search.lists import LISTS, ParseError
from inventory.search.paging import SIZES

#: A person's own searches are tabs; more than this is a list of its own.
MOST_SEARCHES = 30


@needs("view", "POST")
def keep_columns(request: HttpRequest) -> HttpResponse:
    """Keep the ticked columns in their order; `move` names one to put a place up or down ("region:up")."""
    user = request.user
    assert isinstance(user, User)
    names = request.POST.getlist("column")
    try:
        columns = [column.name for column in chosen_columns(FUNCTION_COLUMNS, names)]
    except UnknownColumn as wrong:
        return refused(wrong)
    name, _, way = request.POST.get("move", "").partition(":")
    if name in columns:
        place = columns.index(name)
        columns.insert(max(0, place + (-1 if way == "up" else 1)), columns.pop(place))
    kept = {"columns": columns} if "usual" not in request.POST else {}
    if request.POST.get("size") in {str(size) for size in SIZES}:
        kept["size"] = request.POST["size"]  # type: ignore[assignment]
    user.preferences = {**user.preferences, "functions": kept}
    user.save(update_fields=["preferences"])
    return redirect(back_of(request))


@needs("view", "POST")
def keep_search(request: HttpRequest) -> HttpResponse:
    """Keep a query under a name; an earlier one of that name is replaced."""
    user = request.user
    assert isinstance(user, User)
    name, query = request.POST.get("name", "").strip()[:120], request.POST.get("query", "").strip()
    listed = LISTS.get(request.POST.get("list", "functions"))
    slug = slugify(name)[:80]
    if not slug or listed is None:
        return refused("A name with letters or digits is expected.")
    try:
        listed.search(query, user, about_now())
    except ParseError as fault:
        return refused(fault)
    own = SavedSearch.objects.filter(owner=user)
    if own.count() >= MOST_SEARCHES and not own.filter(slug=slug).exists():
        return refused(f"You keep {MOST_SEARCHES} searches already; forget one first.")
    SavedSearch.objects.update_or_create(
        owner=user, slug=slug, defaults={"name": name, "query": query, "list_name": listed.name}
    )
    return redirect(back_of(request))


@needs("view", "POST")
def forget_search(request: HttpRequest, slug: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    get_object_or_404(SavedSearch, owner=user, slug=slug).delete()
    return redirect(back_of(request))


def back_of(request: HttpRequest) -> str:
    """The address the form came from, when it is one of ours."""
    address = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if ours else "/functions/"
