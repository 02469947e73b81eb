"""The scope picker: all accounts, those of one provider, or those of one group; kept in the address as `?scope=`."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

from findings.scope import accounts_of
from inventory.models import Account, AccountGroup
from inventory.models.account import AccountQuerySet
from inventory.search.edit import term_text


@dataclass(frozen=True)
class Choice:
    """One entry of the picker. `query` is the same limit in the search language."""

    value: str
    title: str
    query: str = ""


@dataclass(frozen=True)
class Picked:
    """What is shown: the choice, all choices, and the accounts it stands for."""

    choice: Choice
    choices: list[Choice]
    accounts: AccountQuerySet

    def query(self, text: str) -> str:
        """A query of a list, limited to the same accounts."""
        told = f"({text})" if self.choice.query and " OR " in text else text
        return f"{told} {self.choice.query}".strip()


ALL = Choice("", "All accounts")


def picked(request: HttpRequest) -> Picked:
    """The accounts this person sees and asked for; an unknown choice shows all."""
    accounts = Account.objects.visible_to(request.user)
    choices = [ALL, *_providers(accounts), *_groups(accounts)]
    value = request.GET.get("scope", "")
    choice = next((choice for choice in choices if choice.value == value), ALL)
    return Picked(choice, choices if len(choices) > 2 else [], accounts_of(request.user, choice.value))


def _providers(accounts: QuerySet[Account]) -> list[Choice]:
    slugs = sorted(set(accounts.order_by().values_list("provider", flat=True)))
    return [Choice(f"provider:{slug}", Account.Provider(slug).label, f"provider:{slug}") for slug in slugs]


def _groups(accounts: QuerySet[Account]) -> list[Choice]:
    names = (
        AccountGroup.objects.filter(accounts__in=accounts).distinct().order_by("name").values_list("name", flat=True)
    )
    return [Choice(f"group:{name}", f"Group {name}", term_text("group", name)) for name in names]
