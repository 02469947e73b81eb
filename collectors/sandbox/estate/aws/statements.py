"""Short ways to write the policies of the estate."""

from collections.abc import Mapping, Sequence
from typing import Any

from collectors.sandbox.estate.aws.function import Statement

Document = dict[str, Any]
INVOKE = "lambda:InvokeFunction"
INVOKE_URL = "lambda:InvokeFunctionUrl"


def document(*statements: Mapping[str, Any], version: str = "2012-10-17") -> Document:
    return {"Version": version, "Statement": [dict(statement) for statement in statements]}


def may(
    actions: str | Sequence[str], resources: str | Sequence[str] = "*", *, effect: str = "Allow", **more: Any
) -> dict[str, Any]:
    """A statement of an identity policy."""
    several = {"Action": _plain(actions), "Resource": _plain(resources)}
    return {"Effect": effect, **several, **more}


def may_not(actions: str | Sequence[str], resources: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    return may(actions, resources, effect="Deny", **more)


def _plain(words: str | Sequence[str]) -> str | list[str]:
    return words if isinstance(words, str) else list(words)


def lets(
    sid: str,
    principal: Any,
    action: str | list[str] = INVOKE,
    condition: Mapping[str, Mapping[str, Any]] | None = None,
    effect: str = "Allow",
) -> Statement:
    """A statement of a function's own policy."""
    statement: dict[str, Any] = {"Sid": sid, "Effect": effect, "Principal": principal, "Action": action}
    return {**statement, "Condition": condition} if condition else statement


def service(name: str, sid: str, source: str = "", account: str = "") -> Statement:
    """A cloud service may invoke, for this source and account where they are given."""
    condition: dict[str, dict[str, str]] = {}
    if source:
        condition["ArnLike"] = {"AWS:SourceArn": source}
    if account:
        condition["StringEquals"] = {"AWS:SourceAccount": account}
    return lets(sid, {"Service": f"{name}.amazonaws.com"}, condition=condition)


def url_open(principal: Any = "*", auth: str = "NONE", **narrower: Mapping[str, Any]) -> tuple[Statement, Statement]:
    """The two statements a function URL needs since October 2025; `narrower` holds further conditions."""
    return (
        lets(
            "FunctionURLAllowAccess",
            principal,
            INVOKE_URL,
            {"StringEquals": {"lambda:FunctionUrlAuthType": auth}, **narrower},
        ),
        lets(
            "FunctionURLInvokeAllowAccess",
            principal,
            INVOKE,
            {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}, **narrower},
        ),
    )


def url_open_old(principal: Any = "*") -> Statement:
    """The single statement that was enough for function URLs before October 2025."""
    return lets(
        "FunctionURLAllowPublicAccess", principal, INVOKE_URL, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    )


def trusts(*services: str, **more: Any) -> Document:
    """A trust policy for cloud services; `more` is added to the statement."""
    named = [f"{name}.amazonaws.com" for name in services]
    principal = {"Service": named[0] if len(named) == 1 else named}
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


def trusts_aws(principal: str | list[str], **condition: Mapping[str, Any]) -> Document:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)
