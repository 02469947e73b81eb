"""Scripts of any web page may call the function from a visitor's browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

Json = Any
_UNSENT = "a page cannot make a visitor's browser sign requests for AWS"


def look_aws(seen: Seen) -> Iterator[Evidence]:
    for one in seen.section("entry_points").get("entry_points") or ():
        cors = one.get("cors") or {}
        if one.get("kind") != "url" or "*" not in (cors.get("AllowOrigins") or ()):
            continue
        severity, because = _severity(bool(cors.get("AllowCredentials")))
        if one.get("auth") == "AWS_IAM":
            severity, because = Severity.LOW, _UNSENT
        yield Evidence(
            f"The URL {one.get('url')} takes requests from pages of any origin",
            about=f"url {one.get('qualifier', '')}",
            severity=severity, because=because,
        )  # fmt: skip


def look_azure(seen: Seen) -> Iterator[Evidence]:
    told = [one.get("cors") or {} for one in seen.section("entry_points").get("entry_points") or ()]
    open_ones = [cors for cors in told if "*" in (cors.get("origins") or ())]
    if open_ones:
        severity, because = _severity(any(cors.get("credentials") for cors in open_ones))
        yield Evidence("The app takes requests from pages of any origin (*)", severity=severity, because=because)


def _severity(with_credentials: bool) -> tuple[Severity | None, str]:
    return (Severity.HIGH, "cookies and sign-ins go with the request") if with_credentials else (None, "")


def _aws(origin: str) -> Seen:
    point = {"kind": "url", "url": "https://abc.lambda-url.eu-west-1.on.aws/", "auth": "NONE"}
    return function("aws", entry_points={"entry_points": [point | {"cors": {"AllowOrigins": [origin]}}]})


def _azure(origin: str) -> Seen:
    return function("azure", entry_points={"entry_points": [{"kind": "url", "cors": {"origins": [origin]}}]})


RULE = Rule(
    id="cors_any_origin",
    title="Pages of any origin may call it",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="Any web page that somebody visits can send requests in his name and from his network, and read the answers.",
    checks={
        "aws": Check(look_aws, needs=("entry_points",)),
        "azure": Check(look_azure, needs=("entry_points",)),
    },
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Function URL, Edit, CORS: the origins of your own pages.",
            cli="aws lambda update-function-url-config --function-name NAME --cors AllowOrigins=https://shop.example",
            terraform='aws_lambda_function_url: cors { allow_origins = ["https://shop.example"] }.',
        ),
        "azure": Fix(
            console="Function App, API, CORS: remove * and list the origins of your own pages.",
            cli="az functionapp cors remove --resource-group GROUP --name APP --allowed-origins '*'",
            terraform='azurerm_linux_function_app: site_config { cors { allowed_origins = ["https://a.example"] } }.',
        ),
    },
    fails=(_aws("*"), _azure("*")),
    passes=(_aws("https://shop.example"), _azure("https://shop.example")),
    catalogue=("EXP-04", "EXP-45"),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html",
        "https://learn.microsoft.com/azure/azure-functions/security-concepts#restrict-cors-access",
    ),
)
