"""Which IAM permissions the collector uses, what for, and the role to paste; connection test and docs show the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.provider import Permission

Json = Any


def _needs(part: str, why: str, *actions: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(action, why, part, optional) for action in actions)


PERMISSIONS: tuple[Permission, ...] = (
    *_needs("functions", "List the functions of both generations with their configuration.",
            "cloudfunctions.functions.list"),
    *_needs("run functions", "List Cloud Run services: what 2nd generation functions run on, and functions that were "
            "deployed straight to Cloud Run.", "run.services.list"),
    *_needs("run locations", "Find the locations of Cloud Run where its services cannot be listed all at once.",
            "run.locations.list", optional=True),
    *_needs("events", "Read just the function that an event names; without these, the event makes its whole location "
            "be read.", "cloudfunctions.functions.get", "run.services.get", optional=True),
    *_needs("access", "Read who may call and who may change a function.", "cloudfunctions.functions.getIamPolicy",
            "run.services.getIamPolicy", "resourcemanager.projects.getIamPolicy"),
    *_needs("project", "Find the project's number and the folders and organisation above it.",
            "resourcemanager.projects.get"),
    *_needs("guardrails", "Read the deny policies of the project, and the rules of each.", "iam.denypolicies.list",
            "iam.denypolicies.get"),
    *_needs("organisation", "Read what the folders and the organisation above the project grant and deny (bind the "
            "role there, too).", "resourcemanager.folders.get", "resourcemanager.folders.getIamPolicy",
            "resourcemanager.organizations.getIamPolicy", optional=True),
    *_needs("organisation", "Read the organisation's domain: whose people are ours.",
            "resourcemanager.organizations.get", optional=True),
    *_needs("roles", "Read what roles contain: custom ones of the project, and predefined ones that are in use.",
            "iam.roles.list", "iam.roles.get"),
    *_needs("service accounts", "List the service accounts that functions may run as.", "iam.serviceAccounts.list"),
    *_needs("trust", "Read who may act as a service account.", "iam.serviceAccounts.getIamPolicy"),
    *_needs("keys", "See which service accounts have keys of their own, and how old they are.",
            "iam.serviceAccountKeys.list"),
    *_needs("runtime", "Read until when each runtime is supported.", "cloudfunctions.runtimes.list", optional=True),
    *_needs("versions", "Read the revisions that still get traffic or have an address.", "run.revisions.list"),
    *_needs("network", "Read where VPC connectors lead.", "vpcaccess.connectors.list"),
    *_needs("reach", "See whether traffic through a VPC may leave it: firewall rules, routes and NAT.",
            "compute.firewalls.list", "compute.routes.list", "compute.routers.list", optional=True),
    *_needs("triggers", "Find what starts functions: Eventarc, Cloud Scheduler, Pub/Sub subscriptions.",
            "eventarc.triggers.list", "cloudscheduler.jobs.list", "pubsub.subscriptions.list"),
    *_needs("usage", "See which grants of a service account the IAM recommender calls unused.",
            "recommender.iamPolicyRecommendations.list", optional=True),
    *_needs("activity", "Read who changed what from the admin activity log.", "logging.logEntries.list"),
    *_needs("sinks", "See whether log sinks drop what functions log.", "logging.sinks.list",
            "logging.exclusions.list", optional=True),
    *_needs("invocations", "See when each function was last called, and how often (once a day).",
            "monitoring.timeSeries.list", optional=True),
    *_needs("discovery", "Find the projects of an organisation or folder.", "cloudasset.assets.searchAllResources",
            "resourcemanager.folders.list", "resourcemanager.projects.list", optional=True),
    *_needs("quota", "Bill the calls to another project's quota (bind it there).", "serviceusage.services.use",
            optional=True),
)  # fmt: skip

#: Permissions that the product must never be given: they let it read code or secrets, call functions or become others.
NEVER = (
    "cloudfunctions.functions.sourceCodeGet", "cloudfunctions.functions.call", "cloudfunctions.functions.invoke",
    "run.routes.invoke", "iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken",
    "secretmanager.versions.access",
)  # fmt: skip
#: What a custom role bound to a single project may not hold (the cloud refuses it there).
_ABOVE_PROJECTS = ("resourcemanager.folders.", "resourcemanager.organizations.", "resourcemanager.projects.list")

_ROLE = """\
title: Fanlight reader
description: Reads functions, what surrounds them and who may use them. No code, no secrets, no calls.
stage: GA
includedPermissions:
{permissions}
"""


def actions(project_only: bool = False) -> list[str]:
    """Every permission of the role, sorted; without those that only exist above projects when bound to one alone."""
    named = sorted({permission.action for permission in PERMISSIONS})
    return [name for name in named if not (project_only and name.startswith(_ABOVE_PROJECTS))]


def document(connection: Mapping[str, Json]) -> str:
    """The custom role as the file that `gcloud iam roles create` takes: of the organisation, where one is connected."""
    project_only = bool(connection) and not connection.get("organisation")
    return _ROLE.format(permissions="\n".join(f"  - {name}" for name in actions(project_only)))


def page() -> str:
    """docs/permissions/gcp.md: the role to paste, and what each permission is for."""
    rows = "\n".join(
        f"| `{one.action}` | {one.part} | {one.why}{' Optional.' if one.optional else ''} |"
        for one in sorted(PERMISSIONS, key=lambda one: (one.optional, one.part, one.action))
    )
    never = ", ".join(f"`{name}`" for name in NEVER)
    return _PAGE.format(role=document({"organisation": "any"}).rstrip(), rows=rows, never=never)


_PAGE = """\
# Permissions in Google Cloud

Rendered from `collectors/providers/gcp/permissions.py`, which is also what the connection test shows.

Make a custom role of the organisation and bind it to the collector's service account there: then it holds in every
project, and inherited policies can be read. Save the role below as `fanlight.yaml`:

```yaml
{role}
```

```
gcloud iam roles create fanlightReader --organization=ORGANISATION --file=fanlight.yaml
gcloud organizations add-iam-policy-binding ORGANISATION \\
    --member=serviceAccount:COLLECTOR --role=organizations/ORGANISATION/roles/fanlightReader
```

For a single project leave out the permissions on folders and organisations and on listing projects, which a project's
role may not hold. What folders and the organisation grant is then shown as not readable, never as nothing.

The predefined roles nearest to it, which hold more: Cloud Functions Viewer, Cloud Run Viewer, Security Reviewer, Deny
Reviewer, Logs Viewer, Compute Network Viewer, Monitoring Viewer, Browser.

Never grant {never}.

| permission | for | what it is for |
|---|---|---|
{rows}
"""
