"""Strangers can call a function with power over everything of a kind, and nothing keeps what it takes inside."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import OPEN_DOORS
from findings.rules._paths import DOES, from_strangers, is_weak, may_be_public, public_way, wide_powers
from findings.rules._powers import by, unless_admin, whole
from findings.rules._worlds import CLOUDS, NARROW, OPEN, SECRETS, each, holding
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in filter(is_weak, seen.identities):
        held = wide_powers(identity)
        if not held or seen.posture.egress != "internet":
            continue
        told = [name for name in DOES if any(power.power == name for power in held)]
        does = f"{' and '.join(DOES[name] for name in told[:3])} of {whole(seen)} ({by(held[0])})"
        path = from_strangers(seen, identity, does, held[0])
        if path:
            yield path
    yield from may_be_public(seen)
    if public_way(seen) is not None and seen.posture.egress == "unknown" and any(map(wide_powers, seen.identities)):
        yield Unsure("where it can send to could not be worked out from what was read")


_CHECK = Check(look, needs=("posture:invoke",), applies=unless_admin)

RULE = Rule(
    id="public_power_open_egress",
    title="Strangers can call a function with power over everything and an open way out",
    severity=Severity.CRITICAL,
    subject=Subject.COMBINATION,
    why="The way in, the power and the way out are all there: one fault in the code is enough to carry everything off.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Break the path at its cheapest place: an auth type AWS_IAM on the URL, ARNs instead of * in the "
            "role's policy, or a VPC whose security group names the destinations.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: name the ARNs in Resource; aws_security_group: name the egress blocks.",
        ),
        "gcp": Fix(
            console="Break the path at its cheapest place: require authentication, grant the role on one bucket or "
            "secret instead of the project, or send all traffic through a VPC with egress rules.",
            cli="gcloud run services update NAME --region REGION --vpc-egress=all-traffic --network=NETWORK "
            "--subnet=SUBNET",
            terraform='google_cloudfunctions2_function: vpc_connector_egress_settings = "ALL_TRAFFIC".',
        ),
        "azure": Fix(
            console="Break the path at its cheapest place: require authentication, assign the role on one resource, "
            "or route all outbound traffic through a network whose security group denies the internet.",
            cli="az functionapp config set --resource-group GROUP --name APP --vnet-route-all-enabled true",
            terraform="azurerm_linux_function_app: virtual_network_subnet_id, site_config.vnet_route_all_enabled = "
            "true.",
        ),
    },
    fails=each(SECRETS, posture=OPEN),
    passes=(*each(NARROW, posture=OPEN), *(holding(cloud, SECRETS) for cloud in CLOUDS)),
    catalogue=("EXP-01", "PRV-05", "NET-02"),
    joins=(*OPEN_DOORS, "reads_everything", "open_egress"),
)
