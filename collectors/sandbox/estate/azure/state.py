"""The Azure estate as it stands on one day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from collectors.sandbox.estate.azure.access import Holdings
from collectors.sandbox.estate.azure.app import App
from collectors.sandbox.estate.azure.trail import ActivityEvent

T = TypeVar("T")


class AzureState:
    """Read-only. `others` are sites that are no function apps. On odd days lists come in another order."""

    def __init__(
        self,
        day: int,
        base: datetime,
        apps: dict[tuple[str, str, str], App],
        others: tuple[App, ...],
        holdings: Holdings,
        events: tuple[ActivityEvent, ...],
    ) -> None:
        self.day, self.base, self.others, self.holdings = day, base, others, holdings
        self._apps, self._events = apps, events
        self._remembered: dict[object, Any] = {}

    def time(self, hours: float) -> datetime:
        return self.base + timedelta(hours=hours)

    def stamp(self, hours: float) -> str:
        return (self.base + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%f")

    def remember(self, key: object, make: Callable[[], T]) -> T:
        if key not in self._remembered:
            self._remembered[key] = make()
        known: T = self._remembered[key]
        return known

    def in_turn(self, several: list[T]) -> list[T]:
        return several[::-1] if self.day % 2 else several

    def all_apps(self) -> list[App]:
        """Function apps without their slots."""
        return [app for app in self._apps.values() if not app.slot]

    def app(self, subscription: str, name: str, slot: str = "") -> App | None:
        return self._apps.get((subscription, name, slot))

    def sites(self, subscription: str) -> list[App]:
        """All sites of a subscription: function apps, their slots, and what is no function app."""
        here = [app for app in (*self._apps.values(), *self.others) if app.subscription == subscription]
        return self.in_turn(sorted(here, key=lambda app: app.full_name))

    def entries(self, subscription: str) -> list[dict[str, Any]]:
        """Events of the activity log, newest first, none older than 90 days."""

        def choose() -> list[dict[str, Any]]:
            oldest, newest = (self.day - 90) * 24, self.day * 24
            here = [one for one in self._events if one.subscription == subscription and oldest < one.hours <= newest]
            told = [entry for one in here for entry in one.entries(self.base)]
            return sorted(told, key=lambda entry: (entry["eventTimestamp"], entry["eventDataId"]), reverse=True)

        return self.remember(("entries", subscription), choose)
