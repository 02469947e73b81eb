"""One request to Azure and its answer: azure-mgmt-web's client, and its transport, with policies of our own.

Every request goes through this one client as raw JSON. Its models would keep unknown fields, but those of the packages
for Resource Graph and role assignments drop them, and one way for all is plainer. Its usual policies are left out on
purpose: one of them registers a resource provider where it is missing, which is a write; the retries are ours
(`reach`), which know the deadline of a scope; and redirects are not followed, so that no token goes where it was not
meant to go.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ServiceRequestError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.web import WebSiteManagementClient

from collectors.provider import BadAnswer, BadTls, Unreachable
from collectors.providers.azure.addresses import on_loopback, origin
from collectors.providers.azure.faults import Refusal, Transient
from collectors.providers.azure.routes import Route

Json = Any

CONNECT_SECONDS, READ_SECONDS = 5, 30
LONGEST_WAIT = 120.0
USER_AGENT = "fanlight (read-only inventory)"


class Authentication(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Puts the request's token into its header, at the addresses of the connection only.

    azure-core's own policy refuses every address that is not https. This one allows plain http on this machine too, so
    that emulators and replays can be used, and nowhere else.
    """

    def __init__(self, *addresses: str) -> None:
        self._origins = {origin(address) for address in addresses if address}

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        token = request.context.options.pop("token", "")
        url = request.http_request.url
        if origin(url) not in self._origins:
            raise ServiceRequestError(f"{origin(url)} is not an address of this connection.")
        if not (url.startswith("https://") or on_loopback(url)):
            raise ServiceRequestError(f"{origin(url)} is not encrypted.")
        if token:
            request.http_request.headers["Authorization"] = f"Bearer {token}"


class Wire:
    """The way to Resource Manager and Graph of one cloud, or to the endpoints given instead. Safe for threads."""

    def __init__(self, subscription: str, endpoint: str, graph: str) -> None:
        self.endpoint, self.graph = endpoint, graph
        policies = [
            UserAgentPolicy(base_user_agent=USER_AGENT, user_agent_use_env=False),
            Authentication(endpoint, graph),
        ]
        self._client = WebSiteManagementClient(
            # Never asked for a token: the policy above is given one with each request.
            credential=cast(TokenCredential, object()),
            subscription_id=subscription,
            base_url=endpoint,
            policies=policies,
            # Plain http is this machine's: neither a proxy nor a password file of the environment has a say there.
            transport=RequestsTransport(
                connection_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                use_env_settings=endpoint.startswith("https://"),
            ),
        )

    def send(
        self, route: Route, url: str, body: Json, token: str, seconds: float
    ) -> tuple[dict[str, Json], str] | Refusal:
        """Ask once: the answer and its text, or the refusal.

        Raises Transient (may pass: cut off, no connection, time-out), BadTls, BadAnswer (the body is no JSON object).
        """
        request = HttpRequest(route.method, url, json=body, headers={"Accept": "application/json"})
        try:
            answer = self._client.send_request(
                request,
                token=token,
                read_timeout=max(1.0, min(READ_SECONDS, seconds)),
                connection_timeout=CONNECT_SECONDS,
            )
            content = answer.content
        except AzureError as error:
            raise self._failure(route, url, error) from error
        if answer.status_code >= 300:
            return _refusal(route, url, answer)
        return _parsed(route, content)

    @staticmethod
    def _failure(route: Route, url: str, error: AzureError) -> Exception:
        chain = list(_causes(error))
        if any(isinstance(one, ssl.SSLError) or type(one).__name__ == "SSLError" for one in chain):
            return BadTls(f"The certificate of {origin(url)} is not to be trusted: {error}", call=route.name)
        words = {type(one).__name__ for one in chain}
        if words & {"ReadTimeout", "ReadTimeoutError", "ServiceResponseTimeoutError"}:
            said = f"{origin(url)} did not answer in time."
        elif words & {"ConnectTimeout", "ConnectTimeoutError"}:
            said = f"no connection to {origin(url)} within {CONNECT_SECONDS} s."
        elif isinstance(error, ServiceRequestError):
            said = f"{origin(url)} cannot be reached."
        else:
            said = f"the answer of {origin(url)} was cut off."
        return Transient(Unreachable(f"{route.name}: {said}", call=route.name))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what lies beneath it, however the layers wrap it."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [
                one.__cause__,
                one.__context__,
                getattr(one, "inner_exception", None),
                *getattr(one, "args", ()),
            ]
            waiting.append(getattr(one, "reason", None))


def _parsed(route: Route, content: bytes) -> tuple[dict[str, Json], str]:
    try:
        text = content.decode()
        read = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise BadAnswer(
            f"{route.name}: the answer cannot be read ({type(error).__name__}).", call=route.name
        ) from error
    if not isinstance(read, dict):
        raise BadAnswer(f"{route.name}: the answer is not an object.", call=route.name)
    return read, text


def _refusal(route: Route, url: str, answer: HttpResponse) -> Refusal:
    code, message = _error_words(answer.content)
    return Refusal(answer.status_code, code, message, route.name, route.permission(url), _wait(answer), _claims(answer))


def _error_words(content: bytes) -> tuple[str, str]:
    """Code and message of an error in Resource Manager's, Resource Graph's or Graph's form."""
    text = content.decode("utf-8", "replace")
    try:
        body = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        body = {}
    error = body.get("error", body) if isinstance(body, dict) else {}
    if not isinstance(error, dict):
        return "", str(error)
    code, message = (
        str(error.get("code") or error.get("Code") or ""),
        str(error.get("message") or error.get("Message") or ""),
    )
    details = error.get("details")
    if code.lower() in ("badrequest", "") and isinstance(details, list) and details and isinstance(details[0], dict):
        code = str(details[0].get("code") or code)
        message = f"{message} {details[0].get('message') or ''}".strip()
    return code, message or ("" if code else text[:200])


def _wait(answer: HttpResponse) -> float | None:
    """How long to wait, at most two minutes: Retry-After in seconds or as a date, or Resource Graph's own header."""
    told = str(answer.headers.get("Retry-After") or "").strip()
    resets = re.fullmatch(r"(\d+):(\d+):(\d+)", str(answer.headers.get("x-ms-user-quota-resets-after") or ""))
    if told.replace(".", "", 1).isdigit():
        return min(LONGEST_WAIT, float(told))
    if told:
        until, at = _moment(told), _moment(str(answer.headers.get("Date") or ""))
        if until is None:
            return None
        return min(LONGEST_WAIT, max(0.0, (until - (at or datetime.now(UTC))).total_seconds()))
    if resets and answer.status_code == 429:
        hours, minutes, seconds = map(int, resets.groups())
        return min(LONGEST_WAIT, hours * 3600.0 + minutes * 60 + seconds)
    return None


def _moment(text: str) -> datetime | None:
    """A date of an HTTP header; without a zone it is none that could be compared."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else None


def _claims(answer: HttpResponse) -> str:
    """The claims that a challenge asks for (continuous access evaluation); "" when it asks for none."""
    found = re.search(r'claims="([A-Za-z0-9+/_=-]+)"', str(answer.headers.get("WWW-Authenticate") or ""))
    if answer.status_code != 401 or not found:
        return ""
    padded = found[1].replace("-", "+").replace("_", "/") + "=" * (-len(found[1]) % 4)
    try:
        return base64.b64decode(padded).decode()
    except ValueError:
        return ""
