"""External accounts × our accounts: how many bindings each pair has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from findings.pages._parties import Party, known
from findings.pages.exposure.asked import Asked
from inventory.models import Account
from inventory.search.edit import added, term_text

#: So many parties and accounts stand in the matrix, those with most bindings first; the list has them all.
MOST_PARTIES, MOST_ACCOUNTS = 40, 12


@dataclass(frozen=True)
class Line:
    """One party: its bindings in each of the accounts, in the order of the columns, and all of them."""

    party: Party
    cells: Sequence[tuple[int, str]]
    total: int
    address: str


@dataclass(frozen=True)
class Matrix:
    accounts: Sequence[tuple[Account, str]]
    lines: Sequence[Line]
    more_parties: int
    more_accounts: int
    unnamed: int


def matrix(wanted: Asked) -> Matrix:
    """The counts of the tab's rows, in three queries. Rows that name no party are only counted."""
    rows = wanted.search.rows().order_by().values_list("provider", "party", "account").annotate(number=Count("pk"))
    counts = {(provider, party, account): number for provider, party, account, number in rows}
    named = {key: number for key, number in counts.items() if key[1]}
    parties, accounts = Counter[tuple[str, str]](), Counter[int]()
    for (provider, party, account), number in named.items():
        parties[provider, party] += number
        accounts[account] += number
    columns = [key for key, _ in sorted(accounts.items(), key=lambda one: (-one[1], one[0]))[:MOST_ACCOUNTS]]
    ours = Account.objects.in_bulk(columns)
    shown = sorted(parties.items(), key=lambda one: (-one[1], one[0]))[:MOST_PARTIES]
    told = known({key for key, _ in shown}, wanted.request.user, wanted.now)
    return Matrix(
        accounts=[(ours[key], _within(wanted, account=ours[key].native_id)) for key in columns],
        lines=[
            Line(
                told[key],
                [_cell(wanted, key[1], ours[account], named.get((*key, account), 0)) for account in columns],
                total,
                _within(wanted, external=key[1]),
            )
            for key, total in shown
        ],
        more_parties=len(parties) - len(shown),
        more_accounts=len(accounts) - len(columns),
        unnamed=sum(number for key, number in counts.items() if not key[1]),
    )


def _cell(wanted: Asked, party: str, account: Account, number: int) -> tuple[int, str]:
    return number, _within(wanted, external=party, account=account.native_id) if number else ""


def _within(wanted: Asked, **terms: Any) -> str:
    """The list of the same tab with these terms added to the query."""
    text = wanted.q
    for field, value in terms.items():
        text = added(wanted.search.list.parse(text), term_text(field, value))
    return wanted.address(view="", q=text)
