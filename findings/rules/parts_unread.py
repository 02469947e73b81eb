"""Parts of the account could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import account, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen, SeenGap, SeenReading
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    parts: dict[str, list[SeenGap]] = {}
    for gap in seen.reading.gaps if seen.reading else ():
        parts.setdefault(gap.part, []).append(gap)
    for part, gaps in parts.items():
        severity, because = _severity(gaps)
        yield Evidence(
            f"{part.replace('_', ' ').capitalize()} could not be read completely in {_places(gaps)}: {_why(gaps[0])}",
            about=part, severity=severity, because=because,
            detail={"permissions": sorted({gap.permission for gap in gaps} - {""})},
        )  # fmt: skip


def _severity(gaps: list[SeenGap]) -> tuple[Severity | None, str]:
    if all(gap.optional for gap in gaps):
        return Severity.LOW, "what is known of functions and their rights does not hang on it"
    if all(gap.state == "partial" and not gap.listing for gap in gaps):
        return Severity.MEDIUM, "it was read of most resources"
    return None, ""


def _places(gaps: list[SeenGap]) -> str:
    named = [gap.scope for gap in gaps]
    return named[0] if len(named) == 1 else f"{named[0]} and {len(named) - 1} more"


def _why(gap: SeenGap) -> str:
    return (gap.permission and f"{gap.permission} is missing") or gap.reason.rstrip(".") or gap.state


def applies(seen: Seen) -> str:
    return "" if seen.is_own_account else "it is told of the account as a whole"


_DENIED = SeenGap("eu-west-1", "roles", "denied", "AccessDenied", "iam:ListRoles")
_CHECK = Check(look, needs=("reading",), applies=applies)


def _read(cloud: str, *gaps: SeenGap) -> Seen:
    state = "partial" if gaps else "fresh"
    return with_(account(cloud), reading=SeenReading(state, None, 60, gaps))


_FIX = "The account's page here lists what is missing, with the permission for each: grant it, and read again."

RULE = Rule(
    id="parts_unread",
    title="Parts of the account could not be read",
    severity=Severity.HIGH,
    subject=Subject.INVENTORY,
    why="What cannot be read cannot be judged: rules answer “unknown” there, and a fault would not be seen.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console=_FIX,
            cli="aws iam put-role-policy --role-name READER --policy-name fanlight --policy-document file://POLICY",
            terraform="aws_iam_role_policy with the statements of docs/permissions.",
        ),
        "gcp": Fix(
            console=_FIX,
            cli="gcloud projects add-iam-policy-binding PROJECT --member=serviceAccount:READER --role=ROLE",
            terraform="google_project_iam_member with the roles of docs/permissions.",
        ),
        "azure": Fix(
            console=_FIX,
            cli="az role assignment create --assignee READER --role Reader --scope /subscriptions/SUBSCRIPTION",
            terraform="azurerm_role_assignment with the roles of docs/permissions.",
        ),
    },
    fails=tuple(_read(cloud, _DENIED) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(_read(cloud) for cloud in ("aws", "gcp", "azure")),
    catalogue=("INV-03",),
    about="account",
)
