"""Every address there is, and objects to fill those with that are about one: for tests that walk them all.

A new route about an object is named in `OBJECTS` with what to fill it with, one about no object in `PLAIN`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from collectors.models import Receiver, Run
from config.permission import FOREIGN, needs_of
from findings.models import Alert, Channel, Delivery, Finding, TriageJob
from inventory.models import IdentityProvider, Resource, RevisionComment, Scope, Snapshot
from inventory.permission import Needs
from tests.cast import DAY_ONE, Cast, native_id

Kwargs = Mapping[str, Any]


@dataclass(frozen=True)
class Route:
    """An address: its name, what it needs by method (None: nobody said), and the names of its parts."""

    name: str
    view: Any
    needs: Needs | None
    parts: frozenset[str]

    @property
    def foreign(self) -> bool:
        """Whether the view is not ours."""
        return self.name in FOREIGN or self.needs == {}

    @property
    def api(self) -> bool:
        return hasattr(self.view, "cls")


def routes() -> list[Route]:
    """Every route of the installation."""
    return sorted(_routes(get_resolver().url_patterns), key=lambda route: route.name)


def _routes(patterns: list[Any]) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            parts = frozenset(pattern.pattern.converters) | frozenset(pattern.pattern.regex.groupindex)
            needs = needs_of(pattern.callback, pattern.name)
            yield Route(pattern.name or str(pattern.pattern), pattern.callback, needs, parts)


#: Routes with parts that name nothing of any account.
PLAIN: Mapping[str, Kwargs] = {
    "account-add-to": {"slug": "aws"},
    "events": {"provider": "aws", "key": "none"},
    "account-add-permissions": {"slug": "aws"},
    "search-check": {"listed": "functions"},
    "search-suggest": {"listed": "functions"},
    "search-fields": {"listed": "functions"},
    "search-forget": {"slug": "none"},
    "columns-forget": {"slug": "none"},
    "saml_acs": {"organization_slug": "none"},
    "saml_finish_acs": {"organization_slug": "none"},
    "saml_metadata": {"organization_slug": "none"},
    "saml_sls": {"organization_slug": "none"},
    "sign-in-with": {"key": "none"},
    "sign-in-with-reply": {"key": "none"},
    "set-password": {"key": "MQ", "token": "none"},
    "settings-search-share": {"slug": "none"},
    "settings-columns-share": {"slug": "none"},
    "search-pin": {"pk": 0},
    "settings-token-revoke": {"pk": 0},
    "api-rule": {"id": "public_invoke"},
    "compliance-framework": {"slug": "aws-fsbp"},
    "compliance-control": {"slug": "aws-fsbp", "id": "Lambda.1"},
    "compliance-csv": {"slug": "aws-fsbp"},
    "compliance-jsonl": {"slug": "aws-fsbp"},
    "rule": {"id": "public_invoke"},
    "rule-setting": {"id": "public_invoke"},
}


#: What an address must be asked to say anything at all.
ASKED: Mapping[str, str] = {
    "resolve": f"?id={native_id('mailer')}",
    "exposure-trust": "?provider=aws&party=999988887777",
}


def _function(cast: Cast) -> Kwargs:
    return {"uid": cast.functions["mailer"].uid}


def _identity(cast: Cast) -> Kwargs:
    return {"uid": cast.identities["office-shared"].uid}


def _account(cast: Cast) -> Kwargs:
    return {"pk": cast.account.pk}


def _policy(cast: Cast) -> Kwargs:
    scope = Scope.objects.filter(account=cast.account).first()
    told = {"kind": "policy", "provider": "aws", "account": cast.account, "scope": scope, "listing": "policies",
            "native_id": "arn:aws:iam::123456789012:policy/orders", "name": "orders", "first_seen": DAY_ONE,
            "seen_at": DAY_ONE, "changed_at": DAY_ONE}  # fmt: skip
    policy, made = Resource.objects.get_or_create(uid="00000000000000aa", defaults=told)
    if made:
        policy.latest = Snapshot.objects.create(resource=policy, number=1, at=DAY_ONE, digest="0", document={})
        policy.save()
    return {"uid": policy.uid}


def _settings(cast: Cast) -> Kwargs:
    scope = Scope.objects.filter(account=cast.account).first()
    told = {"kind": "account", "provider": "aws", "account": cast.account, "scope": scope, "listing": "settings",
            "native_id": "arn:aws:iam::123456789012:settings", "name": "acme-prod settings", "first_seen": DAY_ONE,
            "seen_at": DAY_ONE, "changed_at": DAY_ONE}  # fmt: skip
    row, made = Resource.objects.get_or_create(uid="00000000000000ab", defaults=told)
    if made:
        row.latest = Snapshot.objects.create(resource=row, number=1, at=DAY_ONE, digest="0", document={})
        row.save()
    return {"uid": row.uid}


def _run(cast: Cast) -> Kwargs:
    done = {"state": Run.State.SUCCEEDED, "finished_at": DAY_ONE, "queued_at": DAY_ONE}
    return {"pk": Run.objects.get_or_create(account=cast.account, defaults=done)[0].pk}


def _receiver(cast: Cast) -> Kwargs:
    told = {"provider": "aws", "account": cast.account, "made_at": DAY_ONE, "digest": "0" * 64}
    return {"pk": Receiver.objects.get_or_create(name="bus", key="0" * 32, defaults=told)[0].pk}


def _job(cast: Cast) -> Kwargs:
    told = {"by": cast.analyst, "action": "in-review", "at": DAY_ONE, "beat_at": DAY_ONE, "number": 600}
    return {"pk": TriageJob.objects.get_or_create(query="severity:high", defaults=told)[0].pk}


def _finding(cast: Cast) -> Kwargs:
    mailer = cast.functions["mailer"]
    told = {"function": mailer, "account": cast.account, "severity": "high", "rank": 3, "digest": "0", "abouts": "0",
            "first_seen": DAY_ONE, "opened_at": DAY_ONE, "last_seen": DAY_ONE, "risk": 0}  # fmt: skip
    found, _ = Finding.objects.get_or_create(resource=mailer.resource, rule="public_invoke", defaults=told)
    return {"pk": found.pk}


def _comment(cast: Cast) -> Kwargs:
    snapshot = cast.functions["mailer"].resource.latest
    told = {"at": DAY_ONE, "by": cast.analyst, "by_name": "analyst", "text": "mailer was meant to change"}
    return {"pk": RevisionComment.objects.get_or_create(snapshot=snapshot, defaults=told)[0].pk}


def _person(cast: Cast) -> Kwargs:
    return {"pk": cast.viewer.pk}


def _channel(cast: Cast) -> Kwargs:
    return {"pk": Channel.objects.get_or_create(name="mail", kind="email")[0].pk}


def _alert(cast: Cast) -> Kwargs:
    told = {"owner": cast.analyst, "channel_id": _channel(cast)["pk"], "query": "account:acme-prod"}
    return {"pk": Alert.objects.get_or_create(name="new in acme-prod", defaults=told)[0].pk}


def _delivery(cast: Cast) -> Kwargs:
    return {"pk": Delivery.objects.get_or_create(alert_id=_alert(cast)["pk"], made_at=DAY_ONE)[0].pk}


def _provider(cast: Cast) -> Kwargs:
    told = {"kind": "oidc", "name": "Office", "client_id": "fanlight", "made_at": DAY_ONE}
    return {"pk": IdentityProvider.objects.get_or_create(issuer="https://127.0.0.1:8443", defaults=told)[0].pk}


#: Routes about something that belongs to the installation, not to an account.
OURSELVES: Mapping[str, Callable[[Cast], Kwargs]] = {
    "settings-channel": _channel,
    "settings-channel-delete": _channel,
    "settings-provider": _provider,
    "settings-provider-delete": _provider,
    "settings-provider-enable": _provider,
    "settings-provider-give": _provider,
    "settings-provider-take": _provider,
    "settings-provider-test": _provider,
    "settings-person": _person,
    "settings-person-active": _person,
    "settings-person-give": _person,
    "settings-person-link": _person,
    "settings-person-sessions": _person,
    "settings-person-take": _person,
}

#: Routes about something of an account → how to fill them from the cast.
OBJECTS: Mapping[str, Callable[[Cast], Kwargs]] = {
    "account": _account,
    "account-collect": _account,
    "account-pause": _account,
    "account-permissions": _account,
    "account-schedule": _account,
    "account-test": _account,
    "account-test-result": _account,
    "api-alert": _alert,
    "api-alert-test": _alert,
    "api-deliveries": _alert,
    "api-finding": _finding,
    "api-finding-triage": _finding,
    "api-function": _function,
    "api-identity": _identity,
    "api-run": _run,
    "api-snapshot": lambda cast: {**_function(cast), "number": 1},
    "api-snapshot-comments": lambda cast: {**_function(cast), "number": 1},
    "finding": _finding,
    "api-triage-job": _job,
    "triage-job": _job,
    "triage-job-progress": _job,
    "finding-triage": _finding,
    "function": _function,
    "function-as-of": _function,
    "function-collect": _function,
    "function-graph-file": lambda cast: {**_function(cast), "ending": "json"},
    "function-revision": lambda cast: {**_function(cast), "number": 1},
    "function-tab": lambda cast: {**_function(cast), "tab": "history"},
    "function-watch": _function,
    "functions-peek": _function,
    "identity": _identity,
    "identity-graph": _identity,
    "identity-graph-file": lambda cast: {**_identity(cast), "ending": "svg"},
    "policy": _policy,
    "settings-alert": _alert,
    "settings-receiver": _receiver,
    "settings-receiver-remove": _receiver,
    "settings-receiver-rotate": _receiver,
    "settings-receiver-switch": _receiver,
    "settings-alert-delete": _alert,
    "settings-alert-switch": _alert,
    "settings-alert-test": _alert,
    "settings-delivery-retry": _delivery,
    "settings-history": _settings,
    "revision-comment": lambda cast: {**_function(cast), "number": 1},
    "revision-comment-withdraw": _comment,
    "run": _run,
    "run-progress": _run,
    "run-retry": _run,
}


def address_of(route: Route, cast: Cast) -> str:
    """The address of a route, filled. Raises KeyError for one that nobody told how to fill."""
    if not route.parts:
        return reverse(route.name) + ASKED.get(route.name, "")
    if route.name in PLAIN:
        return reverse(route.name, kwargs=dict(PLAIN[route.name]))
    return reverse(route.name, kwargs=dict({**OBJECTS, **OURSELVES}[route.name](cast)))
