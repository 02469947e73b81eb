"""Planted functions whose faults are paths: harmless one by one, grave together."""

from collectors.sandbox.estate.aws.accounts import DEV, FRANKFURT, IRELAND, PARTNER, SHOP
from collectors.sandbox.estate.aws.function import Function, Url
from collectors.sandbox.estate.aws.identity import ADMINISTRATOR, BASIC, Role
from collectors.sandbox.estate.aws.statements import document, lets, may, url_open
from collectors.sandbox.estate.traps import Trap

ROLES = (
    Role(DEV, "demo-chat-role", attached=(ADMINISTRATOR,)),
    Role(SHOP, "print-role", attached=(BASIC, "arn:aws:iam::aws:policy/AmazonS3FullAccess")),
    Role(
        SHOP,
        "shelf-agent-role",
        inline={
            "swap": document(may("lambda:UpdateFunctionCode", f"arn:aws:lambda:{FRANKFURT}:{SHOP}:function:janitor"))
        },
        attached=(BASIC,),
    ),
)

FUNCTIONS = (
    Function(
        DEV,
        FRANKFURT,
        "demo-chat",
        "demo-chat-role",
        urls=(Url("NONE"),),
        policies={"": url_open()},
        tags={"env": "dev"},
    ),
    Function(
        SHOP,
        IRELAND,
        "print-queue",
        "print-role",
        policies={"": (lets("printer", {"AWS": f"arn:aws:iam::{PARTNER}:root"}, "lambda:UpdateFunctionCode"),)},
        tags={"owner": "stores", "env": "prod"},
    ),
    Function(
        SHOP, FRANKFURT, "shelf-agent", "shelf-agent-role", tags={"owner": "stores", "access-intent": "read-only"}
    ),
)

TRAPS = (
    Trap(
        "demo-chat",
        DEV,
        FRANKFURT,
        "a URL without sign-in in front of an administrator, with an open way out",
        invoke="public_anonymous",
        privilege="admin",
        egress="internet",
        classes=("admin",),
        rules=("EXP-02", "PRV-01"),
    ),
    Trap(
        "print-queue",
        SHOP,
        IRELAND,
        "an outside account may replace the code, and the role owns all of S3",
        deploy="external",
        privilege="write",
        rules=("DEP-01", "PRV-03", "PRV-19"),
    ),
    Trap(
        "shelf-agent",
        SHOP,
        FRANKFURT,
        "may replace the code of janitor, which is an administrator since day 3",
        classes=("deploy_code",),
        rules=("PRV-20", "PRV-22"),
        since=3,
    ),
)
