"""Function apps and slots: the bulk lists, and for those that are due everything that hangs on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, Raw, attempt
from collectors.providers.azure.fetch import certificates, fronts, network, sweeps
from collectors.providers.azure.fetch.plan import Plan
from collectors.providers.azure.ids import app_of, group_of, is_site, is_slot, plain, site_of
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import (
    AUTH_SETTINGS,
    DIAGNOSTICS,
    FUNCTIONS,
    PRIVATE_ENDPOINTS,
    PUBLISHING,
    SITE_CONFIG,
    VAULT_REFERENCES,
)
from collectors.providers.azure.volatile import lasting, revision
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any

#: Apps asked side by side, and how many are handed on at once.
AT_ONCE, A_ROUND = 8, 64


@dataclass(frozen=True)
class Around:
    """What the bulk lists say, by app or by what an app names."""

    configs: Mapping[str, Json]
    plans: Mapping[str, Json] | Unread
    storage: Mapping[str, Json] | Unread
    command: Mapping[str, Holding] | Unread
    definitions: Unread | None
    denials: Unread | None
    networks: Mapping[str, Json]
    support: Mapping[str, str]
    fronts: fronts.Fronts
    slots: Mapping[str, list[Json]]


def functions(session: AzureSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """The function apps and slots of the subscription, read as deep as is due."""
    reach = session.reach(scope)
    rows = [lasting(row) for row in sweeps.sites(reach, memory)]
    around, plan = _around(reach, rows), Plan(memory, len(rows))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="azure") as pool:
        for start in range(0, len(rows), A_ROUND):
            yield from pool.map(partial(_one, reach, around, plan), rows[start : start + A_ROUND])
    sweeps.settle(*sweeps.gaps(reach))


def _around(reach: Reach, rows: list[dict[str, Json]]) -> Around:
    named = bool(rows)
    roles, denials = sweeps.definitions(reach), sweeps.denials(reach)
    slots: dict[str, list[Json]] = {}
    for row in rows:
        if is_slot(str(row.get("id"))):
            slots.setdefault(plain(app_of(str(row["id"]))), []).append(_slot(row))
    return Around(
        configs=sweeps.configs(reach) if named else {},
        plans=sweeps.plans(reach) if named else {},
        storage=sweeps.storage(reach) if named else {},
        command=_by_scope(sweeps.in_command(reach)),
        definitions=roles if isinstance(roles, Unread) else None,
        denials=denials if isinstance(denials, Unread) else None,
        networks=network.surroundings(reach, rows),
        support=sweeps.support(reach) if named else {},
        fronts=fronts.before(reach, rows),
        slots=slots,
    )


def _slot(row: Mapping[str, Json]) -> Json:
    told = sweeps.properties(row)
    return {"id": row.get("id"), "state": told.get("state"), "host": told.get("defaultHostName")}


def _one(reach: Reach, around: Around, plan: Plan, row: dict[str, Json]) -> Raw:
    raw: dict[str, Json] = {"subscription": reach.subscription, "site": row}
    if not is_site(row.get("id")):
        return raw
    site, native = site_of(row["id"]), plain(row["id"])
    raw |= _bulk(reach, around, row, native)
    raw["revision"] = _revision(around.command, raw, native)
    core = plan.core(native, raw["revision"])
    if core:
        raw |= _core(reach, site, raw)
    if core or isinstance(around.command, Unread) or plan.held(native, raw["revision"]):
        raw["held"] = _held(around.command, native)
    if plan.detail(native, raw["revision"]):
        raw["references"] = attempt(reach.entries, VAULT_REFERENCES, site=site)
        raw["diagnostics"] = attempt(reach.entries, DIAGNOSTICS, site=site)
    return raw


def _bulk(reach: Reach, around: Around, row: Mapping[str, Json], native: str) -> dict[str, Json]:
    told = sweeps.properties(row)
    raw: dict[str, Json] = {"roles": around.definitions, "denials": around.denials}
    plans = around.plans
    raw["plan"] = plans if isinstance(plans, Unread) else plans.get(plain(told.get("serverFarmId")))
    raw["slots"] = around.slots.get(native, [])
    raw["support"] = dict(around.support)
    raw["fronts"] = fronts.of(around.fronts, row)
    raw["certificates"] = certificates.bound(reach, row)
    raw["network"] = around.networks.get(plain(told.get("virtualNetworkSubnetId")))
    config = around.configs.get(native) or _listed_config(told)
    if config:
        raw["config"] = config
    raw["storage"] = _named_storage(around.storage, [*_packages(told), *_mounted(config)])
    if isinstance(told.get("privateEndpointConnections"), list):
        raw["private_endpoints"] = told["privateEndpointConnections"]
    return raw


def _listed_config(told: Mapping[str, Json]) -> Json:
    """The configuration that stands in the site itself, where it is whole: lists mostly leave it out or empty."""
    config = told.get("siteConfig")
    whole = isinstance(config, dict) and config.get("minTlsVersion") and config.get("ipSecurityRestrictions")
    return config if whole else None


def _core(reach: Reach, site: str, raw: Mapping[str, Json]) -> dict[str, Json]:
    """Three calls, and one more each for a configuration or private endpoints that the bulk lists do not tell."""
    core: dict[str, Json] = {
        "functions": _functions(reach, site, raw["site"]),
        "auth": attempt(reach.ask, AUTH_SETTINGS, site=site),
        "publishing": attempt(reach.entries, PUBLISHING, site=site),
    }
    if "config" not in raw:
        answer = attempt(reach.ask, SITE_CONFIG, site=site)
        core["config"] = answer if isinstance(answer, Unread) else answer["properties"]
    if "private_endpoints" not in raw:
        core["private_endpoints"] = attempt(reach.entries, PRIVATE_ENDPOINTS, site=site)
    return core


def _functions(reach: Reach, site: str, row: Mapping[str, Json]) -> Json:
    """The functions inside an app. An app that does not run, or never told Azure of its functions, lists none: that is
    not the same as having none."""
    state = str(sweeps.properties(row).get("state") or "Running")
    listed = attempt(reach.entries, FUNCTIONS, site=site)
    if state.lower() == "running":
        if listed == []:
            return Unread("Azure lists no function of this app: it has none, or has not told Azure of them.",
                          error_class="not applicable")  # fmt: skip
        return listed
    if listed == [] or (isinstance(listed, Unread) and listed.error_class != "denied"):
        said = f" {listed.reason}" if isinstance(listed, Unread) else ""
        return Unread(
            f"The app is {state.lower()}, so its functions are not listed.{said}", error_class="not applicable"
        )
    return listed


def _named_storage(storage: Mapping[str, Json] | Unread, names: list[str]) -> Json:
    """The storage accounts that an app's own settings name; None for one that is not listed.

    The account of AzureWebJobsStorage stands in an app setting, and those are never asked for.
    """
    if isinstance(storage, Unread):
        return storage if names else {}
    return {name: storage.get(name) for name in names}


def _packages(told: Mapping[str, Json]) -> list[str]:
    """The account in which a Flex Consumption app's package lies."""
    app = told.get("functionAppConfig")
    deployment = app.get("deployment") if isinstance(app, dict) else None
    store = deployment.get("storage") if isinstance(deployment, dict) else None
    address = store.get("value") if isinstance(store, dict) else None
    host = address.partition("://")[2].partition("/")[0] if isinstance(address, str) else ""
    return [host.partition(".")[0].lower()] if host else []


