"""Which Google permissions make which class of power, and which sets of them reach another identity.

Classes: the product's own vocabulary; every name is in the role catalogue of 2026-08-22. Paths: the methods of
RhinoSecurityLabs/GCP-IAM-Privilege-Escalation (BSD-3-Clause), reduced to the permissions each needs, and one derived
from Cloud Run's documentation.
"""

from functools import lru_cache

from findings.access.gcp.roles import bundled
from findings.access.privilege import Power

ACT_AS = "iam.serviceAccounts.actAs"
POWERS: dict[Power, frozenset[str]] = {
    Power.ADMIN: frozenset(
        {
            "resourcemanager.projects.setIamPolicy",
            "resourcemanager.folders.setIamPolicy",
            "resourcemanager.organizations.setIamPolicy",
        }
    ),
    Power.SECRETS_READ: frozenset(
        {
            "secretmanager.versions.access",
            "cloudkms.cryptoKeyVersions.useToDecrypt",
            "storage.hmacKeys.create",
            "apikeys.keys.getKeyString",
        }
    ),
    Power.DATA_READ: frozenset(
        {
            "storage.objects.get",
            "bigquery.tables.getData",
            "bigquery.jobs.create",
            "datastore.entities.get",
            "datastore.entities.list",
            "spanner.databases.select",
            "spanner.databases.read",
            "bigtable.tables.readRows",
            "pubsub.subscriptions.consume",
            "cloudsql.instances.connect",
            "logging.logEntries.list",
        }
    ),
    Power.DATA_WRITE_DESTROY: frozenset(
        {
            "storage.objects.create",
            "storage.objects.delete",
            "storage.buckets.delete",
            "bigquery.tables.updateData",
            "bigquery.tables.delete",
            "bigquery.datasets.delete",
            "datastore.entities.update",
            "datastore.entities.delete",
            "cloudsql.instances.delete",
            "cloudkms.cryptoKeyVersions.destroy",
            "secretmanager.secrets.delete",
        }
    ),
    Power.DEPLOY_CODE: frozenset(
        {
            "cloudfunctions.functions.create",
            "cloudfunctions.functions.update",
            "cloudfunctions.functions.sourceCodeSet",
            "run.services.create",
            "run.services.update",
            "run.jobs.create",
            "run.jobs.update",
            "cloudbuild.builds.create",
            "compute.instances.create",
            "compute.instances.setMetadata",
            "deploymentmanager.deployments.create",
            "artifactregistry.repositories.uploadArtifacts",
            "cloudscheduler.jobs.create",
        }
    ),
    Power.NETWORK_CHANGE: frozenset(
        {
            "compute.firewalls.create",
            "compute.firewalls.update",
            "compute.firewalls.delete",
            "compute.routes.create",
            "compute.networks.addPeering",
            "vpcaccess.connectors.create",
            "dns.changes.create",
        }
    ),
    Power.LOGGING_TAMPER: frozenset(
        {
            "logging.sinks.delete",
            "logging.sinks.update",
            "logging.exclusions.create",
            "logging.buckets.update",
            "logging.buckets.delete",
            "logging.logs.delete",
        }
    ),
    Power.INVOKE: frozenset(
        {
            "cloudfunctions.functions.invoke",
            "cloudfunctions.functions.call",
            "run.routes.invoke",
            "run.jobs.run",
            "workflows.executions.create",
            "pubsub.topics.publish",
        }
    ),
}
IAM_WRITES = frozenset({"iam.roles.create", "iam.roles.update", "iam.denypolicies.delete", "orgpolicy.policy.set"})

# Become any service account the permission holds for, in one call.
IMPERSONATION = {
    "iam.serviceAccounts.getAccessToken": "gcp-r03",
    "iam.serviceAccounts.getOpenIdToken": "",
    "iam.serviceAccounts.signBlob": "gcp-r05",
    "iam.serviceAccounts.signJwt": "gcp-r06",
    "iam.serviceAccounts.implicitDelegation": "gcp-r04",
    "iam.serviceAccountKeys.create": "gcp-r02",
    "iam.serviceAccounts.setIamPolicy": "gcp-r22",
}
# Sets that together run code as another service account, or raise a role that is already held.
PATHS: dict[str, frozenset[str]] = {
    "gcp-r01": frozenset({"iam.roles.update"}),
    "gcp-r07": frozenset({"orgpolicy.policy.set"}),
    "gcp-r08": frozenset({"storage.hmacKeys.create"}),
    "gcp-r09": frozenset({"deploymentmanager.deployments.create"}),
    "gcp-r10": frozenset({"cloudbuild.builds.create"}),
    "gcp-r11": frozenset(
        {
            "cloudfunctions.functions.create",
            "cloudfunctions.functions.sourceCodeSet",
            ACT_AS,
            "cloudfunctions.functions.call",
        }
    ),
    "gcp-r12": frozenset(
        {
            "cloudfunctions.functions.create",
            "cloudfunctions.functions.sourceCodeSet",
            ACT_AS,
            "cloudfunctions.functions.setIamPolicy",
        }
    ),
    "gcp-r13": frozenset({"cloudfunctions.functions.sourceCodeSet", "cloudfunctions.functions.update", ACT_AS}),
    "gcp-r14": frozenset(
        {
            "compute.disks.create",
            "compute.instances.create",
            "compute.instances.setMetadata",
            "compute.instances.setServiceAccount",
            "compute.subnetworks.use",
            "compute.subnetworks.useExternalIp",
            ACT_AS,
        }
    ),
    "gcp-r15": frozenset({"run.services.create", ACT_AS, "run.services.setIamPolicy"}),
    "gcp-r16": frozenset({"run.services.create", ACT_AS, "run.routes.invoke"}),
    "gcp-r23": frozenset({"cloudscheduler.jobs.create", "cloudscheduler.locations.list", ACT_AS}),
    "gcp-x1": frozenset({"run.services.update", ACT_AS}),
}
CLASSED = frozenset().union(*POWERS.values(), IAM_WRITES, IMPERSONATION, *PATHS.values())
READING = ("get", "list", "search", "query", "view", "check", "read", "lookup", "fetch", "aggregated", "test", "select")


def is_read(permission: str) -> bool:
    """Whether a permission only looks: by its verb, by class, or because Google's own Viewer role has it."""
    return permission.rpartition(".")[2].startswith(READING) or permission in _looking()


@lru_cache(maxsize=1)
def _looking() -> frozenset[str]:
    return POWERS[Power.SECRETS_READ] | POWERS[Power.DATA_READ] | (bundled("roles/viewer") or frozenset())


def writes_policy(permission: str) -> bool:
    """Whether a permission changes who may do what."""
    return permission.endswith(".setIamPolicy") or permission in IAM_WRITES


def relevant(permissions: frozenset[str]) -> frozenset[str]:
    """What of a role matters to any class or path."""
    return frozenset(one for one in permissions if one in CLASSED or one.endswith(".setIamPolicy"))


@lru_cache(maxsize=4096)
def character(permissions: frozenset[str]) -> tuple[frozenset[str], bool, bool]:
    """The relevant permissions of a role, and whether it holds any that changes or any that reads."""
    reads = any(map(is_read, permissions))
    return relevant(permissions), any(not is_read(one) for one in permissions), reads
