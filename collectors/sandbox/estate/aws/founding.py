"""The AWS estate before its first day, and every day after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors.sandbox.estate.aws import cast_access, cast_entry, cast_paths, cast_power, cast_setup
from collectors.sandbox.estate.aws.accounts import ACTIVE, EXTERNAL_ID, MANAGEMENT, READER_ROLE
from collectors.sandbox.estate.aws.crowd import crowd, crowd_roles
from collectors.sandbox.estate.aws.function import Function
from collectors.sandbox.estate.aws.identity import AWS_MANAGED, Role
from collectors.sandbox.estate.aws.life import Content, happenings
from collectors.sandbox.estate.aws.state import AwsState
from collectors.sandbox.estate.aws.statements import Document, document, may, trusts_aws
from collectors.sandbox.estate.aws.trail import ANALYST, ENGINEER, LAMBDA, PIPELINE, Actor, TrailEvent
from collectors.sandbox.estate.dice import Dice

CAST: tuple[Function, ...] = (
    *cast_access.FUNCTIONS,
    *cast_power.FUNCTIONS,
    *cast_entry.FUNCTIONS,
    *cast_setup.FUNCTIONS,
    *cast_paths.FUNCTIONS,
)
CAST_ROLES: tuple[Role, ...] = (
    *cast_access.ROLES,
    *cast_power.ROLES,
    *cast_entry.ROLES,
    *cast_setup.ROLES,
    *cast_paths.ROLES,
)


def staff(account: str) -> tuple[Role, ...]:
    """The roles every account has: the collector's, the pipeline's, and those people sign in to."""
    reader = Role(
        account,
        READER_ROLE,
        trust=trusts_aws(f"arn:aws:iam::{MANAGEMENT}:root", StringEquals={"sts:ExternalId": EXTERNAL_ID}),
        attached=("arn:aws:iam::aws:policy/SecurityAudit",),
        description="Reads the inventory",
    )
    pipeline = Role(
        account,
        PIPELINE.role,
        trust=_federated(
            f"arn:aws:iam::{account}:oidc-provider/{_REPOSITORIES}", "sts:AssumeRoleWithWebIdentity", _RELEASES
        ),
        inline={
            "release": document(
                may(["lambda:Update*", "lambda:Publish*", "lambda:AddPermission", "lambda:CreateFunctionUrlConfig"]),
                may("iam:PassRole", f"arn:aws:iam::{account}:role/*"),
            )
        },
    )
    return reader, pipeline, _people(account, ENGINEER, "PowerUserAccess"), _people(account, ANALYST, "SecurityAudit")


_REPOSITORIES = "token.actions.githubusercontent.com"
_RELEASES = {
    "StringEquals": {f"{_REPOSITORIES}:aud": "sts.amazonaws.com"},
    "StringLike": {f"{_REPOSITORIES}:sub": "repo:larkfield/*"},
}


def _federated(provider: str, action: str, condition: Mapping[str, Any]) -> Document:
    return document({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action, "Condition": condition})


def _people(account: str, actor: Actor, policy: str) -> Role:
    path, name = actor.role.rsplit("/", 1)
    provider = f"arn:aws:iam::{account}:saml-provider/AWSSSO_1234567890abcdef_DO_NOT_DELETE"
    audience = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    trust = _federated(provider, "sts:AssumeRoleWithSAML", audience)
    return Role(account, name, trust=trust, path=f"/{path}/", attached=(f"arn:aws:iam::aws:policy/{policy}",))


class AwsEstate:
    """`size` functions, but never fewer than the planted ones; a quarter as many roles."""

    def __init__(self, size: int, seed: int, base: datetime, days: int) -> None:
        dice = Dice(seed)
        self._base = base
        roles = [*CAST_ROLES, *(role for account in ACTIVE for role in staff(account))]
        extra = crowd_roles(dice, max(12, size // 4 - len(roles)))
        people = crowd(dice, max(0, size - len(CAST)), extra)
        self._roles: dict[str, dict[str, Role]] = {}
        for role in (*roles, *extra):
            self._roles.setdefault(role.account, {})[role.name] = role
        self._functions: dict[tuple[str, str], dict[str, Function]] = {}
        for function in (*CAST, *people):
            self._functions.setdefault((function.account, function.region), {})[function.name] = function
        self._happenings = happenings(dice, people, days)
        self._past = tuple(_past(function) for function in (*CAST, *people) if -90 * 24 < function.modified <= 0)

    def at(self, day: int) -> AwsState:
        content = Content(
            {place: dict(functions) for place, functions in self._functions.items()},
            {account: dict(roles) for account, roles in self._roles.items()},
        )
        so_far = [happening for happening in self._happenings if happening.event.hours <= day * 24]
        for happening in so_far:
            happening.change(content)
        policies = {policy.arn: policy for policy in (*cast_power.POLICIES, *AWS_MANAGED)}
        events = (*self._past, *(happening.event for happening in so_far))
        users, groups = cast_power.USERS, cast_power.GROUPS
        return AwsState(day, self._base, content.functions, content.roles, policies, users, groups, events)


def _past(function: Function) -> TrailEvent:
    """The deployment a function already had when the story began."""
    actor = PIPELINE if len(function.name) % 4 else ENGINEER
    resources = (("AWS::Lambda::Function", function.name), ("AWS::Lambda::Function", function.arn))
    request = {"functionName": function.name, "publish": False}
    event = "UpdateFunctionCode20150331v2"
    return TrailEvent(function.modified, function.account, function.region, LAMBDA, event, actor, resources, request)
