"""Cloud Functions: API v1 (1st generation) and v2 (both), as of the discovery documents of 2026-10."""

from collections.abc import Callable
from typing import Any

from collectors.sandbox.estate.gcp.function import Function, Secret
from collectors.sandbox.estate.gcp.organisation import BY_NAME, LOCATIONS
from collectors.sandbox.estate.gcp.state import GcpState
from collectors.sandbox.estate.names import hexadecimal, uuid
from collectors.sandbox.gcp.asked import Asked, answer_of
from collectors.sandbox.gcp.policies import policy
from collectors.sandbox.gcp.words import missing
from collectors.sandbox.rest import Route, Wire

_INGRESS = {"all": "ALLOW_ALL", "internal": "ALLOW_INTERNAL_ONLY", "balanced": "ALLOW_INTERNAL_AND_GCLB"}
_EVENTS = {
    "pubsub": ("google.pubsub.topic.publish", "google.cloud.pubsub.topic.v1.messagePublished", "pubsub.googleapis.com"),
    "storage": ("google.storage.object.finalize", "google.cloud.storage.object.v1.finalized", "storage.googleapis.com"),
}


def list_functions(asked: Asked) -> Wire:
    """Both generations; those deployed straight to Cloud Run are not in this API."""
    return _listed(asked, lambda one: one.generation != "run", function_v2)


def list_first_generation(asked: Asked) -> Wire:
    return _listed(asked, lambda one: one.generation == "gen1", function_v1)


def _listed(asked: Asked, wanted: Callable[[Function], bool], told: Callable[[GcpState, Function], Wire]) -> Wire:
    project = asked.project
    found = [one for one in asked.state.functions(project.id) if wanted(one) and asked.here(project, one.location)]
    answer = asked.page("functions", found, default=1000)
    if "functions" in answer:
        answer["functions"] = [told(asked.state, one) for one in answer["functions"]]
    return answer | asked.unreachable()


def get_function(asked: Asked) -> Wire:
    return function_v2(asked.state, _named(asked))


def get_first_generation(asked: Asked) -> Wire:
    return function_v1(asked.state, _named(asked, first_only=True))


def _named(asked: Asked, first_only: bool = False) -> Function:
    project, location, name = asked.project, asked.location, asked.places["name"]
    found = asked.state.function(project.id, location, name)
    if found is None or found.generation == "run" or (first_only and found.generation != "gen1"):
        raise missing(f"projects/{project.id}/locations/{location}/functions/{name}")
    return found


def get_iam_policy(asked: Asked) -> Wire:
    """A 2nd generation function's policy says who may change it; who may call it is said on its Cloud Run service."""
    found = _named(asked)
    asked.may_read_policies(asked.project, found.resource)
    return policy(found.invokers if found.generation == "gen1" else found.bindings, asked.policy_version)


def list_locations(asked: Asked) -> Wire:
    project = asked.project.id
    places = [{"name": f"projects/{project}/locations/{one}", "locationId": one} for one in LOCATIONS]
    return asked.page("locations", places)


def list_runtimes(asked: Asked) -> Wire:
    """With the dates after which a runtime gets no patches, and cannot be deployed. Dates as of 2026-11."""
    asked.location  # noqa: B018 - one that does not answer refuses
    told = []
    for name, label, generations, deprecated, decommissioned in RUNTIMES:
        stage = "DECOMMISSIONED" if decommissioned < "2026-11" else "DEPRECATED" if deprecated < "2026-11" else "GA"
        dates = {"deprecationDate": _date(deprecated), "decommissionDate": _date(decommissioned)}
        told += [
            {"name": name, "displayName": label, "stage": stage, "environment": one, **dates} for one in generations
        ]
    return {"runtimes": told}


def _date(text: str) -> dict[str, int]:
    year, month, day = map(int, text.split("-"))
    return {"year": year, "month": month, "day": day}


_FIRST, _BOTH, _SECOND = ("GEN_1",), ("GEN_1", "GEN_2"), ("GEN_2",)
RUNTIMES = (
    ("python38", "Python 3.8", _BOTH, "2024-10-14", "2025-10-14"),
    ("python39", "Python 3.9", _BOTH, "2025-10-05", "2026-04-05"),
    ("python310", "Python 3.10", _BOTH, "2026-10-04", "2027-04-04"),
    ("python312", "Python 3.12", _BOTH, "2028-10-02", "2029-04-02"),
    ("python313", "Python 3.13", _SECOND, "2029-10-10", "2030-04-10"),
    ("nodejs16", "Node.js 16", _BOTH, "2024-01-30", "2025-01-30"),
    ("nodejs18", "Node.js 18", _BOTH, "2025-04-30", "2025-10-31"),
    ("nodejs20", "Node.js 20", _BOTH, "2026-04-30", "2026-10-30"),
    ("nodejs22", "Node.js 22", _BOTH, "2027-04-30", "2027-10-31"),
    ("go119", "Go 1.19", _BOTH, "2024-04-30", "2025-01-30"),
    ("go125", "Go 1.25", _SECOND, "2027-02-28", "2027-08-31"),
    ("java21", "Java 21", _SECOND, "2031-09-01", "2032-03-01"),
    ("dotnet8", ".NET Core 8", _SECOND, "2026-11-10", "2027-05-10"),
)


