"""The function runs as an identity that lives in another account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.access.gcp.principals import project_of
from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import without_identity
from findings.seen import Seen
from findings.severity import Severity


def of_project(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google: the project in the service account's e-mail."""
    number = str(seen.of_account("config").get("number", ""))
    for one in seen.section("identity").get("identities") or ():
        project = project_of(str(one.get("id", "")))
        if not project:
            yield Unsure(f"which project {one.get('id')} belongs to cannot be told from its name")
        elif project.isdigit() and not number:
            yield Unsure("the number of the function's own project was never read")
        elif project not in (seen.account, number):
            yield _fault(seen, str(one["id"]), f"the project {project}", project)


def of_subscription(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Azure: the subscription in the resource id of a user-assigned identity."""
    for one in seen.section("identity").get("identities") or ():
        subscription = _subscription(one)
        if subscription and subscription != seen.account.lower():
            name = str(one.get("resource", "")).rpartition("/")[2]
            yield _fault(seen, name, f"the subscription {subscription}", subscription)


def _subscription(identity: Mapping[str, Any]) -> str:
    parts = str(identity.get("resource", "")).lower().split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""


def _fault(seen: Seen, name: str, where: str, account: str) -> Evidence:
    ours = account in seen.zone.accounts or account in seen.zone.trusted
    return Evidence(
        f"{name} belongs to {where}" + (", which is ours" if ours else ", which is not connected here"), about=name,
        severity=Severity.LOW if ours else None, because="the other account is one of ours" if ours else "",
    )  # fmt: skip


def _running_as(cloud: str, **identity: str) -> Seen:
    return function(cloud, identity={"identities": [identity]})


_GROUP = "/subscriptions/{}/resourcegroups/ids/providers/microsoft.managedidentity/userassignedidentities/shared"
_OWN, _OTHER = "11111111-1111-1111-1111-111111111111", "99999999-9999-9999-9999-999999999999"

RULE = Rule(
    id="foreign_identity",
    title="The function runs as an identity of another account",
    severity=Severity.HIGH,
    subject=Subject.TRUST,
    why="Who may become it and what it may do is decided elsewhere, by people who do not answer for this function.",
    checks={
        "gcp": Check(of_project, needs=("identity",), applies=without_identity),
        "azure": Check(of_subscription, needs=("identity",), applies=without_identity),
    },
    fix={
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Runtime service account: one of the function's own "
            "project; grant it what it needs over there.",
            cli="gcloud functions deploy NAME --region REGION --service-account=EMAIL",
            terraform="google_cloudfunctions2_function: service_config.service_account_email.",
        ),
        "azure": Fix(
            console="Function App, Identity: switch on the system-assigned identity, or add one of this subscription.",
            cli="az functionapp identity assign --resource-group GROUP --name APP",
            terraform='azurerm_linux_function_app: identity { type = "SystemAssigned" }.',
        ),
    },
    fails=(
        _running_as("gcp", id="worker@strangers.iam.gserviceaccount.com"),
        _running_as("azure", id="p-1", resource=_GROUP.format(_OTHER)),
    ),
    passes=(
        _running_as("gcp", id="worker@acme-data.iam.gserviceaccount.com"),
        _running_as("azure", id="p-1", resource=_GROUP.format(_OWN)),
    ),
    catalogue=("TRU-08",),
)
