"""The Google estate as it stands on one day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from collectors.sandbox.estate.gcp.access import FOLDER_POLICIES, ORGANISATION_POLICY, Bound, ServiceAccount
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.life import Content
from collectors.sandbox.estate.gcp.organisation import BY_NAME, ORGANISATION
from collectors.sandbox.estate.gcp.trail import LogEvent

T = TypeVar("T")


class GcpState:
    """Read-only. On odd days lists come in another order: what they say is the same."""

    def __init__(self, day: int, base: datetime, content: Content, events: tuple[LogEvent, ...]) -> None:
        self.day, self.base = day, base
        self._content, self._events = content, events
        self._remembered: dict[tuple[object, ...], Any] = {}

    def time(self, hours: float) -> datetime:
        return self.base + timedelta(hours=hours)

    def stamp(self, hours: float) -> str:
        return self.time(hours).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"

    def remember(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        if key not in self._remembered:
            self._remembered[key] = make()
        known: T = self._remembered[key]
        return known

    def in_turn(self, several: list[T]) -> list[T]:
        return several[::-1] if self.day % 2 else several

    def all_functions(self) -> list[Function]:
        return list(self._content.functions.values())

    def functions(self, project: str) -> list[Function]:
        """Of all generations and locations."""

        def sort() -> list[Function]:
            here = [one for one in self._content.functions.values() if one.project == project]
            return self.in_turn(sorted(here, key=lambda one: (one.location, one.name)))

        return self.remember(("functions", project), sort)

    def function(self, project: str, location: str, name: str) -> Function | None:
        """By its name in the Functions API, or in Cloud Run for one that is only there."""
        return self._content.functions.get((project, location, name))

    def behind(self, project: str, location: str, service: str) -> Function | None:
        """The function behind a Cloud Run service."""

        def index() -> dict[str, Function]:
            return {one.service: one for one in self._content.functions.values() if one.generation != "gen1"}

        return self.remember(("services",), index).get(f"projects/{project}/locations/{location}/services/{service}")

    def accounts(self, project: str) -> list[ServiceAccount]:
        here = [one for one in self._content.accounts.values() if one.project == project]
        return self.in_turn(sorted(here, key=lambda one: one.email))

    def account(self, email: str) -> ServiceAccount | None:
        return self._content.accounts.get(email)

    def level_policy(self, name: str) -> Sequence[Bound]:
        """The allow policy of `projects/…` (id or number), `folders/…` or `organizations/…`."""
        if name == ORGANISATION:
            return ORGANISATION_POLICY
        kind, _, rest = name.partition("/")
        if kind == "folders":
            return FOLDER_POLICIES.get(name, ())
        project = BY_NAME.get(rest)
        return self._content.policies.get(project.id, ()) if project else ()

    @property
    def level_policies(self) -> Mapping[str, Sequence[Bound]]:
        projects = {f"projects/{name}": policy for name, policy in self._content.policies.items()}
        return {ORGANISATION: ORGANISATION_POLICY, **FOLDER_POLICIES, **projects}

    def entries(self, projects: frozenset[str]) -> list[dict[str, Any]]:
        """Audit entries of these projects, oldest first, none from the future or older than 400 days."""

        def choose() -> list[dict[str, Any]]:
            oldest, newest = (self.day - 400) * 24, self.day * 24
            here = [one for one in self._events if one.project in projects and oldest < one.hours <= newest]
            told = [entry for one in here for entry in one.entries(self.base)]
            return sorted(told, key=lambda entry: (entry["timestamp"], entry["insertId"]))

        return self.remember(("entries", projects), choose)