def function_v1(state: GcpState, one: Function) -> Wire:
    trigger, project = one.trigger, BY_NAME[one.project]
    event: Wire = {}
    if trigger:
        kind, _, service = _EVENTS[trigger.event]
        event = {"eventType": kind, "resource": _source(one), "service": service}
        event["failurePolicy"] = {"retry": {}} if trigger.retry else {}
    https = {"url": one.address, "securityLevel": "SECURE_OPTIONAL" if one.insecure else "SECURE_ALWAYS"}
    return answer_of(
        name=one.resource,
        description=one.description,
        status="OFFLINE" if one.failed else "ACTIVE",
        sourceArchiveUrl=f"gs://gcf-sources-{project.number}-{one.location}/{one.name}-{one.code}.zip",
        httpsTrigger={} if trigger else https,
        eventTrigger=event,
        entryPoint=one.entry,
        runtime=one.runtime,
        timeout=f"{one.timeout}s",
        availableMemoryMb=one.memory,
        serviceAccountEmail=one.email,
        updateTime=state.stamp(one.modified),
        versionId=str(one.settings),
        labels={**one.labels, "deployment-tool": "cli-gcloud"},
        environmentVariables=dict(one.environment),
        maxInstances=one.instances,
        ingressSettings=_INGRESS[one.ingress],
        dockerRegistry="ARTIFACT_REGISTRY",
        automaticUpdatePolicy={"enabled": True},
        buildId=uuid("build", one.resource, one.code),
        kmsKeyName=one.key,
        vpcConnector=_connector(one),
        vpcConnectorEgressSettings=_egress(one) if one.connector else "",
        **_secrets(one),
    )


def function_v2(state: GcpState, one: Function) -> Wire:
    return answer_of(
        name=one.resource,
        description=one.description,
        environment="GEN_1" if one.generation == "gen1" else "GEN_2",
        state="FAILED" if one.failed else "ACTIVE",
        stateMessages=[{"severity": "ERROR", "type": "CloudBuildError", "message": one.failed}] if one.failed else [],
        createTime=state.stamp(one.created),
        updateTime=state.stamp(one.modified),
        labels={**one.labels, "deployment-tool": "cli-gcloud"},
        buildConfig=_build(one),
        serviceConfig=_service(one),
        eventTrigger=_event(one),
        url="" if one.failed or (one.generation == "gen1" and one.trigger) else _function_address(one),
        kmsKeyName=one.key,
        satisfiesPzi=True,
        upgradeInfo={"upgradeState": "ELIGIBLE_FOR_2ND_GEN_UPGRADE"} if one.generation == "gen1" else {},
    )


def _function_address(one: Function) -> str:
    return f"https://{one.location}-{one.project}.cloudfunctions.net/{one.name}"


def _build(one: Function) -> Wire:
    number = BY_NAME[one.project].number
    source = {"bucket": f"gcf-v2-sources-{number}-{one.location}", "object": f"{one.name}/function-source.zip"}
    return answer_of(
        build=f"projects/{number}/locations/{one.location}/builds/{uuid('build', one.resource, one.code)}",
        runtime=one.runtime,
        entryPoint=one.entry,
        source={"storageSource": source | {"generation": str(1_700_000_000_000_000 + one.code)}},
        dockerRepository=f"projects/{one.project}/locations/{one.location}/repositories/gcf-artifacts",
        dockerRegistry="ARTIFACT_REGISTRY",
        serviceAccount=f"projects/{one.project}/serviceAccounts/{BY_NAME[one.project].compute_account}",
        automaticUpdatePolicy={},
        sourceToken="not-read" if one.generation == "gen1" else "",
    )


