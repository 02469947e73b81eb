"""A moto server with a small estate in which tools disagree: `python -m benchmarks.peer_estate`.

Each function has one thing that is said of it in `what`; all else about it is plain. Filled by boto3 over HTTP, as an
account would be. Prints {url, account, region} when it is ready, and serves until its standard input is closed.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACCOUNT, REGION, OTHER, ORGANISATION = "123456789012", "us-east-1", "999999999999", "o-larkfield11"
LAMBDA = "lambda.amazonaws.com"
OWN = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
SIGNING = f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0"

Json = Any


def allow(*actions: str, on: str = "*", **more: Json) -> dict[str, Json]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


LOGS = allow("logs:CreateLogStream", "logs:PutLogEvents", on=f"arn:aws:logs:{REGION}:{ACCOUNT}:*")


@dataclass(frozen=True)
class Role:
    """A role: its inline and customer managed policies by name, those of AWS, whom it trusts, its boundary."""

    inline: Mapping[str, list[Json]] = field(default_factory=lambda: {"logs": [LOGS]})
    managed: Mapping[str, list[Json]] = field(default_factory=dict)
    of_aws: tuple[str, ...] = ()
    trusts: str = LAMBDA
    condition: Mapping[str, Json] = field(default_factory=lambda: OWN)
    boundary: list[Json] = field(default_factory=list)


ROLES = {
    "plain": Role(),
    "anybody-of-lambda": Role(condition={}),
    "events-too": Role(trusts="events.amazonaws.com", condition={}),
    "crew": Role(),
    "admin-of-aws": Role(of_aws=("AdministratorAccess",)),
    "admin-inline": Role(inline={"all": [allow("*")]}),
    "admin-managed": Role(managed={"everything": [allow("*:*")]}),
    "admin-by-not": Role(inline={"most": [{"Effect": "Allow", "NotAction": "organizations:*", "Resource": "*"}]}),
    "admin-in-halves": Role(inline={"half": [allow("iam:*")], "other": [allow("sts:*", "s3:*", "lambda:*")]}),
    "admin-in-name": Role(inline={"AdministratorAccess": [allow("s3:GetObject", on="arn:aws:s3:::uploads/*")]}),
    "admin-denied": Role(inline={"all": [allow("*")], "no": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}),
    "admin-bounded": Role(inline={"all": [allow("*")]}, boundary=[LOGS]),
    "climbs": Role(inline={"pass": [allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")]}),
    "climbs-by-two": Role(
        inline={"pass": [allow("iam:PassRole")]}, managed={"make": [allow("lambda:Create*", "lambda:Invoke*")]}
    ),
    "climbs-but-denied": Role(
        inline={"pass": [allow("iam:AttachRolePolicy")], "no": [
            {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
        ]}
    ),
    "climbs-nowhere": Role(inline={"attach": [allow("iam:AttachRolePolicy", on=f"arn:aws:iam::{ACCOUNT}:role/ci-*")]}),
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A function: what is odd about it, its role, its settings, the permissions added to its policy, its URL."""

    what: str
    role: str = "plain"
    settings: Mapping[str, Json] = field(default_factory=dict)
    permissions: tuple[Mapping[str, Json], ...] = ()
    url: Mapping[str, Json] = field(default_factory=dict)
    asynchronous: Mapping[str, Json] = field(default_factory=dict)


def may(principal: str, action: str = "lambda:InvokeFunction", **more: Json) -> Mapping[str, Json]:
    return {"Principal": principal, "Action": action, **more}


def variables(**values: str) -> dict[str, Json]:
    return {"Environment": {"Variables": values}}


