"""One request to Google and its answer: raw JSON over an `AuthorizedSession`, without a client library.

Why raw: the client libraries drop fields that they do not know yet (direct VPC, new states, IAP …), and answer an
unknown enum word with "unspecified". Where they keep everything, `clients` asks through them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from google.auth import exceptions as auth_exceptions
from google.auth.transport.requests import AuthorizedSession
from requests.adapters import HTTPAdapter

from collectors.provider import BadAnswer, BadTls, Unreachable
from collectors.providers.gcp.call import Call
from collectors.providers.gcp.credentials import auth_fault
from collectors.providers.gcp.faults import Refusal, Transient, refusal

Json = Any

CONNECT_SECONDS, READ_SECONDS = 5, 30
CONNECTIONS = 64
USER_AGENT = "fanlight (read-only inventory)"


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: an object, and its text for looking through quickly."""

    body: dict[str, Json]
    text: str


@dataclass
class Wire:
    """The way to Google's APIs, or to the endpoint given instead. Safe for threads."""

    credentials: Any
    endpoint: str = ""
    quota_project: str = ""
    _session: AuthorizedSession = field(init=False)

    def __post_init__(self) -> None:
        # We refresh a refused token ourselves, so that many threads do it once.
        self._session = AuthorizedSession(self.credentials, refresh_status_codes=(), max_refresh_attempts=0)
        adapter = HTTPAdapter(pool_connections=16, pool_maxsize=CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def url(self, call: Call) -> str:
        return f"{self.endpoint or f'https://{call.api}.googleapis.com'}{call.path}"

    def headers(self) -> dict[str, str]:
        asked = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        return asked | ({"x-goog-user-project": self.quota_project} if self.quota_project else {})

    def send(self, call: Call, seconds: float) -> Answer | Refusal:
        """Ask once: the answer, or the refusal.

        Raises Transient (may pass: cut off, no connection, time-out), BadTls, BadCredentials, and BadAnswer for a body
        that is no JSON object.
        """
        timeout = (CONNECT_SECONDS, max(1.0, min(READ_SECONDS, seconds)))
        try:
            answer = self._session.request(
                "POST" if call.body is not None else "GET",
                self.url(call),
                params=dict(call.params),
                json=call.body,
                headers=self.headers(),
                timeout=timeout,
                allow_redirects=False,
            )
            content: bytes = answer.content
        except auth_exceptions.GoogleAuthError as error:
            raise auth_fault(error) from error
        except requests.RequestException as error:
            raise network_fault(error, call) from error
        if answer.status_code >= 300:
            return refusal(answer.status_code, answer.headers, content, call.name, call.permission, datetime.now(UTC))
        return read(call, answer.headers, content)


def read(call: Call, headers: Mapping[str, str], content: bytes) -> Answer:
    """The answer as an object; raises BadAnswer when it is none: no JSON, half of it, a page of HTML, a bare list."""
    told = headers.get("Content-Length", "")
    if told.isdigit() and len(content) < int(told) and "Content-Encoding" not in headers:
        raise Transient(Unreachable(f"{call.name}: the answer was cut off after {len(content)} bytes.", call=call.name))
    try:
        text = content.decode()
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"{call.name}: the answer cannot be read ({type(error).__name__}).", call=call.name) from error
    if not isinstance(body, dict):
        raise BadAnswer(f"{call.name}: the answer is not an object.", call=call.name)
    return Answer(body, text)


def network_fault(error: requests.RequestException, call: Call) -> Exception:
    """No answer, and why."""
    if isinstance(error, requests.exceptions.SSLError):
        return BadTls(f"The certificate of {call.api} is not to be trusted: {_plainly(error)}", call=call.name)
    if isinstance(error, requests.exceptions.Timeout):
        return Transient(Unreachable(f"{call.name}: no answer in time.", call=call.name))
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.TooManyRedirects):
        return BadAnswer(f"{call.name}: {_plainly(error)}", call=call.name)
    return Transient(Unreachable(f"{call.name}: the connection failed ({type(error).__name__}).", call=call.name))


def _plainly(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