def _mounted(config: Json) -> list[str]:
    """The accounts of mounted shares."""
    mounts = config.get("azureStorageAccounts") if isinstance(config, dict) else None
    listed = mounts.values() if isinstance(mounts, dict) else ()
    return [name.lower() for one in listed if isinstance(one, dict) and isinstance(name := one.get("accountName"), str)]


@dataclass(frozen=True)
class Holding:
    """The assignments that stand at one scope, with a mark of them."""

    rows: list[dict[str, Json]]
    mark: str


def _by_scope(command: list[dict[str, Json]] | Unread) -> dict[str, Holding] | Unread:
    """Assignments by the scope they stand at; those above the subscription, which all reach it, under ""."""
    if isinstance(command, Unread):
        return command
    found: dict[str, list[dict[str, Json]]] = {}
    for one in command:
        scope = plain(one.get("scope"))
        found.setdefault(scope if scope.startswith("/subscriptions/") else "", []).append(one)
    return {scope: Holding(rows, revision(sorted(rows, key=str))) for scope, rows in found.items()}


def _scopes(native: str) -> list[str]:
    """From further up down to the app or slot itself."""
    subscription = "/".join(native.split("/")[:3])
    return list(dict.fromkeys(["", subscription, group_of(native), plain(app_of(native)), native]))


def _held(command: Mapping[str, Holding] | Unread, native: str) -> Json:
    """The assignments that reach an app or slot, from wherever they stand."""
    if isinstance(command, Unread):
        return command
    at = [(scope, command[scope].rows) for scope in _scopes(native) if scope in command]
    return [one for scope, rows in at for one in rows if scope == native or not one.get("here_only")]


def _revision(command: Mapping[str, Holding] | Unread, raw: Mapping[str, Json], native: str) -> str:
    """A mark of the app with what is assigned on it and its group, and one of what is assigned further up."""
    if isinstance(command, Unread):
        return f"{revision(raw['site'], raw.get('config'), [])}.unread"
    marks = {scope: command[scope].mark for scope in _scopes(native) if scope in command}
    near = [mark for scope, mark in marks.items() if scope.startswith(group_of(native))]
    return f"{revision(raw['site'], raw.get('config'), near)}.{revision(list(marks.values()))[:24]}"
