"""A tiny known world, built through the recorder as a collector would.

The AWS account acme-prod is read on two days. Functions: checkout (tidy; more memory since the second day), thumbnails
(anyone may call it since the second day), janitor (admin role), mailer and invoices (one shared role; who may call
invoices was refused to the collector) and legacy (gone on the second day). People: a viewer, an analyst, an outsider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inventory.facts import (
    ActivityFact,
    Binding,
    Coverage,
    Grant,
    Kind,
    Observation,
    ReadState,
    Section,
    Statement,
    Unread,
)
from inventory.history import canonical, digest
from inventory.models import (
    Account,
    AccountGroup,
    Function,
    Identity,
    IdentityPosture,
    Posture,
    Privilege,
    Resource,
    Snapshot,
    User,
)
from inventory.record import conclude, conclude_identities, open_scope, record_activity

Json = Any

NUMBER = "123456789012"
REGION = "eu-west-1"
DAY_ONE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY_TWO = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

CHECKOUT_ROLE = f"arn:aws:iam::{NUMBER}:role/checkout"
JANITOR_ROLE = f"arn:aws:iam::{NUMBER}:role/janitor-admin"
SHARED_ROLE = f"arn:aws:iam::{NUMBER}:role/office-shared"
THUMBNAILS_ROLE = f"arn:aws:iam::{NUMBER}:role/thumbnails"
UPLOADS = "arn:aws:s3:::acme-uploads"
ORDERS = f"arn:aws:dynamodb:{REGION}:{NUMBER}:table/orders"
THUMBNAILS_URL = "https://abcdefgh.lambda-url.eu-west-1.on.aws/"
REFUSED = Unread("lambda:GetPolicy was refused for this function.", "lambda:GetPolicy", "denied")


@dataclass(frozen=True)
class Cast:
    """The world: the account, its functions and identities by name, and the people."""

    account: Account
    functions: dict[str, Function]
    identities: dict[str, Identity]
    viewer: User
    analyst: User
    outsider: User


def build_cast() -> Cast:
    """Record both days; every call needs an empty inventory."""
    group = AccountGroup.objects.create(name="shop")
    account = Account.objects.create(
        provider="aws", native_id=NUMBER, name="acme-prod", group=group, connection={"regions": [REGION]}
    )
    record_day(account, "global", DAY_ONE, identities(), "roles")
    record_day(account, REGION, DAY_ONE, functions_of_day_one(), "functions")
    record_day(account, "global", DAY_TWO, identities(), "roles")
    record_day(account, REGION, DAY_TWO, functions_of_day_two(), "functions", activity_of_day_two())
    functions = {row.name: row for row in Function.objects.all()}
    conclude(postures(functions))
    roles = {row.name: row for row in Identity.objects.all()}
    conclude_identities([(posture_of(role), powers_of(role)) for role in roles.values()])
    return Cast(
        account=account,
        functions=functions,
        identities=roles,
        viewer=User.objects.create_user("viewer", password="viewer-of-prod-1"),
        analyst=User.objects.create_user("analyst", password="analyst-of-prod-1"),
        outsider=User.objects.create_user("outsider", password="outsider-of-prod-1", is_active=False),
    )


def record_day(
    account: Account,
    scope: str,
    at: datetime,
    seen: list[Observation],
    listing: str,
    activity: list[ActivityFact] | None = None,
) -> None:
    """One complete reading of a scope with a single listing."""
    recorder = open_scope(account, scope, at)
    if activity:
        record_activity(recorder.scope, activity, at)
    recorder.store(seen)
    recorder.close([Coverage(listing, ReadState.COMPLETE, count=len(seen), listing=True)])


def native_id(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{NUMBER}:function:{name}"


def resource(name: str) -> Resource:
    """The row of one of the cast's functions."""
    return Resource.objects.select_related("latest").get(kind=Kind.FUNCTION, name=name)


def latest(name: str) -> Snapshot:
    """The newest configuration of one of the cast's functions."""
    found = resource(name).latest
    assert found is not None
    return found


def function(
    name: str,
    role: str,
    *,
    bindings: tuple[Binding, ...] | None = (),
    unread: dict[str, Unread] | None = None,
    **sections: Json,
) -> Observation:
    """A tidy function; keyword arguments replace or add sections."""
    refused = unread or {}
    told = {**TIDY, Section.IDENTITY: {"identities": [{"id": role, "kind": "role"}]}, **sections}
    return Observation(
        kind=Kind.FUNCTION,
        native_id=native_id(name),
        name=name,
        region=REGION,
        listing="functions",
        sections={str(part): body for part, body in told.items() if str(part) not in refused},
        unread=refused,
        bindings=bindings,
        revision=digest(canonical({str(k): v for k, v in told.items()})),
    )


