"""Every question we ask Google, in one place: the permission it needs, and its address or its client's method."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from collectors.providers.gcp.call import Call

Json = Any

_VERSION_3 = {"requested_policy_version": 3}
_PROJECTS, _FOLDERS = "resourcemanager_v3.ProjectsClient", "resourcemanager_v3.FoldersClient"
_ORGANISATIONS = "resourcemanager_v3.OrganizationsClient"


def functions(project: str, version: str = "v2") -> Call:
    path = f"/{version}/projects/{project}/locations/-/functions"
    return Call("cloudfunctions.functions.list", "cloudfunctions", path, {"pageSize": 1000})


def function(name: str, version: str = "v2") -> Call:
    return Call("cloudfunctions.functions.get", "cloudfunctions", f"/{version}/{name}")


def service(name: str) -> Call:
    return Call("run.services.get", "run", f"/v2/{name}")


def runtimes(project: str, location: str) -> Call:
    return Call(
        "cloudfunctions.runtimes.list", "cloudfunctions", client="functions_v2.FunctionServiceClient",
        method="list_runtimes", body={"parent": f"projects/{project}/locations/{location}"},
    )  # fmt: skip


def function_policy(name: str, first_generation: bool) -> Call:
    client = "functions_v1.CloudFunctionsServiceClient" if first_generation else "functions_v2.FunctionServiceClient"
    return _policy("cloudfunctions.functions.getIamPolicy", "cloudfunctions", client, name)


def service_policy(name: str) -> Call:
    return _policy("run.services.getIamPolicy", "run", "run_v2.ServicesClient", name)


def _policy(permission: str, api: str, client: str, name: str) -> Call:
    return Call(permission, api, client=client, method="get_iam_policy", body={"resource": name, "options": _VERSION_3})


def services_everywhere(project: str) -> Call:
    """Cloud Run's older API lists all locations at once; the newer one, which tells more, does not."""
    return Call("run.services.list", "run", f"/v1/projects/{project}/locations/-/services", {"limit": 1000})


def run_locations(project: str) -> Call:
    return Call("run.locations.list", "run", f"/v1/projects/{project}/locations", {"pageSize": 1000})


def services(project: str, location: str) -> Call:
    path = f"/v2/projects/{project}/locations/{location}/services"
    return Call("run.services.list", "run", path, {"pageSize": 1000})


def revisions(service: str) -> Call:
    return Call("run.revisions.list", "run", f"/v2/{service}/revisions", {"pageSize": 1000})


def project(project_id: str) -> Call:
    name = f"projects/{project_id}"
    return Call(
        "resourcemanager.projects.get",
        "cloudresourcemanager",
        client=_PROJECTS,
        method="get_project",
        body={"name": name},
    )


def folder(name: str) -> Call:
    return Call(
        "resourcemanager.folders.get", "cloudresourcemanager", client=_FOLDERS, method="get_folder", body={"name": name}
    )


def organisation(name: str) -> Call:
    return Call(
        "resourcemanager.organizations.get",
        "cloudresourcemanager",
        client=_ORGANISATIONS,
        method="get_organization",
        body={"name": name},
    )


def allow_policy(name: str) -> Call:
    """The allow policy of a project, folder or organisation: `projects/p`, `folders/1`, `organizations/2`."""
    kind = name.split("/")[0]
    client = {"projects": _PROJECTS, "folders": _FOLDERS}.get(kind, _ORGANISATIONS)
    return _policy(f"resourcemanager.{kind}.getIamPolicy", "cloudresourcemanager", client, name)


def deny_policies(name: str) -> Call:
    attachment = quote(f"cloudresourcemanager.googleapis.com/{name}", safe="")
    return Call("iam.denypolicies.list", "iam", f"/v2/policies/{attachment}/denypolicies", {"pageSize": 1000})


def deny_policy(name: str) -> Call:
    return Call("iam.denypolicies.get", "iam", f"/v2/{name}")


def custom_roles(project_id: str) -> Call:
    path = f"/v1/projects/{project_id}/roles"
    return Call("iam.roles.list", "iam", path, {"view": "FULL", "pageSize": 1000})


def role(name: str) -> Call:
    return Call("iam.roles.get", "iam", f"/v1/{name}")


def service_accounts(project_id: str) -> Call:
    return Call("iam.serviceAccounts.list", "iam", f"/v1/projects/{project_id}/serviceAccounts", {"pageSize": 100})


