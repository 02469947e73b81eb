"""Who can call a Lambda function URL, under both permission models.

Older model: lambda:InvokeFunctionUrl is enough. Newer model (URLs made since October 2025; an exception for accounts
with older URLs was announced to end on 2026-11-01): lambda:InvokeFunctionUrl and lambda:InvokeFunction are both needed,
the second usually under `Bool lambda:InvokedViaFunctionUrl true`. What AWS did after that date is not documented where
we could read, so both answers are given.

AuthType NONE alone opens nothing: without a policy the URL answers 403. InvokeFunction to `*` without the condition
also opens the plain Invoke API to every AWS principal.

Source: Lambda Developer Guide, "Control access to Lambda function URLs".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from findings.access.aws.callers import Caller, CallerKind
from findings.access.aws.conditions import Context
from findings.access.aws.documents import NamedPolicy, PolicyDocument, parse_policy
from findings.access.aws.narrowing import Pins, pins
from findings.access.aws.statements import Match, Question, describe, matching
from findings.access.decision import Effect
from findings.access.kleene import every, some

_ANONYMOUS = Caller(CallerKind.ANONYMOUS, "*")
_URL_ACTION, _FUNCTION_ACTION = "lambda:invokefunctionurl", "lambda:invokefunction"


@dataclass(frozen=True, slots=True)
class FunctionUrlAccess:
    """The answers: True, False, or None when a condition decides (the caller's network, organisation …).

    anonymous_*: without credentials. any_aws_principal_*: any principal of any account, if its own policies agree.
    invoke_api: any AWS principal, past the URL, by the plain Invoke API. because: the statements that open something.
    needs_update: open under the older model and closed under the newer.
    """

    anonymous_legacy: bool | None
    anonymous_new: bool | None
    any_aws_principal_legacy: bool | None
    any_aws_principal_new: bool | None
    invoke_api: bool | None
    because: tuple[str, ...] = ()

    @property
    def needs_update(self) -> bool:
        """Whether the URL stops answering its callers once the newer model is enforced."""
        legacy = (self.anonymous_legacy, self.any_aws_principal_legacy)
        new = (self.anonymous_new, self.any_aws_principal_new)
        return any(old is not False and now is False for old, now in zip(legacy, new, strict=True))


def function_url_access(
    auth_type: str | None, policy: PolicyDocument, resource: str | None = None
) -> FunctionUrlAccess:
    """Who can call the URL.

    auth_type: the URL configuration's AuthType; None when there is no URL. An unknown value gives None answers.
    policy: the resource policy of the qualifier the URL belongs to, or a list of its statements.
    resource: the ARN the URL belongs to (with its qualifier), when the policy's statements name several.
    """
    named = (NamedPolicy("resource policy", parse_policy(policy)),)
    via_url = {"lambda:functionurlauthtype": (auth_type or "",), "lambda:invokedviafunctionurl": ("true",)}
    plain = {"lambda:functionurlauthtype": (), "lambda:invokedviafunctionurl": ("false",)}
    url = _Asked(named, _URL_ACTION, resource, via_url)
    function = _Asked(named, _FUNCTION_ACTION, resource, via_url)
    api = _Asked(named, _FUNCTION_ACTION, resource, plain)
    open_to_strangers = api.strangers()
    if auth_type is None:
        return FunctionUrlAccess(False, False, False, False, open_to_strangers, api.because())
    unsigned = {"NONE": True, "AWS_IAM": False}.get(auth_type)
    known = True if unsigned is not None else None
    return FunctionUrlAccess(
        anonymous_legacy=every([unsigned, url.anonymous()]),
        anonymous_new=every([unsigned, url.anonymous(), function.anonymous()]),
        any_aws_principal_legacy=every([known, url.strangers()]),
        any_aws_principal_new=every([known, url.strangers(), function.strangers()]),
        invoke_api=open_to_strangers,
        because=tuple(dict.fromkeys([*url.because(), *function.because(), *api.because()])),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One action, asked of the policy with what is known of the path."""

    policies: tuple[NamedPolicy, ...]
    action: str
    resource: str | None
    known: Mapping[str, tuple[str, ...]]

    def anonymous(self) -> bool | None:
        """Whether a caller without credentials is let in."""
        return _verdict(self._matches({**_ANONYMOUS.known_values, **self.known}))

    def strangers(self) -> bool | None:
        """Whether a principal of any account is let in."""
        found = self._matches({"aws:principalisawsservice": ("false",), **self.known})
        return _verdict([match for match in found if not _means_acquaintances(match)])

    def because(self) -> tuple[str, ...]:
        """The Allows that let strangers in, surely or under conditions."""
        return tuple(describe(m.statement) for m in self._matches(self.known) if m.statement.effect is Effect.ALLOW)

    def _matches(self, known: Mapping[str, tuple[str, ...]]) -> list[Match]:
        found = matching(self.policies, Question(_ANONYMOUS, self.action, self.resource or "*", Context(known)))
        return [match for match in found if match.naming is not None or match.statement.effect is Effect.DENY]


def _means_acquaintances(match: Match) -> bool:
    """Whether an Allow fixes who calls, so that a stranger is out; a fixed network still leaves that open."""
    fixed = (pin for pin in pins(match.statement.conditions) if pin.what not in (Pins.ADDRESS, Pins.NETWORK))
    return match.statement.effect is Effect.ALLOW and any(fixed)


def _verdict(matches: list[Match]) -> bool | None:
    allowed = some(m.value for m in matches if m.statement.effect is Effect.ALLOW)
    spared = every(False if m.certain else None for m in matches if m.statement.effect is Effect.DENY)
    return every([allowed, spared])
