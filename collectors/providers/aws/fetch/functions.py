"""Event functions of a region: the list, and for those that are due everything that hangs on them.

Each published version comes in ListFunctions(FunctionVersion=ALL), 50 a page, in every run; functions deployed often
have hundreds. One ListVersionsByFunction a function, asked with the detail, costs less as soon as there are about
three versions a function, and nothing in a run without change: so only $LATEST is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from collectors.provider import Memory, Raw
from collectors.providers.aws.fetch import alarms, edge, entrances, feeds, network, secrets, sweeps
from collectors.providers.aws.fetch.detail import detail
from collectors.providers.aws.fetch.plan import Plan
from collectors.providers.aws.reach import Reach, part
from collectors.providers.aws.session import AwsSession
from inventory.facts import Unread

Json = Any

#: Functions asked side by side in one region: enough to use 30 requests a second at 0.2 s each.
AT_ONCE = 8


def functions(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """The functions of a region, page by page, read as deep as is due."""
    reach = session.reach(scope)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"aws-{scope}") as pool:
        for page in reach.pages("lambda", "ListFunctions", "Functions"):
            plan = region_plan(reach, memory, len(page))
            listed(reach).extend(page)
            yield from pool.map(partial(one, reach, plan), page)


def listed(reach: Reach) -> list[Json]:
    """The functions that this reading was told of so far, as they are listed."""
    found: list[Json] = reach.once("listed", list)
    return found


def region_plan(reach: Reach, memory: Memory, listed: int = 0) -> Plan:
    """The plan of this reading; made once, with the number of functions the account says or the first page shows."""

    def make() -> Plan:
        settings = account_settings(reach)
        told = settings.get("AccountUsage", {}).get("FunctionCount") if isinstance(settings, dict) else None
        return Plan(memory, reach.account, reach.region, max(listed, told if isinstance(told, int) else 0))

    return reach.once("plan", make)


def account_settings(reach: Reach) -> Json | Unread:
    """GetAccountSettings of the region, asked once a reading."""
    return reach.once("settings", lambda: part(reach.ask, "lambda", "GetAccountSettings", "AccountLimit"))


def one(reach: Reach, plan: Plan, function: Json) -> Raw:
    """An entry of a function, as deep as the plan says."""
    raw: dict[str, Json] = {"account": reach.account, "region": reach.region, "function": function}
    if not isinstance(function, dict) or not isinstance(function.get("FunctionName"), str):
        return raw
    if plan.core(function):
        raw |= _core(reach, plan, function)
    if plan.detail(function):
        raw["detail"] = detail(reach, function)
    return raw


def _core(reach: Reach, plan: Plan, function: Mapping[str, Json]) -> dict[str, Json]:
    """All that a first reading of a function tells: three calls, and one more for each alias; the rest are sweeps."""
    name, arn = function["FunctionName"], str(function.get("FunctionArn"))
    aliases = part(reach.entries, "lambda", "ListAliases", "Aliases", FunctionName=name)
    qualifiers = ["", *_names(aliases)]
    policies = {qualifier: part(policy, reach, name, arn, qualifier) for qualifier in qualifiers}
    sources = sweeps.of_function(sweeps.sources(reach), arn, [])
    core = {
        "aliases": aliases,
        "policies": policies,
        "urls": part(_urls, reach, name, qualifiers),
        "sources": sources,
        "feeds": feeds.of_function(reach, sources, policies),
        "secrets": secrets.of_function(reach, sources, function.get("Environment")),
        "tags": sweeps.of_function(sweeps.tags(reach), arn, []),
        "signing": sweeps.of_function(sweeps.signing(reach), arn, None),
        "network": network.surroundings(reach, function.get("VpcConfig")),
        "keys": sweeps.keys(reach, _key_arns(function)),
        "log_group": sweeps.log_group(reach, _log_group(function), sweep=plan.everything),
        "alarms": alarms.of_function(reach, name),
    }
    if reach.region == edge.HOME:
        core["edge"] = edge.of_function(reach, arn)
    return core | {"entrances": entrances.of_function(reach, arn)}


def _names(aliases: Json | Unread) -> list[str]:
    listed = aliases if isinstance(aliases, list) else []
    return [entry["Name"] for entry in listed if isinstance(entry, dict) and isinstance(entry.get("Name"), str)]


def policy(reach: Reach, name: str, arn: str, qualifier: str) -> Json:
    """The resource policy of a function, alias or version; None when there is none."""
    qualified = {"Qualifier": qualifier} if qualifier else {}
    return reach.either(
        lambda: reach.find("lambda", "GetPolicy", "Policy", FunctionName=name, **qualified),
        lambda: reach.find(
            "lambda", "GetResourcePolicy", "Policy", ResourceArn=f"{arn}:{qualifier}" if qualifier else arn
        ),
    )


def _urls(reach: Reach, name: str, qualifiers: list[str]) -> list[Json]:
    return reach.either(
        lambda: reach.entries("lambda", "ListFunctionUrlConfigs", "FunctionUrlConfigs", FunctionName=name),
        lambda: _one_by_one(reach, name, qualifiers),
    )


def _one_by_one(reach: Reach, name: str, qualifiers: list[str]) -> list[Json]:
    """The URLs of a function and its aliases, each once: some endpoints do not tell qualifiers apart."""
    found = [url for qualifier in qualifiers if (url := _url(reach, name, qualifier))]
    return list({str(url["FunctionUrl"]): url for url in reversed(found)}.values())


def _url(reach: Reach, name: str, qualifier: str) -> Json:
    qualified = {"Qualifier": qualifier} if qualifier else {}
    return reach.find("lambda", "GetFunctionUrlConfig", "FunctionUrl", FunctionName=name, **qualified)


def _key_arns(function: Mapping[str, Json]) -> list[str]:
    durable = function.get("DurableConfig")
    found = (function.get("KMSKeyArn"), durable.get("KMSKeyArn") if isinstance(durable, dict) else None)
    return [arn for arn in found if isinstance(arn, str) and arn]


def _log_group(function: Mapping[str, Json]) -> str:
    """Where the function logs: as configured, else the group of its name."""
    logging = function.get("LoggingConfig")
    named = logging.get("LogGroup") if isinstance(logging, dict) else None
    return named if isinstance(named, str) and named else f"/aws/lambda/{function['FunctionName']}"
