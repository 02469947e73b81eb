"""What people of ours could have typed, or sent with their requests, to do harm: every payload in every such place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from collectors.models import Receiver, Run, RunScope
from findings.models import Alert, Channel, Delivery, Finding, FindingEvent, RuleSetting
from inventory.audit import audit
from inventory.models import (
    Account,
    AccountGroup,
    ApiToken,
    ColumnSet,
    Function,
    IdentityProvider,
    Role,
    SavedSearch,
    Trust,
    User,
)
from inventory.models.sign_on import GroupRole
from tests.browser.hostile import PAYLOADS
from tests.cast import DAY_ONE, Cast

#: Some day until which things hold.
LATER = DAY_ONE + timedelta(days=36_500)


def build_words(functions: list[Function], owner: User) -> Cast:
    """Fill everything that people name, say or send, as `owner` where one is needed. The world as routes want it."""
    account = functions[0].account
    owner.first_name, owner.last_name = PAYLOADS[3], PAYLOADS[0]
    owner.save()
    _people_and_keys(owner)
    _triage(functions[0], owner)
    _alerts(owner)
    for number, text in enumerate(PAYLOADS):
        group = AccountGroup.objects.get_or_create(name=text[:100])[0]
        Account.objects.create(provider="aws", native_id=f"{number:012}", name=text[:255], group=group)
        Receiver.objects.create(provider="aws", account=account, name=text[:100], key=f"key-{number}", digest="0" * 64,
                                refused_why=text[:200], made_at=DAY_ONE)  # fmt: skip
        Trust.objects.create(provider="aws", party=f"{number:012}", reason=text, by_name=text[:150], at=DAY_ONE,
                             until=LATER)  # fmt: skip
    run = Run.objects.create(account=account, state=Run.State.PARTIAL, queued_at=DAY_ONE, finished_at=DAY_ONE,
                             error=PAYLOADS[4], error_class=PAYLOADS[3][:40])  # fmt: skip
    for number, text in enumerate(PAYLOADS):
        part = {"part": text, "state": "denied", "reason": text, "permission": text}
        RunScope.objects.create(run=run, name=f"{number} {text}"[:100], state="denied", error=text, parts=[part])
    return Cast(
        account=account,
        functions={"mailer": functions[0]},
        identities={"office-shared": account.identities.earliest("pk")},
        viewer=User.objects.get(username="person-0"),
        analyst=owner,
        outsider=User.objects.get(username="person-1"),
    )


def _people_and_keys(owner: User) -> None:
    provider = IdentityProvider.objects.create(kind="oidc", name=PAYLOADS[9][:60], issuer="https://127.0.0.1:9/first",
                                               made_at=DAY_ONE, client_id=PAYLOADS[5], enabled=True)  # fmt: skip
    for number, text in enumerate(PAYLOADS):
        User.objects.create(username=f"person-{number}", first_name=text[:150], email="x@example.org")
        SavedSearch.objects.create(owner=owner, slug=f"s{number}", name=text[:120], query=text, shared=True)
        ColumnSet.objects.create(owner=owner, slug=f"c{number}", name=text[:120], columns=["name"], shared=True)
        token = ApiToken.objects.create(owner=owner, name=text[:100], prefix=f"p{number}", digest="0", role=Role.VIEWER,
                                        made_at=DAY_ONE, expires_at=LATER)  # fmt: skip
        IdentityProvider.objects.create(kind="oidc", name=text[:60], issuer=f"https://127.0.0.1:9/{number}",
                                        made_at=DAY_ONE, enabled=True)  # fmt: skip
        GroupRole.objects.create(provider=provider, name=text[:250], role=Role.VIEWER)
        session = SessionStore()
        session.update({SESSION_KEY: owner.pk, BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                        HASH_SESSION_KEY: owner.get_session_auth_hash()})  # fmt: skip
        session.create()
        UserSession.objects.create(user=owner, ip="127.0.0.1", session_key=session.session_key, user_agent=text[:90])
        audit("token", by=owner, of=token, after={text: text})


def _triage(function: Function, owner: User) -> None:
    told = {"function": function, "account": function.account, "severity": "high", "rank": 3, "digest": "0",
            "abouts": "0", "first_seen": DAY_ONE, "opened_at": DAY_ONE, "last_seen": DAY_ONE, "risk": 0}  # fmt: skip
    evidence = [{"says": text, "because": text, "severity": "high", "detail": {text: text}} for text in PAYLOADS]
    finding = Finding.objects.create(resource=function.resource, rule="public_invoke", because=PAYLOADS[5],
                                     evidence=evidence, reason=PAYLOADS[3], **told)  # fmt: skip
    for text in PAYLOADS:
        FindingEvent.objects.create(finding=finding, at=DAY_ONE, what="commented", by=owner, by_name=text[:150],
                                    note=text)  # fmt: skip
        RuleSetting.objects.create(rule="public_invoke", reason=text, by_name=text[:150], at=DAY_ONE)


def _alerts(owner: User) -> None:
    for text in PAYLOADS:
        channel = Channel.objects.create(name=text[:100], kind="email", place=text[:255])
        alert = Alert.objects.create(name=text[:100], owner=owner, channel=channel, query=text, fault=text[:500])
    for text in PAYLOADS:
        Delivery.objects.create(alert=alert, made_at=DAY_ONE, status=text[:300], state="dead")


def where_they_stand(cast: Cast) -> Iterator[tuple[str, list[str]]]:
    """Address, and the texts that stand there letter for letter."""
    provider = IdentityProvider.objects.earliest("pk").pk
    alert = Alert.objects.latest("pk").pk
    places = {
        "/settings/people/": 150, "/settings/searches/": 120, "/settings/tokens/": 100, "/settings/sign-on/": 60,
        f"/settings/sign-on/{provider}/": 250, "/settings/alerts/": 100, f"/settings/alerts/{alert}/": 300,
        "/settings/receivers/": 100, "/accounts/": 100, "/exposure/trusted/": 300, "/settings/sessions/": 90,
        f"/findings/{Finding.objects.get(reason=PAYLOADS[3]).pk}/": 300, "/rules/public_invoke/": 300,
        f"/runs/{Run.objects.latest('pk').pk}/": 300,
    }  # fmt: skip
    for address, most in places.items():
        yield address, [text[:most] for text in PAYLOADS]
