"""Who changed the function last is no more, or its rights outlived it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from findings.access.gcp.principals import project_of
from findings.access.gcp.roles import bundled
from findings.example import AT, function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._deployments import changes, short_name
from findings.seen import Seen, SeenActivity
from findings.severity import Severity

_CHANGING = frozenset({
    "cloudfunctions.functions.update", "cloudfunctions.functions.setIamPolicy", "run.services.update",
    "run.services.setIamPolicy",
})  # fmt: skip


def look_aws(seen: Seen) -> Iterator[Evidence | Unsure]:
    present = {one.rpartition("/")[2]: word for one, word in seen.account_identities.items()}
    for act in _last_by_each(seen):
        if f"::{seen.account}:assumed-role/" in act.actor:
            role = short_name(act.actor)
            yield from _told(seen, act, role, present.get(role), "roles")


def look_gcp(seen: Seen) -> Iterator[Evidence | Unsure]:
    for act in _last_by_each(seen):
        if act.actor.endswith(".iam.gserviceaccount.com") and project_of(act.actor) == seen.account:
            yield from _told(seen, act, act.actor, seen.account_identities.get(act.actor), "identities")
    for binding in seen.bindings:
        rights = {one for role in binding.actions for one in bundled(role) or ()}
        if binding.principal_kind == "deleted" and binding.effect == "allow" and rights & _CHANGING:
            name = binding.principal.removeprefix("deleted:").partition("?")[0]
            yield Evidence(
                f"{name} was deleted and still holds {binding.actions[0]} on {binding.source}", about=binding.principal,
                severity=Severity.LOW, because="the right is dead until the account is restored",
            )  # fmt: skip


def _last_by_each(seen: Seen) -> Iterator[SeenActivity]:
    """The newest change of each who made some; of a role's sessions one."""
    yield from {short_name(act.actor): act for act in reversed(list(changes(seen)))}.values()


def _told(seen: Seen, act: SeenActivity, name: str, word: str | None, listing: str) -> Iterator[Evidence | Unsure]:
    """What is to be said of who did something: nothing where he is still there."""
    if word == "gone" or (word is None and seen.listings.get(listing) == "complete"):
        yield Evidence(f"{name} changed it on {act.at:%Y-%m-%d %H:%M} ({act.action}) and is no more", about=name)
    elif word is None:
        yield Unsure(f"whether {name}, who changed it, is still there was not read")


def _changed(cloud: str, actor: str, word: str) -> Seen:
    act = SeenActivity(AT - timedelta(days=2), "lambda:UpdateFunctionCode" if cloud == "aws" else "UpdateFunction",
                       actor, "role")  # fmt: skip
    identity = actor.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").removesuffix("/session")
    return with_(
        function(cloud, access={"policies": []}), activity=(act,), log_until=AT, account_identities={identity: word}
    )


_ROLE, _ROBOT = "arn:aws:sts::123456789012:assumed-role/release/session", "release@acme-data.iam.gserviceaccount.com"

RULE = Rule(
    id="deployer_gone",
    title="Who changed it is no more",
    severity=Severity.HIGH,
    subject=Subject.DEPLOYMENT,
    why="Nobody can be asked what was changed and why; an identity made for one change and removed after it is how "
    "intruders cover their way.",
    checks={
        "aws": Check(look_aws, needs=("log",)),
        "gcp": Check(look_gcp, needs=("log", "access")),
    },
    fix={
        "aws": Fix(
            console="The function's history here shows what was changed. Compare it with the repository and deploy it "
            "anew; in CloudTrail look for what else that role did, and who made and deleted it.",
            cli="aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=ROLE",
        ),
        "gcp": Fix(
            console="The function's history here shows what was changed. Compare it with the repository and deploy it "
            "anew; IAM: remove the bindings of deleted accounts.",
            cli="gcloud logging read 'protoPayload.authenticationInfo.principalEmail=EMAIL'",
        ),
    },
    fails=(_changed("aws", _ROLE, "gone"), _changed("gcp", _ROBOT, "gone")),
    passes=(_changed("aws", _ROLE, "write"), _changed("gcp", _ROBOT, "write")),
    catalogue=("DEP-14",),
)
