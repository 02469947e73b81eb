"""A small estate in one project, acme-data: what Google would answer about it.

Functions: *report* (1st gen, started by a bucket, behind a connector, anyone may call), *orders* (2nd gen with direct
VPC and a secret, invoker check switched off), *resize* (2nd gen, tidy), *drift* (a detached function: only Cloud Run
knows it). The project lies in folder 77 of organisation 99; the compute account may do nearly everything.
"""

from __future__ import annotations

from typing import Any

from tests.collectors.providers.gcp.google import Google, Listed

Json = Any

PROJECT, NUMBER, HERE, THERE = "acme-data", "4711", "europe-west1", "us-central1"
ROBOT = f"robot@{PROJECT}.iam.gserviceaccount.com"
COMPUTE = f"{NUMBER}-compute@developer.gserviceaccount.com"
KEY_CANARY, BUILD_CANARY = "hunter2-hunter2-hunter2", "build-canary-value-1"


def function_name(name: str, location: str = HERE) -> str:
    return f"projects/{PROJECT}/locations/{location}/functions/{name}"


def service_name(name: str, location: str = HERE) -> str:
    return f"projects/{PROJECT}/locations/{location}/services/{name}"


def report_v2() -> Json:
    return {
        "name": function_name("report"), "environment": "GEN_1", "state": "ACTIVE",
        "updateTime": "2026-03-01T08:00:00Z", "labels": {"team": "data"},
        "buildConfig": {"runtime": "python39", "entryPoint": "main"},
        "serviceConfig": {
            "timeoutSeconds": 60, "availableMemory": "256M", "ingressSettings": "ALLOW_INTERNAL_ONLY",
            "serviceAccountEmail": f"{PROJECT}@appspot.gserviceaccount.com",
            "vpcConnector": f"projects/{PROJECT}/locations/{HERE}/connectors/tunnel",
            "vpcConnectorEgressSettings": "ALL_TRAFFIC",
            "environmentVariables": {"API_KEY": KEY_CANARY, "STAGE": "prod"},
        },
    }  # fmt: skip


def report_v1() -> Json:
    return {
        "name": function_name("report"), "status": "ACTIVE", "versionId": "3", "runtime": "python39",
        "eventTrigger": {
            "eventType": "google.storage.object.finalize", "resource": "projects/_/buckets/acme-uploads",
            "service": "storage.googleapis.com", "failurePolicy": {"retry": {}},
        },
        "buildServiceAccount": f"projects/{PROJECT}/serviceAccounts/{ROBOT}",
        "sourceUploadUrl": "https://storage.googleapis.com/uploads/x.zip?X-Goog-Signature=0123456789abcdef0123456789",
        "environmentVariables": {"API_KEY": KEY_CANARY},
    }  # fmt: skip


def orders() -> Json:
    return {
        "name": function_name("orders"), "environment": "GEN_2", "state": "DETACHING",
        "updateTime": "2026-03-01T09:00:00Z", "url": f"https://{HERE}-{PROJECT}.cloudfunctions.net/orders",
        "kmsKeyName": f"projects/{PROJECT}/locations/{HERE}/keyRings/r/cryptoKeys/k",
        "upgradeInfo": {"upgradeState": "UPGRADE_OPERATION_IN_PROGRESS"},
        "buildConfig": {
            "runtime": "nodejs20", "entryPoint": "handle",
            "source": {"storageSource": {"bucket": "src", "object": "orders.zip", "generation": "17"}},
            "serviceAccount": f"projects/{PROJECT}/serviceAccounts/{ROBOT}",
            "environmentVariables": {"NPM_PASSWORD": BUILD_CANARY},
        },
        "serviceConfig": {
            "service": service_name("orders"), "uri": "https://orders-abc-ew.a.run.app", "availableMemory": "1Gi",
            "timeoutSeconds": 300, "serviceAccountEmail": ROBOT, "ingressSettings": "ALLOW_ALL",
            "maxInstanceCount": 10, "maxInstanceRequestConcurrency": 80,
            "secretEnvironmentVariables": [
                {"key": "DB_PASSWORD", "projectId": PROJECT, "secret": "db", "version": "latest"}
            ],
            "secretVolumes": [{"mountPath": "/etc/cert", "projectId": PROJECT, "secret": "cert", "versions": []}],
            "directVpcNetworkInterface": [{"network": f"projects/{PROJECT}/global/networks/prod", "tags": ["db"]}],
            "directVpcEgress": "VPC_EGRESS_ALL_TRAFFIC",
        },
        "eventTrigger": {
            "trigger": f"projects/{PROJECT}/locations/{HERE}/triggers/orders-1", "triggerRegion": HERE,
            "eventType": "google.cloud.pubsub.topic.v1.messagePublished",
            "pubsubTopic": f"projects/{PROJECT}/topics/orders", "retryPolicy": "RETRY_POLICY_RETRY",
            "serviceAccountEmail": ROBOT,
        },
    }  # fmt: skip


