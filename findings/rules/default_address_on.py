"""Beside its load balancer, the service answers at its own address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

Json = Any
_BALANCED = ("ALLOW_INTERNAL_AND_GCLB", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", "internal-and-cloud-load-balancing")

#: The service's own address; that of the function under cloudfunctions.net leads to it while it is on.
_OWN = ".run.app"


def look(seen: Seen) -> Iterator[Evidence]:
    points = seen.section("entry_points").get("entry_points") or ()
    urls = sorted(url for one in points if (url := str(one.get("url", ""))).endswith(_OWN) and not one.get("qualifier"))
    if urls:
        yield Evidence(f"It answers at {urls[0]}, too: callers inside pass by what the load balancer checks")


def applies(seen: Seen) -> str:
    if "1st gen" in str(seen.section("config").get("kind")):
        return "the address of a 1st generation function cannot be switched off"
    settings = {str(one.get("setting", "")) for one in seen.section("network").get("ingress") or ()}
    if settings and not settings & set(_BALANCED):
        return "no load balancer is meant to stand before it"
    return ""


def _behind(*points: Json) -> Seen:
    ingress = [{"of": "service", "setting": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}]
    return function("gcp", network={"ingress": ingress}, entry_points={"entry_points": list(points)}, config={})


RULE = Rule(
    id="default_address_on",
    title="Its own address stands open beside the load balancer",
    severity=Severity.INFO,
    subject=Subject.EXPOSURE,
    why="Rules of Cloud Armor and sign-in at the load balancer do not hold for calls to the service's own address.",
    checks={"gcp": Check(look, needs=("entry_points", "network", "config"), applies=applies)},
    fix={
        "gcp": Fix(
            console="Cloud Run, the service, Networking: switch off the default HTTPS endpoint URL.",
            cli="gcloud run services update NAME --region REGION --no-default-url",
            terraform="google_cloud_run_v2_service: default_uri_disabled = true.",
        )
    },
    fails=(_behind({"kind": "url", "url": "https://checkout-1.a.run.app"}),),
    passes=(_behind(),),
    catalogue=("EXP-27",),
    references=("https://docs.cloud.google.com/run/docs/securing/ingress",),
)
