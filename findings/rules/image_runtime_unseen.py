"""The runtime is inside a container image, where nobody sees its age."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    if seen.section("config").get("package") == "Image":
        image = seen.section("code").get("image") or "a container image"
        yield Evidence(f"It runs {image}: which runtime is in it, and how old, cannot be read from outside")


_CHECK = Check(look, needs=("config",))
_FIX = "Build the image anew at least monthly from a base image that is supported, and scan it in its registry."

RULE = Rule(
    id="image_runtime_unseen",
    title="Its runtime is inside a container image",
    severity=Severity.INFO,
    subject=Subject.RUNTIME,
    why="No cloud patches the runtime of an image, and none says when its support ends: that is left to whoever "
    "builds it.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console=f"{_FIX} In Amazon ECR switch on enhanced scanning.",
            cli="aws ecr put-registry-scanning-configuration --scan-type ENHANCED --rules "
            "'scanFrequency=CONTINUOUS_SCAN,repositoryFilters=[{filter=*,filterType=WILDCARD}]'",
            terraform='aws_ecr_registry_scanning_configuration: scan_type = "ENHANCED".',
        ),
        "gcp": Fix(
            console=f"{_FIX} In Artifact Registry switch on vulnerability scanning.",
            cli="gcloud services enable containerscanning.googleapis.com",
            terraform='google_project_service: service = "containerscanning.googleapis.com".',
        ),
        "azure": Fix(
            console=f"{_FIX} In Defender for Cloud switch on the plan Containers.",
            cli="az security pricing create --name Containers --tier Standard",
            terraform='azurerm_security_center_subscription_pricing: resource_type = "Containers", tier = "Standard".',
        ),
    },
    fails=tuple(function(cloud, config={"package": "Image"}) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(function(cloud, config={"package": "Zip"}) for cloud in ("aws", "gcp", "azure")),
    catalogue=("RUN-10",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/images-create.html",),
)
