"""Code changed, and no pipeline deployed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from findings.example import AT, function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen, SeenActivity, SeenCodeChange
from findings.severity import Severity

#: Parts of the names of actions that put new code in place.
_DEPLOYS = (
    "UpdateFunctionCode", "CreateFunction", "UpdateFunctionConfiguration", "UpdateFunction", "ReplaceService",
    "CreateService", "UpdateService", "PublishVersion",
)  # fmt: skip
#: Clouds log an act some minutes before the change shows, or after it.
SLACK = timedelta(minutes=15)
_MACHINES = ("pipeline", "role", "service")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for change in seen.code_changes:
        if seen.log_until is None or seen.log_until < change.at - SLACK:
            yield Unsure(f"the cloud's log was not read up to the change of {change.at:%Y-%m-%d %H:%M}")
            continue
        acts = [one for one in seen.activity if _fits(one, change)]
        if any(one.actor_kind in _MACHINES for one in acts):
            continue
        says, severity, because = _by(acts)
        yield Evidence(
            f"New code was seen on {change.at:%Y-%m-%d %H:%M} (revision {change.number}): {says}",
            about=f"revision {change.number}", severity=severity, because=because,
        )  # fmt: skip


def _fits(act: SeenActivity, change: SeenCodeChange) -> bool:
    since = change.after - SLACK
    return act.outcome == "ok" and since <= act.at <= change.at + SLACK and any(one in act.action for one in _DEPLOYS)


def _by(acts: list[SeenActivity]) -> tuple[str, Severity | None, str]:
    if not acts:
        return "the cloud's log shows nobody who deployed it", None, ""
    who = acts[0].actor.rpartition("/")[2] or "somebody unknown"
    return f"{who} deployed it, not a pipeline", Severity.MEDIUM, "the log says who did it"


_CHANGE = SeenCodeChange(7, AT - timedelta(days=2), AT - timedelta(days=1))
_CHANGED = {"code_changes": (_CHANGE,), "log_until": AT}
_DEPLOYED = SeenActivity(AT - timedelta(hours=30), "lambda:UpdateFunctionCode", "release", "pipeline")
_ON_GOOGLE = SeenActivity(AT - timedelta(hours=30), "cloudfunctions:UpdateFunction", "build", "pipeline")

RULE = Rule(
    id="code_changed_unseen",
    title="Its code changed, and no pipeline deployed it",
    severity=Severity.HIGH,
    subject=Subject.SUPPLY_CHAIN,
    why="Code that came another way was reviewed by nobody; where the log shows no deployment at all, somebody may "
    "have kept it out of the log.",
    checks={"aws": Check(look, needs=("code",)), "gcp": Check(look, needs=("code",))},
    fix={
        "aws": Fix(
            console="The function's history here shows what changed and when. Compare the code with the repository, "
            "deploy it anew from the pipeline, and take the right to deploy from people.",
            cli="aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=NAME",
        ),
        "gcp": Fix(
            console="The function's history here shows what changed and when. Compare the source with the repository, "
            "deploy it anew from the pipeline, and take the right to deploy from people.",
            cli="gcloud logging read 'protoPayload.methodName:UpdateFunction AND resource.labels.function_name=NAME'",
        ),
    },
    fails=(
        with_(function("aws", code={"sha256": "b"}), **_CHANGED),
        with_(function("gcp", code={"source": "gs://sources/checkout.zip#2"}), **_CHANGED),
    ),
    passes=(
        with_(function("aws", code={"sha256": "b"}), **_CHANGED, activity=(_DEPLOYED,)),
        with_(function("gcp", code={"source": "gs://sources/checkout.zip#2"}), **_CHANGED, activity=(_ON_GOOGLE,)),
    ),
    catalogue=("SUP-03",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html",),
)