def resize(location: str = HERE, name: str = "resize") -> Json:
    return {
        "name": function_name(name, location), "environment": "GEN_2", "state": "ACTIVE",
        "updateTime": "2026-03-01T09:00:00Z", "buildConfig": {"runtime": "python312", "entryPoint": "main"},
        "serviceConfig": {
            "service": service_name(name, location), "uri": f"https://{name}-abc.a.run.app",
            "availableMemory": "512M", "timeoutSeconds": 60, "serviceAccountEmail": ROBOT,
            "ingressSettings": "ALLOW_INTERNAL_AND_GCLB",
        },
    }  # fmt: skip


def service(name: str, location: str = HERE, **more: Json) -> Json:
    return {
        "name": service_name(name, location), "generation": "4", "updateTime": "2026-03-01T09:01:00Z",
        "uri": f"https://{name}-abc-ew.a.run.app", "ingress": "INGRESS_TRAFFIC_ALL",
        "labels": {"goog-managed-by": "cloudfunctions"},
        "template": {"containers": [{"image": f"img/{name}@sha256:1"}]},
        "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
        "latestReadyRevision": f"{service_name(name, location)}/revisions/{name}-00004",
        "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"}, **more,
    }  # fmt: skip


def drift() -> Json:
    """A function that was detached: no label of the Functions API any more, but the target of its build."""
    return service(
        "drift", labels={"team": "data"}, iapEnabled=True, defaultUriDisabled=True,
        buildConfig={
            "functionTarget": "main", "baseImage": "europe-docker.pkg.dev/serverless-runtimes/google-22/runtimes/go122",
        },
        template={
            "timeout": "120s", "containers": [{
                "image": "img/drift@sha256:2", "ports": [{"containerPort": 8080}],
                "env": [{"name": "TOKEN", "value": KEY_CANARY},
                        {"name": "DB", "valueSource": {"secretKeyRef": {"secret": "db", "version": "2"}}}],
                "resources": {"limits": {"memory": "512Mi", "cpu": "1"}},
            }],
        },
        traffic=[{"revision": f"{service_name('drift')}/revisions/drift-00001", "percent": 0, "tag": "old"}],
        trafficStatuses=[
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100},
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "drift-00001", "tag": "old",
             "uri": "https://old---drift-abc-ew.a.run.app"},
        ],
    )  # fmt: skip


def policy(*bindings: Json, **more: Json) -> Json:
    return {"version": 3, "etag": "BwX=", "bindings": list(bindings), **more}


def binding(role: str, *members: str, **more: Json) -> Json:
    return {"role": role, "members": list(members), **more}


ROLES = {
    "roles/editor": [
        "run.services.update",
        "run.routes.invoke",
        "cloudfunctions.functions.update",
        "storage.buckets.get",
    ],
    "roles/viewer": ["run.services.get", "cloudfunctions.functions.get"],
    "roles/run.invoker": ["run.routes.invoke"],
    "roles/cloudfunctions.invoker": ["cloudfunctions.functions.invoke"],
    "roles/iam.serviceAccountUser": ["iam.serviceAccounts.actAs"],
    "roles/iam.serviceAccountTokenCreator": ["iam.serviceAccounts.getAccessToken"],
    "roles/owner": ["run.services.update", "resourcemanager.projects.setIamPolicy"],
    "roles/run.admin": ["run.services.setIamPolicy", "run.services.get"],
}
OFFICE_HOURS = {"title": "office hours", "expression": "request.time.getHours('Europe/Berlin') < 18"}


