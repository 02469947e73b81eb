"""Strangers can call a function that runs as an administrator."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import OPEN_DOORS
from findings.rules._paths import from_strangers, may_be_public
from findings.rules._powers import admins, by, on, without_identity
from findings.rules._worlds import ADMIN, CLOUDS, NARROW, OPEN, each, holding
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity, power in admins(seen):
        path = from_strangers(seen, identity, f"can do anything in {on(seen, power)} ({by(power)})", power)
        if path:
            yield path
    yield from may_be_public(seen)


_CHECK = Check(look, needs=("posture:invoke",), applies=without_identity)

RULE = Rule(
    id="public_admin",
    title="Strangers can call a function that runs as an administrator",
    severity=Severity.CRITICAL,
    subject=Subject.COMBINATION,
    why="One fault in its code, or in a library it uses, hands the account to whoever finds the address.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Close one end today: under Function URL set the auth type to AWS_IAM, or remove the open "
            "statement. Then give the function a role of its own with only what its code calls.",
            cli="aws lambda update-function-url-config --function-name NAME --auth-type AWS_IAM",
            terraform='aws_lambda_function_url: authorization_type = "AWS_IAM"; aws_lambda_function: role of its own.',
        ),
        "gcp": Fix(
            console="Close one end today: Cloud Run functions, the function, Security: require authentication. Then "
            "run it as a service account of its own without a basic role.",
            cli="gcloud run services remove-iam-policy-binding NAME --region REGION --member=allUsers "
            "--role=roles/run.invoker",
            terraform="Remove the google_cloud_run_service_iam_member of allUsers; set "
            "service_config.service_account_email.",
        ),
        "azure": Fix(
            console="Close one end today: Function App, Authentication: require it. Then remove the role assignment "
            "under Identity, Azure role assignments, and give the narrowest role on the resources it uses.",
            cli="az role assignment delete --assignee PRINCIPAL --role ROLE --scope SCOPE",
            terraform="auth_settings_v2 with require_authentication = true; a narrower azurerm_role_assignment.",
        ),
    },
    fails=each(ADMIN, posture=OPEN, privilege="admin"),
    passes=(*each(NARROW, posture=OPEN), *(holding(cloud, ADMIN, privilege="admin") for cloud in CLOUDS)),
    catalogue=("EXP-01", "PRV-01", "PRV-11", "PRV-14"),
    joins=(*OPEN_DOORS, "admin_identity"),
)
