"""The function reads all data and every secret, and can send them anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._paths import public_way, wide_powers
from findings.rules._powers import by, called, unless_admin, unsure_of, whole
from findings.rules._worlds import CLOSED, CLOUDS, DATA, NARROW, SECRETS, each
from findings.seen import Seen, SeenPosture
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    egress = seen.posture.egress
    for identity in seen.identities:
        secrets, data = wide_powers(identity, "secrets_read"), wide_powers(identity, "data_read")
        if not (secrets and data) or egress not in ("internet", "unknown"):
            continue
        if egress == "unknown":
            yield Unsure("where it can send to could not be worked out from what was read")
            continue
        given = list(dict.fromkeys(by(power) for power in (secrets[0], data[0])))
        severity, because = _who_calls(seen)
        yield Evidence(
            f"{called(identity)} can read every secret and all data of {whole(seen)} ({', '.join(given)}), and "
            f"{seen.name} can send them anywhere: "
            f"{' '.join(seen.posture.egress_because[:1]) or 'its way out is open'}",
            about=identity.native_id, severity=severity, because=because,
        )  # fmt: skip
    if egress in ("internet", "unknown"):
        yield from unsure_of(seen)


def _who_calls(seen: Seen) -> tuple[Severity | None, str]:
    if public_way(seen) is not None or seen.posture.invoke == "external":
        return None, ""
    return Severity.HIGH, "only principals of our own can call it"


_CHECK = Check(look, needs=("posture:egress",), applies=unless_admin)
_SHUT = SeenPosture(invoke="same_account", egress="private")

RULE = Rule(
    id="secrets_way_out",
    title="All data and every secret can be read and sent anywhere",
    severity=Severity.CRITICAL,
    subject=Subject.COMBINATION,
    why="A tampered library in this one function reads everything worth stealing and sends it away unseen.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="IAM, the role: name the secrets, parameters and buckets it needs. Lambda, Configuration, VPC: a "
            "security group that names the destinations, and VPC endpoints for AWS's own services.",
            cli="aws ec2 revoke-security-group-egress --group-id SG --protocol all --cidr 0.0.0.0/0",
            terraform="aws_iam_role_policy: name the ARNs in Resource; aws_lambda_function: vpc_config.",
        ),
        "gcp": Fix(
            console="IAM: take the roles off the project and grant them on the one secret and bucket. Networking: "
            "route all traffic to the VPC, whose firewall names the destinations.",
            cli="gcloud secrets add-iam-policy-binding SECRET --member=serviceAccount:EMAIL "
            "--role=roles/secretmanager.secretAccessor",
            terraform="google_secret_manager_secret_iam_member instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="Assign Key Vault Secrets User on one vault and the data role on one storage account. "
            "Networking: route all outbound traffic into a network whose security group denies the internet.",
            cli="az functionapp config set --resource-group GROUP --name APP --vnet-route-all-enabled true",
            terraform="azurerm_role_assignment with the resource's id as scope; site_config.vnet_route_all_enabled = "
            "true.",
        ),
    },
    fails=each(SECRETS, DATA),
    passes=(*each(NARROW, SECRETS), *(with_(seen, posture=_SHUT) for seen in each(SECRETS, DATA, posture=CLOSED))),
    catalogue=("PRV-05", "PRV-18", "NET-02", "NET-11"),
    joins=("reads_everything", "open_egress"),
)
