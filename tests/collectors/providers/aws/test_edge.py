"""Functions that CloudFront runs at the edge: which distributions, at which paths and moments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from collectors.providers.aws.fetch import edge
from collectors.providers.aws.permissions import PERMISSIONS
from inventory.facts import Unread
from tests.collectors.providers.aws.answers import CHECKOUT, raw, seen
from tests.collectors.providers.aws.scripted import Said, Scripted, refusal, session

DENIED = Unread("no", "cloudfront:ListDistributions", "denied")
SITE = {"Id": "E1", "ARN": "arn:aws:cloudfront::1:distribution/E1", "DomainName": "d1.cloudfront.net", "Enabled": True}


def entry(path: str = "*", moment: str = "viewer-request", version: str = "3", **more: Any) -> dict[str, Any]:
    association = {"LambdaFunctionARN": f"{CHECKOUT}:{version}", "EventType": moment, **more}
    return {"distribution": {**SITE, "Aliases": ["www.example.com"]}, "path": path, "association": association}


def told(*entries: Mapping[str, Any]) -> list[dict[str, Any]]:
    observation = seen("functions", raw(edge=list(entries)))
    assert not observation.unread
    found: list[dict[str, Any]] = observation.sections["edge"]["distributions"]
    return found


def test_a_distribution_is_told_once_for_each_version_with_all_it_runs() -> None:
    first, second = told(entry(), entry("/forms/*", "origin-request", IncludeBody=True), entry(version="4"))
    assert first == {
        "id": "E1", "arn": SITE["ARN"], "domain": "d1.cloudfront.net", "enabled": True, "qualifier": "3",
        "names": ["www.example.com"], "runs": ["origin-request /forms/*", "viewer-request *"], "sees_body": True,
    }  # fmt: skip
    assert (second["qualifier"], "sees_body" in second) == ("4", False)
    assert told() == []


def test_distributions_that_may_not_be_read_are_unknown_and_nothing_else_is() -> None:
    observation = seen("functions", raw(edge=DENIED))
    assert observation.unread == {"edge": DENIED}
    assert observation.core_read
    assert "edge" not in seen("functions", raw()).sections
    assert all(permission.optional for permission in PERMISSIONS if permission.part == "edge")


def answer(summaries: str, following: str = "") -> Said:
    more = f"<IsTruncated>true</IsTruncated><NextMarker>{following}</NextMarker>" if following else ""
    return Said(f"<DistributionList>{more}<Quantity>1</Quantity>{summaries}</DistributionList>")


def summary(number: int, function: str, path: str = "") -> str:
    run = (
        "<LambdaFunctionAssociations><Quantity>1</Quantity><Items><LambdaFunctionAssociation>"
        f"<LambdaFunctionARN>{function}:1</LambdaFunctionARN><EventType>viewer-request</EventType>"
        "</LambdaFunctionAssociation></Items></LambdaFunctionAssociations>"
    )
    default = "" if path else run
    listed = f"<Items><CacheBehavior><PathPattern>{path}</PathPattern>{run}</CacheBehavior></Items>" if path else ""
    return (
        f"<Items><DistributionSummary><Id>E{number}</Id><ARN>a</ARN><DomainName>d</DomainName><Enabled>true</Enabled>"
        f"<DefaultCacheBehavior>{default}</DefaultCacheBehavior><CacheBehaviors>{listed}</CacheBehaviors>"
        "<Comment>not kept</Comment></DistributionSummary></Items>"
    )


def test_distributions_are_listed_once_in_pages(endpoint: Scripted) -> None:
    here = CHECKOUT.replace("eu-west-1", "us-east-1")
    endpoint.on("distribution", [answer(summary(1, here), "m"), answer(summary(2, here, "/a/*")), Said("", 500)])
    reach = session(endpoint.url).reach(edge.HOME)
    found: Any = edge.of_function(reach, here)
    assert [(one["distribution"]["Id"], one["path"]) for one in found] == [("E1", "*"), ("E2", "/a/*")]
    assert found[0]["distribution"]["Enabled"] is True
    assert "not kept" not in str(found)
    assert edge.of_function(reach, f"{here}-other") == []
    assert [one.path.partition("?")[2] for one in endpoint.asked] == ["", "Marker=m"]


@pytest.mark.parametrize(
    ("said", "error_class"),
    [
        (refusal("AccessDenied", 403), "denied"),
        (Said("none", 404), "unsupported"),
        (Said("", 501), "unsupported"),
        (refusal("InvalidClientTokenId", 403), "credentials"),
        (Said("<DistributionList><NextMarker>m</NextMarker></DistributionList>"), "bad answer"),
        (Said("<html>"), "bad answer"),
    ],
)
def test_a_refusal_is_told(endpoint: Scripted, said: Said, error_class: str) -> None:
    endpoint.on("distribution", said)
    found = edge.of_function(session(endpoint.url).reach(edge.HOME), CHECKOUT)
    assert isinstance(found, Unread)
    assert found.error_class == error_class
