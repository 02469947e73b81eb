"""Roles, users and managed policies of the estate. Times are hours since the estate's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.sandbox.estate.aws.statements import Document, may, trusts


@dataclass(frozen=True)
class Role:
    account: str
    name: str
    trust: Document = field(default_factory=lambda: trusts("lambda"))
    inline: Mapping[str, Document] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    path: str = "/"
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    created: float = -9000.0
    last_used: tuple[float, str] | None = (-5.0, "eu-central-1")

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"


@dataclass(frozen=True)
class User:
    account: str
    name: str
    inline: Mapping[str, Document] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:user/{self.name}"


@dataclass(frozen=True)
class Group:
    account: str
    name: str
    inline: Mapping[str, Document] = field(default_factory=dict)
    attached: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:group/{self.name}"


@dataclass(frozen=True)
class ManagedPolicy:
    """`account` is `aws` for AWS's own. The last of `versions` is the default unless `default` (from 1) says else."""

    account: str
    name: str
    versions: tuple[Document, ...]
    path: str = "/"
    default: int = 0
    description: str = ""

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:policy{self.path}{self.name}"

    @property
    def default_version(self) -> int:
        return self.default or len(self.versions)


def aws(name: str, *statements: Mapping[str, Any], path: str = "/") -> ManagedPolicy:
    document = {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}
    return ManagedPolicy("aws", name, (document,), path=path)


_LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
_INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
_SERVICE_ROLE = "/service-role/"

AWS_MANAGED = (
    aws("AdministratorAccess", may("*")),
    aws(
        "PowerUserAccess",
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        may(["iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"]),
    ),
    aws("SecurityAudit", may(["iam:Get*", "iam:List*", "lambda:List*", "lambda:GetPolicy", "ec2:Describe*"])),
    aws("ReadOnlyAccess", may(["s3:Get*", "s3:List*", "dynamodb:GetItem", "dynamodb:Scan", "lambda:Get*", "ec2:Get*"])),
    aws("AmazonS3FullAccess", may(["s3:*", "s3-object-lambda:*"])),
    aws("AmazonS3ReadOnlyAccess", may(["s3:Get*", "s3:List*", "s3:Describe*"])),
    aws("AmazonDynamoDBFullAccess_v2", may(["dynamodb:*", "dax:*"])),
    aws("AmazonSQSFullAccess", may("sqs:*")),
    aws("AWSXRayDaemonWriteAccess", may(["xray:PutTraceSegments", "xray:PutTelemetryRecords"])),
    aws(
        "AWSLambda_FullAccess",
        may(["lambda:*", "states:ListStateMachines", "logs:DescribeLogGroups"]),
        may("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
    ),
    aws("AWSLambdaBasicExecutionRole", may(_LOGS), path=_SERVICE_ROLE),
    aws("AWSLambdaVPCAccessExecutionRole", may([*_LOGS, *_INTERFACES]), path=_SERVICE_ROLE),
    aws(
        "AWSLambdaSQSQueueExecutionRole",
        may(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", *_LOGS]),
        path=_SERVICE_ROLE,
    ),
    aws(
        "AWSLambdaDynamoDBExecutionRole",
        may(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", *_LOGS]),
        path=_SERVICE_ROLE,
    ),
)
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
IN_VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
