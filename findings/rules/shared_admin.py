"""Several functions run as one administrator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._paths import way_out
from findings.rules._powers import admins, by, called, on, unsure_of, without_identity
from findings.rules._worlds import ADMIN, CLOSED, CLOUDS, NARROW, each
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    number = seen.posture.shared_by
    found = next(admins(seen), None)
    if found and number is None:
        yield Unsure("how many functions run as its identity is not known")
    elif found and number and number > 1:
        identity, power = found
        yield Evidence(
            f"{seen.name} and {_others(number - 1)} run as {called(identity)}, which can do anything in "
            f"{on(seen, power)} ({by(power)}): a fault in any of them is enough; {way_out(seen)}",
            about=identity.native_id,
        )
    if not found and number != 1:
        yield from unsure_of(seen)


def _others(number: int) -> str:
    return "one other function" if number == 1 else f"{number} other functions"


_CHECK = Check(look, needs=("identity",), applies=without_identity)
_SHARED = replace(CLOSED, shared_by=4)

RULE = Rule(
    id="shared_admin",
    title="Several functions run as the same administrator",
    severity=Severity.CRITICAL,
    subject=Subject.COMBINATION,
    why="The weakest of them decides over the account, and the log cannot say which of them did something.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Lambda, each function, Configuration, Permissions, Edit: an execution role of its own with only "
            "what its code calls.",
            cli="aws lambda update-function-configuration --function-name NAME --role ROLE_ARN",
            terraform="One aws_iam_role for each aws_lambda_function.",
        ),
        "gcp": Fix(
            console="IAM, Service accounts: create one for each function and choose it under Runtime service account.",
            cli="gcloud functions deploy NAME --region REGION --service-account=EMAIL",
            terraform="One google_service_account for each function; service_config.service_account_email.",
        ),
        "azure": Fix(
            console="Function App, Identity: switch on the system-assigned identity, assign what it needs, and "
            "remove the shared user-assigned one.",
            cli="az functionapp identity assign --resource-group GROUP --name APP",
            terraform='azurerm_linux_function_app: identity { type = "SystemAssigned" }.',
        ),
    },
    fails=each(ADMIN, posture=_SHARED, privilege="admin"),
    passes=(*each(NARROW, posture=_SHARED), *each(ADMIN, privilege="admin")),
    catalogue=("PRV-08", "PRV-01", "PRV-14"),
    joins=("shared_identity", "admin_identity"),
)
