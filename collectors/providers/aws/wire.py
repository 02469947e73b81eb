"""One request to AWS and its answer: botocore's models, signer and HTTP session, without its clients.

Why not its clients: building one costs 0.1 s for each service and region, and a call about half as much again as here;
and they hide what we must see, namely whether the answer held the key it must hold. What is used of botocore:
the service models (`serialize_to_request`, parsers for XML answers), Signature Version 4, `URLLib3Session` (TLS,
proxies), the endpoint table and the configuration chain. JSON answers are kept as they came, with fields that no
model knows yet.
"""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from xml.etree import ElementTree

import botocore.loaders
import botocore.parsers
import botocore.serialize
from botocore import exceptions
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.credentials import ReadOnlyCredentials
from botocore.httpsession import URLLib3Session
from botocore.model import OperationModel, ServiceModel
from botocore.regions import EndpointResolver
from botocore.session import Session as BotocoreSession
from botocore.utils import get_environ_proxies

from collectors.provider import BadAnswer, BadConnection, BadTls, Unreachable
from collectors.providers.aws.connection import check_endpoint
from collectors.providers.aws.faults import Refusal, Transient
from collectors.providers.aws.permissions import iam_action

Json = Any

CONNECT_SECONDS, READ_SECONDS = 5, 30
CONNECTIONS = 64
#: One for the process: it keeps the service models, which take longest to load.
LOADER = botocore.loaders.create_loader()
USER_AGENT = "fanlight (read-only inventory)"


class Call(NamedTuple):
    """What to ask: service and operation in botocore's names, and the region (the partition's own for global
    services)."""

    service: str
    operation: str
    region: str
    account: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    region: str
    signing_name: str
    given: bool = False

    def host(self, prefix: str) -> str:
        """The address, with what AWS wants before its own hosts' names (the account's id, for S3's control)."""
        return self.url if self.given or not prefix else self.url.replace("://", f"://{prefix}", 1)


class Wire:
    """The way to AWS, or to the endpoint given instead; keeps models, endpoints and connections. Safe for threads."""

    def __init__(self, botocore_session: BotocoreSession, endpoint: str = "") -> None:
        self.botocore, self.given = botocore_session, endpoint
        self._lock = threading.Lock()
        self._models: dict[str, ServiceModel] = {}
        self._operations: dict[tuple[str, str], OperationModel] = {}
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._sessions: dict[str, URLLib3Session] = {}

    def custom(self, service: str = "lambda") -> bool:
        """Whether another server than AWS's own answers."""
        return bool(self.given or self.configured(service))

    def endpoint(self, service: str, region: str) -> Endpoint:
        with self._lock:
            found = self._endpoints.get((service, region))
            if found is None:
                found = self._endpoints[service, region] = self._find(service, region)
            return found

    def _find(self, service: str, region: str) -> Endpoint:
        model = self._model(service)
        known = _resolver().construct_endpoint(
            model.endpoint_prefix,
            region,
            use_fips_endpoint=bool(self.botocore.get_config_variable("use_fips_endpoint")),
        )
        scope = (known or {}).get("credentialScope", {})
        given = self.given or self.configured(service)
        url = _checked(given) if given else f"https://{(known or {})['hostname']}" if known else ""
        if not url:
            raise Unreachable(f"No address is known for {service} in {region}.")
        return Endpoint(
            url.rstrip("/"), scope.get("region", region), scope.get("service", model.signing_name), bool(given)
        )

    def configured(self, service: str) -> str:
        """AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_LAMBDA and their like in the configuration file."""
        configured = ConfiguredEndpointProvider(
            full_config=self.botocore.full_config, scoped_config=self.botocore.get_scoped_config(), client_name=service
        )
        return str(configured.provide() or "")

    def _model(self, service: str) -> ServiceModel:
        if service not in self._models:
            self._models[service] = self.botocore.get_service_model(service)
        return self._models[service]

    def _operation(self, call: Call) -> OperationModel:
        key = (call.service, call.operation)
        if key not in self._operations:
            with self._lock:
                self._operations[key] = self._model(call.service).operation_model(call.operation)
        return self._operations[key]

    def _session(self, url: str) -> URLLib3Session:
        with self._lock:
            if url not in self._sessions:
                bundle = self.botocore.get_config_variable("ca_bundle")
                self._sessions[url] = URLLib3Session(
                    verify=bundle or True,
                    proxies=get_environ_proxies(url),
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    max_pool_connections=CONNECTIONS,
                    # A request with a body goes out in two pieces; without this the second waits 40 ms for the first.
                    socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
                )
            return self._sessions[url]

    def send(
        self, call: Call, params: dict[str, Json], credentials: ReadOnlyCredentials, seconds: float
    ) -> tuple[dict[str, Json], str] | Refusal:
        """Ask once: the answer and its text, or the refusal.

        Raises Transient (may pass: cut off, no connection, time-out), BadTls, BadAnswer (a body that is no JSON or
        XML).
        """
        operation, endpoint = self._operation(call), self.endpoint(call.service, call.region)
        request = self._request(operation, endpoint, params)
        signer = S3SigV4Auth if endpoint.signing_name == "s3" else SigV4Auth
        signer(credentials, endpoint.signing_name, endpoint.region).add_auth(request)
        prepared = request.prepare()
        prepared.context = {"read_timeout": max(1.0, min(READ_SECONDS, seconds))}
        status, headers, content = self._exchange(call, endpoint, prepared)
        if status >= 300:
            return _refusal(call, status, headers, content)
        return self._parsed(call, operation, status, headers, content)

    @staticmethod
    def _request(operation: OperationModel, endpoint: Endpoint, params: dict[str, Json]) -> AWSRequest:
        wanted = _serializer(_protocol(operation.service_model)).serialize_to_request(params, operation)
        headers = {"User-Agent": USER_AGENT, **wanted["headers"]}
        if operation.service_model.endpoint_prefix == "apigateway":
            headers["Accept"] = "application/json"
        return AWSRequest(
            method=wanted["method"],
            url=endpoint.host(wanted.get("host_prefix", "")) + wanted["url_path"],
            headers=headers,
            data=wanted["body"] or None,
            params=wanted["query_string"],
        )

    def _exchange(self, call: Call, endpoint: Endpoint, prepared: Any) -> tuple[int, Any, bytes]:
        try:
            answer = self._session(endpoint.url).send(prepared)
            content: bytes = answer.content
        except exceptions.SSLError as error:
            raise BadTls(f"The certificate of {endpoint.url} is not to be trusted: {error.kwargs['error']}") from error
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            raise Transient(Unreachable(f"{call.name}: {_plainly(error, endpoint)}", call=call.name)) from error
        told = answer.headers.get("Content-Length", "")
        if told.isdigit() and len(content) < int(told):
            raise Transient(
                Unreachable(f"{call.name}: the answer was cut off after {len(content)} bytes.", call=call.name)
            )
        return answer.status_code, answer.headers, content

    @staticmethod
    def _parsed(
        call: Call, operation: OperationModel, status: int, headers: Any, content: bytes
    ) -> tuple[dict[str, Json], str]:
        protocol = _protocol(operation.service_model)
        try:
            text = content.decode()
            if protocol in ("query", "ec2", "rest-xml"):
                read = _parser(protocol).parse(
                    {"status_code": status, "headers": headers, "body": content}, operation.output_shape
                )
                read.pop("ResponseMetadata", None)
            else:
                read = json.loads(text) if text.strip() else {}
        except (
            ValueError,
            RecursionError,
            LookupError,
            TypeError,
            exceptions.BotoCoreError,
            botocore.parsers.ResponseParserError,
        ) as error:
            raise BadAnswer(
                f"{call.name}: the answer cannot be read ({type(error).__name__}).", call=call.name
            ) from error
        if not isinstance(read, dict):
            raise BadAnswer(f"{call.name}: the answer is not an object.", call=call.name)
        return read, text