def service_account_policy(name: str) -> Call:
    params = {"options.requestedPolicyVersion": 3}
    return Call("iam.serviceAccounts.getIamPolicy", "iam", f"/v1/{name}:getIamPolicy", params, body={})


def keys(name: str) -> Call:
    return Call("iam.serviceAccountKeys.list", "iam", f"/v1/{name}/keys", {"keyTypes": "USER_MANAGED"})


def recommendations(project_id: str) -> Call:
    path = f"/v1/projects/{project_id}/locations/global/recommenders/google.iam.policy.Recommender/recommendations"
    return Call("recommender.iamPolicyRecommendations.list", "recommender", path, {"pageSize": 500})


def connectors(project_id: str, location: str) -> Call:
    path = f"/v1/projects/{project_id}/locations/{location}/connectors"
    return Call("vpcaccess.connectors.list", "vpcaccess", path, {"pageSize": 500})


def compute(project_id: str, what: str) -> Call:
    """`firewalls`, `routes` or (of all regions) `routers`."""
    place = "aggregated" if what == "routers" else "global"
    params = {"maxResults": 500} | ({"returnPartialSuccess": "true"} if what == "routers" else {})
    return Call(f"compute.{what}.list", "compute", f"/compute/v1/projects/{project_id}/{place}/{what}", params)


def triggers(project_id: str, location: str) -> Call:
    path = f"/v1/projects/{project_id}/locations/{location}/triggers"
    return Call("eventarc.triggers.list", "eventarc", path, {"pageSize": 1000})


def jobs(project_id: str, location: str) -> Call:
    path = f"/v1/projects/{project_id}/locations/{location}/jobs"
    return Call("cloudscheduler.jobs.list", "cloudscheduler", path, {"pageSize": 500})


def subscriptions(project_id: str) -> Call:
    return Call("pubsub.subscriptions.list", "pubsub", f"/v1/projects/{project_id}/subscriptions", {"pageSize": 1000})


def log_entries(project_id: str, text: str) -> Call:
    asked = {"resourceNames": [f"projects/{project_id}"], "filter": text, "orderBy": "timestamp asc", "pageSize": 1000}
    return Call("logging.logEntries.list", "logging", "/v2/entries:list", body=asked)


def log_sinks(project_id: str) -> Call:
    return Call("logging.sinks.list", "logging", f"/v2/projects/{project_id}/sinks", {"pageSize": 1000})


def log_exclusions(project_id: str) -> Call:
    """Exclusions of the project in the older form: they hold for the sink _Default."""
    return Call("logging.exclusions.list", "logging", f"/v2/projects/{project_id}/exclusions", {"pageSize": 1000})


def time_series(project_id: str, metric: str, resource: str, labels: tuple[str, ...], begin: str, end: str) -> Call:
    """A count summed by spans of 24 hours, back from `end`, and by these labels."""
    params = {
        "filter": f'metric.type="{metric}" AND resource.type="{resource}"',
        "interval.startTime": begin, "interval.endTime": end, "aggregation.alignmentPeriod": "86400s",
        "aggregation.perSeriesAligner": "ALIGN_SUM", "aggregation.crossSeriesReducer": "REDUCE_SUM",
        "aggregation.groupByFields": list(labels), "pageSize": 100_000,
    }  # fmt: skip
    return Call("monitoring.timeSeries.list", "monitoring", f"/v3/projects/{project_id}/timeSeries", params)


def assets(container: str) -> Call:
    """Functions and Cloud Run services anywhere below an organisation or folder."""
    return Call(
        "cloudasset.assets.searchAllResources", "cloudasset", client="asset_v1.AssetServiceClient",
        method="search_all_resources", body={
            "scope": container, "page_size": 500, "asset_types": [
                "cloudfunctions.googleapis.com/CloudFunction", "cloudfunctions.googleapis.com/Function",
                "run.googleapis.com/Service",
            ],
        },
    )  # fmt: skip


def projects_seen() -> Call:
    return Call(
        "resourcemanager.projects.get", "cloudresourcemanager", client=_PROJECTS, method="search_projects",
        body={"query": "state:ACTIVE", "page_size": 500},
    )  # fmt: skip


def children(container: str, what: str) -> Call:
    """The `projects` or `folders` right below an organisation or folder."""
    client = _PROJECTS if what == "projects" else _FOLDERS
    return Call(
        f"resourcemanager.{what}.list", "cloudresourcemanager", client=client, method=f"list_{what}",
        body={"parent": container, "page_size": 300},
    )  # fmt: skip