def build(google: Google) -> Google:
    """Fill the answers: everything readable."""
    project, folder, organisation = f"projects/{PROJECT}", "folders/77", "organizations/99"
    google.answers = {
        f"/v2/{project}/locations/-/functions": Listed("functions", [report_v2(), orders(), resize()]),
        f"/v1/{project}/locations/-/functions": Listed("functions", [report_v1()]),
        f"/v1/{project}/locations/-/services": Listed("items", [knative("orders"), knative("drift")]),
        f"/v2/{project}/locations/{HERE}/services": Listed("services", [
            service("orders", invokerIamDisabled=True), service("resize"), drift(),
            service("website", labels={}),
        ]),
        f"/v2/{service_name('drift')}/revisions": Listed("revisions", [
            {"name": f"{service_name('drift')}/revisions/drift-00001", "serviceAccount": COMPUTE,
             "containers": [{"image": "img/drift@sha256:0", "env": [{"name": "TOKEN", "value": KEY_CANARY}]}]},
        ]),
        f"/v3/{project}": {"name": f"projects/{NUMBER}", "projectId": PROJECT, "displayName": "Acme data",
                           "state": "ACTIVE", "parent": folder, "labels": {"env": "prod"}},
        f"/v3/{folder}": {"name": folder, "displayName": "Data", "parent": organisation, "state": "ACTIVE"},
        f"/v3/{organisation}": {"name": organisation, "displayName": "acme.example", "state": "ACTIVE",
                                "directoryCustomerId": "C01"},
        f"/v3/{project}:getIamPolicy": policy(
            binding("roles/editor", f"serviceAccount:{COMPUTE}", "user:dana@acme.example"),
            binding("roles/viewer", "group:staff@acme.example"),
            binding("roles/run.invoker", f"serviceAccount:{ROBOT}", condition=OFFICE_HOURS),
            auditConfigs=[{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}],
        ),
        f"/v3/{folder}:getIamPolicy": policy(binding("roles/owner", "group:platform@acme.example")),
        f"/v3/{organisation}:getIamPolicy": policy(
            binding("organizations/99/roles/deployer", f"serviceAccount:{ROBOT}")
        ),
        f"/v1/{project}/roles": Listed("roles", [
            {"name": f"{project}/roles/tidy", "title": "Tidy", "includedPermissions": ["storage.objects.delete"]},
            {"name": f"{project}/roles/gone", "deleted": True, "includedPermissions": ["run.routes.invoke"]},
        ]),
        "/v1/organizations/99/roles/deployer": {"name": "organizations/99/roles/deployer", "title": "Deployer",
                                                "includedPermissions": ["cloudfunctions.functions.sourceCodeSet"]},
        **{f"/v1/{name}": {"name": name, "title": name, "includedPermissions": held} for name, held in ROLES.items()},
        f"/v1/{project}/serviceAccounts": Listed("accounts", [
            {"name": f"{project}/serviceAccounts/{email}", "email": email, "etag": "e1", "projectId": PROJECT,
             "uniqueId": "1", "displayName": "Robot"} for email in (ROBOT, COMPUTE)
        ]),
        f"/v1/{project}/locations/global/recommenders/google.iam.policy.Recommender/recommendations": Listed(
            "recommendations", [{
                "name": "r1", "recommenderSubtype": "REMOVE_ROLE", "stateInfo": {"state": "ACTIVE"},
                "content": {"overview": {"member": f"serviceAccount:{COMPUTE}", "removedRole": "roles/editor"}},
            }],
        ),
        f"/v2/{project}/locations/{HERE}/runtimes": {"runtimes": [
            {"name": "python39", "environment": "GEN_1", "stage": "DEPRECATED",
             "deprecationDate": {"year": 2025, "month": 10, "day": 5},
             "decommissionDate": {"year": 2026, "month": 4, "day": 5}},
            {"name": "nodejs20", "environment": "GEN_2", "stage": "GA"},
        ]},
        f"/v1/{project}/locations/{HERE}/connectors": Listed("connectors", [
            {"name": f"{project}/locations/{HERE}/connectors/tunnel", "network": "prod", "state": "READY",
             "ipCidrRange": "10.8.0.0/28"},
        ]),
        f"/compute/v1/{project}/global/firewalls": Listed("items", [
            {"name": "no-way-out", "network": f"https://compute/{project}/global/networks/prod", "direction": "EGRESS",
             "priority": 1000, "denied": [{"IPProtocol": "all"}], "destinationRanges": ["0.0.0.0/0"]},
        ]),
        f"/compute/v1/{project}/global/routes": Listed("items", [
            {"network": f"https://compute/{project}/global/networks/prod", "destRange": "0.0.0.0/0",
             "nextHopGateway": f"https://compute/{project}/global/gateways/default-internet-gateway"},
        ]),
        f"/compute/v1/{project}/aggregated/routers": {"items": {f"regions/{HERE}": {"routers": [
            {"name": "exit", "network": "x/networks/prod", "region": f"x/regions/{HERE}", "nats": [{"name": "nat"}]},
        ]}}},
        f"/v1/{project}/locations/-/triggers": Listed("triggers", [
            {"name": f"{project}/locations/{HERE}/triggers/orders-1",
             "destination": {"cloudRun": {"service": "orders", "region": HERE}}},
            {"name": f"{project}/locations/{HERE}/triggers/extra", "serviceAccount": ROBOT,
             "destination": {"cloudRun": {"service": "drift", "region": HERE}},
             "eventFilters": [{"attribute": "type", "value": "google.cloud.audit.log.v1.written"},
                              {"attribute": "serviceName", "value": "storage.googleapis.com"}]},
        ]),
        f"/v1/{project}/locations/{HERE}/jobs": Listed("jobs", [
            {"name": f"{project}/locations/{HERE}/jobs/nightly", "schedule": "0 3 * * *", "state": "ENABLED",
             "httpTarget": {"uri": "https://resize-abc.a.run.app/night", "httpMethod": "POST",
                            "headers": {"Authorization": f"Bearer {KEY_CANARY}"},
                            "oidcToken": {"serviceAccountEmail": ROBOT}}},
        ]),
        f"/v1/{project}/subscriptions": Listed("subscriptions", [
            {"name": f"{project}/subscriptions/push", "topic": f"{project}/topics/t", "state": "ACTIVE",
             "pushConfig": {"pushEndpoint": "https://resize-abc.a.run.app/?token=abc"}},
            {"name": f"{project}/subscriptions/eventarc-1", "topic": "t",
             "pushConfig": {"pushEndpoint": "https://resize-abc.a.run.app/"}},
            {"name": f"{project}/subscriptions/pull", "topic": "t"},
        ]),
        "/v2/entries:list": Listed("entries", []),
    }  # fmt: skip
    _policies(google)
    _deny(google)
    return google


