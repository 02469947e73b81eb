"""A sandbox in whose answers canaries stand, at the places where people really leave secrets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from collectors.sandbox import Sandbox
from collectors.sandbox.estate import EstateDay
from collectors.sandbox.wire import Answer, Call, Cloud, Heard, RefusalKind, Request
from tests.canaries.canaries import CANARIES

Json = Any
Plant = Callable[[Json], None]
#: How often each canary was told to a collector.
Told = Counter[str]


class Garden:
    """Plants canaries into answers, and counts which were told."""

    def __init__(self) -> None:
        self.told: Told = Counter()

    def take(self, place: str) -> str:
        self.told[place] += 1
        return CANARIES[place].text

    def into(self, call: Call, answer: Answer) -> Answer:
        """The answer with the canaries of its call in it."""
        asked = f"{call.service}:{call.operation}"
        if asked in _REFUSED and answer.status == 200:
            cloud, place = _REFUSED[asked]
            return _refusal(cloud, self.take(place))
        if asked == "iam:GetAccountAuthorizationDetails":
            return replace(answer, body=self._role_policies(answer.body))
        plant = _PLANTS.get(asked)
        if plant is None or answer.status != 200:
            return answer
        body = json.loads(answer.body)
        plant(self, body)
        return replace(answer, body=json.dumps(body).encode())

    def _role_policies(self, body: bytes) -> bytes:
        """A statement's id in every policy document, which IAM writes percent-encoded."""
        version = quote('"Version":').encode()
        planted = quote(f'"Id":"{self.take("aws role policy")}","Version":').encode()
        return body.replace(version, planted)


def entries(answer: Json, *path: str) -> Iterator[dict[str, Json]]:
    """The objects of a list in an answer."""
    for step in path:
        answer = answer.get(step) if isinstance(answer, dict) else None
    yield from (one for one in answer or () if isinstance(one, dict))


def _lambda_functions(garden: Garden, answer: Json) -> None:
    for one in [*entries(answer, "Functions"), *entries(answer, "Versions"), *([answer] if "Role" in answer else [])]:
        one["Description"] = garden.take("aws description")
        held = one.setdefault("Environment", {}).setdefault("Variables", {})
        held["PLAIN"] = garden.take("aws environment")
        held["GITHUB"] = garden.take("aws environment that looks like a token")


def _lambda_aliases(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "Aliases"):
        one["Description"] = garden.take("aws alias description")


def _lambda_tags(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "ResourceTagMappingList"):
        one["Tags"] += [
            {"Key": "db_password", "Value": garden.take("aws tag whose key tells")},
            {"Key": "note", "Value": garden.take("aws tag")},
        ]


def _lambda_policy(garden: Garden, answer: Json) -> None:
    policy = json.loads(answer["Policy"])
    for one in policy["Statement"]:
        one.setdefault("Condition", {})["StringLike"] = {"aws:Referer": garden.take("aws resource policy")}
    answer["Policy"] = json.dumps(policy)


def _lambda_sources(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "EventSourceMappings"):
        pattern = json.dumps({"body": {"token": [garden.take("aws event source filter")]}})
        one["FilterCriteria"] = {"Filters": [{"Pattern": pattern}]}


def _lambda_layers(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "Layers"):
        one["LatestMatchingVersion"]["Description"] = garden.take("aws layer description")
    for one in entries(answer, "LayerVersions"):
        one["Description"] = garden.take("aws layer description")


def _lambda_urls(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "FunctionUrlConfigs"):
        one["Cors"] = {"AllowOrigins": [garden.take("aws address with a password")]}


def _cloudtrail(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "Events"):
        record = json.loads(one["CloudTrailEvent"])
        sent = {"variables": {"PLAIN": garden.take("aws log, what was sent")}}
        record["requestParameters"] = {**(record.get("requestParameters") or {}), "environment": sent}
        record["errorCode"], record["errorMessage"] = "ValidationException", garden.take("aws log, what was answered")
        one["CloudTrailEvent"] = json.dumps(record)


