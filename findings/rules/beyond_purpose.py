"""The function may do more than its owner declared it is for."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, powers, some
from findings.rules._worlds import CLOUDS, NARROW, holding
from findings.seen import Seen, SeenPosture, SeenPower
from findings.severity import Severity
from inventory.rungs import PRIVILEGE

#: The tag or label by which an owner says what a function is for, and the level each of its words stands for.
TAGS = ("access-intent", "access_intent", "accessintent")
_DECLARED = {"none": "none", "read-only": "read", "readonly": "read", "read": "read", "write": "write"}


def declared(seen: Seen) -> str:
    """The declared level, "" where the owner declared none or wrote a word that is not known."""
    return _DECLARED.get(seen.tag(*TAGS).lower(), "")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    level, wanted = seen.posture.privilege, declared(seen)
    if level not in PRIVILEGE or PRIVILEGE.index(level) <= PRIVILEGE.index(wanted):
        return
    beyond = {
        f"{power.power.replace('_', ' ')} ({called(identity)})"
        for identity, power in powers(
            seen, "data_write_destroy", "iam_write", "deploy_code", "admin", "identity_escalation"
        )
    }
    yield Evidence(
        f"Declared as {seen.tag(*TAGS)}, but may {level}: {some(sorted(beyond)) or 'actions in no class of power'}",
        about="access-intent", severity=Severity.HIGH if level in ("admin", "near-admin") else None,
        because=f"it is {level}" if level in ("admin", "near-admin") else "",
    )  # fmt: skip


def undeclared(seen: Seen) -> str:
    """Why it does not apply: nobody said what the function is for."""
    return "" if declared(seen) else "no tag access-intent (none, read-only or write) says what it is for"


_CHECK = Check(look, needs=("posture:privilege",), applies=undeclared)
_DELETES = SeenPower("data_write_destroy", "resource", "tidy: statement 1", ("s3:DeleteObject",), "arn:aws:s3:::a/*")


def _meant_to_read(cloud: str, power: SeenPower, level: str) -> Seen:
    return with_(holding(cloud, power, posture=SeenPosture(privilege=level)), tags={"access-intent": "read-only"})


RULE = Rule(
    id="beyond_purpose",
    title="The function may do more than it is declared for",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="Its owner says it only reads; rights to change or delete are then an oversight, and its owner can tell at "
    "once.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="IAM, the role's policy: remove the writing actions; or correct the function's tag access-intent.",
            cli="aws lambda tag-resource --resource FUNCTION_ARN --tags access-intent=write",
            terraform='aws_lambda_function: tags = { access-intent = "write" }.',
        ),
        "gcp": Fix(
            console="IAM: replace the role by a Viewer role of the service; or correct the label access-intent.",
            cli="gcloud functions deploy NAME --region REGION --update-labels=access-intent=write",
            terraform='google_cloudfunctions2_function: labels = { access-intent = "write" }.',
        ),
        "azure": Fix(
            console="Azure role assignments: replace the role by a Reader role; or correct the tag access-intent.",
            cli="az tag update --resource-id APP_ID --operation merge --tags access-intent=write",
            terraform='azurerm_linux_function_app: tags = { access-intent = "write" }.',
        ),
    },
    fails=tuple(_meant_to_read(cloud, _DELETES, "write") for cloud in CLOUDS),
    passes=tuple(_meant_to_read(cloud, NARROW, "read") for cloud in CLOUDS),
    catalogue=("PRV-22",),
)
