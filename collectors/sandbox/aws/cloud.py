"""Amazon Web Services as the sandbox plays it: finds who asks what, and has it answered."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.balancers import ELBV2
from collectors.sandbox.aws.distributions import CLOUDFRONT
from collectors.sandbox.aws.ec2 import EC2
from collectors.sandbox.aws.feeds import S3, S3CONTROL, SQS
from collectors.sandbox.aws.functions import LAMBDA
from collectors.sandbox.aws.gateways import APIGATEWAY, APIGATEWAYV2
from collectors.sandbox.aws.iam import IAM
from collectors.sandbox.aws.metrics import CLOUDWATCH
from collectors.sandbox.aws.organizations import ORGANIZATIONS
from collectors.sandbox.aws.protocol import Protocol, Reason, Refused, read_body, write, write_refusal
from collectors.sandbox.aws.secrets import SECRETSMANAGER
from collectors.sandbox.aws.sts import STS, account_of
from collectors.sandbox.aws.surroundings import KMS, LOGS, TAGGING
from collectors.sandbox.aws.trail import CLOUDTRAIL, CONFIG
from collectors.sandbox.aws.triggers import EVENTS, SCHEDULER, SNS
from collectors.sandbox.aws.webfunctions import LAMBDA_CORE, LAMBDA_WEB
from collectors.sandbox.estate import EstateDay
from collectors.sandbox.estate.aws.accounts import DENIED, OPTED_OUT
from collectors.sandbox.estate.names import uuid
from collectors.sandbox.wire import Answer, Call, RefusalKind, Request

log = logging.getLogger(__name__)

SERVICES = (
    LAMBDA,
    LAMBDA_WEB,
    LAMBDA_CORE,
    IAM,
    STS,
    ORGANIZATIONS,
    EC2,
    KMS,
    LOGS,
    APIGATEWAYV2,
    APIGATEWAY,
    ELBV2,
    TAGGING,
    CLOUDTRAIL,
    CLOUDWATCH,
    CONFIG,
    EVENTS,
    SCHEDULER,
    SNS,
    SQS,
    SECRETSMANAGER,
    CLOUDFRONT,
    S3CONTROL,
    S3,
)
_BY_SCOPE = {service.scope: service for service in reversed(SERVICES)}
_ROUTES = [(service, route, route.pattern()) for service in SERVICES for route in service.routes]
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_CBOR_PATH = re.compile(r"/service/[^/]+/operation/(\w+)$")
_SAID: Mapping[Reason, str] = {
    "throttle": "Rate exceeded",
    "error500": "An internal error occurred.",
    "expired": "The security token included in the request is expired",
    "no_client": "The security token included in the request is invalid.",
}


@dataclass(frozen=True)
class HeardByAws:
    """A request with its service, protocol and parameters; `today` is the estate it is asked of."""

    call: Call
    protocol: Protocol
    service: AwsService | None
    params: dict[str, Any]
    today: EstateDay
    known_key: bool
    unreadable: Refused | None = None

    def _request_id(self) -> str:
        return uuid("request", *self.call, sorted(self.params.items(), key=repr))

    def answer(self) -> Answer:
        try:
            return self._answered()
        except Refused as refused:
            return write_refusal(self.protocol, refused, self._request_id())

    def refusal(self, kind: RefusalKind) -> Answer:
        return write_refusal(self.protocol, self._refused(kind), self._request_id())

    def _refused(self, reason: Reason) -> Refused:
        action = f"{self.call.service.replace('elbv2', 'elasticloadbalancing')}:{self.call.operation}"
        caller = f"arn:aws:sts::{self.call.account}:assumed-role/FanlightReader/fanlight"
        refusal = f"User: {caller} is not authorized to perform: {action} on resource: *"
        return Refused(_SAID.get(reason, refusal), reason)

    def _answered(self) -> Answer:
        if self.unreadable is not None:
            raise self.unreadable
        service, operation = self.service, None
        if service is not None:
            operation = service.operations.get(self.call.operation)
        if service is None or operation is None:
            log.warning("AWS call not served: %s:%s", self.call.service, self.call.operation)
            raise Refused(f"The operation {self.call.operation} is not known.", "no_operation")
        if not self.known_key or (self.call.region == OPTED_OUT and not service.everywhere):
            raise self._refused("no_client")
        if (self.call.account, self.call.region) in DENIED and not service.everywhere:
            raise self._refused("denied")
        asked = Asked(self.today.aws, self.call.account, self.call.region, self.params)
        answered = operation(asked)
        return write(self.protocol, self.call.operation, service.namespace, answered, self._request_id())


class AwsCloud:
    """Every request signed with AWS Signature 4 is ours; the signature itself is not checked."""

    def claims(self, request: Request) -> bool:
        return request.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256")

    def hear(self, request: Request, today: EstateDay) -> HeardByAws:
        found = _CREDENTIAL.search(request.headers.get("authorization", ""))
        key, region, scope = found.groups() if found else ("", "", "")
        account = account_of(key, request.headers.get("x-amz-security-token", ""))
        service = _BY_SCOPE.get(scope)
        protocol = service.protocol if service else "json"
        operation, params, unreadable = "", dict[str, Any](), None
        try:
            if service is not None and protocol in ("rest-json", "rest-xml"):
                service, operation, params = _routed(service, request)
            else:
                protocol, operation, params = _named(protocol, request)
        except Refused as refused:
            unreadable = refused
        call = Call(service.name if service else scope, operation, region, account or "")
        return HeardByAws(call, protocol, service, params, today, account is not None, unreadable)


def _named(protocol: Protocol, request: Request) -> tuple[Protocol, str, dict[str, Any]]:
    """The operation of a service that names it in a header, in the body, or (CBOR) in the path."""
    in_path = _CBOR_PATH.search(request.path)
    if in_path:
        return "cbor", in_path[1], read_body("cbor", request.body)
    params = read_body(protocol, request.body)
    if protocol in ("query", "ec2"):
        return protocol, str(params.pop("Action", "")), params
    return protocol, request.headers.get("x-amz-target", "").rsplit(".", 1)[-1], params


def _routed(service: AwsService, request: Request) -> tuple[AwsService, str, dict[str, Any]]:
    """The service and operation a path leads to; services of one scope share their paths."""
    query = parse_qs(request.query, keep_blank_values=True)
    for candidate, route, pattern in _ROUTES:
        if candidate.scope != service.scope or route.method != request.method:
            continue
        match = pattern.search(request.path)
        if match is None or (route.having and route.having not in query):
            continue
        params = read_body(service.protocol, request.body)
        params |= {name: values[0] if len(values) == 1 else values for name, values in query.items()}
        params |= {name: unquote(value) for name, value in match.groupdict().items()}
        return candidate, route.operation, params
    return service, f"{request.method} {request.path}", {}
