"""What is known of an AWS function's doors, and what is told of the ways in: plain values. `exposure` judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from findings.access.aws import PolicyDocument
from findings.access.ladder import Exposure, worst
from findings.access.surface import Reach


class ActionClass(StrEnum):
    """What a binding lets its principal do to the function."""

    INVOKE = "invoke"
    DEPLOY = "deploy"
    CONFIGURE = "configure"
    OWN = "own"


ACTIONS = {
    ActionClass.INVOKE: ("lambda:invokefunction", "lambda:invokefunctionurl", "lambda:invokeasync"),
    ActionClass.DEPLOY: (
        "lambda:updatefunctioncode",
        "lambda:updatefunctionconfiguration",
        "lambda:updatealias",
        "lambda:publishversion",
    ),
    ActionClass.CONFIGURE: (
        "lambda:putfunctionconcurrency",
        "lambda:updatefunctionurlconfig",
        "lambda:createfunctionurlconfig",
        "lambda:putfunctioneventinvokeconfig",
        "lambda:putruntimemanagementconfig",
        "lambda:tagresource",
    ),
    ActionClass.OWN: ("lambda:addpermission", "lambda:removepermission", "lambda:deletefunction"),
}
"""The Lambda actions of each class, in lower case."""
ALL_ACTIONS = tuple(action for actions in ACTIONS.values() for action in actions)


class UrlModel(StrEnum):
    """Which permissions a function URL asks for; UNKNOWN where it cannot be told which model AWS applies."""

    LEGACY = "legacy"
    NEW = "new"
    UNKNOWN = "unknown"


class RouteAuth(StrEnum):
    """Who an API route or listener asks to sign in. UNKNOWN: not read, or a value that is not known here."""

    NONE = "none"
    API_KEY = "api_key"
    AWS_IAM = "aws_iam"
    AUTHORIZER = "authorizer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """One function URL. auth_type: NONE or AWS_IAM as AWS gives it; qualifier: "" for the unqualified function."""

    auth_type: str
    qualifier: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One API route or load balancer rule in front of the function.

    name: what people see (`GET /orders of api-1`). service: apigateway.amazonaws.com or
    elasticloadbalancing.amazonaws.com. source_arn: what the function's policy has to let in (execute-api ARN, target
    group ARN); "" when not known. reach: from where the network lets callers come. gated: whether the function's policy
    has to let the service in (a web function's own endpoint asks nobody). closed: why nobody gets an answer at present
    ("the API has no deployed stage"), "" when it serves.
    """

    name: str
    service: str
    auth: RouteAuth = RouteAuth.UNKNOWN
    reach: Reach = Reach.UNKNOWN
    source_arn: str = ""
    qualifier: str = ""
    gated: bool = True
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """An identity of the account that may do something by its own policies. conditional: something is undecided."""

    principal: str
    action_class: ActionClass
    via: str
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class AwsFunction:
    """What is known of one function.

    policies: resource policy by qualifier ("" for the function itself); None: could not be read. A qualifier that is
    not listed has no policy. holders: None when identities were not looked at. closed: why nothing can be invoked at
    present ("reserved concurrency is 0"). own_accounts, organisation, own_networks: the zone of trust.
    """

    account: str
    policies: Mapping[str, PolicyDocument | None] = field(default_factory=dict)
    urls: tuple[FunctionUrl, ...] = ()
    routes: tuple[Route, ...] = ()
    holders: tuple[Holder, ...] | None = None
    closed: tuple[str, ...] = ()
    own_accounts: frozenset[str] = frozenset()
    organisation: str | None = None
    own_networks: frozenset[str] | None = None
    url_model: UrlModel = UrlModel.UNKNOWN


@dataclass(frozen=True, slots=True)
class ExposedBinding:
    """One way in.

    level: its rung. via: the statement, URL, route or policy. latent: why the path is closed, "" when it is open.
    condition: what else must hold. certain: False when something about it could not be read or decided.
    parties: the accounts it is given to, where it names any. narrows: whether the condition restricts who (a source
    account, an organisation …); None where there is no condition.
    """

    principal: str
    kind: str
    action_class: ActionClass
    level: Exposure
    via: str
    qualifier: str = ""
    condition: str = ""
    latent: str = ""
    certain: bool = True
    reach: Reach = Reach.INTERNET
    parties: tuple[str, ...] = ()
    narrows: bool | None = None


@dataclass(frozen=True, slots=True)
class FunctionExposure:
    """All ways in, and the summary: the highest open rung to invoke and to deploy, the highest latent one, the reach.

    unread: parts that could not be read; with any, the rungs are "at least".
    """

    bindings: tuple[ExposedBinding, ...]
    unread: tuple[str, ...] = ()

    @property
    def invoke(self) -> Exposure:
        """The highest rung that may invoke."""
        return self._level(ActionClass.INVOKE)

    @property
    def deploy(self) -> Exposure:
        """The highest rung that may change the code, or who may."""
        return max(self._level(ActionClass.DEPLOY), self._level(ActionClass.OWN))

    @property
    def latent(self) -> Exposure:
        """The highest rung granted whose path is closed."""
        return worst(one.level for one in self.bindings if one.latent)

    @property
    def reach(self) -> Reach:
        """From where the widest open way to invoke can be used; CLOSED when there is none."""
        ways = [one for one in self.bindings if one.action_class is ActionClass.INVOKE and not one.latent]
        top = [one.reach for one in ways if one.level is self.invoke]
        return min(top, key=list(Reach).index, default=Reach.CLOSED)

    def _level(self, wanted: ActionClass) -> Exposure:
        return worst(one.level for one in self.bindings if one.action_class is wanted and not one.latent)