TIDY: dict[str, Json] = {
    "config": {
        "runtime": "python3.13",
        "handler": "app.handler",
        "package": "Zip",
        "architectures": ["arm64"],
        "memory_mb": 256,
        "timeout_s": 15,
        "ephemeral_mb": 512,
        "tracing": "Active",
        "last_modified": "2026-02-27T08:00:00+00:00",
    },
    "code": {"sha256": "q1Zk6j2yq0G6", "size": 48_213, "layers": []},
    "environment": {"variables": [{"name": "LOG_LEVEL", "fingerprint": "0f3a", "length": "short", "verdict": ""}]},
    "state": {"state": "Active"},
    "access": {"policies": []},
    "entry_points": {"entry_points": []},
    "triggers": {"triggers": []},
    "network": {
        "attached": True,
        "network": "vpc-0a1b",
        "subnets": [{"id": "subnet-1"}],
        "security_groups": [{"id": "sg-1"}],
    },
    "encryption": {"key": f"arn:aws:kms:{REGION}:{NUMBER}:key/1f2e"},
    "logging": {"group": "/aws/lambda/fn", "retention_days": 30},
    "tags": {"env": "prod", "team": "shop"},
}


def functions_of_day_one() -> list[Observation]:
    every_hour = {"kind": "schedule", "source": "rate(1 hour)", "state": "ENABLED", "id": "cleanup"}
    return [
        function("checkout", CHECKOUT_ROLE, bindings=(INVOKED_BY_API,), access=access(API_STATEMENT)),
        function(
            "thumbnails",
            THUMBNAILS_ROLE,
            config={**TIDY["config"], "runtime": "nodejs16.x"},
            triggers={"triggers": [{"kind": "s3", "source": UPLOADS, "state": "Enabled", "id": "up"}]},
            network={"attached": False},
        ),
        function(
            "janitor", JANITOR_ROLE, triggers={"triggers": [every_hour]}, tags={"env": "prod", "team": "platform"}
        ),
        function(
            "mailer",
            SHARED_ROLE,
            environment={
                "variables": [{"name": "SMTP_PASSWORD", "fingerprint": "77c1", "length": "medium", "verdict": "secret"}]
            },
            tags={"env": "prod", "team": "office"},
        ),
        function("invoices", SHARED_ROLE, bindings=None, unread={"access": REFUSED}, tags={"team": "office"}),
        function("legacy", CHECKOUT_ROLE, config={**TIDY["config"], "runtime": "python3.8"}),
    ]


def functions_of_day_two() -> list[Observation]:
    today = [seen for seen in functions_of_day_one() if seen.name not in ("checkout", "thumbnails", "legacy")]
    public = {"kind": "url", "url": THUMBNAILS_URL, "auth": "NONE", "id": THUMBNAILS_URL}
    return [
        *today,
        function(
            "checkout",
            CHECKOUT_ROLE,
            bindings=(INVOKED_BY_API,),
            access=access(API_STATEMENT),
            config={**TIDY["config"], "memory_mb": 512},
        ),
        function(
            "thumbnails",
            THUMBNAILS_ROLE,
            bindings=(INVOKED_BY_ANYONE,),
            access=access(PUBLIC_STATEMENT),
            config={**TIDY["config"], "runtime": "nodejs16.x"},
            entry_points={"entry_points": [public]},
            triggers={"triggers": [{"kind": "s3", "source": UPLOADS, "state": "Enabled", "id": "up"}]},
            network={"attached": False},
        ),
    ]


API_STATEMENT: dict[str, Json] = {
    "Sid": "api",
    "Effect": "Allow",
    "Principal": {"Service": "apigateway.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": native_id("checkout"),
    "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:execute-api:{REGION}:{NUMBER}:a1b2c3/*"}},
}
PUBLIC_STATEMENT: dict[str, Json] = {
    "Sid": "url",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "lambda:InvokeFunctionUrl",
    "Resource": native_id("thumbnails"),
    "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
}
INVOKED_BY_API = Binding(
    principal="apigateway.amazonaws.com",
    principal_kind="service",
    actions=("lambda:InvokeFunction",),
    via="resource policy",
    condition=API_STATEMENT["Condition"],
    source="api",
)
INVOKED_BY_ANYONE = Binding(
    principal="*",
    principal_kind="anyone",
    actions=("lambda:InvokeFunctionUrl",),
    via="resource policy",
    condition=PUBLIC_STATEMENT["Condition"],
    source="url",
)


