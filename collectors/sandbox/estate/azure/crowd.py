"""The many function apps that fill an estate, drawn from the seed."""

from collectors.sandbox.estate.aws.crowd import TEAMS, name_of
from collectors.sandbox.estate.azure.access import (
    BLOB_READER,
    BLOB_WRITER,
    QUEUE_WRITER,
    READER,
    Assignment,
    group_scope,
)
from collectors.sandbox.estate.azure.app import App, Inside, Plan, http, queue, timer
from collectors.sandbox.estate.azure.tenant import DATA, DEV, NORTH, SHOP, WEST
from collectors.sandbox.estate.dice import Dice

SHARES = (SHOP,) * 5 + (DATA,) * 3 + (DEV,) * 2
GROUPS = {SHOP: "rg-shop", DATA: "rg-data", DEV: "rg-dev"}
STAGE = {SHOP: "prod", DATA: "prod", DEV: "dev"}
_PLANS: tuple[Plan, ...] = ("consumption",) * 5 + ("flex",) * 3 + ("premium",) * 2
_RUNTIMES = ("Python|3.12", "Python|3.11", "Node|22", "Node|20", "DOTNET-ISOLATED|8.0", "Java|21")
_OLD = ("Python|3.8", "Node|16", "DOTNET|6.0")
_ROLES = (BLOB_READER, BLOB_READER, BLOB_WRITER, QUEUE_WRITER, READER)


def crowd(dice: Dice, size: int) -> list[App]:
    return [_app(dice, number) for number in range(size)]


def crowd_grants(dice: Dice, apps: list[App]) -> list[Assignment]:
    """A role for every app that has an identity of its own."""
    return [
        Assignment(app.principal, dice.pick(_ROLES, "azure role", app.name), group_scope(app.subscription, app.group))
        for app in apps
        if app.system
    ]


def _app(dice: Dice, number: int) -> App:
    subscription = dice.pick(SHARES, "azure subscription", number)
    windows, old = dice.chance(0.25, "azure windows", number), dice.chance(0.1, "azure old", number)
    plan = dice.pick(_PLANS, "azure plan", number)
    runtime = dice.pick(_OLD if old else _RUNTIMES, "azure runtime", number)
    name = f"lark-{name_of(number)}"
    return App(
        subscription,
        name,
        location=dice.pick((WEST, WEST, NORTH), "azure location", number),
        group=GROUPS[subscription],
        kind="functionapp" if windows and plan != "flex" else "functionapp,linux",
        plan=plan,
        runtime="" if windows and plan != "flex" else runtime.lower() if plan == "flex" else runtime,
        inside=_inside(dice, number, name),
        system=dice.chance(0.6, "azure system", number),
        users=("id-orders",) if subscription == SHOP and dice.chance(0.2, "azure user", number) else (),
        password_deploy=dice.chance(0.3, "azure passwords", number),
        storage=f"st{name.replace('-', '')}"[:24] if plan == "flex" else "",
        tags=_tags(dice, number, subscription),
        modified=-24.0 * dice.number(1, 420, "azure modified", number) + 10.5,
    )


def _inside(dice: Dice, number: int, name: str) -> tuple[Inside, ...]:
    match dice.number(0, 4, "azure trigger", number):
        case 0:
            return (timer("nightly"), http("run", "function"))
        case 1 | 2:
            return (queue("work", name.removeprefix("lark-")),)
        case _:
            return (http("api", "function"),)


def _tags(dice: Dice, number: int, subscription: str) -> dict[str, str]:
    if dice.chance(0.2, "azure untagged", number):
        return {}
    return {"env": STAGE[subscription], "owner": dice.pick(TEAMS, "azure team", number)}
