"""Small worlds for the examples of rules about identities and networks."""

from __future__ import annotations

from typing import Any

from findings.example import function, runs_as
from findings.seen import Seen, SeenPosture, SeenPower

Json = Any
CLOUDS = ("aws", "gcp", "azure")
#: The sections of an identity of which everything was read and nothing found.
READ: dict[str, Json] = {
    "config": {}, "policies": {"policies": []}, "organisation": {}, "trust": {"document": {"Statement": []}},
    "directory": {"graph": [], "roles": [], "applications": [], "groups": []}, "usage": {}, "keys": {"keys": []},
}  # fmt: skip

ADMIN = SeenPower("admin", "account", "AdministratorAccess: statement 1: Allow * on *")
CLIMBING = SeenPower(
    "identity_escalation", "account", "tune: statement 1", ("iam:PutRolePolicy",), escalation="iam-005",
    confirmed=True, steps=("iam:PutRolePolicy on *: tune, statement 1", "leads to the rights of another role"),
)  # fmt: skip
SECRETS = SeenPower("secrets_read", "account", "read: statement 1", ("secretsmanager:GetSecretValue",), "*")
DATA = SeenPower("data_read", "account", "read: statement 2", ("s3:GetObject",), "*")
NARROW = SeenPower("data_read", "resource", "read: statement 1", ("s3:GetObject",), "arn:aws:s3:::uploads/*")

OPEN_WAY = {
    "principal": "*", "kind": "everyone", "level": "public_anonymous", "certain": True, "latent": "", "condition": "",
    "via": "function URL https://abc.lambda-url.eu-west-1.on.aws/ and resource policy: url", "reach": "internet",
}  # fmt: skip
OPEN = SeenPosture(invoke="public_anonymous", reach="internet", egress="internet", deploy="none", ways_in=(OPEN_WAY,))
CLOSED = SeenPosture(invoke="same_account", reach="internet", egress="internet", deploy="same_account", shared_by=1)


def holding(
    cloud: str, *powers: SeenPower, posture: SeenPosture = CLOSED, privilege: str = "read", **more: Json
) -> Seen:
    """A function whose one identity holds these powers and was read whole; more are sections of the function."""
    return runs_as(function(cloud, posture=posture, **more), powers=powers, privilege=privilege, document=READ)


def each(*powers: SeenPower, posture: SeenPosture = CLOSED, privilege: str = "read", **more: Json) -> tuple[Seen, ...]:
    """The same in every cloud."""
    return tuple(holding(cloud, *powers, posture=posture, privilege=privilege, **more) for cloud in CLOUDS)
