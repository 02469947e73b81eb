"""Which IAM actions the collector uses, what for, and the policy to paste; the connection test and docs show the
same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from collectors.provider import Permission

Json = Any

_PREFIX = {
    "lambda-web": "lambda",
    "lambda-core": "lambda",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
}
_GATEWAYS = ("apigateway", "apigatewayv2")


#: Calls whose action has another name.
_OTHERWISE = {
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3control", "GetPublicAccessBlock"): "s3:GetAccountPublicAccessBlock",
}


def iam_action(service: str, operation: str) -> str:
    """The IAM action that a call needs; API Gateway has one for all reading."""
    if (service, operation) in _OTHERWISE:
        return _OTHERWISE[service, operation]
    return "apigateway:GET" if service in _GATEWAYS else f"{_PREFIX.get(service, service)}:{operation}"


def _needs(part: str, why: str, *actions: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(action, why, part, optional) for action in actions)


PERMISSIONS: tuple[Permission, ...] = (
    *_needs(
        "functions",
        "List the functions of a region with their configuration.",
        "lambda:ListFunctions",
    ),
    *_needs(
        "access",
        "Read the resource policy of a function and of each alias: who may call or change it.",
        "lambda:GetPolicy",
        "lambda:GetResourcePolicy",
    ),
    *_needs(
        "versions",
        "Find the aliases, each with a policy and URL of its own.",
        "lambda:ListAliases",
    ),
    *_needs(
        "entry_points",
        "Find function URLs and who must sign in to call them.",
        "lambda:ListFunctionUrlConfigs",
        "lambda:GetFunctionUrlConfig",
    ),
    *_needs(
        "entry_points",
        "Find the API Gateway routes that end in a function.",
        "apigateway:GET",
    ),
    *_needs(
        "entry_points",
        "Find the load balancers in front of a function.",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
    ),
    *_needs(
        "triggers",
        "Find the queues and streams that start a function.",
        "lambda:ListEventSourceMappings",
    ),
    *_needs(
        "sources",
        "See whether strangers may put something into the queue, topic or bucket that feeds a function.",
        "sqs:GetQueueAttributes",
        "sns:GetTopicAttributes",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetAccountPublicAccessBlock",
        optional=True,
    ),
    *_needs(
        "edge",
        "Find the distributions of CloudFront that run a function for their viewers.",
        "cloudfront:ListDistributions",
        optional=True,
    ),
    *_needs(
        "secrets",
        "See whether the secrets that event sources and variables refer to are rotated; never their values.",
        "secretsmanager:DescribeSecret",
        optional=True,
    ),
    *_needs(
        "tags",
        "Read the tags of all functions in a few calls.",
        "tag:GetResources",
    ),
    *_needs(
        "signing",
        "Find which functions accept only signed code.",
        "lambda:ListCodeSigningConfigs",
        "lambda:ListFunctionsByCodeSigningConfig",
    ),
    *_needs(
        "state",
        "See functions that failed or could not be updated.",
        "lambda:GetFunctionConfiguration",
    ),
    *_needs(
        "published",
        "Read the published versions: each has a runtime and role of its own.",
        "lambda:ListVersionsByFunction",
    ),
    *_needs(
        "concurrency",
        "Read reserved, provisioned and scaled concurrency.",
        "lambda:GetFunctionConcurrency",
        "lambda:ListProvisionedConcurrencyConfigs",
        "lambda:GetFunctionScalingConfig",
    ),
    *_needs(
        "delivery",
        "See where failed events go.",
        "lambda:ListFunctionEventInvokeConfigs",
    ),
    *_needs(
        "runtime_management",
        "See functions pinned to an old runtime version.",
        "lambda:GetRuntimeManagementConfig",
    ),
    *_needs(
        "recursion",
        "See functions that may call themselves in circles.",
        "lambda:GetFunctionRecursionConfig",
    ),
    *_needs(
        "limits",
        "Read the account's limits, to show the headroom.",
        "lambda:GetAccountSettings",
        "lambda:GetWebAccountSettings",
    ),
    *_needs(
        "layers",
        "Find layers that are open to others.",
        "lambda:ListLayers",
        "lambda:ListLayerVersions",
        "lambda:GetLayerVersionPolicy",
    ),
    *_needs(
        "web functions",
        "List web functions with endpoints, live revisions, tags and network connectors.",
        "lambda:ListWebFunctions",
        "lambda:ListWebFunctionEndpoints",
        "lambda:ListWebFunctionRevisions",
        "lambda:GetWebFunctionRevision",
        "lambda:ListTags",
        "lambda:GetNetworkConnector",
    ),
    *_needs(
        "network",
        "Work out which way out of a VPC a function has.",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeNatGateways",
        "ec2:DescribeManagedPrefixLists",
    ),
    *_needs(
        "encryption",
        "See whether the key of a function is usable and whose it is.",
        "kms:DescribeKey",
    ),
    *_needs(
        "logging",
        "See how long logs are kept and with which key.",
        "logs:DescribeLogGroups",
    ),
    *_needs(
        "alarms",
        "See which alarms watch a function's errors, throttles and duration.",
        "cloudwatch:DescribeAlarms",
        optional=True,
    ),
    *_needs(
        "audit",
        "See whether calls of functions and changes of configuration are recorded.",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "config:DescribeConfigurationRecorders",
        optional=True,
    ),
    *_needs(
        "scopes",
        "Find out which regions are enabled.",
        "ec2:DescribeRegions",
    ),
    *_needs(
        "roles",
        "Read every role with its trust, policies, boundary and tags in one sweep.",
        "iam:GetAccountAuthorizationDetails",
    ),
    *_needs(
        "roles one by one",
        "Read roles one by one where the sweep is forbidden.",
        "iam:ListRoles",
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        optional=True,
    ),
    *_needs(
        "usage",
        "See which services a role has used (only when switched on for the account).",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:GetServiceLastAccessedDetails",
        optional=True,
    ),
    *_needs(
        "account",
        "Show the account's alias.",
        "iam:ListAccountAliases",
        optional=True,
    ),
    *_needs(
        "organisation",
        "See which organisation the account belongs to.",
        "organizations:DescribeOrganization",
        optional=True,
    ),
    *_needs(
        "guardrails",
        "Read the organisation's accounts and policies, from its management account or a delegated administrator.",
        "organizations:ListAccounts",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy",
        optional=True,
    ),
    *_needs(
        "activity",
        "Read who changed what from the event history.",
        "cloudtrail:LookupEvents",
    ),
    *_needs(
        "invocations",
        "See when each function was last called, and how often (once a day; CloudWatch charges for it).",
        "cloudwatch:GetMetricData",
        optional=True,
    ),
)

#: Calls that need no permission.
FREE = frozenset({"sts:GetCallerIdentity"})
#: The hub's own permission where accounts are read by assuming a role in each; it stands in the hub, not in the role.
HUB_ACTION = "sts:AssumeRole"
#: The one action used whose name is no Get, List, Describe or Lookup: it asks IAM for a report and changes nothing.
REPORTS = frozenset({"iam:GenerateServiceLastAccessedDetails"})

_NEVER = (
    "lambda:GetFunction", "lambda:GetLayerVersion", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl",
    "lambda:InvokeAsync", "kms:Decrypt", "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters",
    "ssm:GetParametersByPath", "s3:GetObject", "dynamodb:GetItem", "sts:AssumeRole",
)  # fmt: skip
_GATEWAY_RESOURCES = ("/apis", "/apis/*", "/restapis", "/restapis/*")


def policy(partition: str = "aws") -> dict[str, Json]:
    """The least-privilege policy of the reading role; small enough for one managed policy (6,144 characters)."""
    actions = sorted({permission.action for permission in PERMISSIONS} - {"apigateway:GET"})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "ReadFunctionsAndWhatSurroundsThem", "Effect": "Allow", "Action": actions, "Resource": "*"},
            {
                "Sid": "ReadGateways",
                "Effect": "Allow",
                "Action": ["apigateway:GET"],
                "Resource": [f"arn:{partition}:apigateway:*::{path}" for path in _GATEWAY_RESOURCES],
            },
            {"Sid": "NeverReadCodeOrSecretsOrInvoke", "Effect": "Deny", "Action": sorted(_NEVER), "Resource": "*"},
        ],
    }


def document(connection: Mapping[str, Json]) -> str:
    """The policy as text to paste; in the partition of the connection's role, when it names one."""
    partition = str(connection.get("role_arn") or "arn:aws").split(":")[1]
    return json.dumps(policy(partition), indent=2)