def _policies(google: Google) -> None:
    """Each function's own policy, each service's, and who may act as each account."""
    google.answers |= {
        f"/v2/projects/{PROJECT}/sinks": Listed("sinks", []),
        f"/v2/projects/{PROJECT}/exclusions": Listed("exclusions", []),
    }
    google.answers |= {
        f"/v1/{function_name('report')}:getIamPolicy": policy(binding("roles/cloudfunctions.invoker", "allUsers")),
        f"/v2/{function_name('orders')}:getIamPolicy": policy(),
        f"/v2/{function_name('resize')}:getIamPolicy": policy(),
        f"/v2/{service_name('orders')}:getIamPolicy": policy(),
        f"/v2/{service_name('resize')}:getIamPolicy": policy(binding("roles/run.invoker", f"serviceAccount:{ROBOT}")),
        f"/v2/{service_name('drift')}:getIamPolicy": policy(binding("roles/run.invoker", "domain:acme.example")),
    }
    for email in (ROBOT, COMPUTE):
        name = f"/v1/projects/{PROJECT}/serviceAccounts/{email}"
        google.answers[f"{name}:getIamPolicy"] = policy(
            binding("roles/iam.serviceAccountUser", "user:dana@acme.example")
        )
        google.answers[f"{name}/keys"] = {"keys": [
            {"name": f"{name}/keys/k1", "keyType": "USER_MANAGED", "validAfterTime": "2024-01-01T00:00:00Z",
             "validBeforeTime": "9999-12-31T23:59:59Z"},
        ]} if email == ROBOT else {}  # fmt: skip


def _deny(google: Google) -> None:
    for on in (f"projects/{PROJECT}", "folders/77", "organizations/99"):
        google.answers[f"/v2/policies/cloudresourcemanager.googleapis.com/{on}/denypolicies"] = Listed("policies", [])
    attached = "policies/cloudresourcemanager.googleapis.com%2Ffolders%2F77/denypolicies/no-public"
    google.answers["/v2/policies/cloudresourcemanager.googleapis.com/folders/77/denypolicies"] = Listed(
        "policies", [{"name": attached, "displayName": "No public functions"}]
    )
    google.answers["/v2/policies/cloudresourcemanager.googleapis.com/folders/77/denypolicies/no-public"] = {
        "name": attached, "displayName": "No public functions", "rules": [{"denyRule": {
            "deniedPrincipals": ["principalSet://goog/public:all"],
            "deniedPermissions": ["run.googleapis.com/services.setIamPolicy"],
            "exceptionPrincipals": ["principalSet://goog/group/platform@acme.example"],
        }}],
    }  # fmt: skip


def knative(name: str, location: str = HERE) -> Json:
    """A service as Cloud Run's older API lists it."""
    labels = {"cloud.googleapis.com/location": location}
    return {"kind": "Service", "metadata": {"name": name, "namespace": NUMBER, "labels": labels}}


def log_entry(number: int, method: str, resource: str, at: str, **more: Json) -> Json:
    """An entry of the admin activity log; `labels`, `operation` and parts of the payload may be given."""
    labels, operation = more.pop("labels", {}), more.pop("operation", {})
    return {
        "insertId": f"i{number}", "timestamp": at, "operation": operation,
        "resource": {"type": "x", "labels": {"project_id": PROJECT, **labels}},
        "protoPayload": {
            "serviceName": "cloudfunctions.googleapis.com", "methodName": method, "resourceName": resource,
            "authenticationInfo": {"principalEmail": "dana@acme.example"},
            "requestMetadata": {"callerIp": "203.0.113.7", "callerSuppliedUserAgent": "gcloud"},
            "request": {"function": {"environmentVariables": {"API_KEY": KEY_CANARY}}}, **more,
        },
    }  # fmt: skip
