"""The image is named by a tag that can move."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    code = seen.section("code")
    image = str(code.get("image") or "")
    if image and not code.get("image_digest"):
        yield Evidence(f"It runs {image}, whatever that tag names when the app starts", about=image)


def applies(seen: Seen) -> str:
    config = seen.section("config")
    return "it runs no container image" if config and config.get("package") != "Image" else ""


_IMAGE = {"package": "Image"}

RULE = Rule(
    id="image_not_pinned",
    title="Its image can change without a deployment",
    severity=Severity.MEDIUM,
    subject=Subject.SUPPLY_CHAIN,
    why="Whoever may push to the registry replaces the code at the next start, and neither the app nor its log shows a "
    "change.",
    checks={"azure": Check(look, needs=("code", "config"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Deployment Center: name the image by its digest, REGISTRY/NAME@sha256:…",
            cli="az functionapp config container set --resource-group GROUP --name APP --image REGISTRY/NAME@sha256:…",
            terraform='azurerm_linux_function_app: application_stack { docker { image_tag = "…@sha256:…" } }.',
        )
    },
    fails=(function("azure", config=_IMAGE, code={"image": "acme.azurecr.io/resize:latest"}),),
    passes=(
        function("azure", config=_IMAGE, code={"image": "acme.azurecr.io/a@sha256:1", "image_digest": "sha256:1"}),
    ),
    catalogue=("SUP-02",),
    references=("https://learn.microsoft.com/azure/container-registry/container-registry-image-tag-version",),
)
