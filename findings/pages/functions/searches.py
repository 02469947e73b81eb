"""Named searches: those that come with the product, a person's own, and those that others share."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from findings.pages.functions.asked import Asked
from findings.pages.overview.pinned import keys_of
from inventory.models import SavedSearch, User

BUILT_IN = (
    ("All", ""),
    ("Admin", "privilege:admin"),
    ("Public", "exposure:public reach:internet,restricted,unknown"),
    ("Shared role", "shared:>1"),
    ("No VPC", "network:none"),
    ("Old runtime", "runtime:eol"),
    ("Changed 24 h", "changed:<24h"),
)


@dataclass(frozen=True)
class Tab:
    """One named search; `slug` is set for those that can be forgotten, `key` for those that can be pinned."""

    title: str
    query: str
    address: str
    here: bool
    slug: str = ""
    key: int = 0
    pinned: bool = False


def tabs(wanted: Asked) -> list[Tab]:
    found = [Tab(title, query, wanted.address(q=query), wanted.q == query) for title, query in BUILT_IN]
    if isinstance(wanted.request.user, User):
        user, pins = wanted.request.user, keys_of(wanted.request.user)
        offered = SavedSearch.objects.filter(Q(owner=user) | Q(shared=True), list_name="functions")
        for saved in offered:
            slug = saved.slug if saved.owner_id == user.pk else ""
            address, here = wanted.address(q=saved.query), wanted.q == saved.query
            found.append(Tab(saved.name, saved.query, address, here, slug, saved.pk, saved.pk in pins))
    return found
