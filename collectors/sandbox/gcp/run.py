"""Cloud Run Admin: API v2 (one location at a time) and the list of v1, which covers all locations at once."""

from typing import Any

from collectors.sandbox.estate.gcp.access import EVERYONE, RUN_INVOKER, bound
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.organisation import BELGIUM, BY_NAME, LOCATIONS, SHOP, account
from collectors.sandbox.estate.gcp.state import GcpState
from collectors.sandbox.estate.gcp.trail import ENGINEER
from collectors.sandbox.estate.names import uuid
from collectors.sandbox.gcp.asked import EVERYWHERE, Asked, answer_of
from collectors.sandbox.gcp.policies import policy
from collectors.sandbox.gcp.words import Refused, missing
from collectors.sandbox.rest import Route, Wire, page

_INGRESS = {
    "all": "INGRESS_TRAFFIC_ALL",
    "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "balanced": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
}
_OLD_INGRESS = {"all": "all", "internal": "internal", "balanced": "internal-and-cloud-load-balancing"}
PLAIN = Function(
    SHOP, BELGIUM, "web-frontend", "run", entry="", runs_as="web", invokers=(bound(RUN_INVOKER, EVERYONE),)
)
"""A container that serves pages: a Cloud Run service, and no function."""


def _services(state: GcpState, project: str) -> list[Function]:
    found = [one for one in state.functions(project) if one.generation != "gen1" and not one.failed]
    return [*found, PLAIN] if project == PLAIN.project else found


def list_services(asked: Asked) -> Wire:
    project = asked.project
    if asked.location == EVERYWHERE:
        raise Refused(400, 'Location must be a valid Google Cloud region, and cannot be the "-" wildcard.')
    found = [one for one in _services(asked.state, project.id) if one.location == asked.location]
    answer = asked.page("services", found)
    if "services" in answer:
        answer["services"] = [service_v2(asked.state, one) for one in answer["services"]]
    return answer


def list_everywhere(asked: Asked) -> Wire:
    """The v1 list, in the words of Knative; it pages by `limit` and `continue`."""
    project = asked.project
    found = [one for one in _services(asked.state, project.id) if asked.here(project, one.location)]
    try:
        here, following = page(found, asked.text("continue"), asked.number("limit", 0) or 1000)
    except ValueError as error:
        raise Refused(400, "The continue token is invalid.") from error
    told = {"apiVersion": "serving.knative.dev/v1", "kind": "ServiceList"}
    metadata = {"selfLink": f"/apis/serving.knative.dev/v1/namespaces/{project.number}/services"}
    metadata |= {"continue": following} if following else {}
    return {**told, "metadata": metadata, "items": [_knative(asked.state, one) for one in here], **asked.unreachable()}


def _named(asked: Asked) -> Function:
    project, location, name = asked.project, asked.location, asked.places["name"]
    found = next(
        (one for one in _services(asked.state, project.id) if one.service.endswith(f"{location}/services/{name}")), None
    )
    if found is None:
        raise missing(f"projects/{project.id}/locations/{location}/services/{name}")
    return found


def get_service(asked: Asked) -> Wire:
    return service_v2(asked.state, _named(asked))


def get_iam_policy(asked: Asked) -> Wire:
    found = _named(asked)
    asked.may_read_policies(asked.project, found.service)
    return policy(found.invokers, asked.policy_version)


def list_revisions(asked: Asked) -> Wire:
    """The one that serves; of a service with a tag also the one that the tag names."""
    one = _named(asked)
    revisions = [_revision(asked.state, one, one.revision)]
    revisions += [_revision(asked.state, one, f"{one.revision[:-3]}old")] if one.tagged else []
    return asked.page("revisions", revisions)


def _revision(state: GcpState, one: Function, name: str) -> Wire:
    template = _template(one)
    template.pop("revision", None)
    times = {"createTime": state.stamp(one.modified), "updateTime": state.stamp(one.modified)}
    return {"name": f"{one.service}/revisions/{name}", "service": one.service, **times, **template}


def list_locations(asked: Asked) -> Wire:
    project = asked.project.id
    return asked.page(
        "locations", [{"name": f"projects/{project}/locations/{one}", "locationId": one} for one in LOCATIONS]
    )


