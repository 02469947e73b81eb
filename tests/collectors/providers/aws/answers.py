"""Answers of AWS as raw entries: one small, tidy function and role, to be varied by the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from collectors.hygiene import variable
from collectors.providers.aws.normalize import normalize
from inventory.facts import Observation
from inventory.history import canonical, clean, digest

Json = Any
ACCOUNT, REGION = "123456789012", "eu-west-1"
CHECKOUT = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:checkout"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/checkout-role"
BASE = f"arn:aws:iam::{ACCOUNT}:policy/base"


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)})


def lets(sid: str, principal: Json, action: Json = "lambda:InvokeFunction", qualifier: str = "", **more: Json) -> Json:
    resource = f"{CHECKOUT}:{qualifier}" if qualifier else CHECKOUT
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def listed(**changes: Json) -> dict[str, Json]:
    """An entry of ListFunctions, its environment already without values."""
    return {
        "FunctionName": "checkout",
        "FunctionArn": CHECKOUT,
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "app.handler",
        "CodeSize": 1024,
        "Description": "takes orders",
        "Timeout": 30,
        "MemorySize": 256,
        "CodeSha256": "c2hh",
        "LastModified": "2026-03-01T10:00:00.000+0000",
        "Version": "$LATEST",
        "RevisionId": "rev-1",
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": 512},
        "TracingConfig": {"Mode": "Active"},
        "Environment": {
            "Variables": [dict(variable("STAGE", "prod", "k")), dict(variable("DB_PASSWORD", "hunter2x", "k"))]
        },
        "Layers": [{"Arn": f"arn:aws:lambda:{REGION}:580247275435:layer:LambdaInsightsExtension:53", "CodeSize": 9}],
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/checkout"},
        **changes,
    }


def raw(**changes: Json) -> dict[str, Json]:
    """A function read in full, with nothing special about it."""
    return {
        "account": ACCOUNT,
        "region": REGION,
        "function": listed(),
        "aliases": [],
        "policies": {"": None},
        "urls": [],
        "sources": [],
        "tags": [],
        "signing": None,
        "network": None,
        "keys": {},
        "log_group": {"logGroupName": "/aws/lambda/checkout", "retentionInDays": 30},
        "entrances": {"http_apis": [], "rest_apis": [], "balancers": []},
        "detail": {
            "versions": [{"Version": "$LATEST"}],
            "state": {"State": "Active"},
            "concurrency": {},
            "provisioned": [],
            "event_invoke": [],
            "recursion": {"RecursiveLoop": "Terminate"},
            "runtime": {"UpdateRuntimeOn": "Auto"},
        },
        **changes,
    }


def role(**changes: Json) -> dict[str, Json]:
    """A role with one inline and one managed policy."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "account": ACCOUNT,
        "role": {
            "RoleName": "checkout-role",
            "Arn": ROLE,
            "Path": "/app/",
            "RoleId": "AROAX",
            "CreateDate": "2024-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": policy(trust),
            "Tags": [{"Key": "team", "Value": "shop"}],
            "AttachedManagedPolicies": [{"PolicyName": "base", "PolicyArn": BASE}],
            "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": policy(_allow("s3:GetObject"))}],
            "RoleLastUsed": {"LastUsedDate": "2026-03-01T00:00:00Z", "Region": REGION},
            **changes,
        },
        "managed": {BASE: managed()},
    }


def managed(**changes: Json) -> dict[str, Json]:
    version = {"VersionId": "v2", "IsDefaultVersion": True, "Document": policy(_allow(["logs:PutLogEvents"]))}
    return {
        "PolicyName": "base",
        "Arn": BASE,
        "Path": "/",
        "DefaultVersionId": "v2",
        "AttachmentCount": 3,
        "PolicyVersionList": [version],
        **changes,
    }


def _allow(action: Json) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": "*"}


def seen(listing: str, entry: Mapping[str, Json]) -> Observation:
    """The one observation in a raw entry."""
    [observation] = normalize(listing, entry)
    return observation


def digests(observation: Observation) -> dict[str, str]:
    """One digest a section, as the inventory weighs them."""
    return {str(name): digest(canonical(clean(body))) for name, body in observation.sections.items()}
