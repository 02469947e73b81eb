"""The function's identity holds rights that nobody has used for months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from findings.example import AT, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, some, without_identity
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen, SeenIdentity
from findings.severity import Severity

_UNUSED = timedelta(days=90)
#: Services whose use by a function is not counted, or that hold nothing worth taking away.
_IGNORED = frozenset({"logs", "xray", "cloudwatch", "sts"})


def by_last_use(seen: Seen) -> Iterator[Evidence | Unsure]:
    """AWS: the role's last use, and the services it may use with the month of their last use (IAM keeps 400 days)."""
    since = seen.at - _UNUSED
    for identity in seen.identities:
        if not identity.known or _is_young(identity, since):
            continue
        if identity.last_used_at is None or identity.last_used_at < since:
            when = f"since {identity.last_used_at:%Y-%m-%d}" if identity.last_used_at else "as long as IAM remembers"
            yield Evidence(f"{called(identity)} has not been used at all {when}", about=identity.native_id)
            continue
        services = identity.section("usage").get("services") or ()
        idle = sorted(str(one["service"]) for one in services if _is_idle(one, since))
        if idle:
            yield Evidence(
                f"{called(identity)} may use {len(services)} services, and for 90 days used none of these: "
                f"{some(idle)}",
                about=identity.native_id, detail={"services": idle},
            )  # fmt: skip
        actions = [name for one in services if one["service"] not in idle for name in _idle_actions(one, since)]
        if actions:
            yield Evidence(
                f"{called(identity)} may do {len(actions)} actions of services it uses that it has not used for 90 "
                f"days: {some(actions)}",
                about=f"{identity.native_id} actions", severity=Severity.LOW, because="it uses the services otherwise",
                detail={"actions": actions[:100]},
            )  # fmt: skip


def _is_idle(service: Mapping[str, Any], since: datetime) -> bool:
    """Whether a service was last used in a month before; the months are kept, not the days."""
    return service.get("service") not in _IGNORED and str(service.get("month") or "") < f"{since:%Y-%m}"


def _idle_actions(service: Mapping[str, Any], since: datetime) -> list[str]:
    """The tracked actions of a service whose last use was in a month before, as policies write them."""
    actions: Mapping[str, str] = service.get("actions") or {}
    return [f"{service['service']}:{name}" for name, month in sorted(actions.items()) if month < f"{since:%Y-%m}"]


def _is_young(identity: SeenIdentity, since: datetime) -> bool:
    return str(identity.section("config").get("created", "")) > since.isoformat()


def by_recommendation(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google: what the IAM recommender would take away."""
    for identity in seen.identities:
        for one in identity.section("usage").get("recommendations") or ():
            instead = f", {some(one['instead'])} instead" if one.get("instead") else ""
            place = f" on {one['on']}" if one.get("on") else ""
            yield Evidence(
                f"{called(identity)} does not use all of {one.get('role')}{place}; Google recommends to remove "
                f"it{instead}",
                about=f"{identity.native_id} {one.get('role')} {one.get('on')}",
            )  # fmt: skip


def _holds_nothing(seen: Seen) -> str:
    """Why it does not apply: what every function needs for its own logs is not worth taking away."""
    if seen.identities and all(one.privilege == "none" for one in seen.identities):
        return "its role holds nothing beyond what every function needs"
    return without_identity(seen)


def _using(cloud: str, usage: Mapping[str, Any]) -> Seen:
    seen = holding(cloud, NARROW)
    document = {**READ, "usage": usage}
    one = replace(seen.identities[0], document=document, last_used_at=AT - timedelta(days=1))
    return with_(seen, identities=(one,))


_RECOMMENDED = {"role": "roles/editor", "on": "projects/acme-data", "instead": ["roles/storage.objectViewer"]}

RULE = Rule(
    id="unused_rights",
    title="The function's identity holds rights that it does not use",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="What it never uses only serves whoever takes it over, and can be removed without harm.",
    checks={
        "aws": Check(by_last_use, needs=("identity:usage",), applies=_holds_nothing),
        "gcp": Check(by_recommendation, needs=("identity:usage",), applies=without_identity),
    },
    fix={
        "aws": Fix(
            console="IAM, Roles, the role, Last Accessed: remove from its policies the services that were not used.",
            cli="aws iam generate-service-last-accessed-details --arn ROLE_ARN",
            terraform="aws_iam_role_policy without them.",
        ),
        "gcp": Fix(
            console="IAM, the account's row, Security insights: apply the recommendation.",
            cli="gcloud recommender recommendations list --project=PROJECT --location=global "
            "--recommender=google.iam.policy.Recommender",
            terraform="google_project_iam_member with the recommended role.",
        ),
    },
    fails=(
        _using("aws", {"services": [{"service": "dynamodb", "month": ""}, {"service": "s3", "month": "2026-10"}]}),
        _using("gcp", {"recommendations": [_RECOMMENDED]}),
    ),
    passes=(
        _using("aws", {"services": [{"service": "s3", "month": "2026-10"}]}),
        _using("gcp", {"recommendations": []}),
    ),
    catalogue=("PRV-07", "PRV-07g"),
)
