"""The many Google functions that fill an estate, drawn from the seed."""

from collections.abc import Mapping

from collectors.sandbox.estate.aws.crowd import TEAMS, name_of
from collectors.sandbox.estate.dice import Dice
from collectors.sandbox.estate.gcp.access import GEN1_INVOKER, RUN_INVOKER, Bound, ServiceAccount, bound, runs_as
from collectors.sandbox.estate.gcp.function import Function, Generation, Trigger
from collectors.sandbox.estate.gcp.organisation import BELGIUM, DATA, DEV, FRANKFURT, IOWA, SHOP, account
from collectors.sandbox.estate.names import canary

PROJECT_SHARES = (SHOP,) * 5 + (DATA,) * 3 + (DEV,) * 2
LOCATION_SHARES = (BELGIUM,) * 5 + (FRANKFURT,) * 3 + (IOWA,) * 2
GENERATION_SHARES: tuple[Generation, ...] = ("gen1",) * 2 + ("gen2",) * 7 + ("run",)
RUNTIMES = ("python313", "python312", "nodejs22", "nodejs20", "go125", "java21", "dotnet8")
OLD_RUNTIMES = ("python39", "nodejs18", "go119", "python38")
STAGE = {SHOP: "prod", DATA: "prod", DEV: "dev"}
_ROLES = (
    "roles/logging.logWriter",
    "roles/storage.objectViewer",
    "roles/storage.objectAdmin",
    "roles/pubsub.publisher",
    "roles/bigquery.jobUser",
    f"projects/{SHOP}/roles/priceReader",
)


def crowd(dice: Dice, size: int) -> list[Function]:
    return [_function(dice, number) for number in range(size)]


def crowd_accounts(dice: Dice, size: int) -> list[tuple[ServiceAccount, str]]:
    """The service accounts of the crowd, each with the role it holds on its project."""
    wanted = {(project, name): number for number in range(size) if (name := _runs_as(dice, number))
              for project in (dice.pick(PROJECT_SHARES, "gcp project", number),)}  # fmt: skip
    return [
        (ServiceAccount(project, name, f"Runs {name}"), _role(dice, project, number))
        for (project, name), number in wanted.items()
    ]


def _role(dice: Dice, project: str, number: int) -> str:
    role = dice.pick(_ROLES, "gcp role", number)
    return role if role.startswith("roles/") or f"/{project}/" in role else _ROLES[0]


def _runs_as(dice: Dice, number: int) -> str:
    """A name of at most 30 letters; every third function shares with those of its team; some keep the default."""
    if dice.chance(0.15, "gcp default", number):
        return ""
    if dice.chance(0.3, "gcp shared", number):
        return "team-" + dice.pick(TEAMS, "gcp team", number)
    return f"run-{name_of(number)}"[:30].rstrip("-")


def _function(dice: Dice, number: int) -> Function:
    project = dice.pick(PROJECT_SHARES, "gcp project", number)
    generation = dice.pick(GENERATION_SHARES, "gcp generation", number)
    old = dice.chance(0.1, "gcp old", number)
    name, modified = (
        name_of(number),
        -24.0 * dice.number(400 if old else 1, 1200 if old else 420, "gcp modified", number),
    )
    return Function(
        project,
        dice.pick(LOCATION_SHARES, "gcp location", number),
        name,
        generation,
        runtime=dice.pick(OLD_RUNTIMES if old else RUNTIMES, "gcp runtime", number),
        runs_as=_runs_as(dice, number),
        ingress=dice.pick(("all", "all", "internal", "balanced"), "gcp ingress", number),
        environment=_environment(dice, number, name),
        memory=dice.pick((128, 256, 512, 1024), "gcp memory", number),
        timeout=dice.pick((30, 60, 300, 540), "gcp timeout", number),
        concurrency=1 if generation == "gen1" else dice.pick((1, 20, 80), "gcp concurrency", number),
        trigger=_trigger(dice, number, name) if generation != "run" else None,
        labels=_labels(dice, number, project),
        invokers=_invokers(dice, number, project, generation),
        created=modified - 2000,
        modified=modified + 10.5,
    )


def _environment(dice: Dice, number: int, name: str) -> Mapping[str, str]:
    secret = {"API_KEY": canary("stripe", f"gcp-{name}")} if dice.chance(0.05, "gcp secret", number) else {}
    return {"LOG_LEVEL": dice.pick(("INFO", "DEBUG"), "gcp level", number), **secret}


def _trigger(dice: Dice, number: int, name: str) -> Trigger | None:
    match dice.number(0, 5, "gcp trigger", number):
        case 0 | 1:
            return Trigger("pubsub", name.split("-")[0], retry=dice.chance(0.5, "gcp retry", number))
        case 2:
            return Trigger("storage", f"larkfield-{name}")
        case _:
            return None


def _labels(dice: Dice, number: int, project: str) -> Mapping[str, str]:
    if dice.chance(0.2, "gcp unlabelled", number):
        return {}
    return {"env": STAGE[project], "owner": dice.pick(TEAMS, "gcp team", number)}


def _invokers(dice: Dice, number: int, project: str, generation: Generation) -> tuple[Bound, ...]:
    role = GEN1_INVOKER if generation == "gen1" else RUN_INVOKER
    if dice.chance(0.03, "gcp guest", number):
        return (bound(role, "user:integrations@partner.example"),)
    return (bound(role, runs_as(account("web", SHOP))),) if dice.chance(0.6, "gcp called", number) else ()
