"""What is switched on, and what is granted but not used: Service Usage (v1), Recommender (v1)."""

from collectors.sandbox.estate.gcp.access import EDITOR, runs_as
from collectors.sandbox.estate.gcp.organisation import DATA
from collectors.sandbox.estate.names import uuid
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.words import missing
from collectors.sandbox.rest import Route, Wire

_SERVICES = (
    "cloudasset", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "cloudscheduler", "compute", "eventarc",
    "iam", "logging", "monitoring", "pubsub", "recommender", "run", "serviceusage", "vpcaccess",
)  # fmt: skip
_RECOMMENDER = "google.iam.policy.Recommender"


def list_services(asked: Asked) -> Wire:
    wanted = asked.text("filter")
    found = [
        one for one in (_service(asked, name) for name in _SERVICES) if one["state"] in wanted.split(":") or not wanted
    ]
    return asked.page("services", found, default=50, most=200)


def get_service(asked: Asked) -> Wire:
    name = asked.places["service"]
    if name.removesuffix(".googleapis.com") not in _SERVICES:
        raise missing(f"projects/{asked.project.number}/services/{name}")
    return _service(asked, name.removesuffix(".googleapis.com"))


def _service(asked: Asked, name: str) -> Wire:
    project, full = asked.project, f"{name}.googleapis.com"
    told = {"name": f"projects/{project.number}/services/{full}", "parent": f"projects/{project.number}"}
    return {**told, "config": {"name": full}, "state": "DISABLED" if full in project.disabled else "ENABLED"}


def list_recommendations(asked: Asked) -> Wire:
    """One, for the default account that may do far more than it does."""
    project = asked.project
    if project.id != DATA or asked.places["recommender"] != _RECOMMENDER:
        return {}
    name = (
        f"projects/{project.number}/locations/global/recommenders/{_RECOMMENDER}/recommendations/{uuid('recommended')}"
    )
    resource = f"//cloudresourcemanager.googleapis.com/projects/{project.number}"
    filters = {
        "/iamPolicy/bindings/*/role": EDITOR,
        "/iamPolicy/bindings/*/members/*": runs_as(project.compute_account),
    }
    removal = {"action": "remove", "resource": resource, "resourceType": "cloudresourcemanager.googleapis.com/Project",
               "path": "/iamPolicy/bindings/*/members/*", "pathFilters": filters}  # fmt: skip
    member = runs_as(project.compute_account)
    overview = {"member": member, "removedRole": EDITOR, "minimumObservationPeriodInDays": "90"}
    impact = {"details": {"revokedIamPermissionsCount": 9000}}
    told = {
        "name": name,
        "description": "This role has not been used during the observation window.",
        "lastRefreshTime": asked.state.stamp(asked.state.day * 24 - 8),
        "primaryImpact": {"category": "SECURITY", "securityProjection": impact},
        "content": {"operationGroups": [{"operations": [removal]}], "overview": overview},
        "stateInfo": {"state": "ACTIVE"},
        "recommenderSubtype": "REMOVE_ROLE",
        "priority": "P1",
    }
    return asked.page("recommendations", [told])


_IN = "/v1/projects/{project}"
ROUTES = (
    Route("GET", f"{_IN}/services", "serviceusage", "ListServices", list_services, "serviceusage.services.list"),
    Route("GET", f"{_IN}/services/{{service}}", "serviceusage", "GetService", get_service, "serviceusage.services.get"),
    Route("GET", f"{_IN}/locations/{{location}}/recommenders/{{recommender}}/recommendations", "recommender",
          "ListRecommendations", list_recommendations, "recommender.iamPolicyRecommendations.list"),
)  # fmt: skip
