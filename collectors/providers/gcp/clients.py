"""Google's client libraries over REST, where they keep every field: runtimes, IAM policies, projects, Asset Inventory.

Their own retries are off and their errors become the same refusals as those of `wire`. A list is asked page by page, so
that a token that comes back is noticed.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import requests
from google.api_core import exceptions as api_exceptions
from google.api_core.client_options import ClientOptions
from google.auth import exceptions as auth_exceptions
from google.protobuf import json_format
from requests.adapters import HTTPAdapter

from collectors.provider import BadAnswer
from collectors.providers.gcp.call import Call
from collectors.providers.gcp.credentials import auth_fault
from collectors.providers.gcp.faults import Refusal, refusal
from collectors.providers.gcp.wire import CONNECTIONS, READ_SECONDS, Answer, Wire, network_fault

Json = Any


class Clients:
    """Google's clients, each made when it is first asked. Safe for threads."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def _client(self, name: str) -> Any:
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(name)
            return self._made[name]

    def _make(self, name: str) -> Any:
        module, _, kind = name.partition(".")
        options = ClientOptions(api_endpoint=self._wire.endpoint or None)
        made = getattr(import_module(f"google.cloud.{module}"), kind)(
            credentials=self._wire.credentials, client_options=options, transport="rest"
        )
        # The clients have no option for these: nobody sends us elsewhere, and as many connections as threads.
        made.transport._session.max_redirects = 0
        for scheme in ("https://", "http://"):
            made.transport._session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))
        return made

    def send(self, call: Call, seconds: float) -> Answer | Refusal:
        """Ask once, as `Wire.send` does."""
        asked = getattr(self._client(call.client), call.method)
        quota = self._wire.quota_project
        try:
            answer = asked(
                request=dict(call.body or {}),
                retry=None,
                timeout=max(1.0, min(READ_SECONDS, seconds)),
                metadata=[("x-goog-user-project", quota)] if quota else (),
            )
            body = _as_json(answer)
        except api_exceptions.GoogleAPICallError as error:
            return _refusal(call, error)
        except auth_exceptions.GoogleAuthError as error:
            raise auth_fault(error) from error
        except requests.RequestException as error:
            raise network_fault(error, call) from error
        except (json_format.ParseError, ValueError, RecursionError) as error:
            raise BadAnswer(
                f"{call.name}: the answer cannot be read ({type(error).__name__}).", call=call.name
            ) from error
        return Answer(body, json.dumps(body, ensure_ascii=False))


def _as_json(answer: Any) -> dict[str, Json]:
    """The message as the API's JSON; of a list that the library would go on reading, the one page it has asked."""
    if hasattr(answer, "pages"):
        answer = next(iter(answer.pages))
    message = type(answer).pb(answer) if hasattr(type(answer), "pb") else answer
    body: dict[str, Json] = json_format.MessageToDict(message)
    return body


def _refusal(call: Call, error: api_exceptions.GoogleAPICallError) -> Refusal:
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    content = getattr(response, "content", None) or json.dumps({"error": {"message": error.message}}).encode()
    status = int(error.code or 500)
    return refusal(status, headers, content, call.name, call.permission, datetime.now(UTC))
