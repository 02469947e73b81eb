"""The AWS estate as it stands on one day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from collectors.sandbox.estate.aws import assets
from collectors.sandbox.estate.aws.accounts import ENABLED_REGIONS
from collectors.sandbox.estate.aws.function import Function
from collectors.sandbox.estate.aws.identity import Group, ManagedPolicy, Role, User
from collectors.sandbox.estate.aws.trail import TrailEvent

T = TypeVar("T")


@dataclass(frozen=True)
class Delivery:
    """A function that a schedule rule or a topic calls, as read from the function's own policy."""

    source: str
    target: str


class AwsState:
    """Read-only. On odd days lists come in another order: what they say is the same."""

    def __init__(
        self,
        day: int,
        base: datetime,
        functions: Mapping[tuple[str, str], Mapping[str, Function]],
        roles: Mapping[str, Mapping[str, Role]],
        policies: Mapping[str, ManagedPolicy],
        users: tuple[User, ...],
        groups: tuple[Group, ...],
        events: tuple[TrailEvent, ...],
    ) -> None:
        self.day, self.base = day, base
        self.reversed = day % 2 == 1
        self._functions, self._roles = functions, roles
        self.policies, self.users, self.groups, self._events = policies, users, groups, events
        self._remembered: dict[tuple[object, ...], Any] = {}

    @property
    def now(self) -> datetime:
        return self.time(self.day * 24)

    def time(self, hours: float) -> datetime:
        return self.base + timedelta(hours=hours)

    def _remember(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        if key not in self._remembered:
            self._remembered[key] = make()
        known: T = self._remembered[key]
        return known

    def in_turn(self, several: list[T]) -> list[T]:
        return several[::-1] if self.reversed else several

    def functions(self, account: str, region: str) -> list[Function]:
        def sort() -> list[Function]:
            found = self._functions.get((account, region), {})
            return self.in_turn([found[name] for name in sorted(found)])

        return self._remember(("functions", account, region), sort)

    def function(self, account: str, region: str, name: str) -> Function | None:
        return self._functions.get((account, region), {}).get(name)

    def all_functions(self) -> list[Function]:
        return [function for place in self._functions.values() for function in place.values()]

    def roles(self, account: str) -> list[Role]:
        def sort() -> list[Role]:
            found = self._roles.get(account, {})
            return self.in_turn([found[name] for name in sorted(found)])

        return self._remember(("roles", account), sort)

    def role(self, account: str, name: str) -> Role | None:
        return self._roles.get(account, {}).get(name)

    def local_policies(self, account: str) -> list[ManagedPolicy]:
        return [policy for policy in self.policies.values() if policy.account == account]

    def events(self, account: str, region: str) -> list[TrailEvent]:
        """Newest first, none older than 90 days."""

        def choose() -> list[TrailEvent]:
            oldest, newest = (self.day - 90) * 24, self.day * 24
            here = [
                event
                for event in self._events
                if (event.account, event.region) == (account, region) and oldest < event.hours <= newest
            ]
            return sorted(here, key=lambda event: (-event.hours, event.id))

        return self._remember(("events", account, region), choose)

    def deliveries(self, account: str, region: str, service: str) -> list[Delivery]:
        """What `service` (events, sns …) delivers to functions of this account and region, in order of its source."""

        def read() -> list[Delivery]:
            found = [
                Delivery(source, function.qualified(qualifier))
                for function in self.functions(account, region)
                for qualifier, statements in function.policies.items()
                for statement in statements
                if (source := _source(statement, service)).split(":")[3:5] == [region, account]
            ]
            return sorted(found, key=lambda delivery: (delivery.source, delivery.target))

        return self._remember(("deliveries", account, region, service), read)

    def log_groups(self, account: str, region: str) -> list[dict[str, Any]]:
        """In the shapes of the API, in order of name."""

        def build() -> list[dict[str, Any]]:
            groups = [self._log_group(one) for one in self.functions(account, region) if _logs(one)]
            extra = [
                dict(group) for owner, where, group in assets.EXTRA_LOG_GROUPS if (owner, where) == (account, region)
            ]
            for group in groups + extra:
                arn = f"arn:aws:logs:{region}:{account}:log-group:{group['logGroupName']}"
                group |= {"arn": arn + ":*", "logGroupArn": arn, "storedBytes": 4096, "metricFilterCount": 0}
                group |= {"creationTime": int(self.time(-9000).timestamp() * 1000), "logGroupClass": "STANDARD"}
            return sorted(groups + extra, key=lambda group: group["logGroupName"])

        return self._remember(("logs", account, region), build)

    def _log_group(self, function: Function) -> dict[str, Any]:
        named: dict[str, Any] = {"logGroupName": function.log_group or f"/aws/lambda/{function.name}"}
        open_ended = function.name in assets.RETENTION_KEPT_OPEN or len(function.name) % 3 == 0
        return named if open_ended else {**named, "retentionInDays": 90}

    @property
    def regions(self) -> tuple[str, ...]:
        return ENABLED_REGIONS


def _logs(function: Function) -> bool:
    return function.name not in assets.WITHOUT_LOG_GROUP


def _source(statement: Mapping[str, Any], service: str) -> str:
    """The source a statement admits for this service, or an ARN of nothing."""
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping) or principal.get("Service") != f"{service}.amazonaws.com":
        return ":::::"
    return str(statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", ":::::"))
