"""Several functions run as one identity, so each of them holds what any of them needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, without_identity
from findings.rules._worlds import CLOSED, CLOUDS, NARROW, each
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    number = seen.posture.shared_by
    if number is None:
        yield Unsure("how many functions run as its identity is not known")
    elif number > 1:
        identity = next(iter(seen.identities), None)
        name = called(identity) if identity else "its identity"
        severity, because = _severity(seen)
        yield Evidence(
            f"{name} is used by {number} functions: {_what(seen.posture.privilege)}",
            about=identity.native_id if identity else "", severity=severity, because=because,
        )  # fmt: skip


def _what(privilege: str) -> str:
    return {
        "none": "it holds nothing beyond what every function needs",
        "unknown": "what it may do is not known",
    }.get(privilege, f"each of them holds its rights ({privilege}), whether its own code needs them or not")


def _severity(seen: Seen) -> tuple[Severity | None, str]:
    if seen.posture.privilege in ("admin", "near-admin"):
        return Severity.HIGH, f"the shared identity is {seen.posture.privilege}"
    if seen.posture.privilege == "none":
        return Severity.LOW, "the shared identity may do nothing of its own"
    if seen.is_sensitive:
        return Severity.HIGH, "functions that do not work on sensitive data can reach what this one may"
    return None, ""


_CHECK = Check(look, needs=("identity",), applies=without_identity)
_SHARED = replace(CLOSED, shared_by=4, privilege="write")

RULE = Rule(
    id="shared_identity",
    title="Several functions share one identity",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="The identity must hold what all of them need, so a fault in one reaches the data of the others.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions, Edit: create a role of its own.",
            cli="aws lambda update-function-configuration --function-name NAME --role ROLE_ARN",
            terraform="One aws_iam_role for each aws_lambda_function.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Runtime service account: one of its own.",
            cli="gcloud functions deploy NAME --region REGION --service-account=EMAIL",
            terraform="service_config.service_account_email: one google_service_account for each function.",
        ),
        "azure": Fix(
            console="Function App, Identity: switch on the system-assigned identity and remove the shared one.",
            cli="az functionapp identity assign --resource-group GROUP --name APP",
            terraform='azurerm_linux_function_app: identity { type = "SystemAssigned" }.',
        ),
    },
    fails=each(NARROW, posture=_SHARED, privilege="write"),
    passes=each(NARROW),
    catalogue=("PRV-08",),
    standards=("cis-aws-compute:4.5",),
)
