"""The organisation's policies above an account, and what resource control policies bear on.

Source: Organizations User Guide, "Resource control policies (RCPs)", list of supported services, read in November 2026;
`lambda` is not among them. Neither kind of policy binds the organisation's management account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from findings.access.aws.decide import Levels
from findings.access.aws.documents import NamedPolicy

Json = Any

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


@dataclass(frozen=True, slots=True)
class Guardrails:
    """The policies of an organisation that bind one account, level by level.

    services, resources: service and resource control policies; None where they were not read or bind nothing.
    exempt: the account manages its organisation, or belongs to none that was read to have policies.
    """

    services: Levels | None = None
    resources: Levels | None = None
    exempt: bool = False

    @property
    def read(self) -> bool:
        """Whether it is known what binds the account."""
        return self.exempt or self.services is not None


def guardrails(document: Mapping[str, Json], account: str) -> Guardrails:
    """The guardrails in the stored settings of an account (sections `organisation` and `guardrails`)."""
    if (document.get("organisation") or {}).get("management") == account:
        return Guardrails(exempt=True)
    levels = (document.get("guardrails") or {}).get("levels")
    if not levels:
        return Guardrails()
    # RCPFullAWSAccess is attached everywhere and cannot be detached, so a level without any is one that told none.
    resources = tuple(level for level in _levels(levels, "resource") if level)
    return Guardrails(_levels(levels, "service"), resources or None)


def _levels(levels: list[Mapping[str, Json]], kind: str) -> Levels:
    return tuple(
        tuple(NamedPolicy(policy["name"], policy["document"]) for policy in level.get(kind) or []) for level in levels
    )


def restrains(action: str) -> bool:
    """Whether resource control policies bear on an action at all."""
    low = action.lower()
    return low.partition(":")[0] in RCP_SERVICES and low != _NOT_RESTRICTED
