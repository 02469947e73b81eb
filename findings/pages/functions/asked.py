"""What the list's address asks for: query, order, columns, size, place, peek. The whole page follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from findings.pages import _past, _scope
from inventory.clock import about_now
from inventory.columns import FUNCTION_COLUMNS, Column, UnknownColumn, chosen_columns, default_columns
from inventory.models import Account, User
from inventory.present import extras
from inventory.search.lists import FUNCTIONS, Search
from inventory.search.paging import SIZES
from inventory.search.parse import ParseError
from inventory.then import state_at

SIZE = 50


@dataclass(frozen=True)
class Asked:
    """The list as it is asked for. `own_columns`, `own_size` and `own_at` say what the address itself names.

    `at` is the earlier time it is to show, None for now; `no_time` says why the address names none.
    """

    request: HttpRequest
    q: str
    sort: str
    cursor: str
    columns: Sequence[Column]
    own_columns: str
    size: int
    own_size: str
    peek: str
    exactly: bool
    now: datetime
    at: datetime | None = None
    own_at: str = ""
    no_time: str = ""

    @cached_property
    def scope(self) -> _scope.Picked:
        return _scope.picked(self.request)

    @property
    def no_columns(self) -> str:
        """Why the columns that the address names are not shown; empty where they are, or where it names none."""
        try:
            chosen_columns(FUNCTION_COLUMNS, self.own_columns.split(",") if self.own_columns else [])
        except UnknownColumn as unknown:
            return str(unknown)
        return ""

    @cached_property
    def search(self) -> Search:
        """What it finds. Raises ParseError."""
        if self.no_time:
            raise ParseError(self.no_time, 0, 0)
        within = Q(account__in=self.scope.accounts) if self.scope.choice.value else Q()
        return FUNCTIONS.search(self.q, self.request.user, self.at or self.now, within, past=self.at is not None)

    def then(self) -> AbstractContextManager[None]:
        """Inside it the tables show the time that is asked for."""
        return state_at(self.at, Account.objects.visible_to(self.request.user))

    @property
    def moment(self) -> datetime:
        """The time whose state is shown."""
        return self.at or self.now

    def address(self, **changes: str) -> str:
        """The list's address with some parameters set (or left out, when empty); another query begins at the top."""
        told = {
            "q": self.q,
            "sort": self.sort,
            "scope": self.scope.choice.value,
            "columns": self.own_columns,
            "size": self.own_size,
            "at": self.own_at,
            "after": self.cursor,
            "peek": self.peek,
        }
        if changes.keys() & {"q", "sort", "size", "at"}:
            told["after"] = told["peek"] = ""
        return _with(reverse("functions"), told | changes)

    @property
    def keeps(self) -> list[tuple[str, str]]:
        """The parameters that the same list of another time has."""
        told = {"q": self.q, "sort": self.sort, "scope": self.scope.choice.value, "columns": self.own_columns,
                "size": self.own_size}  # fmt: skip
        return [(name, value) for name, value in told.items() if value]

    @property
    def column_names(self) -> str:
        """The columns shown, as the address names them."""
        return ",".join(column.name for column in self.columns)

    @property
    def csv(self) -> str:
        return self._export("functions-csv")

    @property
    def jsonl(self) -> str:
        return self._export("functions-jsonl")

    def _export(self, name: str) -> str:
        """The address of an export of exactly this query, order and columns."""
        told = {"q": self.q, "sort": self.sort, "scope": self.scope.choice.value, "columns": self.column_names,
                "at": self.own_at}  # fmt: skip
        return _with(reverse(name), told)

    @property
    def api(self) -> str:
        """The same query put to the API, whole."""
        address = _with("/api/v1/functions/", {"q": self.scope.query(self.q), "sort": self.sort, "at": self.own_at})
        return self.request.build_absolute_uri(address)

    @property
    def facets_address(self) -> str:
        """Where the facets come from; a parameter can be added to it."""
        told = {"q": self.q, "sort": self.sort, "scope": self.scope.choice.value, "columns": self.own_columns,
                "size": self.own_size, "at": self.own_at}  # fmt: skip
        return f"{reverse('functions-facets')}?{urlencode(told)}"

    @property
    def kept_address(self) -> str:
        """This list without columns and size of its own: those that are kept count there. The chooser stays open."""
        told = {"q": self.q, "sort": self.sort, "scope": self.scope.choice.value, "at": self.own_at, "choose": "1"}
        return _with(reverse("functions"), told)


def _with(address: str, told: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{address}?{query}" if query else address


def asked(request: HttpRequest) -> Asked:
    """Read the address; what is no such value is as if it were not given."""
    read = request.GET
    kept = request.user.preference("functions", {}) if isinstance(request.user, User) else {}
    size, now = read.get("size", ""), about_now()
    at, no_time = _past.asked_time(read.get("at", ""), now)
    return Asked(
        request=request,
        q=read.get("q", "").strip(),
        sort=read.get("sort", "") if read.get("sort", "").removeprefix("-") in FUNCTIONS.sorts else "",
        cursor=read.get("after", ""),
        columns=_columns(read.get("columns", ""), kept.get("columns")),
        own_columns=read.get("columns", ""),
        size=_size(size) or _size(kept.get("size")) or SIZE,
        own_size=size if _size(size) else "",
        peek=read.get("peek", ""),
        exactly="exactly" in read,
        now=now,
        at=at,
        own_at=read.get("at", "").strip() if at else "",
        no_time=no_time,
    )


def _columns(named: str, kept: object) -> Sequence[Column]:
    """The columns of the address, else those this person keeps, else the usual ones; the name always comes first."""
    for names in (named.split(",") if named else None, kept):
        if isinstance(names, list):
            try:
                return chosen_columns(FUNCTION_COLUMNS, ["name", *map(str, names)])
            except UnknownColumn:
                continue
    return [column for column in default_columns(FUNCTION_COLUMNS) if column.part != "findings" or "findings" in extras]


def _size(text: object) -> int | None:
    return int(str(text)) if str(text) in {str(size) for size in SIZES} else None