def _google_functions(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "functions"):
        one["description"] = garden.take("gcp description")
        one.setdefault("labels", {})["db-password"] = garden.take("gcp label whose key tells")
        held = one.get("serviceConfig", one)
        held.setdefault("environmentVariables", {})["PLAIN"] = garden.take("gcp environment")
        build = one.get("buildConfig", one)
        build_key = "environmentVariables" if "buildConfig" in one else "buildEnvironmentVariables"
        build.setdefault(build_key, {})["NPM_AUTH"] = garden.take("gcp build environment")


def _google_services(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "services"):
        one.setdefault("annotations", {})["shop/maps"] = garden.take("gcp annotation")
        for container in entries(one, "template", "containers"):
            held = container.setdefault("env", [])
            held.append({"name": "PLAIN", "value": garden.take("gcp container environment")})


def _google_pushes(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "subscriptions"):
        if one.get("pushConfig"):
            one["pushConfig"]["pushEndpoint"] = garden.take("gcp push address")


def _google_policy(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "bindings"):
        one["condition"] = {"title": "who has the code", "expression": garden.take("gcp condition")}


def _google_log(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "entries"):
        told = one.setdefault("protoPayload", {})
        sent = {"environmentVariables": {"PLAIN": garden.take("gcp log, what was sent")}}
        told["request"] = {**(told.get("request") or {}), "function": sent, "body": sent}
        told["status"] = {"code": 3, "message": garden.take("gcp log, what was answered")}


def _azure_rows(garden: Garden, answer: Json) -> None:
    """Rows of the resource graph: sites, among others."""
    for one in entries(answer, "data"):
        kind = str(one.get("type")).lower()
        if kind.endswith("/config/web"):
            _azure_web(garden, one)
        elif "microsoft.web/sites" in kind and isinstance(one.get("properties"), dict):
            _azure_site(garden, one)


def _azure_sites(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "value"):
        _azure_site(garden, one)


def _azure_site(garden: Garden, one: Json) -> None:
    one["tags"] = {**(one.get("tags") or {}), "storage": garden.take("azure tag")}
    told = one.get("properties") or {}
    if isinstance(told.get("siteConfig"), dict):
        told["siteConfig"]["appSettings"] = [{"name": "PLAIN", "value": garden.take("azure app setting")}]
    if isinstance(told.get("functionAppConfig"), dict):
        told["functionAppConfig"]["deployment"]["storage"]["value"] = garden.take("azure package address (SAS)")


def _azure_web(garden: Garden, answer: Json) -> None:
    told = answer["properties"]
    text = garden.take("azure connection string")
    told["appSettings"] = [{"name": "PLAIN", "value": garden.take("azure app setting")}]
    told["connectionStrings"] = [{"name": "main", "connectionString": text, "type": "SQLAzure"}]
    told["publishingPassword"] = garden.take("azure publishing password")
    share = {"type": "AzureFiles", "accountName": "lark", "shareName": "content", "mountPath": "/content"}
    told["azureStorageAccounts"] = {"content": {**share, "accessKey": garden.take("azure storage access key")}}


def _azure_functions(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "value"):
        told = one["properties"]
        told["functionKeys"] = {"default": garden.take("azure function key")}
        told["test_data"] = json.dumps({"headers": {"x-functions-key": garden.take("azure function key")}})
        told["invoke_url_template"] = garden.take("azure address with a function key")
        told["config"]["bindings"].append(
            {"name": "out", "type": "serviceBus", "direction": "out", "connection": garden.take("azure binding")}
        )


def _azure_sign_in(garden: Garden, answer: Json) -> None:
    told = {"clientId": "6b1e7d52", "clientSecret": garden.take("azure sign-in's client secret")}
    answer["properties"].setdefault("identityProviders", {})["gitHub"] = {"enabled": True, "registration": told}