@cache
def _resolver() -> EndpointResolver:
    """botocore's table of addresses: which host a service has in a region, and with which region it signs."""
    return EndpointResolver(LOADER.load_data("endpoints"))


def _protocol(model: ServiceModel) -> str:
    """JSON where a service speaks it beside others: it is what every endpoint and emulator understands."""
    spoken = model.metadata.get("protocols") or [model.metadata["protocol"]]
    return "json" if "json" in spoken else str(model.resolved_protocol)


def _checked(url: str) -> str:
    """An endpoint from the environment is held to the same rules as one that was typed."""
    try:
        return check_endpoint(url)
    except BadConnection as wrong:
        raise Unreachable(str(wrong)) from wrong


def _serializer(protocol: str) -> Any:
    return botocore.serialize.create_serializer(protocol, include_validation=False)


def _parser(protocol: str) -> Any:
    parsers = botocore.parsers.ResponseParserFactory()
    parsers.set_parser_defaults(timestamp_parser=str)
    return parsers.create_parser(protocol)


def _plainly(error: Exception, endpoint: Endpoint) -> str:
    names = {
        "ConnectTimeoutError": f"no connection to {endpoint.url} within {CONNECT_SECONDS} s",
        "ReadTimeoutError": f"{endpoint.url} did not answer in time",
        "EndpointConnectionError": f"{endpoint.url} cannot be reached",
        "ConnectionClosedError": f"{endpoint.url} closed the connection without an answer",
        "ProxyConnectionError": "the proxy cannot be reached",
    }
    return names.get(type(error).__name__, f"the connection to {endpoint.url} failed ({type(error).__name__})") + "."


def _refusal(call: Call, status: int, headers: Any, content: bytes) -> Refusal:
    code, message = _error_words(headers, content)
    wait = headers.get("Retry-After", "")
    return Refusal(
        status,
        code,
        message,
        call.name,
        iam_action(call.service, call.operation),
        float(wait) if wait.isdigit() else None,
    )


def _error_words(headers: Any, content: bytes) -> tuple[str, str]:
    """Code and message of an error in whatever form it comes; empty when the body is no error of AWS's."""
    text = content.decode("utf-8", "replace")
    code = str(headers.get("x-amzn-errortype", "")).split(":")[0]
    if text.lstrip().startswith("<"):
        return _xml_error(text)
    try:
        body = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        body = {}
    if not isinstance(body, dict):
        body = {}
    code = code or str(body.get("__type") or body.get("code") or body.get("Code") or "")
    message = body.get("message") or body.get("Message") or body.get("errorMessage") or ""
    return code.split("#")[-1].split(":")[0], str(message) or text[:200]


def _xml_error(text: str) -> tuple[str, str]:
    try:
        tree = ElementTree.fromstring(text)  # noqa: S314 - expat resolves no external entities and limits expansion
    except ElementTree.ParseError:
        return "", ""
    words = {node.tag.rsplit("}", 1)[-1]: (node.text or "").strip() for node in tree.iter()}
    return words.get("Code", ""), words.get("Message", "")
