"""What belongs to an account as a whole: settings of each region, and its place in the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from collectors.provider import Denied, Memory, Raw
from collectors.providers.aws.fetch.functions import account_settings, region_plan
from collectors.providers.aws.fetch.plan import too_old
from collectors.providers.aws.reach import Reach, part
from collectors.providers.aws.session import AwsSession
from inventory.facts import Unread

Json = Any

#: Versions of a layer whose policies are read, newest first.
LAYER_VERSIONS = 20
#: Levels of an organisation above an account: five of organisational units, and the root.
LEVELS = 6
_KINDS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def settings(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """The account's settings in one region: limits each time, layers and records of calls when due."""
    reach = session.reach(scope)
    raw: dict[str, Json] = {"account": reach.account, "region": reach.region, "settings": account_settings(reach)}
    if region_plan(reach, memory).settings_due:
        raw |= {
            "layers": part(_layers, reach),
            "trails": part(_trails, reach),
            "recorders": part(reach.entries, "config", "DescribeConfigurationRecorders", "ConfigurationRecorders"),
            "web_settings": part(reach.find, "lambda-web", "GetWebAccountSettings"),
        }
    yield raw


def _layers(reach: Reach) -> list[Json]:
    """The account's own layers, each with its newest versions and their policies (None: no policy)."""
    found = []
    for layer in reach.entries("lambda", "ListLayers", "Layers"):
        name = layer.get("LayerName")
        pages = reach.pages("lambda", "ListLayerVersions", "LayerVersions", LayerName=name)
        newest = islice((version for page in pages for version in page), LAYER_VERSIONS)
        versions = [
            version
            | {"Policy": reach.find("lambda", "GetLayerVersionPolicy", "Policy", LayerName=name, VersionNumber=number)}
            for version in newest
            if isinstance(number := version.get("Version"), int)
        ]
        found.append(layer | {"Versions": versions})
    return found


def _trails(reach: Reach) -> list[Json]:
    """The trails that record this region, with what they record."""
    told = reach.ask("cloudtrail", "DescribeTrails", "trailList", includeShadowTrails=True)
    return [
        trail | {"Selectors": part(reach.find, "cloudtrail", "GetEventSelectors", TrailName=trail.get("TrailARN"))}
        for trail in told["trailList"]
    ]


def account(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """The account: its alias and organisation, and when due the policies that bind it from above."""
    reach, known = session.reach(scope), memory.known.get(session.account)
    raw = {
        "account": reach.account,
        "aliases": part(reach.entries, "iam", "ListAccountAliases", "AccountAliases", take="Marker"),
    }
    if known is None or too_old(memory, session.account, known.core_at):
        organisation = part(reach.ask, "organizations", "DescribeOrganization", "Organization")
        raw["organisation"] = organisation
        raw["guardrails"] = organisation if isinstance(organisation, Unread) else part(_as_member_or_hub, reach)
    yield raw


def _as_member_or_hub(reach: Reach) -> list[Json]:
    """The policies above the account: as itself, or as the hub that assumed the role (often the management account)."""
    try:
        return _levels(reach, hub=False)
    except Denied:
        if reach.session.keys is reach.session.base_keys:
            raise
    return _levels(reach, hub=True)


def _levels(reach: Reach, hub: bool) -> list[Json]:
    """From the account up to the root: each level with the service and resource control policies attached to it."""
    target, levels = reach.account, []
    for _ in range(LEVELS + 1):
        attached = {kind: _attached(reach, target, kind, hub) for kind in _KINDS}
        levels.append({"target": target, "policies": attached})
        if target.startswith("r-"):
            break
        parents = reach.ask("organizations", "ListParents", "Parents", hub, ChildId=target)["Parents"]
        if not parents:
            break
        target = str(parents[0].get("Id"))
    return levels


def _attached(reach: Reach, target: str, kind: str, hub: bool) -> list[Json]:
    listed = reach.entries(
        "organizations", "ListPoliciesForTarget", "Policies", send="NextToken", take="NextToken", hub=hub,
        TargetId=target, Filter=kind,
    )  # fmt: skip
    return [
        reach.once(("policy", entry.get("Id")), lambda entry=entry: _policy(reach, entry, hub))  # type: ignore[misc]
        for entry in listed
    ]


def _policy(reach: Reach, entry: dict[str, Json], hub: bool) -> Json:
    return reach.ask("organizations", "DescribePolicy", "Policy", hub, PolicyId=entry.get("Id"))["Policy"]
