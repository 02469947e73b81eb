"""The Azure estate before its first day, and every day after."""

from dataclasses import replace
from datetime import datetime

from collectors.sandbox.estate.azure import cast_access, cast_power
from collectors.sandbox.estate.azure.app import App
from collectors.sandbox.estate.azure.crowd import crowd, crowd_grants
from collectors.sandbox.estate.azure.life import Content, happenings, past
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.dice import Dice

CAST: tuple[App, ...] = (*cast_access.APPS, *cast_power.APPS)
SLOTS = sum(bool(app.slot) for app in CAST)


class AzureEstate:
    """`size` function apps, slots not counted, but never fewer than the planted ones."""

    def __init__(self, size: int, seed: int, base: datetime, days: int) -> None:
        dice, self._base = Dice(seed), base
        many = crowd(dice, max(0, size - len(CAST) + SLOTS))
        self._apps = {app.key: app for app in (*CAST, *many)}
        first = cast_power.holdings()
        self._holdings = replace(first, assignments=(*first.assignments, *crowd_grants(dice, many)))
        self._happenings = happenings(dice, CAST, many, days)
        self._past = tuple(past(app) for app in (*CAST, *many) if -90 * 24 < app.modified <= 0)

    def at(self, day: int) -> AzureState:
        content = Content(dict(self._apps), list(self._holdings.assignments))
        so_far = [happening for happening in self._happenings if happening.event.hours <= day * 24]
        for happening in so_far:
            happening.change(content)
        holdings = replace(self._holdings, assignments=tuple(content.assignments))
        events = (*self._past, *(happening.event for happening in so_far))
        return AzureState(day, self._base, content.apps, cast_access.NOT_FUNCTIONS, holdings, events)
