"""What starts functions: Eventarc (v1), Cloud Scheduler (v1), Pub/Sub subscriptions (v1)."""

from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.organisation import BELGIUM, DATA, FRANKFURT, SHOP, account
from collectors.sandbox.estate.names import uuid
from collectors.sandbox.gcp.asked import EVERYWHERE, Asked
from collectors.sandbox.gcp.functions import trigger_name
from collectors.sandbox.rest import Route, Wire

_EVENTS = {
    "pubsub": "google.cloud.pubsub.topic.v1.messagePublished",
    "storage": "google.cloud.storage.object.v1.finalized",
}
_NIGHTLY = ((DATA, FRANKFURT, "report-daily"), (DATA, BELGIUM, "data-pipeline"), (SHOP, BELGIUM, "janitor"))
_PUSHED = ((SHOP, BELGIUM, "store-locator", "stores-changed"),)


def list_triggers(asked: Asked) -> Wire:
    """Triggers of 2nd generation functions; those of the 1st generation have no resource of their own."""
    project = asked.project
    found = [
        _trigger(asked, one)
        for one in asked.state.functions(project.id)
        if one.trigger and one.generation == "gen2" and asked.here(project, one.location)
    ]
    return asked.page("triggers", found)


def _trigger(asked: Asked, one: Function) -> Wire:
    assert one.trigger
    filters = [{"attribute": "type", "value": _EVENTS[one.trigger.event]}]
    if one.trigger.event == "storage":
        filters.append({"attribute": "bucket", "value": one.trigger.source})
    topic = one.trigger.source if one.trigger.event == "pubsub" else f"eventarc-{one.location}-{one.name}"
    return {
        "name": trigger_name(one),
        "uid": uuid("trigger", one.resource),
        "createTime": asked.state.stamp(one.created),
        "updateTime": asked.state.stamp(one.created),
        "eventFilters": filters,
        "serviceAccount": one.email,
        "destination": {
            "cloudRun": {"service": one.service.rsplit("/", 1)[-1], "region": one.location, "path": "/"},
            "cloudFunction": one.resource,
        },
        "transport": {"pubsub": {"topic": f"projects/{one.project}/topics/{topic}"}},
        "labels": {"goog-managed-by": "cloudfunctions"},
    }


def list_jobs(asked: Asked) -> Wire:
    """Cloud Scheduler knows no location `-`."""
    project, location = asked.project, asked.location
    found = [
        _job(one)
        for owner, where, name in _NIGHTLY
        if (owner, where) == (project.id, location) and location != EVERYWHERE
        if (one := asked.state.function(owner, where, name))
    ]
    return asked.page("jobs", found)


def _job(one: Function) -> Wire:
    token = {"serviceAccountEmail": account("release", SHOP), "audience": one.address}
    return {
        "name": f"{one.place}/jobs/{one.name}-nightly",
        "httpTarget": {"uri": one.address, "httpMethod": "POST", "oidcToken": token},
        "state": "ENABLED",
        "schedule": "0 3 * * *",
        "timeZone": "Europe/Berlin",
        "attemptDeadline": "180s",
    }


def list_subscriptions(asked: Asked) -> Wire:
    """Those that push to a function, those Eventarc made, and one that is pulled."""
    project = asked.project
    pulled = f"projects/{project.id}/subscriptions/warehouse-pull"
    topic = f"projects/{project.id}/topics/warehouse"
    told: list[Wire] = [{"name": pulled, "topic": topic, "pushConfig": {}, "state": "ACTIVE"}]
    for owner, where, name, about in _PUSHED:
        one = asked.state.function(owner, where, name)
        if owner == project.id and one:
            told.append(_pushing(one, about))
    return asked.page("subscriptions", told, default=100)


def _pushing(one: Function, about: str) -> Wire:
    token = {"serviceAccountEmail": account("web", SHOP), "audience": one.address}
    return {
        "name": f"projects/{one.project}/subscriptions/{about}-push",
        "topic": f"projects/{one.project}/topics/{about}",
        "pushConfig": {"pushEndpoint": one.address + "/", "oidcToken": token},
        "ackDeadlineSeconds": 60,
        "state": "ACTIVE",
    }


_AT = "/v1/projects/{project}/locations/{location}"
ROUTES = (
    Route("GET", f"{_AT}/triggers", "eventarc", "ListTriggers", list_triggers, "eventarc.triggers.list"),
    Route("GET", f"{_AT}/jobs", "cloudscheduler", "ListJobs", list_jobs, "cloudscheduler.jobs.list"),
    Route(
        "GET", "/v1/projects/{project}/subscriptions", "pubsub", "ListSubscriptions", list_subscriptions,
        "pubsub.subscriptions.list",
    ),
)  # fmt: skip
