"""What an action of a cloud's log is able to change: a table a cloud. Pure.

Sources: the service authorization reference for AWS Lambda and IAM (actions and the resources they write), the method
lists of the Cloud Functions, Cloud Run, IAM and Resource Manager audit logs, Azure's resource provider operations of
Microsoft.Web, Microsoft.Authorization and Microsoft.ManagedIdentity. An action that is in no table changes nothing
here: it is never taken for the cause of a change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ADDED, REMOVED = "added", "removed"


@dataclass(frozen=True, slots=True)
class Reach:
    """What one action can alter: `aspects` as `section` or `section.key`; `events` are added and removed for actions
    that make or destroy the resource itself. `turns` are the only directions it has (a grant cannot take away)."""

    aspects: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    turns: frozenset[str] = frozenset({"added", "removed", "changed"})

    def takes_in(self, aspect: str) -> bool:
        """Whether it can alter this aspect."""
        return aspect in self.aspects or aspect.partition(".")[0] in self.aspects


NOTHING = Reach()
_GIVES, _TAKES = frozenset({"added", "changed"}), frozenset({"removed", "changed"})


def _on(*aspects: str, turns: frozenset[str] | None = None) -> Reach:
    return Reach(frozenset(aspects), turns=turns) if turns else Reach(frozenset(aspects))


_MADE, _ENDED = Reach(events=frozenset({ADDED})), Reach(events=frozenset({REMOVED}))

#: Sections that a function's own update can alter, whatever the cloud.
_SETTINGS = (
    "config", "environment", "identity", "network", "encryption", "certificates", "logging", "delivery", "tags",
    "concurrency",
    "triggers", "entry_points", "recursion", "signing", "runtime_management",
)  # fmt: skip

_AWS = {
    "lambda:CreateFunction": _MADE,
    "lambda:DeleteFunction": _ENDED,
    "lambda:UpdateFunctionCode": _on("code", "published", "config.package", "config.architectures", "state"),
    "lambda:UpdateFunctionConfiguration": _on(
        "config", "environment", "identity", "network", "encryption", "logging", "delivery", "state", "code.layers"
    ),
    "lambda:PublishVersion": _on("published", "versions", turns=_GIVES),
    "lambda:CreateAlias": _on("versions", turns=_GIVES),
    "lambda:UpdateAlias": _on("versions"),
    "lambda:DeleteAlias": _on("versions", turns=_TAKES),
    "lambda:AddPermission": _on("access", turns=_GIVES),
    "lambda:RemovePermission": _on("access", turns=_TAKES),
    "lambda:PutResourcePolicy": _on("access"),
    "lambda:DeleteResourcePolicy": _on("access", turns=_TAKES),
    "lambda:PutPublicAccessBlockConfig": _on("access"),
    "lambda:CreateFunctionUrlConfig": _on("entry_points", turns=_GIVES),
    "lambda:UpdateFunctionUrlConfig": _on("entry_points"),
    "lambda:DeleteFunctionUrlConfig": _on("entry_points", turns=_TAKES),
    "lambda:CreateEventSourceMapping": _on("triggers", turns=_GIVES),
    "lambda:UpdateEventSourceMapping": _on("triggers"),
    "lambda:DeleteEventSourceMapping": _on("triggers", turns=_TAKES),
    "lambda:TagResource": _on("tags", turns=_GIVES),
    "lambda:UntagResource": _on("tags", turns=_TAKES),
    "lambda:PutFunctionConcurrency": _on("concurrency"),
    "lambda:DeleteFunctionConcurrency": _on("concurrency"),
    "lambda:PutProvisionedConcurrencyConfig": _on("concurrency"),
    "lambda:DeleteProvisionedConcurrencyConfig": _on("concurrency"),
    "lambda:PutFunctionScalingConfig": _on("concurrency"),
    "lambda:PutFunctionEventInvokeConfig": _on("delivery"),
    "lambda:UpdateFunctionEventInvokeConfig": _on("delivery"),
    "lambda:DeleteFunctionEventInvokeConfig": _on("delivery"),
    "lambda:PutFunctionCodeSigningConfig": _on("signing"),
    "lambda:DeleteFunctionCodeSigningConfig": _on("signing"),
    "lambda:PutRuntimeManagementConfig": _on("runtime_management"),
    "lambda:PutFunctionRecursionConfig": _on("recursion"),
    "iam:CreateRole": _MADE,
    "iam:DeleteRole": _ENDED,
    "iam:CreatePolicy": _MADE,
    "iam:DeletePolicy": _ENDED,
    "iam:AttachRolePolicy": _on("policies", turns=_GIVES),
    "iam:DetachRolePolicy": _on("policies", turns=_TAKES),
    "iam:PutRolePolicy": _on("policies"),
    "iam:DeleteRolePolicy": _on("policies", turns=_TAKES),
    "iam:PutRolePermissionsBoundary": _on("policies.boundary"),
    "iam:DeleteRolePermissionsBoundary": _on("policies.boundary"),
    "iam:UpdateAssumeRolePolicy": _on("trust"),
    "iam:UpdateRole": _on("config"),
    "iam:UpdateRoleDescription": _on("config"),
    "iam:TagRole": _on("tags", turns=_GIVES),
    "iam:UntagRole": _on("tags", turns=_TAKES),
    "iam:CreatePolicyVersion": _on("document"),
    "iam:SetDefaultPolicyVersion": _on("document"),
    "iam:DeletePolicyVersion": NOTHING,
}

_GCP = {
    "cloudfunctions:CreateFunction": _MADE,
    "cloudfunctions:DeleteFunction": _ENDED,
    "cloudfunctions:UpdateFunction": _on("code", "published", "versions", "state", *_SETTINGS),
    "cloudfunctions:SetIamPolicy": _on("access"),
    "run:CreateService": _MADE,
    "run:DeleteService": _ENDED,
    "run:UpdateService": _on("code", "versions", "published", "state", "access.invoker_iam_disabled", *_SETTINGS),
    "run:ReplaceService": _on("code", "versions", "published", "state", "access.invoker_iam_disabled", *_SETTINGS),
    "run:SetIamPolicy": _on("access"),
    "iam:CreateServiceAccount": _MADE,
    "iam:DeleteServiceAccount": _ENDED,
    "iam:UndeleteServiceAccount": _MADE,
    "iam:UpdateServiceAccount": _on("config"),
    "iam:PatchServiceAccount": _on("config"),
    "iam:EnableServiceAccount": _on("config", "state"),
    "iam:DisableServiceAccount": _on("config", "state"),
    "iam:CreateServiceAccountKey": _on("keys", turns=_GIVES),
    "iam:UploadServiceAccountKey": _on("keys", turns=_GIVES),
    "iam:DeleteServiceAccountKey": _on("keys", turns=_TAKES),
    "iam:DisableServiceAccountKey": _on("keys"),
    "iam:EnableServiceAccountKey": _on("keys"),
    "iam:SetIAMPolicy": _on("trust", "access"),
    "iam:SetIamPolicy": _on("trust", "access"),
    "iam:CreateRole": _MADE,
    "iam:UpdateRole": _on("document"),
    "iam:DeleteRole": _ENDED,
    "cloudresourcemanager:SetIamPolicy": _on("policies", "access"),
}

_SITE = "microsoft.web/sites/"
_AZURE = {
    _SITE + "write": Reach(
        frozenset({"code", "published", "versions", "access", "state", *_SETTINGS}), events=frozenset({ADDED})
    ),
    _SITE + "delete": _ENDED,
    _SITE + "config/write": _on("access", "state", *_SETTINGS),
    _SITE + "publish/action": _on("code", "published", "triggers"),
    _SITE + "extensions/write": _on("code", "published", "triggers"),
    _SITE + "deployments/write": _on("code", "published", "triggers"),
    _SITE + "sourcecontrols/write": _on("code", "config", "delivery"),
    _SITE + "sourcecontrols/delete": _on("code", "config", "delivery"),
    _SITE + "functions/write": _on("code", "triggers", "entry_points"),
    _SITE + "functions/delete": _on("code", "triggers", "entry_points"),
    _SITE + "hostnamebindings/write": _on("entry_points", "certificates", turns=_GIVES),
    _SITE + "hostnamebindings/delete": _on("entry_points", "certificates", turns=_TAKES),
    _SITE + "basicpublishingcredentialspolicies/write": _on("access"),
    _SITE + "networkconfig/write": _on("network"),
    _SITE + "networkconfig/delete": _on("network"),
    _SITE + "virtualnetworkconnections/write": _on("network"),
    _SITE + "virtualnetworkconnections/delete": _on("network"),
    _SITE + "privateendpointconnections/write": _on("network"),
    _SITE + "slotsswap/action": _on("code", "published", "versions", "access", "state", *_SETTINGS),
    _SITE + "applyslotconfig/action": _on("access", "state", *_SETTINGS),
    _SITE + "start/action": _on("state", "config"),
    _SITE + "stop/action": _on("state", "config"),
    "microsoft.authorization/roleassignments/write": _on("policies", "access", turns=_GIVES),
    "microsoft.authorization/roleassignments/delete": _on("policies", "access", turns=_TAKES),
    "microsoft.authorization/denyassignments/write": _on("policies", "access"),
    "microsoft.authorization/denyassignments/delete": _on("policies", "access"),
    "microsoft.authorization/roledefinitions/write": Reach(frozenset({"document"}), events=frozenset({ADDED})),
    "microsoft.authorization/roledefinitions/delete": _ENDED,
    "microsoft.managedidentity/userassignedidentities/write": Reach(
        frozenset({"config", "tags"}), events=frozenset({ADDED})
    ),
    "microsoft.managedidentity/userassignedidentities/delete": _ENDED,
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write": _on("trust", turns=_GIVES),
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/delete": _on("trust", turns=_TAKES),
}

_TABLES = {"aws": _AWS, "gcp": _GCP, "azure": _AZURE}
_DATED = re.compile(r"\d{8}(?:v\d+)?$")


def reach_of(provider: str, action: str) -> Reach:
    """What the action can change; nothing for one that is not known."""
    if provider == "azure":
        word = action.lower().replace("/sites/slots/", "/sites/")
        return _AZURE.get(word, NOTHING)
    word = _DATED.sub("", action)
    return _TABLES.get(provider, {}).get(word if ":" in word else f"lambda:{word}", NOTHING)