def _service(one: Function) -> Wire:
    first = one.generation == "gen1"
    direct = {"network": f"projects/{one.project}/global/networks/{one.network}", "tags": ["functions"],
              "subnetwork": f"projects/{one.project}/regions/{one.location}/subnetworks/{one.subnet}"}  # fmt: skip
    return answer_of(
        service="" if first or one.failed else one.service,
        uri="" if one.failed or (first and one.trigger) else one.address,
        revision="" if first or one.failed else one.revision,
        timeoutSeconds=one.timeout,
        availableMemory=f"{one.memory}M",
        availableCpu="" if first else "0.333",
        environmentVariables={**one.environment, **({} if first else {"LOG_EXECUTION_ID": "true"})},
        maxInstanceCount=one.instances,
        maxInstanceRequestConcurrency=one.concurrency,
        ingressSettings=_INGRESS[one.ingress],
        serviceAccountEmail=one.email,
        allTrafficOnLatestRevision=not first,
        securityLevel=("SECURE_OPTIONAL" if one.insecure else "SECURE_ALWAYS") if first and not one.trigger else "",
        vpcConnector=_connector(one),
        vpcConnectorEgressSettings=_egress(one) if one.connector else "",
        directVpcNetworkInterface=[direct] if one.network else [],
        directVpcEgress=f"VPC_EGRESS_{_egress(one)}" if one.network else "",
        **_secrets(one),
    )


def _connector(one: Function) -> str:
    return f"{one.place}/connectors/{one.connector}" if one.connector else ""


def _egress(one: Function) -> str:
    return "ALL_TRAFFIC" if one.all_traffic else "PRIVATE_RANGES_ONLY"


def _secrets(one: Function) -> dict[str, Any]:
    variables = [{"key": s.variable, "projectId": _owner(one, s), "secret": s.name, "version": s.version}
                 for s in one.secrets if s.variable]  # fmt: skip
    volumes = [_volume(one, secret) for secret in one.secrets if secret.path]
    return {"secretEnvironmentVariables": variables, "secretVolumes": volumes}


def _owner(one: Function, secret: Secret) -> str:
    return secret.project or one.project


def _volume(one: Function, secret: Secret) -> Wire:
    folder, _, file = secret.path.rpartition("/")
    versions = [{"version": secret.version, "path": f"/{file}"}]
    return {"mountPath": folder, "projectId": _owner(one, secret), "secret": secret.name, "versions": versions}


def _source(one: Function) -> str:
    """The topic or bucket of an event, as triggers name it."""
    assert one.trigger
    if one.trigger.event == "pubsub":
        return f"projects/{one.project}/topics/{one.trigger.source}"
    return f"projects/_/buckets/{one.trigger.source}"


def _event(one: Function) -> Wire:
    if one.trigger is None:
        return {}
    first = one.generation == "gen1"
    kinds, topic = _EVENTS[one.trigger.event], one.trigger.event == "pubsub"
    return answer_of(
        trigger="" if first else trigger_name(one),
        triggerRegion="" if first else one.location,
        eventType=kinds[0] if first else kinds[1],
        pubsubTopic=_source(one) if topic else "",
        eventFilters=[] if topic else [{"attribute": "bucket", "value": one.trigger.source}],
        serviceAccountEmail="" if first else one.email,
        service=kinds[2] if first else "",
        retryPolicy="RETRY_POLICY_RETRY" if one.trigger.retry else "RETRY_POLICY_DO_NOT_RETRY",
    )


def trigger_name(one: Function) -> str:
    """The Eventarc trigger that a 2nd generation function was given."""
    return f"{one.place}/triggers/{one.name.replace('_', '-')}-{hexadecimal(6, one.resource)}"


_V1, _V2 = "/v1/projects/{project}/locations/{location}", "/v2/projects/{project}/locations/{location}"
_API, _LIST = "cloudfunctions", "cloudfunctions.functions.list"
_GET, _POLICY = "cloudfunctions.functions.get", "cloudfunctions.functions.getIamPolicy"
ROUTES = (
    Route("GET", f"{_V2}/functions", _API, "ListFunctions", list_functions, _LIST),
    Route("GET", f"{_V1}/functions", _API, "ListFunctionsV1", list_first_generation, _LIST),
    Route("GET", f"{_V2}/functions/{{name}}", _API, "GetFunction", get_function, _GET),
    Route("GET", f"{_V1}/functions/{{name}}", _API, "GetFunctionV1", get_first_generation, _GET),
    Route("GET", f"{_V2}/functions/{{name}}:getIamPolicy", _API, "GetIamPolicy", get_iam_policy, _POLICY),
    Route("GET", f"{_V1}/functions/{{name}}:getIamPolicy", _API, "GetIamPolicyV1", get_iam_policy, _POLICY),
    Route("GET", f"{_V2}/runtimes", _API, "ListRuntimes", list_runtimes, "cloudfunctions.runtimes.list"),
    Route(
        "GET",
        "/v2/projects/{project}/locations",
        _API,
        "ListLocations",
        list_locations,
        "cloudfunctions.locations.list",
    ),
)
