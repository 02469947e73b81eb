"""What happens in the Azure estate from day to day. Each happening changes the estate and leaves its trail.

Day d is seen at base + d days; what happens "on day d" happens in the 24 hours before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collectors.sandbox.estate.azure.access import OWNER, Assignment, identity
from collectors.sandbox.estate.azure.app import App, http
from collectors.sandbox.estate.azure.cast_access import signed_in
from collectors.sandbox.estate.azure.tenant import DATA, SHOP
from collectors.sandbox.estate.azure.trail import ANALYST, ENGINEER, OLD_CI, PIPELINE, ActivityEvent, Actor
from collectors.sandbox.estate.dice import Dice

Key = tuple[str, str, str]
"""Subscription, name and slot of an app."""


@dataclass
class Content:
    """What changes in the estate."""

    apps: dict[Key, App]
    assignments: list[Assignment]


@dataclass(frozen=True)
class Happening:
    event: ActivityEvent
    change: Callable[[Content], None]


def _hours(day: int, hour: float) -> float:
    return (day - 1) * 24 + hour


def _operation(app: App, verb: str) -> str:
    return f"Microsoft.Web/sites/{'slots/' if app.slot else ''}{verb}"


def alter(
    app: App, hours: float, actor: Actor, verb: str = "write", below: str = "", deployed: bool = False, **changes: Any
) -> Happening:
    """A change of the app or of something below it (`config/authsettingsV2` …)."""

    def change(content: Content) -> None:
        now = content.apps[app.key]
        content.apps[app.key] = replace(now, modified=hours, code=now.code + deployed, **changes)

    resource = f"{app.id}/{below}" if below else app.id
    return Happening(ActivityEvent(hours, app.subscription, _operation(app, verb), resource, actor), change)


def deploy(app: App, hours: float, actor: Actor = PIPELINE) -> Happening:
    return alter(app, hours, actor, "publish/Action", deployed=True)


def create(app: App, hours: float, actor: Actor) -> Happening:
    def change(content: Content) -> None:
        content.apps[app.key] = replace(app, modified=hours)

    return Happening(ActivityEvent(hours, app.subscription, _operation(app, "write"), app.id, actor), change)


def delete(app: App, hours: float, actor: Actor) -> Happening:
    def change(content: Content) -> None:
        del content.apps[app.key]

    return Happening(ActivityEvent(hours, app.subscription, _operation(app, "delete"), app.id, actor), change)


def grant(assignment: Assignment, subscription: str, hours: float, actor: Actor) -> Happening:
    made = replace(assignment, made=hours)
    resource = f"{made.scope}/providers/Microsoft.Authorization/roleAssignments/{made.name}"
    role = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{made.role}"
    sent = {"PrincipalId": made.principal, "RoleDefinitionId": role, "Scope": made.scope}
    body = {"Id": made.name, "Properties": sent}
    event = ActivityEvent(hours, subscription, "Microsoft.Authorization/roleAssignments/write", resource, actor, body)
    return Happening(event, lambda content: content.assignments.append(made))


_ONE_ORIGIN = {"allowedOrigins": ["https://shop.larkfield.example"], "supportCredentials": False}


def _story(cast: Mapping[Key, App]) -> Iterator[Happening]:
    """The planted turns of these days."""
    orders, media = cast[SHOP, "lark-orders", ""], cast[SHOP, "lark-media", ""]
    photos, hooks = cast[DATA, "lark-photos", ""], cast[SHOP, "lark-webhooks", ""]
    legacy, janitor = cast[SHOP, "lark-legacy", ""], identity(SHOP, "id-janitor")
    yield deploy(orders, _hours(1, 9))
    yield alter(media, _hours(1, 14), ENGINEER, "config/write", "config/web", web={"http20Enabled": True})
    gifts = App(SHOP, "lark-gifts", plan="flex", runtime="python|3.12", inside=(http("gift", "function"),),
                system=True, storage="larkgiftsstore", tags={"env": "prod", "owner": "shop"})  # fmt: skip
    yield create(gifts, _hours(2, 10), PIPELINE)
    yield alter(hooks, _hours(2, 15), ENGINEER, tags={**hooks.tags, "data": "public"})
    yield alter(legacy, _hours(2, 16), ENGINEER, "config/write", "config/web", web={**legacy.web, "cors": _ONE_ORIGIN})
    yield grant(Assignment(janitor.principal, OWNER, f"/subscriptions/{SHOP}"), SHOP, _hours(3, 17), ENGINEER)
    yield alter(photos, _hours(4, 16), ENGINEER, "config/write", "config/authsettingsV2", signs_in=None)
    yield delete(cast[SHOP, "lark-oldimport", ""], _hours(5, 11), OLD_CI)
    yield alter(hooks, _hours(6, 9), ANALYST, "config/write", "config/authsettingsV2", signs_in=signed_in())
    yield deploy(orders, _hours(6, 18), ENGINEER)


def happenings(dice: Dice, cast: Sequence[App], crowd: Sequence[App], days: int) -> list[Happening]:
    """Everything that happens on days 1 to `days` - 1, in order: the planted story and the crowd's deployments."""
    all_of_them = list(_story({app.key: app for app in cast}))
    for day in range(1, days):
        turn = max(1, len(crowd) // 50) if len(crowd) >= 10 else 0
        chosen = {dice.number(0, len(crowd) - 1, "azure deploy", day, number) for number in range(turn)}
        for number in sorted(chosen):
            hour = dice.number(60, 1380, "azure minute", day, number) / 60
            all_of_them.append(deploy(crowd[number], _hours(day, hour)))
    return sorted(all_of_them, key=lambda happening: happening.event.hours)


def past(app: App) -> ActivityEvent:
    """The deployment an app already had when the story began."""
    actor = PIPELINE if len(app.name) % 4 else ENGINEER
    return ActivityEvent(app.modified, app.subscription, _operation(app, "publish/Action"), app.id, actor)
