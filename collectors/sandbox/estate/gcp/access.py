"""Who holds what in the Google estate: bindings, roles, and the policies of the organisation's levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.sandbox.estate.gcp.organisation import (
    DATA,
    DEV,
    DEV_FOLDER,
    DOMAIN,
    LEGAL,
    ORGANISATION,
    PROD_FOLDER,
    PROJECTS,
    SHOP,
    VENDOR,
    account,
    agent,
)

EVERYONE, SIGNED_IN = "allUsers", "allAuthenticatedUsers"
RUN_INVOKER, GEN1_INVOKER = "roles/run.invoker", "roles/cloudfunctions.invoker"
OWNER, EDITOR = "roles/owner", "roles/editor"


@dataclass(frozen=True)
class Bound:
    """A role given to members. `condition` is CEL; its title is made from `title`."""

    role: str
    members: tuple[str, ...]
    condition: str = ""
    title: str = ""


def bound(role: str, *members: str, condition: str = "", title: str = "") -> Bound:
    return Bound(role, members, condition, title)


def runs_as(email: str) -> str:
    return f"serviceAccount:{email}"


@dataclass(frozen=True)
class DenyPolicy:
    """A deny policy hanging on a project, folder or organisation."""

    on: str
    id: str
    label: str
    rules: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        attachment = f"cloudresourcemanager.googleapis.com%2F{self.on.replace('/', '%2F')}"
        return f"policies/{attachment}/denypolicies/{self.id}"


@dataclass(frozen=True)
class Role:
    """`name` is full: roles/…, projects/p/roles/… or organizations/n/roles/…"""

    name: str
    title: str
    permissions: tuple[str, ...]
    stage: str = "GA"


@dataclass(frozen=True)
class ServiceAccount:
    """`bindings` are those of its own policy (who may act as it); `keys` the ages in hours of user-managed keys."""

    project: str
    name: str
    label: str = ""
    bindings: tuple[Bound, ...] = ()
    keys: tuple[float, ...] = ()
    disabled: bool = False
    address: str = ""
    """The whole e-mail, for those that Google makes."""

    @property
    def email(self) -> str:
        return self.address or account(self.name, self.project)


ORGANISATION_POLICY = (
    bound("roles/resourcemanager.organizationAdmin", f"group:cloud-admins@{DOMAIN}"),
    bound("roles/iam.securityReviewer", runs_as(account("fanlight", SHOP)), f"group:security@{DOMAIN}"),
    bound("roles/cloudasset.viewer", runs_as(account("fanlight", SHOP))),
    bound("roles/browser", f"domain:{DOMAIN}"),
)
FOLDER_POLICIES: Mapping[str, tuple[Bound, ...]] = {
    PROD_FOLDER: (bound("roles/viewer", f"group:on-call@{DOMAIN}"),),
    DEV_FOLDER: (
        bound(RUN_INVOKER, runs_as(account("probe", VENDOR))),
        bound(EDITOR, f"group:developers@{DOMAIN}"),
    ),
}
_OFFICE_HOURS = 'request.time.getHours("Europe/Berlin") >= 8 && request.time.getHours("Europe/Berlin") < 18'
_SECRETS_ONLY = 'resource.type == "secretmanager.googleapis.com/Secret"'


def _releases(project: str) -> Bound:
    return bound("roles/cloudfunctions.developer", runs_as(account("release", project)))


def project_policies() -> dict[str, tuple[Bound, ...]]:
    """The allow policy of each project on the first day."""
    return {
        SHOP: (
            _releases(SHOP),
            bound(OWNER, f"group:shop-leads@{DOMAIN}"),
            bound("roles/iam.serviceAccountUser", runs_as(account("release", SHOP))),
            bound("roles/secretmanager.secretAccessor", runs_as(account("secrets", SHOP))),
            bound("roles/storage.objectAdmin", runs_as(account("janitor", SHOP))),
            bound("roles/logging.logWriter", runs_as(account("web", SHOP)), runs_as(account("mailer", SHOP))),
            bound("roles/eventarc.eventReceiver", runs_as(account("uploads", SHOP))),
            bound(
                "roles/resourcemanager.projectIamAdmin",
                runs_as(account("fenced", SHOP)),
                condition=_SECRETS_ONLY,
                title="secrets only",
            ),
        ),
        DATA: (
            _releases(DATA),
            bound(EDITOR, runs_as("700000000022-compute@developer.gserviceaccount.com")),
            bound(OWNER, f"group:data-leads@{DOMAIN}"),
            bound("roles/storage.objectViewer", runs_as(account("reports", DATA))),
            bound("roles/bigquery.dataViewer", runs_as(account("cross-reader", SHOP))),
            bound("roles/storage.objectAdmin", runs_as(account("warehouse-admin", DATA))),
            bound("roles/bigquery.jobUser", f"user:contractor@{DOMAIN}", condition=_OFFICE_HOURS, title="office hours"),
        ),
        DEV: (
            _releases(DEV),
            bound(OWNER, runs_as(account("deploy-bot", DEV)), f"group:shop-leads@{DOMAIN}"),
            bound(f"projects/{DEV}/roles/toolsmith", runs_as(account("toolsmith", DEV))),
            bound("roles/cloudfunctions.developer", f"group:developers@{DOMAIN}"),
        ),
        LEGAL: (bound(OWNER, f"group:legal-it@{DOMAIN}"),),
    }


DENY_POLICIES = (
    DenyPolicy(
        f"projects/{DEV}",
        "no-first-generation-callers",
        "Nobody calls 1st generation functions",
        (
            {
                "description": "closed to the world",
                "denyRule": {
                    "deniedPrincipals": ["principalSet://goog/public:all"],
                    "deniedPermissions": ["cloudfunctions.googleapis.com/functions.invoke"],
                },
            },
        ),
    ),
    DenyPolicy(
        ORGANISATION,
        "keep-the-logs",
        "Nobody removes audit logs",
        (
            {
                "denyRule": {
                    "deniedPrincipals": ["principalSet://goog/public:all"],
                    "exceptionPrincipals": [f"principalSet://goog/group/log-keepers@{DOMAIN}"],
                    "deniedPermissions": [
                        "logging.googleapis.com/buckets.delete",
                        "logging.googleapis.com/logs.delete",
                    ],
                }
            },
        ),
    ),
)
IAP_AGENT = runs_as(agent("gcp-sa-iap", DATA))


def permitted(service: str, **resources: str) -> tuple[str, ...]:
    """Permissions of one service: resource to its verbs, separated by spaces."""
    return tuple(f"{service}.{what}.{verb}" for what, verbs in resources.items() for verb in verbs.split())


_ON_PROJECT = permitted("resourcemanager", projects="get list")
_FUNCTIONS_READ = permitted("cloudfunctions", functions="get list getIamPolicy", locations="list")
_RUN_READ = permitted("run", services="get list getIamPolicy", revisions="get list", locations="list")
_FUNCTIONS_WRITE = permitted(
    "cloudfunctions", functions="call create delete sourceCodeGet sourceCodeSet update", operations="get list"
)
_RUN_WRITE = permitted("run", services="create delete update", jobs="create delete run update", revisions="delete")
_DATA_READ = (
    *permitted("storage", buckets="get list", objects="get list"),
    *permitted("bigquery", datasets="get", tables="get getData list"),
    *permitted("datastore", entities="get list"),
)
_DATA_WRITE = (
    *permitted("storage", buckets="create delete update", objects="create delete update"),
    *permitted("bigquery", jobs="create", tables="create delete updateData", datasets="create delete"),
    *permitted("datastore", entities="create delete update"),
    *permitted("pubsub", topics="create delete publish", subscriptions="consume create delete"),
)
_VIEWER = (*_ON_PROJECT, *_FUNCTIONS_READ, *_RUN_READ, *_DATA_READ, "logging.logEntries.list", "iam.roles.list")
_EDITOR = (
    *_VIEWER,
    *_FUNCTIONS_WRITE,
    "cloudfunctions.functions.invoke",
    *_RUN_WRITE,
    "run.routes.invoke",
    *_DATA_WRITE,
    *permitted("iam", serviceAccounts="actAs create get list"),
    *permitted("compute", instances="create delete setMetadata setServiceAccount", firewalls="create delete update"),
    *permitted("cloudbuild", builds="create get list"),
    *permitted("cloudscheduler", jobs="create delete run", locations="list"),
    *permitted("logging", sinks="get list", logEntries="create"),
    *permitted("secretmanager", secrets="create delete get list"),
)
_OWNER = (
    *_EDITOR,
    *permitted("resourcemanager", projects="getIamPolicy setIamPolicy update delete"),
    *permitted("iam", roles="create delete update", serviceAccounts="setIamPolicy", serviceAccountKeys="create list"),
    "cloudfunctions.functions.setIamPolicy",
    "run.services.setIamPolicy",
    *permitted("logging", sinks="create delete update", buckets="delete update"),
    "storage.buckets.setIamPolicy",
    "secretmanager.secrets.setIamPolicy",
)
_TOKENS = "get getAccessToken getOpenIdToken implicitDelegation list signBlob signJwt"
ROLES = (
    Role(OWNER, "Owner", _OWNER),
    Role(EDITOR, "Editor", _EDITOR),
    Role("roles/viewer", "Viewer", _VIEWER),
    Role("roles/browser", "Browser", (*_ON_PROJECT, *permitted("resourcemanager", folders="get list"))),
    Role(GEN1_INVOKER, "Cloud Functions Invoker", ("cloudfunctions.functions.invoke",)),
    Role(RUN_INVOKER, "Cloud Run Invoker", ("run.jobs.run", "run.routes.invoke")),
    Role(
        "roles/cloudfunctions.developer",
        "Cloud Functions Developer",
        (*_ON_PROJECT, *_FUNCTIONS_READ, *_FUNCTIONS_WRITE, "cloudfunctions.functions.invoke", *_RUN_READ, *_RUN_WRITE),
    ),
    Role(
        "roles/cloudfunctions.admin",
        "Cloud Functions Admin",
        (*_FUNCTIONS_READ, *_FUNCTIONS_WRITE, *permitted("cloudfunctions", functions="invoke setIamPolicy")),
    ),
    Role(
        "roles/run.admin",
        "Cloud Run Admin",
        (*_RUN_READ, *_RUN_WRITE, "run.routes.invoke", "run.services.setIamPolicy"),
    ),
    Role(
        "roles/iam.serviceAccountUser",
        "Service Account User",
        (*permitted("iam", serviceAccounts="actAs get list"), *_ON_PROJECT),
    ),
    Role(
        "roles/iam.serviceAccountTokenCreator",
        "Service Account Token Creator",
        (*permitted("iam", serviceAccounts=_TOKENS), *_ON_PROJECT),
    ),
    Role(
        "roles/iam.securityReviewer",
        "Security Reviewer",
        (*_FUNCTIONS_READ, *_RUN_READ, "iam.roles.list", "resourcemanager.projects.getIamPolicy"),
    ),
    Role("roles/cloudasset.viewer", "Cloud Asset Viewer", permitted("cloudasset", assets="searchAllResources")),
    Role(
        "roles/resourcemanager.projectIamAdmin",
        "Project IAM Admin",
        permitted("resourcemanager", projects="get getIamPolicy setIamPolicy"),
    ),
    Role(
        "roles/resourcemanager.organizationAdmin",
        "Organization Administrator",
        (
            *permitted("resourcemanager", organizations="get getIamPolicy setIamPolicy"),
            *permitted(
                "resourcemanager", folders="get getIamPolicy setIamPolicy", projects="get getIamPolicy setIamPolicy"
            ),
        ),
    ),
    Role("roles/secretmanager.secretAccessor", "Secret Accessor", (*_ON_PROJECT, "secretmanager.versions.access")),
    Role(
        "roles/storage.objectViewer", "Storage Object Viewer", (*_ON_PROJECT, *permitted("storage", objects="get list"))
    ),
    Role(
        "roles/storage.objectAdmin",
        "Storage Object Admin",
        (*_ON_PROJECT, *permitted("storage", objects="create delete get list update")),
    ),
    Role(
        "roles/bigquery.dataViewer",
        "BigQuery Data Viewer",
        (*_ON_PROJECT, *permitted("bigquery", datasets="get", tables="get getData list")),
    ),
    Role("roles/bigquery.jobUser", "BigQuery Job User", (*_ON_PROJECT, "bigquery.jobs.create")),
    Role("roles/pubsub.publisher", "Pub/Sub Publisher", ("pubsub.topics.publish",)),
    Role("roles/logging.logWriter", "Logs Writer", ("logging.logEntries.create",)),
    Role("roles/eventarc.eventReceiver", "Eventarc Event Receiver", ("eventarc.events.receiveEvent",)),
    Role(
        f"projects/{DEV}/roles/toolsmith",
        "Toolsmith",
        ("iam.roles.get", "iam.roles.update", "cloudfunctions.functions.list"),
    ),
    Role(f"projects/{SHOP}/roles/priceReader", "Price reader", ("datastore.entities.get", "datastore.entities.list")),
    Role(f"projects/{SHOP}/roles/oldDeployer", "Old deployer", ("cloudfunctions.functions.update",), "DISABLED"),
)
ROLE_BY_NAME = {role.name: role for role in ROLES}

GOOGLE_MADE = tuple(
    ServiceAccount(project.id, name, label, address=address)
    for project in PROJECTS
    for name, label, address in (
        ("compute", "Compute Engine default service account", project.compute_account),
        ("appspot", "App Engine default service account", project.app_account),
    )
)


@dataclass(frozen=True)
class Holdings:
    """Everything that is granted on one day: allow policies of levels by name, and the service accounts."""

    policies: Mapping[str, tuple[Bound, ...]]
    accounts: Mapping[str, ServiceAccount] = field(default_factory=dict)
