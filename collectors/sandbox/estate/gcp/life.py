"""What happens in the Google estate from day to day. Each happening changes the estate and leaves its trail.

Day d is seen at base + d days; what happens "on day d" happens in the 24 hours before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collectors.sandbox.estate.dice import Dice
from collectors.sandbox.estate.gcp.access import EVERYONE, OWNER, RUN_INVOKER, Bound, ServiceAccount, bound, runs_as
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.organisation import BELGIUM, DATA, FRANKFURT, IOWA, SHOP, account
from collectors.sandbox.estate.gcp.trail import (
    ANALYST,
    ENGINEER,
    FUNCTIONS,
    IAM,
    MANAGER,
    OLD_CI,
    PIPELINE,
    RUN,
    Actor,
    LogEvent,
)

Place = tuple[str, str, str]
"""Project, location and name of a function."""


@dataclass
class Content:
    """What changes in the estate: functions by place, policies of levels, service accounts by e-mail."""

    functions: dict[Place, Function]
    policies: dict[str, tuple[Bound, ...]]
    accounts: dict[str, ServiceAccount]


@dataclass(frozen=True)
class Happening:
    event: LogEvent
    change: Callable[[Content], None]


def place_of(function: Function) -> Place:
    return function.project, function.location, function.name


def _hours(day: int, hour: float) -> float:
    return (day - 1) * 24 + hour


_METHODS = {
    "gen1": "google.cloud.functions.v1.CloudFunctionsService.{}Function",
    "gen2": "google.cloud.functions.v2.FunctionService.{}Function",
    "run": "google.cloud.run.v2.Services.{}Service",
}


def event(function: Function, hours: float, verb: str, actor: Actor, **request: Any) -> LogEvent:
    """An entry of the API that looks after the function."""
    method, short = _METHODS[function.generation].format(verb), function.resource.rsplit("/", 1)[-1]
    service, kind = FUNCTIONS, "cloud_function"
    labels = {"region": function.location, "function_name": short}
    if function.generation == "run":
        service, kind, labels = RUN, "cloud_run_revision", {"location": function.location, "service_name": short}
    return LogEvent(hours, function.project, service, method, function.resource, actor, kind, labels, request)


def _alters(place: Place, change: Callable[[Function], Function]) -> Callable[[Content], None]:
    def apply(content: Content) -> None:
        content.functions[place] = change(content.functions[place])

    return apply


def deploy(function: Function, hours: float, actor: Actor = PIPELINE) -> Happening:
    """New code."""

    def change(now: Function) -> Function:
        return replace(now, code=now.code + 1, settings=now.settings + 1, modified=hours)

    return Happening(
        event(function, hours, "Update", actor, updateMask="buildConfig.source"), _alters(place_of(function), change)
    )


def configure(function: Function, hours: float, actor: Actor, mask: str, **changes: Any) -> Happening:
    def change(now: Function) -> Function:
        return replace(now, settings=now.settings + 1, modified=hours, **changes)

    return Happening(event(function, hours, "Update", actor, updateMask=mask), _alters(place_of(function), change))


def bind(
    function: Function, hours: float, actor: Actor, invokers: tuple[Bound, ...], delta: Mapping[str, str]
) -> Happening:
    """Another policy of who may call it: on the function of the 1st generation, else on its Cloud Run service."""

    def change(now: Function) -> Function:
        return replace(now, invokers=invokers, policy=now.policy + 1)

    first = function.generation == "gen1"
    service, kind = (FUNCTIONS, "cloud_function") if first else (RUN, "cloud_run_revision")
    api = "google.cloud.functions.v1.CloudFunctionsService" if first else "google.cloud.run.v2.Services"
    resource, labels = function.resource if first else function.service, {"location": function.location}
    asked = {"resource": resource}
    method = f"{api}.SetIamPolicy"
    said = LogEvent(hours, function.project, service, method, resource, actor, kind, labels, asked, (delta,), lasts=0)
    return Happening(said, _alters(place_of(function), change))


def grant(project: str, hours: float, actor: Actor, role: str, member: str) -> Happening:
    """A role on a project."""

    def apply(content: Content) -> None:
        content.policies[project] = (*content.policies[project], bound(role, member))

    delta = {"action": "ADD", "role": role, "member": member}
    resource = f"projects/{project}"
    said = LogEvent(
        hours,
        project,
        MANAGER,
        "SetIamPolicy",
        resource,
        actor,
        "project",
        {},
        {"resource": project},
        (delta,),
        lasts=0,
    )
    return Happening(said, apply)


def make_key(email: str, project: str, hours: float, actor: Actor) -> Happening:
    def apply(content: Content) -> None:
        owner = content.accounts[email]
        content.accounts[email] = replace(owner, keys=(*owner.keys, hours))

    name = f"projects/-/serviceAccounts/{email}"
    method, labels = "google.iam.admin.v1.CreateServiceAccountKey", {"email_id": email}
    said = LogEvent(hours, project, IAM, method, name, actor, "service_account", labels, {"name": name}, lasts=0)
    return Happening(said, apply)


def create(function: Function, hours: float, actor: Actor) -> Happening:
    def apply(content: Content) -> None:
        content.functions[place_of(function)] = replace(function, created=hours, modified=hours)

    return Happening(event(function, hours, "Create", actor, functionId=function.name), apply)


def delete(function: Function, hours: float, actor: Actor) -> Happening:
    def apply(content: Content) -> None:
        del content.functions[place_of(function)]

    return Happening(event(function, hours, "Delete", actor, name=function.resource), apply)


def _story(cast: Mapping[Place, Function]) -> Iterator[Happening]:
    """The planted turns of these days."""
    locator, mailer = cast[SHOP, BELGIUM, "store-locator"], cast[SHOP, IOWA, "mailer"]
    photos, daily = cast[DATA, BELGIUM, "photo-import"], cast[DATA, FRANKFURT, "report-daily"]
    feed, finder = cast[DATA, BELGIUM, "partner_feed"], cast[SHOP, IOWA, "gift-finder"]
    yield deploy(locator, _hours(1, 9))
    moved = {**mailer.environment, "SMTP_HOST": "relay.larkfield.example"}
    yield configure(mailer, _hours(1, 14), ENGINEER, "environmentVariables", environment=moved)
    yield create(Function(SHOP, BELGIUM, "gift-cards", runs_as="web", labels={"env": "prod"}), _hours(2, 10), PIPELINE)
    yield configure(feed, _hours(2, 15), ENGINEER, "labels", labels={**feed.labels, "data": "public"})
    yield configure(daily, _hours(3, 8), PIPELINE, "buildConfig.runtime", runtime="python313")
    yield grant(SHOP, _hours(3, 17), ENGINEER, OWNER, runs_as(account("janitor", SHOP)))
    yield configure(photos, _hours(4, 15), ENGINEER, "serviceConfig.ingressSettings", ingress="all")
    opened = (*photos.invokers, bound(RUN_INVOKER, EVERYONE))
    delta = {"action": "ADD", "role": RUN_INVOKER, "member": EVERYONE}
    yield bind(photos, _hours(4, 15.5), ENGINEER, opened, delta)
    yield delete(cast[SHOP, IOWA, "old-feed"], _hours(5, 11), OLD_CI)
    yield make_key(account("uploads", SHOP), SHOP, _hours(5, 13), ENGINEER)
    closed = {"action": "REMOVE", "role": "roles/cloudfunctions.invoker", "member": EVERYONE}
    yield bind(finder, _hours(6, 9), ANALYST, (), closed)
    yield deploy(locator, _hours(6, 18), ENGINEER)


def happenings(dice: Dice, cast: Sequence[Function], crowd: Sequence[Function], days: int) -> list[Happening]:
    """Everything that happens on days 1 to `days` - 1, in order: the planted story and the crowd's deployments."""
    all_of_them = list(_story({place_of(function): function for function in cast}))
    for day in range(1, days):
        turn = max(1, len(crowd) // 50) if len(crowd) >= 10 else 0
        chosen = {dice.number(0, len(crowd) - 1, "gcp deploy", day, number) for number in range(turn)}
        for number in sorted(chosen):
            hour = dice.number(60, 1380, "gcp minute", day, number) / 60
            all_of_them.append(deploy(crowd[number], _hours(day, hour)))
    return sorted(all_of_them, key=lambda happening: happening.event.hours)


def past(function: Function) -> LogEvent:
    """The deployment a function already had when the story began."""
    actor = PIPELINE if len(function.name) % 4 else ENGINEER
    return event(function, function.modified, "Update", actor, updateMask="buildConfig.source")