def access(*statements: Json) -> Json:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"policies": [{"qualifier": "", "document": document}]}


def identities() -> list[Observation]:
    return [
        role(CHECKOUT_ROLE, "orders", allow(["dynamodb:GetItem", "dynamodb:PutItem"], ORDERS)),
        role(JANITOR_ROLE, "everything", allow(["*"], "*")),
        role(
            SHARED_ROLE,
            "office",
            allow(["ses:SendEmail", "s3:GetObject"], "*"),
            allow(["secretsmanager:GetSecretValue"], "*"),
        ),
        role(THUMBNAILS_ROLE, "images", allow(["s3:GetObject", "s3:PutObject"], f"{UPLOADS}/*")),
    ]


def allow(actions: list[str], on: str) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": on}


def role(arn: str, policy: str, *statements: Json) -> Observation:
    """A role that Lambda may assume, with one inline policy of these statements."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return Observation(
        kind=Kind.IDENTITY,
        native_id=arn,
        name=arn.rsplit("/", 1)[-1],
        region="",
        listing="roles",
        sections={
            "config": {"kind": "role"},
            "trust": {"Version": "2012-10-17", "Statement": [trust]},
            "policies": {"policies": [{"kind": "inline", "name": policy, "document": document}], "boundary": ""},
        },
        grants=tuple(Grant("inline", f"{arn}/{policy}", policy, statement(body)) for body in statements),
    )


def statement(body: Json) -> Statement:
    told = canonical(body)
    return Statement(body["Effect"].lower(), tuple(body["Action"]), False, told, digest(told))


def activity_of_day_two() -> list[ActivityFact]:
    opened = datetime(2026, 3, 2, 17, 41, tzinfo=UTC)
    return [
        ActivityFact(
            event_id="e-1",
            at=opened,
            action="AddPermission20150331v2",
            subject=native_id("thumbnails"),
            actor=f"arn:aws:sts::{NUMBER}:assumed-role/developer/an-engineer",
            actor_kind="person",
            source_ip="198.51.100.7",
            user_agent="console.amazonaws.com",
            request_id="r-1",
        ),
        ActivityFact(
            event_id="e-2",
            at=opened,
            action="DeleteFunction20150331",
            subject=native_id("legacy"),
            actor=f"arn:aws:iam::{NUMBER}:user/deployer",
            actor_kind="pipeline",
            source_ip="198.51.100.9",
            request_id="r-2",
        ),
    ]


def postures(functions: dict[str, Function]) -> list[Posture]:
    """What the reasoning would conclude; pages are tested without running it."""
    told: dict[str, dict[str, Json]] = {
        "checkout": {"privilege": "write", "invoke": "service_scoped", "shared_by": 1},
        "thumbnails": {"privilege": "write", "invoke": "public_anonymous", "reach": "internet", "egress": "internet"},
        "janitor": {"privilege": "admin", "classes": ["admin"], "invoke": "none", "shared_by": 1},
        "mailer": {"privilege": "read", "classes": ["secrets read"], "invoke": "none", "shared_by": 2},
        "invoices": {"privilege": "read", "classes": ["secrets read"], "invoke": "unknown", "shared_by": 2},
    }
    return [Posture(function=functions[name], at=DAY_TWO, **columns) for name, columns in told.items()]


#: Role → summary level, and the classes of power that give it.
POWERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "checkout": ("write", ("data_write_destroy",)),
    "janitor-admin": ("admin", ("admin",)),
    "office-shared": ("read", ("secrets_read", "data_read")),
    "thumbnails": ("write", ("data_read", "data_write_destroy")),
}


def posture_of(role: Identity) -> IdentityPosture:
    level, held = POWERS[role.name]
    return IdentityPosture(identity=role, privilege=level, classes=list(held), at=DAY_TWO)


def powers_of(role: Identity) -> list[Privilege]:
    return [Privilege(identity=role, power=power, breadth="account", via="inline") for power in POWERS[role.name][1]]
