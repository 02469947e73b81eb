"""CloudFront may copy the function to its places all over the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.rules._powers import called
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen, SeenIdentity
from findings.severity import Severity

Json = Any
_EDGE = "edgelambda.amazonaws.com"


def look(seen: Seen) -> Iterator[Evidence]:
    running = list(_running(seen))
    yield from running
    known = "no distribution runs it now" if "edge" in seen.document else "which distribution does was not read"
    for identity in () if running else seen.identities:
        if _trusts(identity):
            yield Evidence(
                f"{called(identity)} lets {_EDGE} run it for viewers in every region; {known}",
                about=identity.native_id,
            )  # fmt: skip


def _running(seen: Seen) -> Iterator[Evidence]:
    """One fault for each distribution that runs it."""
    for one in seen.section("edge").get("distributions") or ():
        site = ", ".join(map(str, one.get("names") or ())) or str(one.get("domain"))
        off = "" if one.get("enabled") else ", which is switched off,"
        body = " and sees what they send" if one.get("sees_body") else ""
        yield Evidence(
            f"The distribution {one.get('id')} ({site}){off} runs version {one.get('qualifier') or 'unknown'} for its "
            f"viewers{body}: {', '.join(map(str, one.get('runs') or ()))}",
            about=f"distribution {one.get('id')} {one.get('qualifier', '')}".strip(), detail=one,
        )  # fmt: skip


def _trusts(identity: SeenIdentity) -> bool:
    for statement in (identity.section("trust").get("document") or {}).get("Statement") or ():
        principal = statement.get("Principal")
        services = principal.get("Service", ()) if isinstance(principal, dict) else ()
        if statement.get("Effect") == "Allow" and _EDGE in ([services] if isinstance(services, str) else services):
            return True
    return False


def applies(seen: Seen) -> str:
    """Lambda@Edge copies functions of one region only."""
    if seen.region != "us-east-1":
        return "CloudFront takes functions of us-east-1 only"
    identities = seen.document.get("identity")
    return "it runs as no identity" if identities is not None and not identities.get("identities") else ""


def _trusting(*services: str) -> Seen:
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    seen = with_(holding("aws", NARROW), region="us-east-1")
    trust = {"document": {"Version": "2012-10-17", "Statement": [statement]}}
    return with_(seen, identities=tuple(replace(one, document={**READ, "trust": trust}) for one in seen.identities))


def _run_by(*runs: str) -> Seen:
    seen = _trusting("lambda.amazonaws.com", _EDGE)
    place = {"id": "E1ABC", "domain": "d1.cloudfront.net", "names": ["www.example.com"], "enabled": True,
             "qualifier": "3", "runs": [*runs]}  # fmt: skip
    return with_(seen, document={**seen.document, "edge": {"distributions": [place]}})


RULE = Rule(
    id="runs_at_edge",
    title="CloudFront runs it at the edge, for viewers everywhere",
    severity=Severity.INFO,
    subject=Subject.EXPOSURE,
    why="Its callers are the viewers of a web site, its logs lie in the region nearest to each, and what is changed "
    "takes effect when its copies are replaced.",
    checks={"aws": Check(look, needs=("identity:trust",), applies=applies)},
    fix={
        "aws": Fix(
            console="Where it is meant, nothing. Otherwise CloudFront, the distribution, Behaviors: remove the "
            "association; IAM, the role, Trust relationships: remove edgelambda.amazonaws.com.",
            cli="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
            terraform="aws_iam_role: assume_role_policy with lambda.amazonaws.com alone.",
        )
    },
    fails=(_trusting("lambda.amazonaws.com", _EDGE), _run_by("viewer-request *")),
    passes=(_trusting("lambda.amazonaws.com"),),
    catalogue=("EXP-09",),
    version=2,
    references=("https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html",),
)
