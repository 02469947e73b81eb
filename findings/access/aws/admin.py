"""Whether policies amount to full power: over an account, or over one service. Told from effect, never from a name.

Admin is who may change what identities may do, everywhere and without condition: with that, everything else follows in
one call. PowerUser (everything but IAM) is broad and not admin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from findings.access.aws.actions import actions_of
from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.documents import NamedPolicy, PolicyDocument
from findings.access.decision import Decision, Outcome

_ACCOUNT = "000000000000"
_SOME_NAME = "q7w-no-such-name-x2z"
"""A resource nobody has: what is allowed on it is allowed on any."""
SELF_GRANTS = (
    ("iam:AttachRolePolicy", "role"),
    ("iam:PutRolePolicy", "role"),
    ("iam:UpdateAssumeRolePolicy", "role"),
    ("iam:PassRole", "role"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:CreateAccessKey", "user"),
    ("iam:CreatePolicyVersion", "policy"),
    ("iam:CreateRole", "role"),
)
"""With all of these on every role, user and policy, nothing in the account is out of reach."""


Given = Policies | PolicyDocument | Sequence[NamedPolicy] | Sequence[Mapping[str, Any]]
"""One document, several with or without their names, or all policies that have a say."""


def as_policies(given: Given) -> Policies:
    """The policies given, in the engine's own shape."""
    if isinstance(given, Policies):
        return given
    if isinstance(given, list | tuple):
        named = tuple(entry for entry in given if isinstance(entry, NamedPolicy))
        if len(named) == len(given):
            return Policies(identity=named)
        if given and all(isinstance(entry, Mapping) and "Statement" in entry for entry in given):
            documents = enumerate(cast("list[Mapping[str, Any]]", given), 1)
            return Policies(identity=tuple(NamedPolicy(f"policy {n}", document) for n, document in documents))
    return Policies(identity=(NamedPolicy("policy", cast(PolicyDocument, given)),))


def admin_decision(policies: Policies, account: str | None = None, principal: str | None = None) -> Decision:
    """Whether the self-granting actions are all allowed on any role, user and policy: the least of their answers."""
    owner = account or _ACCOUNT
    answers = [
        decide(Request(principal, action, f"arn:aws:iam::{owner}:{kind}/{_SOME_NAME}"), policies)
        for action, kind in SELF_GRANTS
    ]
    return min(answers, key=lambda answer: _RANK[answer.outcome])


_RANK = {Outcome.DENIED_EXPLICIT: 0, Outcome.DENIED_IMPLICIT: 0, Outcome.ALLOWED_IF: 1, Outcome.ALLOWED: 2}


def is_admin(policies: Given, account: str = _ACCOUNT) -> bool:
    """Whether whoever holds the policies may do anything in the account, or grant itself that.

    policies: one document, a list of documents or of named ones, or Policies with boundary and organisation policies.
    account: of the holder; needed only where policies name it in ARNs. Raises MalformedPolicy.
    """
    return admin_decision(as_policies(policies), account).outcome is Outcome.ALLOWED


def full_service_access(policies: Given, service: str, account: str = _ACCOUNT) -> bool:
    """Whether every action of a service (`s3`) is allowed on every resource of it, without condition."""
    held = as_policies(policies)
    actions = actions_of(service.lower()) or (f"{service}:AnyAction",)
    resource = f"arn:aws:{service.lower()}:us-east-1:{account}:{_SOME_NAME}"
    return all(_allowed(held, action, resource) for action in actions)


def _allowed(policies: Policies, action: str, resource: str) -> bool:
    return decide(Request(None, action, resource), policies).outcome is Outcome.ALLOWED
