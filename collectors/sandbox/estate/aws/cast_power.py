"""Planted functions that differ in what their role may do."""

from collectors.sandbox.estate.aws.accounts import (
    DEV,
    FRANKFURT,
    IRELAND,
    LAB,
    MANAGEMENT,
    PARTNER,
    PAYMENTS,
    SHOP,
    STRANGER,
    SYDNEY,
    VENDOR,
    VIRGINIA,
)
from collectors.sandbox.estate.aws.function import Function, Version
from collectors.sandbox.estate.aws.identity import ADMINISTRATOR, BASIC, Group, ManagedPolicy, Role, User
from collectors.sandbox.estate.aws.statements import document, may, may_not, service, trusts, trusts_aws
from collectors.sandbox.estate.traps import Trap

POLICIES = (
    ManagedPolicy(
        SHOP,
        "storage-fence",
        (document(may(["s3:*", "logs:*", "cloudwatch:*"])),),
        description="Boundary: storage and logs, nothing else",
    ),
    ManagedPolicy(
        DEV,
        "release-tools",
        (
            document(may("*")),
            document(may(["lambda:UpdateFunctionCode", "lambda:PublishVersion"], f"arn:aws:lambda:*:{DEV}:function:*")),
        ),
        path="/platform/",
        description="The first version gave everything; the second is in force",
    ),
    ManagedPolicy(DEV, "unused-admin", (document(may("*")),)),
)

