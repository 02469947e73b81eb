"""What resource control policies bear on.

Source: Organizations User Guide, "Resource control policies (RCPs)", list of supported services, read in November 2026;
`lambda` is not among them.
"""

from __future__ import annotations

RCP_SERVICES = frozenset({
    "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
    "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
    "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
    "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
    "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch", "personalize",
    "pca-connector-ad", "polly", "pricing", "resource-groups", "rolesanywhere", "s3", "secretsmanager",
    "servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract", "timestream-influxdb", "transcribe",
    "transfer", "translate", "wafv2", "workspaces", "xray",
})  # fmt: skip
_NOT_RESTRICTED = "kms:retiregrant"


def restrains(action: str) -> bool:
    """Whether resource control policies bear on an action at all."""
    low = action.lower()
    return low.partition(":")[0] in RCP_SERVICES and low != _NOT_RESTRICTED
