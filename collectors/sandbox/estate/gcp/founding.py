"""The Google estate before its first day, and every day after."""

from datetime import datetime

from collectors.sandbox.estate.dice import Dice
from collectors.sandbox.estate.gcp import cast_access, cast_power
from collectors.sandbox.estate.gcp.access import GOOGLE_MADE, Bound, bound, project_policies, runs_as
from collectors.sandbox.estate.gcp.crowd import crowd, crowd_accounts
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.life import Content, happenings, past, place_of
from collectors.sandbox.estate.gcp.state import GcpState

CAST: tuple[Function, ...] = (*cast_access.FUNCTIONS, *cast_power.FUNCTIONS)


class GcpEstate:
    """`size` functions, but never fewer than the planted ones."""

    def __init__(self, size: int, seed: int, base: datetime, days: int) -> None:
        dice, self._base = Dice(seed), base
        extra = max(0, size - len(CAST))
        many = crowd(dice, extra)
        theirs = crowd_accounts(dice, extra)
        accounts = (*cast_access.ACCOUNTS, *cast_power.ACCOUNTS, *GOOGLE_MADE, *(account for account, _ in theirs))
        self._accounts = {account.email: account for account in accounts}
        self._functions = {place_of(function): function for function in (*CAST, *many)}
        self._policies: dict[str, tuple[Bound, ...]] = project_policies()
        for account, role in theirs:
            self._policies[account.project] += (bound(role, runs_as(account.email)),)
        self._happenings = happenings(dice, CAST, many, days)
        self._past = tuple(past(function) for function in (*CAST, *many) if -400 * 24 < function.modified <= 0)

    def at(self, day: int) -> GcpState:
        content = Content(dict(self._functions), dict(self._policies), dict(self._accounts))
        so_far = [happening for happening in self._happenings if happening.event.hours <= day * 24]
        for happening in so_far:
            happening.change(content)
        return GcpState(day, self._base, content, (*self._past, *(happening.event for happening in so_far)))
