"""Nothing bounds how far it scales."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

#: More instances than this are no bound that anybody meant.
VERY_MANY = 1000


def look_aws(seen: Seen) -> Iterator[Evidence]:
    told = seen.section("concurrency")
    if seen.section("config").get("kind") == "Web Function":
        for name, most in (told.get("scaling") or {}).items():
            if most is None:
                yield Evidence(f"The endpoint {name} sets no most environments", about=str(name))
    elif told and told.get("reserved") is None:
        yield Evidence("No concurrency is reserved for it: it may take all that the account has left")


def look_gcp(seen: Seen) -> Iterator[Evidence]:
    if "concurrency" not in seen.document:
        return
    most = seen.section("concurrency").get("max_instances")
    if not most:
        yield Evidence("It sets no most instances")
    elif most > VERY_MANY:
        yield Evidence(f"It may grow to {most} instances")


def look_azure(seen: Seen) -> Iterator[Evidence]:
    if "concurrency" not in seen.document or "config" not in seen.document:
        return
    limit, hosting = seen.section("concurrency").get("limit"), seen.section("config").get("hosting")
    default = {"Consumption": 200, "Flex Consumption": 100}.get(str(hosting))
    if not limit or limit == default:
        plan = f", {default} in its plan" if default else ""
        yield Evidence(f"It may scale out as far as its plan does{plan}")


def applies_azure(seen: Seen) -> str:
    hosting = seen.section("config").get("hosting")
    return f"a {hosting} plan has a fixed number of machines" if hosting in ("Dedicated", "Isolated") else ""


_FUNCTION = {"kind": "Event Function"}
_FLEX = {"hosting": "Flex Consumption"}

RULE = Rule(
    id="scales_without_end",
    title="Nothing bounds how far it scales",
    severity=Severity.LOW,
    subject=Subject.LIMITS,
    why="A flood of calls, or a loop, costs money without end, starves the account's other functions and overruns what "
    "stands behind it.",
    checks={
        "aws": Check(look_aws, needs=("concurrency", "config")),
        "gcp": Check(look_gcp, needs=("concurrency",)),
        "azure": Check(look_azure, needs=("concurrency", "config"), applies=applies_azure),
    },
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Concurrency: reserve what it needs at most.",
            cli="aws lambda put-function-concurrency --function-name NAME --reserved-concurrent-executions 20",
            terraform="aws_lambda_function: reserved_concurrent_executions = 20.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Runtime: maximum number of instances.",
            cli="gcloud functions deploy NAME --max-instances=20",
            terraform="google_cloudfunctions2_function: service_config { max_instance_count = 20 }.",
        ),
        "azure": Fix(
            console="Function App, Settings, Scale out: enforce a scale-out limit.",
            cli="az resource update --ids APP/config/web --set properties.functionAppScaleLimit=20",
            terraform="azurerm_linux_function_app: site_config { app_scale_limit = 20 }; "
            "azurerm_function_app_flex_consumption: maximum_instance_count.",
        ),
    },
    fails=(
        function("aws", config=_FUNCTION, concurrency={"reserved": None, "provisioned": []}),
        function("gcp", concurrency={"per_instance": 1}),
        function("azure", config=_FLEX, concurrency={"limit": 100}),
    ),
    passes=(
        function("aws", config=_FUNCTION, concurrency={"reserved": 20, "provisioned": []}),
        function("gcp", concurrency={"max_instances": 20}),
        function("azure", config=_FLEX, concurrency={"limit": 40}),
    ),
    catalogue=("LIM-01", "LIM-09", "LIM-10", "LIM-13"),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",),
)
