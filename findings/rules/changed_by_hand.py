"""A person changed the function, past the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from findings.example import AT, function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.rules._deployments import changes
from findings.rules._powers import some
from findings.seen import Seen, SeenActivity
from findings.severity import Severity

#: Changes of code that are told with the code itself lie this near to the act.
_NEAR = timedelta(minutes=15)


def look(seen: Seen) -> Iterator[Evidence]:
    by_person: dict[str, list[SeenActivity]] = {}
    for act in changes(seen):
        if act.actor_kind in ("person", "root") and not _told_with_its_code(seen, act):
            by_person.setdefault(act.actor, []).append(act)
    for actor, acts in by_person.items():
        severity, because = (Severity.LOW, "its owner says that it is for trial") if seen.is_for_trial else (None, "")
        did = some(list(dict.fromkeys(act.action.rpartition(":")[2] for act in acts)))
        yield Evidence(
            f"{actor.rpartition('/')[2]} changed it by hand, last on {acts[0].at:%Y-%m-%d %H:%M}: {did}", about=actor,
            severity=severity, because=because,
        )  # fmt: skip


def _told_with_its_code(seen: Seen, act: SeenActivity) -> bool:
    """Whether `code_changed_unseen` tells of this act already."""
    return seen.provider != "azure" and any(
        one.after - _NEAR <= act.at <= one.at + _NEAR for one in seen.code_changes if "Permission" not in act.action
    )


def _changed(cloud: str, action: str, kind: str) -> Seen:
    act = SeenActivity(AT - timedelta(days=2), action, "ann@acme.example", kind)
    return with_(function(cloud), activity=(act,), log_until=AT)


_CHECK = Check(look, needs=("log",))
_ACTIONS = {
    "aws": "lambda:UpdateFunctionConfiguration20150331v2",
    "gcp": "google.cloud.functions.v2.FunctionService.UpdateFunction",
    "azure": "Microsoft.Web/sites/config/write",
}  # fmt: skip

RULE = Rule(
    id="changed_by_hand",
    title="A person changed it by hand",
    severity=Severity.MEDIUM,
    subject=Subject.DEPLOYMENT,
    why="What somebody does in the console is reviewed by nobody, and the next deployment undoes it or hides it.",
    checks=dict.fromkeys(_ACTIONS, _CHECK),
    fix={
        "aws": Fix(
            console="The function's history here shows what changed. Bring it into the repository or undo it; then "
            "take lambda:Update* from people, and keep a role for emergencies that is watched.",
            cli="aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=NAME",
        ),
        "gcp": Fix(
            console="The function's history here shows what changed. Bring it into the repository or undo it; then "
            "take Cloud Functions Developer from people, and keep a group for emergencies that is watched.",
            cli="gcloud logging read 'protoPayload.resourceName:NAME AND protoPayload.methodName:Update'",
        ),
        "azure": Fix(
            console="The function's history here shows what changed; Activity log, too. Bring it into the repository "
            "or undo it; then give people Contributor through Privileged Identity Management only.",
            cli="az monitor activity-log list --resource-id APP --offset 30d",
        ),
    },
    fails=tuple(_changed(cloud, action, "person") for cloud, action in _ACTIONS.items()),
    passes=tuple(_changed(cloud, action, "pipeline") for cloud, action in _ACTIONS.items()),
    catalogue=("DEP-13",),
)
