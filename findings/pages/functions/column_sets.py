"""Named sets of columns: a person's own and those that others share, each an address of the list with its columns."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify

from findings.pages._refused import refused
from findings.pages.functions.asked import Asked
from findings.pages.functions.choices import back_of
from inventory.columns import FUNCTION_COLUMNS, UnknownColumn, chosen_columns
from inventory.models import ColumnSet, User
from inventory.permission import needs

#: A person keeps so many sets of columns at most.
MOST_SETS = 30
#: Name of a list → the columns it has; a set is of one list.
LISTS_WITH_COLUMNS = {"functions": FUNCTION_COLUMNS}


@dataclass(frozen=True)
class Offered:
    """One set in the columns menu; `slug` is set for those that can be forgotten."""

    title: str
    address: str
    here: bool
    slug: str = ""
    owner: str = ""


def offered(wanted: Asked) -> list[Offered]:
    """The sets that this person may choose from; what is no column any more is left out."""
    user, shown = wanted.request.user, [column.name for column in wanted.columns]
    if not isinstance(user, User):
        return []
    known = {column.name for column in FUNCTION_COLUMNS}
    found = []
    for one in ColumnSet.objects.filter(Q(owner=user) | Q(shared=True), list_name="functions").select_related("owner"):
        mine, names = one.owner_id == user.pk, [name for name in one.columns if name in known]
        address = wanted.address(columns=",".join(names))
        found.append(
            Offered(one.name, address, names == shown, one.slug if mine else "", "" if mine else one.owner.username)
        )
    return found


@needs("view", "POST")
def keep_set(request: HttpRequest) -> HttpResponse:
    """Keep columns under a name; an earlier set of that name is replaced."""
    user = request.user
    assert isinstance(user, User)
    name, listed = request.POST.get("name", "").strip()[:120], request.POST.get("list", "functions")
    slug = slugify(name)[:80]
    if not slug or listed not in LISTS_WITH_COLUMNS:
        return refused("A name with letters or digits is expected.")
    try:
        columns = chosen_columns(LISTS_WITH_COLUMNS[listed], ["name", *request.POST.get("columns", "").split(",")])
    except UnknownColumn as wrong:
        return refused(wrong)
    own = ColumnSet.objects.filter(owner=user)
    if own.count() >= MOST_SETS and not own.filter(slug=slug).exists():
        return refused(f"You keep {MOST_SETS} sets of columns already; forget one first.")
    told = {"name": name, "list_name": listed, "columns": [column.name for column in columns]}
    ColumnSet.objects.update_or_create(owner=user, slug=slug, defaults=told)
    return redirect(back_of(request))


@needs("view", "POST")
def forget_set(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget one of one's own."""
    get_object_or_404(ColumnSet, owner=request.user.pk, slug=slug).delete()
    return redirect(back_of(request))
