"""What the address of a compliance page asks for: a framework, some accounts, a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date

from findings.compliance import Stand, frameworks, stands, stands_on, summed
from findings.controls import Answered
from findings.pages import _scope
from findings.standards import FRAMEWORKS, Framework
from inventory.clock import about_now
from inventory.models import Account
from inventory.models.account import AccountQuerySet


@dataclass(frozen=True)
class Line:
    """One control, and how the resources stand to it."""

    answered: Answered
    stand: Stand

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(rule.id for rule in self.answered.rules)


@dataclass(frozen=True)
class Asked:
    """A framework as it is asked for. `on` is a day of the past (None: now); `wrong` what is no day."""

    request: HttpRequest
    slug: str
    now: datetime
    on: date | None = None
    wrong: str = ""

    @property
    def framework(self) -> Framework:
        return FRAMEWORKS[self.slug]

    @cached_property
    def controls(self) -> tuple[Answered, ...]:
        return frameworks()[self.slug]

    @cached_property
    def scope(self) -> _scope.Picked:
        return _scope.picked(self.request)

    @cached_property
    def choices(self) -> list[Account]:
        """The accounts that the framework is about, of those in the scope."""
        return list(self.scope.accounts.filter(provider__in=self.framework.providers))

    @cached_property
    def account(self) -> Account | None:
        """The one account that is asked for; what is not seen or does not exist is as if it were not asked."""
        wanted = self.request.GET.get("account", "")
        return next((one for one in self.choices if str(one.pk) == wanted), None)

    @cached_property
    def accounts(self) -> AccountQuerySet:
        accounts = self.scope.accounts.filter(provider__in=self.framework.providers)
        return accounts.filter(pk=self.account.pk) if self.account else accounts

    @cached_property
    def lines(self) -> list[Line]:
        """Every control of the framework, in its order."""
        found = stands_on(self.on, self.slug, self.accounts) if self.on else stands(self.controls, self.accounts)
        return [Line(one, summed(found.get(one.key, {}))) for one in self.controls]

    @cached_property
    def kept(self) -> bool:
        """Whether anything is known of the day."""
        return any(line.stand.asked for line in self.lines)

    def address(self, name: str, *parts: str, **changes: str) -> str:
        told = {
            "scope": self.scope.choice.value, "account": str(self.account.pk) if self.account else "",
            "on": self.on.isoformat() if self.on else "",
        } | changes  # fmt: skip
        query = urlencode({key: value for key, value in told.items() if value})
        address = reverse(name, args=[self.slug, *parts])
        return f"{address}?{query}" if query else address

    @property
    def of_now(self) -> str:
        return self.address("compliance-framework", on="")

    @property
    def csv(self) -> str:
        return self.address("compliance-csv")

    @property
    def jsonl(self) -> str:
        return self.address("compliance-jsonl")


def asked(request: HttpRequest, slug: str) -> Asked:
    """Read the address. Raises Http404 for a framework that there is none of."""
    if slug not in frameworks():
        raise Http404
    text, now = request.GET.get("on", "").strip(), about_now()
    on, wrong = _day(text, now)
    return Asked(request, slug, now, on, wrong)


def _day(text: str, now: datetime) -> tuple[date | None, str]:
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        return None, f"“{text[:20]}” is no day. Write one as 2026-01-31; what is shown is of now."
    # Today is not over: the verdicts themselves tell of it.
    return (day, "") if day is not None and day < now.date() else (None, "")