def _azure_assignments(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "value"):
        one["properties"]["description"] = garden.take("azure role assignment")


def _azure_log(garden: Garden, answer: Json) -> None:
    for one in entries(answer, "value"):
        sent = json.dumps({"properties": {"PLAIN": garden.take("azure log, what was sent")}})
        said = garden.take("azure log, what was answered")
        one["properties"] = {**(one.get("properties") or {}), "requestbody": sent, "statusMessage": said}
        one["description"] = said


_PLANTS: dict[str, Callable[[Garden, Json], None]] = {
    "lambda:ListFunctions": _lambda_functions,
    "lambda:ListVersionsByFunction": _lambda_functions,
    "lambda:GetFunctionConfiguration": _lambda_functions,
    "lambda:ListAliases": _lambda_aliases,
    "resourcegroupstaggingapi:GetResources": _lambda_tags,
    "lambda:GetPolicy": _lambda_policy,
    "lambda:ListEventSourceMappings": _lambda_sources,
    "lambda:ListLayers": _lambda_layers,
    "lambda:ListLayerVersions": _lambda_layers,
    "lambda:ListFunctionUrlConfigs": _lambda_urls,
    "cloudtrail:LookupEvents": _cloudtrail,
    "cloudfunctions:ListFunctions": _google_functions,
    "cloudfunctions:ListFunctionsV1": _google_functions,
    "run:ListServices": _google_services,
    "pubsub:ListSubscriptions": _google_pushes,
    "cloudfunctions:GetIamPolicyV1": _google_policy,
    "run:GetIamPolicy": _google_policy,
    "logging:ListLogEntries": _google_log,
    "Microsoft.ResourceGraph:resources.post": _azure_rows,
    "Microsoft.Web:sites.list": _azure_sites,
    "Microsoft.Web:sites/config/web.get": _azure_web,
    "Microsoft.Web:sites/functions.list": _azure_functions,
    "Microsoft.Web:sites/config/authsettingsV2.get": _azure_sign_in,
    "Microsoft.Authorization:roleAssignments.list": _azure_assignments,
    "Microsoft.Insights:eventtypes/values.list": _azure_log,
}
#: Calls that are refused, with a canary in the cloud's own words.
_REFUSED = {
    "lambda:GetRuntimeManagementConfig": ("aws", "aws error"),
    "cloudscheduler:ListJobs": ("gcp", "gcp error"),
    "Microsoft.Web:sites/basicPublishingCredentialsPolicies.list": ("azure", "azure error"),
}


def _refusal(cloud: str, said: str) -> Answer:
    told: dict[str, Json] = {
        "aws": {"Message": said},
        "gcp": {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": said}},
        "azure": {"error": {"code": "AuthorizationFailed", "message": said}},
    }
    more = {"x-amzn-ErrorType": "AccessDeniedException"} if cloud == "aws" else {}
    return Answer(403, json.dumps(told[cloud]).encode(), "application/json", more)


@dataclass(frozen=True)
class _Planted:
    heard: Heard
    garden: Garden

    @property
    def call(self) -> Call:
        return self.heard.call

    def answer(self) -> Answer:
        return self.garden.into(self.heard.call, self.heard.answer())

    def refusal(self, kind: RefusalKind) -> Answer:
        return self.heard.refusal(kind)


@dataclass(frozen=True)
class _PlantedCloud:
    cloud: Cloud
    garden: Garden

    def claims(self, request: Request) -> bool:
        return self.cloud.claims(request)

    def hear(self, request: Request, today: EstateDay) -> _Planted:
        return _Planted(self.cloud.hear(request, today), self.garden)


def planted_sandbox(garden: Garden, size: int) -> Sandbox:
    """A sandbox whose clouds say what the garden holds."""
    sandbox = Sandbox(size=size)
    sandbox.clouds = tuple(_PlantedCloud(cloud, garden) for cloud in sandbox.clouds)
    return sandbox
