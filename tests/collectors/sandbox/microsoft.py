"""Azure's own client, pointed at the sandbox."""

from typing import Any, cast

from azure.core.credentials import TokenCredential
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest
from azure.mgmt.web import WebSiteManagementClient

from collectors.sandbox import RunningSandbox
from collectors.sandbox.estate.azure.tenant import SHOP

WEB = "2025-05-01"


def web(running: RunningSandbox, subscription: str = SHOP) -> Any:
    """A client that signs nothing and tries nothing twice."""
    policy: Any = SansIOHTTPPolicy()
    return WebSiteManagementClient(
        credential=cast(TokenCredential, object()),
        subscription_id=subscription,
        base_url=running.url,
        authentication_policy=policy,
        retry_total=0,
    )


def ask(running: RunningSandbox, path: str, version: str = WEB, body: Any = None, **params: str) -> Any:
    """The answer to a plain request; a body makes it a POST."""
    told = {"api-version": version} if version else {}
    request = HttpRequest("GET" if body is None else "POST", path, params={**told, **params}, json=body)
    return web(running).send_request(request)


def listed(running: RunningSandbox, path: str, version: str = WEB, **params: str) -> list[dict[str, Any]]:
    """A whole list, over its pages."""
    answer = ask(running, path, version, **params)
    assert answer.status_code == 200, answer.text()
    found, body = list(answer.json()["value"]), answer.json()
    while "nextLink" in body:
        body = web(running).send_request(HttpRequest("GET", body["nextLink"])).json()
        found += body["value"]
    return found


def query(running: RunningSandbox, text: str, top: int = 1000, *subscriptions: str) -> list[dict[str, Any]]:
    """All rows of a Resource Graph query."""
    rows: list[dict[str, Any]] = []
    token = ""
    while True:
        options = {"$top": top, "resultFormat": "objectArray"} | ({"$skipToken": token} if token else {})
        body = {"query": text, "options": options} | ({"subscriptions": list(subscriptions)} if subscriptions else {})
        answer = ask(running, "/providers/Microsoft.ResourceGraph/resources", "2021-03-01", body)
        assert answer.status_code == 200, answer.text()
        rows += answer.json()["data"]
        token = answer.json().get("$skipToken", "")
        if not token:
            return rows