ROLES = (
    Role(
        SHOP,
        "janitor-role",
        inline={"snapshots": document(may(["ec2:DescribeSnapshots", "ec2:DeleteSnapshot"]))},
        attached=(BASIC,),
    ),
    Role(DEV, "deploy-bot-role", attached=(ADMINISTRATOR,)),
    Role(SHOP, "reindex-role", inline={"everything": {"Version": "2008-10-17", "Statement": may("*")}}),
    Role(
        DEV,
        "config-sync-role",
        inline={"nearly": document({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"})},
    ),
    Role(
        DEV,
        "provisioner-role",
        inline={"provision": document(may(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]))},
        attached=(BASIC,),
    ),
    Role(
        PAYMENTS,
        "token-broker-role",
        inline={
            "broker": document(
                may(
                    "iam:PassRole",
                    f"arn:aws:iam::{PAYMENTS}:role/*",
                    Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
                ),
                may("lambda:*", f"arn:aws:lambda:*:{PAYMENTS}:function:*"),
            )
        },
    ),
    Role(PAYMENTS, "role-tuner-role", inline={"tune": document(may("iAm:puTRolePolicy"))}, attached=(BASIC,)),
    Role(
        SHOP,
        "fenced-ops-role",
        attached=(ADMINISTRATOR,),
        boundary=f"arn:aws:iam::{SHOP}:policy/storage-fence",
    ),
    Role(
        LAB,
        "denied-ops-role",
        inline={"ops": document(may("*"), may_not(["iam:*", "sts:*", "organizations:*", "lambda:*", "ec2:*"]))},
    ),
    Role(
        PAYMENTS,
        "version-flip-role",
        inline={"flip": document(may(["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"]))},
    ),
    Role(
        PAYMENTS,
        "secrets-reader-role",
        inline={"read": document(may(["secretsmanager:GetSecretValue", "ssm:GetParameter*", "kms:Decrypt"]))},
        attached=(BASIC,),
    ),
    Role(SHOP, "data-lake-role", attached=(BASIC, "arn:aws:iam::aws:policy/AmazonS3FullAccess")),
    Role(
        MANAGEMENT,
        "account-hub-role",
        inline={"hub": document(may("sts:AssumeRole"))},
        attached=(BASIC,),
        last_used=None,
    ),
    Role(LAB, "lab-runner-role", attached=(ADMINISTRATOR,)),
    Role(
        SHOP,
        "shared-mail-role",
        inline={"mail": document(may(["ses:SendEmail", "ses:SendRawEmail"]), may("s3:GetObject", "arn:aws:s3:::*"))},
        attached=(BASIC,),
    ),
    Role(DEV, "release-helper-role", attached=(BASIC, f"arn:aws:iam::{DEV}:policy/platform/release-tools")),
    Role(SHOP, "idle-role", inline={"wide": document(may(["dynamodb:*", "sqs:*"]))}, attached=(BASIC,), last_used=None),
    Role(
        SHOP,
        "open-trust-role",
        trust=document(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
        ),
        inline={"list": document(may("s3:ListAllMyBuckets"))},
    ),
    Role(
        SHOP,
        "vendor-monitoring",
        trust=trusts_aws(f"arn:aws:iam::{VENDOR}:root"),
        attached=("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    ),
    Role(
        SHOP,
        "partner-upload",
        trust=trusts_aws(f"arn:aws:iam::{PARTNER}:root", StringEquals={"sts:ExternalId": "larkfield-upload"}),
        inline={"put": document(may("s3:PutObject", "arn:aws:s3:::larkfield-partner/*"))},
    ),
    Role(DEV, "edge-role", trust=trusts("lambda", "edgelambda"), attached=(BASIC,)),
    Role(
        DEV,
        "scoped-trust-role",
        trust=trusts("lambda", Condition={"StringEquals": {"aws:SourceAccount": DEV}}),
        attached=(BASIC,),
    ),
    Role(DEV, "stranger-trust", trust=trusts_aws(STRANGER), inline={"x": document(may("lambda:InvokeFunction"))}),
)

USERS = (
    User(MANAGEMENT, "breakglass", attached=(ADMINISTRATOR,)),
    User(SHOP, "ci-old", inline={"deploy": document(may(["lambda:*", "iam:PassRole"]))}),
    User(DEV, "workstation-7", groups=("platform-engineers",)),
)
GROUPS = (Group(DEV, "platform-engineers", attached=("arn:aws:iam::aws:policy/PowerUserAccess",)),)

_NIGHTLY = service("events", "nightly", f"arn:aws:events:{FRANKFURT}:{SHOP}:rule/janitor-nightly")

FUNCTIONS = (
    Function(SHOP, FRANKFURT, "janitor", "janitor-role", policies={"": (_NIGHTLY,)}, tags={"owner": "platform"}),
    Function(DEV, FRANKFURT, "deploy-bot", "deploy-bot-role", tags={"owner": "platform", "env": "dev"}),
    Function(SHOP, IRELAND, "nightly-reindex", "reindex-role", runtime="java21", handler="shop.Reindex::handle"),
    Function(DEV, IRELAND, "config-sync", "config-sync-role"),
    Function(DEV, FRANKFURT, "provisioner", "provisioner-role"),
    Function(PAYMENTS, FRANKFURT, "token-broker", "token-broker-role", tags={"owner": "payments", "env": "prod"}),
    Function(PAYMENTS, IRELAND, "role-tuner", "role-tuner-role"),
    Function(SHOP, FRANKFURT, "fenced-ops", "fenced-ops-role"),
    Function(LAB, IRELAND, "denied-ops", "denied-ops-role"),
    Function(PAYMENTS, FRANKFURT, "version-flip", "version-flip-role"),
    Function(PAYMENTS, FRANKFURT, "secrets-reader", "secrets-reader-role", tags={"data": "restricted"}),
    Function(SHOP, FRANKFURT, "data-lake-export", "data-lake-role", tags={"owner": "data", "env": "prod"}),
    Function(MANAGEMENT, VIRGINIA, "account-hub", "account-hub-role"),
    Function(LAB, FRANKFURT, "lab-runner", "lab-runner-role"),
    Function(DEV, IRELAND, "release-helper", "release-helper-role"),
    Function(SHOP, SYDNEY, "seasonal-offers", "idle-role", modified=-9000.0),
    Function(SHOP, IRELAND, "bucket-lister", "open-trust-role"),
    Function(DEV, FRANKFURT, "orphan-worker", "role-that-was-deleted"),
    Function(
        DEV,
        VIRGINIA,
        "edge-headers",
        "edge-role",
        runtime="nodejs22.x",
        handler="index.handler",
        versions=(Version(1, -1000.0, 1),),
        edge=True,
    ),
    Function(DEV, IRELAND, "scoped-trust", "scoped-trust-role"),
)

TRAPS = (
    Trap("janitor", SHOP, FRANKFURT, "may delete snapshots", privilege="write", invoke="service_scoped", until=2),
    Trap(
        "janitor",
        SHOP,
        FRANKFURT,
        "its role got AdministratorAccess on day 3",
        privilege="admin",
        classes=("admin",),
        invoke="service_scoped",
        rules=("PRV-01",),
        since=3,
    ),
    Trap("deploy-bot", DEV, FRANKFURT, "AdministratorAccess", privilege="admin", rules=("PRV-01",)),
    Trap("nightly-reindex", SHOP, IRELAND, "* on * in an inline policy of 2008", privilege="admin", rules=("PRV-01",)),
    Trap("config-sync", DEV, IRELAND, "everything but identities, by NotAction", privilege="near-admin"),
    Trap(
        "provisioner",
        DEV,
        FRANKFURT,
        "passes any role to a function it creates",
        privilege="near-admin",
        classes=("identity_escalation", "deploy_code"),
        rules=("PRV-02",),
    ),
    Trap(
        "token-broker",
        PAYMENTS,
        FRANKFURT,
        "passes any role of the account to lambda",
        privilege="near-admin",
        classes=("identity_escalation", "deploy_code"),
        rules=("PRV-02",),
    ),
    Trap(
        "role-tuner",
        PAYMENTS,
        IRELAND,
        "may rewrite any role's policy; the action is written in odd case",
        privilege="near-admin",
        classes=("identity_escalation", "iam_write"),
        rules=("PRV-02",),
    ),
    Trap(
        "fenced-ops", SHOP, FRANKFURT, "AdministratorAccess, cut down by a boundary to S3 and logs", privilege="write"
    ),
    Trap("denied-ops", LAB, IRELAND, "* with a deny of identities, code and network: broad, and not admin"),
    Trap(
        "version-flip",
        PAYMENTS,
        FRANKFURT,
        "may write policy versions",
        privilege="near-admin",
        classes=("identity_escalation", "iam_write"),
        rules=("PRV-02",),
    ),
    Trap(
        "secrets-reader",
        PAYMENTS,
        FRANKFURT,
        "reads every secret",
        privilege="read",
        classes=("secrets_read",),
        rules=("PRV-05",),
    ),
    Trap(
        "data-lake-export",
        SHOP,
        FRANKFURT,
        "all of S3",
        privilege="write",
        classes=("data_read", "data_write_destroy"),
        rules=("PRV-03", "PRV-19"),
    ),
    Trap(
        "account-hub",
        MANAGEMENT,
        VIRGINIA,
        "may become any role anywhere",
        classes=("cross_account_assume",),
        rules=("PRV-06", "TRU-04"),
    ),
    Trap("lab-runner", LAB, FRANKFURT, "AdministratorAccess, but an organisation policy denies identities and secrets"),
    Trap("release-helper", DEV, IRELAND, "an old version of its policy gave everything", classes=("deploy_code",)),
    Trap("seasonal-offers", SHOP, SYDNEY, "a role that was never used", rules=("PRV-07",)),
    Trap("bucket-lister", SHOP, IRELAND, "anyone may become its role", rules=("TRU-01",)),
    Trap("orphan-worker", DEV, FRANKFURT, "its role does not exist", privilege="unknown", rules=("PRV-09",)),
    Trap("edge-headers", DEV, VIRGINIA, "runs at the edge", rules=("EXP-09",)),
)
