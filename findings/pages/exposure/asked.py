"""What the page's address asks for: tab, invokers or deployers, view, query, order, place. The page follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from findings.pages import _scope
from inventory.clock import about_now
from inventory.models.exposure import TABS
from inventory.search.lists import EXPOSURE, Search

TITLES = {"public": "Public", "external": "External & cross-account", "internal": "Internal but broad"}
WHO = {"invokers": "invoke", "deployers": "deploy"}
VIEWS = ("list", "matrix")


@dataclass(frozen=True)
class Asked:
    """The page as it is asked for; what is no such value is as if it were not given."""

    request: HttpRequest
    tab: str
    who: str
    view: str
    q: str
    sort: str
    cursor: str
    now: datetime

    @cached_property
    def scope(self) -> _scope.Picked:
        return _scope.picked(self.request)

    @property
    def part(self) -> str:
        return WHO[self.who]

    @cached_property
    def search(self) -> Search:
        """What the tab shows. Raises ParseError."""
        return EXPOSURE.search(self.q, self.request.user, self.now, self._within() & Q(tab=self.tab))

    @cached_property
    def every_tab(self) -> Search:
        """The same query over all tabs, for their counts. Raises ParseError."""
        return EXPOSURE.search(self.q, self.request.user, self.now, self._within())

    def _within(self) -> Q:
        part = Q(part=self.part)
        return part & Q(account__in=self.scope.accounts) if self.scope.choice.value else part

    def address(self, name: str = "exposure", **changes: str) -> str:
        """An address with some parameters set (or left out, when empty); whatever else is asked begins at the top."""
        told = {
            "tab": "" if self.tab == TABS[0] else self.tab,
            "who": "" if self.who == "invokers" else self.who,
            "view": "" if self.view == "list" else self.view,
            "q": self.q,
            "sort": self.sort,
            "scope": self.scope.choice.value,
            **changes,
        }
        query = urlencode({key: value for key, value in told.items() if value})
        return f"{reverse(name)}?{query}" if query else reverse(name)

    @property
    def csv(self) -> str:
        return self.address("exposure-csv", view="")

    @property
    def jsonl(self) -> str:
        return self.address("exposure-jsonl", view="")


def asked(request: HttpRequest) -> Asked:
    read = request.GET
    tab, who, view, sort = (read.get(name, "") for name in ("tab", "who", "view", "sort"))
    return Asked(
        request=request,
        tab=tab if tab in TABS else TABS[0],
        who=who if who in WHO else "invokers",
        view=view if view in VIEWS else "list",
        q=read.get("q", "").strip(),
        sort=sort if sort.removeprefix("-") in EXPOSURE.sorts else "",
        cursor=read.get("after", ""),
        now=about_now(),
    )