def service_v2(state: GcpState, one: Function) -> Wire:
    number = BY_NAME[one.project].number
    traffic: list[Wire] = [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]
    if one.tagged:
        revision = f"{one.revision[:-3]}old"
        traffic.append({"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": revision, "tag": one.tagged})
    short, pipeline = one.service.rsplit("/", 1)[-1], account("release", one.project)
    return answer_of(
        name=one.service,
        uid=uuid("service", one.service),
        generation=str(one.settings),
        labels=_labels(one),
        annotations={"cloudfunctions.googleapis.com/function-id": one.name} if one.generation == "gen2" else {},
        createTime=state.stamp(one.created),
        updateTime=state.stamp(one.modified),
        creator=pipeline,
        lastModifier=pipeline if len(one.name) % 4 else ENGINEER.email,
        client="gcloud",
        clientVersion="548.0.0",
        ingress=_INGRESS[one.ingress],
        launchStage="GA",
        template=_template(one),
        traffic=traffic,
        observedGeneration=str(one.settings),
        terminalCondition={"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        latestReadyRevision=f"{one.service}/revisions/{one.revision}",
        uri="" if one.default_address_off else one.address,
        urls=[f"https://{short}-{number}.{one.location}.run.app", one.address],
        invokerIamDisabled=one.invoker_check_off or None,
        defaultUriDisabled=one.default_address_off or None,
        iapEnabled=one.iap or None,
        buildConfig=_build(one),
        satisfiesPzs=True,
        sshEnabled=False,
        etag=f'"{uuid("etag", one.service, one.settings)}"',
    )


def _labels(one: Function) -> dict[str, str]:
    managed = {"goog-managed-by": "cloudfunctions"} if one.generation == "gen2" else {}
    return {**one.labels, **managed}


def _build(one: Function) -> Wire:
    """Only of functions that Cloud Run itself builds: the Functions API keeps the build of its own."""
    if one.generation != "run" or not one.entry:
        return {}
    number = BY_NAME[one.project].number
    return {
        "name": f"projects/{number}/locations/{one.location}/builds/{uuid('build', one.service, one.code)}",
        "sourceLocation": f"gs://run-sources-{one.project}-{one.location}/services/{one.name}/{one.code}.zip#1",
        "functionTarget": one.entry,
        "imageUri": f"{one.location}-docker.pkg.dev/{one.project}/cloud-run-source-deploy/{one.name}",
        "baseImage": f"{one.location}-docker.pkg.dev/serverless-runtimes/google-22-full/runtimes/{one.runtime}",
        "enableAutomaticUpdates": not one.detached,
        "serviceAccount": f"projects/{one.project}/serviceAccounts/{BY_NAME[one.project].compute_account}",
    }


def _template(one: Function) -> Wire:
    return answer_of(
        revision=one.revision,
        scaling={"maxInstanceCount": one.instances},
        timeout=f"{one.timeout}s",
        serviceAccount=one.email,
        maxInstanceRequestConcurrency=one.concurrency,
        encryptionKey=one.key,
        vpcAccess=_network(one),
        containers=[_container(one)],
    )


def _container(one: Function) -> Wire:
    variables: list[Wire] = [{"name": name, "value": value} for name, value in one.environment.items()]
    variables += [
        {"name": s.variable, "valueSource": {"secretKeyRef": {"secret": s.name, "version": s.version}}}
        for s in one.secrets
        if s.variable
    ]
    image = f"{one.location}-docker.pkg.dev/{one.project}/gcf-artifacts/{one.name}:version_{one.code}"
    limits = {"cpu": "333m", "memory": f"{one.memory}Mi"}
    return answer_of(name="worker", image=image, env=variables, resources={"limits": limits}, ports=_PORTS)


_PORTS = [{"name": "http1", "containerPort": 8080}]


def _network(one: Function) -> Wire:
    egress = "ALL_TRAFFIC" if one.all_traffic else "PRIVATE_RANGES_ONLY"
    if one.network:
        inside = {"network": one.network, "subnetwork": one.subnet, "tags": ["functions"]}
        return {"networkInterfaces": [inside], "egress": egress}
    return {"connector": f"{one.place}/connectors/{one.connector}", "egress": egress} if one.connector else {}


def _knative(state: GcpState, one: Function) -> dict[str, Any]:
    annotations = {
        "run.googleapis.com/ingress": _OLD_INGRESS[one.ingress],
        "serving.knative.dev/creator": account("release", one.project),
    }
    if one.invoker_check_off:
        annotations["run.googleapis.com/invoker-iam-disabled"] = "true"
    labels = {**_labels(one), "cloud.googleapis.com/location": one.location}
    metadata = {
        "name": one.service.rsplit("/", 1)[-1],
        "namespace": BY_NAME[one.project].number,
        "uid": uuid("service", one.service),
        "generation": one.settings,
        "creationTimestamp": state.stamp(one.created),
        "labels": labels,
        "annotations": annotations,
    }
    spec = {"serviceAccountName": one.email, "containerConcurrency": one.concurrency, "timeoutSeconds": one.timeout}
    template = {"metadata": {"name": one.revision}, "spec": {**spec, "containers": [{"image": one.name}]}}
    told = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": metadata}
    return {**told, "spec": {"template": template}, "status": {"url": one.address, "observedGeneration": one.settings}}


_AT, _API = "/v2/projects/{project}/locations/{location}", "run"
_LIST = "run.services.list"
ROUTES = (
    Route("GET", f"{_AT}/services", _API, "ListServices", list_services, _LIST),
    Route(
        "GET", "/v1/projects/{project}/locations/{location}/services", _API, "ListServicesV1", list_everywhere, _LIST
    ),
    Route("GET", f"{_AT}/services/{{name}}", _API, "GetService", get_service, "run.services.get"),
    Route(
        "GET",
        f"{_AT}/services/{{name}}:getIamPolicy",
        _API,
        "GetIamPolicy",
        get_iam_policy,
        "run.services.getIamPolicy",
    ),
    Route("GET", f"{_AT}/services/{{name}}/revisions", _API, "ListRevisions", list_revisions, "run.revisions.list"),
    Route("GET", "/v1/projects/{project}/locations", _API, "ListLocations", list_locations, "run.locations.list"),
)
