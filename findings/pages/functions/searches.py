"""Named searches: those that come with the product, and a person's own."""

from __future__ import annotations

from dataclasses import dataclass

from findings.pages.functions.asked import Asked
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
    """One named search; `slug` is set for those that can be forgotten."""

    title: str
    query: str
    address: str
    here: bool
    slug: str = ""


def tabs(wanted: Asked) -> list[Tab]:
    found = [Tab(title, query, wanted.address(q=query), wanted.q == query) for title, query in BUILT_IN]
    if isinstance(wanted.request.user, User):
        for saved in SavedSearch.objects.filter(owner=wanted.request.user, list_name="functions"):
            here = wanted.q == saved.query
            found.append(Tab(saved.name, saved.query, wanted.address(q=saved.query), here, saved.slug))
    return found
