"""What the list's address asks for: query, grouping, order, the group that is open, place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from findings.pages import _scope
from findings.search import FINDINGS
from inventory.clock import about_now
from inventory.search.edit import term_text
from inventory.search.lists import Search

SIZE = 50


@dataclass(frozen=True)
class Asked:
    """The list as it is asked for. `flat`: finding by finding; else by rule, with those of the rule `open` shown."""

    request: HttpRequest
    q: str
    sort: str
    cursor: str
    flat: bool
    open: str
    now: datetime

    @cached_property
    def scope(self) -> _scope.Picked:
        return _scope.picked(self.request)

    @cached_property
    def search(self) -> Search:
        """What it finds. Raises ParseError."""
        within = Q(account__in=self.scope.accounts) if self.scope.choice.value else Q()
        return FINDINGS.search(self.q, self.request.user, self.now, within)

    def of_rule(self, rule: str) -> Search:
        """The same, of one rule only."""
        within = self.search.within & Q(rule=rule)
        return FINDINGS.search(self.q, self.request.user, self.now, within)

    def address(self, **changes: str) -> str:
        """The list's address with some parameters set (or left out, when empty); another query begins at the top."""
        told = {"q": self.q, "sort": self.sort, "scope": self.scope.choice.value, "view": "flat" if self.flat else "",
                "open": self.open, "after": self.cursor}  # fmt: skip
        if changes.keys() & {"q", "sort", "view", "open"}:
            told["after"] = ""
        return with_query(reverse("findings"), told | changes)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form must carry along (besides the scope, which stays in the address) to lead back to this list."""
        told = {"q": self.q, "sort": self.sort, "open": self.open, "view": "flat" if self.flat else ""}
        return [(name, value) for name, value in told.items() if value]

    @property
    def by_rule(self) -> str:
        return self.address(view="")

    @property
    def one_by_one(self) -> str:
        return self.address(view="flat", open="")

    @property
    def facets_address(self) -> str:
        told = {"q": self.q, "scope": self.scope.choice.value, "view": "flat" if self.flat else ""}
        return f"{reverse('findings-facets')}?{urlencode(told)}"

    def export(self, name: str) -> str:
        return with_query(reverse(name), {"q": self.q, "sort": self.sort, "scope": self.scope.choice.value})

    @property
    def csv(self) -> str:
        return self.export("findings-csv")

    @property
    def jsonl(self) -> str:
        return self.export("findings-jsonl")

    @property
    def report(self) -> str:
        return with_query(reverse("report"), {"q": self.q, "scope": self.scope.choice.value})

    @property
    def ocsf(self) -> str:
        return self.export("findings-ocsf")

    @property
    def sarif(self) -> str:
        return self.export("findings-sarif")

    @property
    def api(self) -> str:
        """The same query put to the API, whole."""
        address = with_query("/api/v1/findings/", {"q": self.scope.query(self.q), "sort": self.sort})
        return self.request.build_absolute_uri(address)


def with_query(address: str, told: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{address}?{query}" if query else address


def asked(request: HttpRequest, read: QueryDict | None = None) -> Asked:
    """Read the address (or the form `read`); what is no such value is as if it were not given."""
    read = request.GET if read is None else read
    sort = read.get("sort", "")
    return Asked(
        request=request,
        q=read.get("q", "").strip(),
        sort=sort if sort.removeprefix("-") in FINDINGS.sorts else "",
        cursor=read.get("after", ""),
        flat=read.get("view", "") == "flat",
        open=read.get("open", "")[:80],
        now=about_now(),
    )


def of_function(uid: str) -> str:
    """The query for what is open of a function."""
    return term_text("function", uid)
