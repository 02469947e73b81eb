"""The account comes near a limit of Lambda in a region."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import account
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

#: From this share of a limit on, in percent.
NEAR, FULL = 80, 95


def look(seen: Seen) -> Iterator[Evidence]:
    limits = seen.section("limits")
    most, unreserved = limits.get("concurrent"), limits.get("unreserved")
    if most and unreserved is not None:
        yield from _near(
            "concurrency", (most - unreserved) * 100 // most, f"of {most} concurrent calls is reserved", seen
        )
    if (used := limits.get("code_used_percent")) is not None:
        size = (limits.get("code_bytes") or 0) // 1024**3
        yield from _near("code", used, f"of the {size} GiB for code and layers is used", seen)


def _near(what: str, percent: int, of: str, seen: Seen) -> Iterator[Evidence]:
    if percent >= NEAR:
        yield Evidence(
            f"{percent} % {of} in {seen.region}", about=f"{what} {seen.region}", detail={"percent": percent},
            severity=Severity.HIGH if percent >= FULL else None,
            because="next to nothing is left" if percent >= FULL else "",
        )  # fmt: skip


def applies(seen: Seen) -> str:
    return "limits belong to regions" if seen.region in ("", "global") else ""


_ROOM = {"concurrent": 1000, "unreserved": 900, "code_bytes": 80530636800, "code_used_percent": 10}

RULE = Rule(
    id="account_near_limits",
    title="The account comes near its limits in a region",
    severity=Severity.MEDIUM,
    subject=Subject.LIMITS,
    why="When concurrency is used up, calls of every function without a reserve are refused; when the room for code is "
    "used up, nobody can deploy a fix.",
    checks={"aws": Check(look, needs=("limits",), applies=applies)},
    fix={
        "aws": Fix(
            console="Service Quotas, AWS Lambda: ask for more concurrent executions; or lower the reserves, and delete "
            "old versions and layers.",
            cli="aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 "
            "--desired-value VALUE",
            terraform='aws_servicequotas_service_quota: service_code = "lambda", quota_code = "L-B99A9384".',
        )
    },
    fails=(account("aws", limits={**_ROOM, "unreserved": 150}),),
    passes=(account("aws", limits=_ROOM),),
    catalogue=("LIM-02",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",),
    about="account",
)
