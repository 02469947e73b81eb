"""Google's own clients, pointed at the sandbox."""

from importlib import import_module
from typing import Any

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession

from collectors.sandbox import RunningSandbox


def client(running: RunningSandbox, kind: str) -> Any:
    """A client such as `functions_v2.FunctionServiceClient`, over REST."""
    module, _, name = kind.partition(".")
    options = ClientOptions(api_endpoint=running.url)
    made = getattr(import_module(f"google.cloud.{module}"), name)
    return made(credentials=AnonymousCredentials(), client_options=options, transport="rest")


def get(running: RunningSandbox, path: str, **params: Any) -> Any:
    """The answer of a plain GET, with everything that the clients' models would drop."""
    return AuthorizedSession(AnonymousCredentials(), refresh_status_codes=()).get(running.url + path, params=params)


def post(running: RunningSandbox, path: str, body: Any) -> Any:
    return AuthorizedSession(AnonymousCredentials()).post(running.url + path, json=body)


def pages(running: RunningSandbox, path: str, key: str, size: int) -> list[list[dict[str, Any]]]:
    """A list page by page."""
    found: list[list[dict[str, Any]]] = []
    token = ""
    while True:
        answer = get(running, path, pageSize=size, **({"pageToken": token} if token else {})).json()
        found.append(answer.get(key, []))
        token = answer.get("nextPageToken", "")
        if not token:
            return found
