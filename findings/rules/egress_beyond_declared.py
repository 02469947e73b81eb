"""The function can send to more than its owner declared that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

#: The tag or label by which an owner says where a function sends to: none, private, internet, or a list of names.
TAGS = ("egress-intent", "egress_intent", "egressintent")
_REACH = ("none", "private", "restricted", "internet")


def declared(seen: Seen) -> str:
    """How far the owner says that it sends: a word, or "restricted" where destinations are listed; "" for no word."""
    told = seen.tag(*TAGS).lower()
    return told if told in ("", *_REACH) else "restricted"


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    egress, wanted = seen.posture.egress, declared(seen)
    if egress in _REACH and _REACH.index(egress) > _REACH.index(wanted):
        why = " ".join(seen.posture.egress_because[:2])
        yield Evidence(
            f"Declared to send to {seen.tag(*TAGS)}, but its traffic gets to: {egress}. {why}".strip(),
            about="egress-intent",
        )


def undeclared(seen: Seen) -> str:
    """Why it does not apply: nobody said where it sends to, or that it needs the whole internet."""
    wanted = declared(seen)
    if not wanted:
        return "no tag egress-intent (none, private, internet or a list of destinations) says where it sends to"
    return "it is declared to need the internet" if wanted == "internet" else ""


def _declaring(cloud: str, egress: str) -> Seen:
    return with_(function(cloud, posture=SeenPosture(egress=egress)), tags={"egress-intent": "private"})


_CHECK = Check(look, needs=("posture:egress",), applies=undeclared)

RULE = Rule(
    id="egress_beyond_declared",
    title="The function can send to more than it is declared to",
    severity=Severity.MEDIUM,
    subject=Subject.NETWORK,
    why="Its owner says where it sends to; everything beyond that only serves whoever takes it over.",
    checks=dict.fromkeys(("aws", "gcp", "azure"), _CHECK),
    fix={
        "aws": Fix(
            console="VPC, Security groups, the group, Outbound rules: name the destinations; or correct the tag "
            "egress-intent.",
            cli="aws lambda tag-resource --resource FUNCTION_ARN --tags egress-intent=internet",
            terraform="aws_vpc_security_group_egress_rule: one for each destination.",
        ),
        "gcp": Fix(
            console="Route all traffic to the VPC and name the destinations in egress firewall rules; or correct the "
            "label egress-intent.",
            cli="gcloud functions deploy NAME --region REGION --egress-settings=all",
            terraform='google_cloudfunctions2_function: vpc_connector_egress_settings = "ALL_TRAFFIC".',
        ),
        "azure": Fix(
            console="Route all outbound traffic into a network whose security group names the destinations; or "
            "correct the tag egress-intent.",
            cli="az functionapp config set --resource-group GROUP --name APP --vnet-route-all-enabled true",
            terraform="azurerm_linux_function_app: site_config { vnet_route_all_enabled = true }.",
        ),
    },
    fails=tuple(_declaring(cloud, "internet") for cloud in ("aws", "gcp", "azure")),
    passes=tuple(_declaring(cloud, "private") for cloud in ("aws", "gcp", "azure")),
    catalogue=("NET-12",),
)
