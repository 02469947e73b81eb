"""Nobody has called the function for 90 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from findings.example import AT, function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import PUBLIC
from findings.seen import Seen, SeenUse
from findings.severity import Severity
from inventory.facts import IDLE_DAYS

#: What the metrics told longer ago says nothing of today.
_STALE = timedelta(days=7)
_PRIVILEGED = ("admin", "near-admin")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    use = seen.use
    if use is None or use.read_at is None or use.unused_days is None:
        return
    if seen.at - use.read_at > _STALE:
        yield Unsure(
            f"how often it is called was last read on {use.read_at.date()}{f': {use.unread}' if use.unread else ''}"
        )
    elif use.unused_days >= IDLE_DAYS:
        worse = _worse(seen)
        when = (
            f"It was last called on {use.invoked_on}" if use.invoked_on else f"It was not called for {IDLE_DAYS} days"
        )
        yield Evidence(
            when, about="use", severity=Severity.MEDIUM if worse else None, because=worse,
            detail={"invoked_on": str(use.invoked_on or ""), "known_since": str(use.known_since or "")},
        )  # fmt: skip


def _worse(seen: Seen) -> str:
    """Why leaving it there is worse than untidy; "" when it is not."""
    if seen.posture.invoke in PUBLIC:
        return "anyone on the internet may call what nobody uses"
    return "what nobody uses holds wide rights" if seen.posture.privilege in _PRIVILEGED else ""


def applies(seen: Seen) -> str:
    """A function that is not known for long, and was not called since, is no idle one yet."""
    use = seen.use
    if use is None or use.read_at is None or use.invoked_on or (use.unused_days or 0) >= IDLE_DAYS:
        return ""
    return f"it was not called since it is known, and that is less than {IDLE_DAYS} days"


def _called(cloud: str, days_ago: int | None, known: int = 400) -> Seen:
    """A function that was called so many days ago, or never in the days looked at; known for so many days."""
    today = AT.date()
    invoked: date | None = None if days_ago is None else today - timedelta(days=days_ago)
    use = SeenUse(
        AT - timedelta(hours=5), today - timedelta(days=92), today - timedelta(days=known), invoked,
        min(92, known) if days_ago is None else days_ago,
    )  # fmt: skip
    return with_(function(cloud, config={}), use=use)


_CHECK = Check(look, needs=("use",), applies=applies)
_WHY_NOT = "Ask its owner first: some functions are for once a year, or for the day on which something breaks."

RULE = Rule(
    id="idle_function",
    title="Nobody has called it for 90 days",
    severity=Severity.LOW,
    subject=Subject.INVENTORY,
    why="What nobody uses nobody updates or watches, and its rights and entrances stay open for whoever finds them.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console=f"{_WHY_NOT} Then Lambda, the function: set its reserved concurrency to 0, and delete it "
            "and its role when nothing was missed.",
            cli="aws lambda put-function-concurrency --function-name NAME --reserved-concurrent-executions 0",
            terraform="aws_lambda_function: reserved_concurrent_executions = 0, then remove it with its role.",
        ),
        "gcp": Fix(
            console=f"{_WHY_NOT} Then Cloud Run functions, the function: take its callers' bindings away, and "
            "delete it and its service account when nothing was missed.",
            cli="gcloud functions delete NAME --region=REGION",
            terraform="Remove google_cloudfunctions2_function with its service account.",
        ),
        "azure": Fix(
            console=f"{_WHY_NOT} Then Function App, Overview, Stop, and delete it with its identity when "
            "nothing was missed.",
            cli="az functionapp stop --resource-group GROUP --name APP",
            terraform="azurerm_linux_function_app: enabled = false, then remove it.",
        ),
    },
    fails=(_called("aws", None), _called("gcp", 120), _called("azure", None)),
    passes=(_called("aws", 3), _called("gcp", 89), _called("azure", 0)),
    catalogue=("INV-02",),
)