OPEN_URL, SIGNED_URL = {"AuthType": "NONE"}, {"AuthType": "AWS_IAM"}
BY_URL = may("*", "lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
BEHIND_URL = may("*", InvokedViaFunctionUrl=True)
BUCKET, ANY_ORIGIN = "arn:aws:s3:::uploads", {"Cors": {"AllowOrigins": ["*"]}}
SHELF = f"arn:aws:lambda:{REGION}:{{}}:layer:{{}}:1"
FUNCTIONS = {
    "tidy": Made("nothing odd"),
    "open": Made("everybody may invoke it", permissions=(may("*"),)),
    "open-to-organisation": Made("everybody of an organisation", permissions=(may("*", PrincipalOrgID=ORGANISATION),)),
    "open-from-own-account": Made("everybody, from our account", permissions=(may("*", SourceAccount=ACCOUNT),)),
    "open-from-bucket": Made("everybody, by an ARN without an account", permissions=(may("*", SourceArn=BUCKET),)),
    "open-to-read-only": Made("everybody may read its settings", permissions=(may("*", "lambda:GetFunction"),)),
    "open-to-deploy": Made("everybody may replace its code", permissions=(may("*", "lambda:UpdateFunctionCode"),)),
    "partner": Made("another account may invoke it", permissions=(may(OTHER),)),
    "bucket-scoped": Made("S3, from one bucket of ours",
                          permissions=(may("s3.amazonaws.com", SourceArn=BUCKET, SourceAccount=ACCOUNT),)),
    "bucket-half-scoped": Made("S3, from one bucket, whoever owns it",
                               permissions=(may("s3.amazonaws.com", SourceArn=BUCKET),)),
    "bucket-unscoped": Made("S3, from any bucket", permissions=(may("s3.amazonaws.com"),)),
    "topic-of-another": Made("SNS, from a topic of another account",
                             permissions=(may("sns.amazonaws.com", SourceArn=f"arn:aws:sns:{REGION}:{OTHER}:news"),)),
    "url-open": Made("a URL for everybody, both permissions", permissions=(BY_URL, BEHIND_URL), url=OPEN_URL),
    "url-half": Made("a URL for everybody, only the permission of before 2025", permissions=(BY_URL,), url=OPEN_URL),
    "url-shut": Made("a URL without sign-in that nobody may call", url=OPEN_URL),
    "url-signed": Made("a URL with sign-in", url=SIGNED_URL),
    "url-any-origin": Made("a URL for everybody and pages of any origin", permissions=(BY_URL, BEHIND_URL),
                           url=OPEN_URL | ANY_ORIGIN),
    "url-signed-any-origin": Made("a URL with sign-in for pages of any origin", url=SIGNED_URL | ANY_ORIGIN),
    "secret": Made("a token in a variable",
                   settings=variables(UPSTREAM="ghp_" + "A8xQ2mN5vB7cZ1dF4gH6jK9lP3sT0wY2rE5u")),
    "secret-by-name": Made("a password in a variable", settings=variables(DB_PASSWORD="Tr0ub4dor-and-3-horses")),
    "secret-elsewhere": Made("variables that only name a secret",
                             settings=variables(DB_PASSWORD_SECRET_ARN=f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db")),
    "variables-own-key": Made("variables under a key of ours", settings=variables(TABLE="orders") | {"KMSKeyArn": KEY}),
    "old-python": Made("python3.8", settings={"Runtime": "python3.8"}),
    "old-node": Made("nodejs18.x", settings={"Runtime": "nodejs18.x"}),
    "python-3-9": Made("python3.9", settings={"Runtime": "python3.9"}),
    "java-8": Made("java8.al2", settings={"Runtime": "java8.al2"}),
    "image": Made("a container image", settings={"PackageType": "Image", "Code": {
        "ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop:latest"}}),
    "network-one-zone": Made("a network, one zone", settings={"VpcConfig": "one"}),
    "network-two-zones": Made("a network, two zones", settings={"VpcConfig": "two"}),
    "destination": Made("failed events go to a queue as destination", asynchronous={
        "OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"}}),
    "dead-letters": Made("failed events go to a dead letter queue", settings={
        "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"}}),
    "own-layer": Made("a layer of ours", settings={"Layers": [SHELF.format(ACCOUNT, "tools")]}),
    "foreign-layer": Made("a layer of another account", settings={"Layers": [SHELF.format(OTHER, "tools")]}),
    "traced": Made("traced", settings={"TracingConfig": {"Mode": "Active"}}),
    "signed": Made("signed code only", settings={"CodeSigningConfigArn": SIGNING}),
    "crew-one": Made("shares its role", role="crew"),
    "crew-two": Made("shares its role", role="crew"),
    **{name: Made(f"runs as {name}", role=name) for name in ROLES if name not in ("plain", "crew")},
}  # fmt: skip


def fill(url: str) -> None:
    """Make all of it through the API."""
    import boto3

    def client(name: str) -> Any:
        return boto3.client(
            name, region_name=REGION, endpoint_url=url, aws_access_key_id="bench", aws_secret_access_key="bench"
        )

    _roles(client("iam"))
    networks = _networks(client("ec2"))
    functions = client("lambda")
    functions.publish_layer_version(LayerName="tools", Content={"ZipFile": _code()})
    for name, made in FUNCTIONS.items():
        _function(functions, name, made, networks)


def document(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _roles(iam: Any) -> None:
    for name, role in ROLES.items():
        trust = {"Effect": "Allow", "Principal": {"Service": sorted({LAMBDA, role.trusts})}, "Action": "sts:AssumeRole"}
        if role.condition:
            trust["Condition"] = role.condition
        more = {}
        if role.boundary:
            made = iam.create_policy(PolicyName=f"{name}-bound", PolicyDocument=document(*role.boundary))
            more = {"PermissionsBoundary": made["Policy"]["Arn"]}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **more)
        for policy, statements in role.inline.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document(*statements))
        for policy, statements in role.managed.items():
            made = iam.create_policy(PolicyName=f"{name}-{policy}", PolicyDocument=document(*statements))
            iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
        for policy in role.of_aws:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def _networks(ec2: Any) -> dict[str, Json]:
    network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="functions", Description="functions", VpcId=network)["GroupId"]
    subnets = [
        ec2.create_subnet(VpcId=network, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for i, zone in enumerate("ab")
    ]
    ids = [subnet["SubnetId"] for subnet in subnets]
    return {
        "one": {"SubnetIds": ids[:1], "SecurityGroupIds": [group]},
        "two": {"SubnetIds": ids, "SecurityGroupIds": [group]},
    }


def _function(functions: Any, name: str, made: Made, networks: Mapping[str, Json]) -> None:
    told: dict[str, Json] = {"Runtime": "python3.13", "Handler": "app.handler", "Code": {"ZipFile": _code()}}
    told |= made.settings
    if "VpcConfig" in told:
        told["VpcConfig"] = networks[told["VpcConfig"]]
    if told.get("PackageType") == "Image":
        del told["Runtime"], told["Handler"]
    functions.create_function(FunctionName=name, Role=f"arn:aws:iam::{ACCOUNT}:role/{made.role}", **told)
    for number, permission in enumerate(made.permissions):
        functions.add_permission(FunctionName=name, StatementId=f"statement-{number}", **permission)
    if made.url:
        functions.create_function_url_config(FunctionName=name, **made.url)
    if made.asynchronous:
        functions.put_function_event_invoke_config(FunctionName=name, DestinationConfig=dict(made.asynchronous))


def _code() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    return held.getvalue()


def as_aws_answers() -> None:
    """What moto leaves out and AWS tells: the conditions of a URL's permissions, dead letters, foreign layers."""
    from moto.awslambda import models, policy

    decode, configuration = policy.Policy.decode_policy, models.LambdaFunction.get_configuration
    made = models.LambdaFunction.__init__

    def decode_policy(self: Any, obj: dict[str, Json]) -> Any:
        auth, by_url = obj.pop("FunctionUrlAuthType", None), obj.pop("InvokedViaFunctionUrl", None)
        told = decode(self, obj)
        for operator, key, value in (
            ("StringEquals", "lambda:FunctionUrlAuthType", auth),
            ("Bool", "lambda:InvokedViaFunctionUrl", None if by_url is None else str(by_url).lower()),
        ):
            if value is not None and told.statements:
                told.statements[0].setdefault("Condition", {}).setdefault(operator, {})[key] = value
        return told

    def keep(self: Any, account_id: str, spec: dict[str, Json], *args: Any, **more: Any) -> None:
        layers = spec.get("Layers", [])
        own = [one for one in layers if f":{OTHER}:" not in one]
        made(self, account_id, spec | {"Layers": own}, *args, **more)
        self.layers += [{"Arn": one, "CodeSize": 1} for one in layers if one not in own]
        self.dead_letters = spec.get("DeadLetterConfig")

    def get_configuration(self: Any, *args: Any, **more: Any) -> dict[str, Json]:
        told: dict[str, Json] = configuration(self, *args, **more)
        return told | ({"DeadLetterConfig": self.dead_letters} if self.dead_letters else {})

    policy.Policy.decode_policy = decode_policy  # type: ignore[method-assign]
    models.LambdaFunction.__init__ = keep  # type: ignore[method-assign]
    models.LambdaFunction.get_configuration = get_configuration  # type: ignore[method-assign]


def main() -> None:
    # AWS's own policies, and images that no registry holds.
    os.environ |= {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_LAMBDA_STUB_ECR": "true"}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    from moto.server import ThreadedMotoServer

    as_aws_answers()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    fill(url)
    print(json.dumps({"url": url, "account": ACCOUNT, "region": REGION}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
