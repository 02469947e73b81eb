"""Every page there is, in a browser: nobody hindered, nothing cut off, nothing refused, in both themes.

The addresses come from the routes themselves, so that a new page is walked without a word here. What else a page shows
behind a query is listed in `behind`. Faults are gathered, and told together.
"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import BrowserContext, Page

from collectors.models import ConnectionTest, Pulse, RunScope
from config import urls
from findings.evaluate import judge_account
from findings.pages.function.view import TABS
from inventory.clock import now
from inventory.limits import too_often
from inventory.models import IdentityProvider, User
from inventory.permission import needs
from tests.browser.conftest import Axe, Watch
from tests.browser.faults import MOVING, NOTED, faults_of, inline, open_all, policy_faults, sit_down, take_seat
from tests.cast import DAY_TWO, Cast, build_cast
from tests.many import copy_mailer
from tests.routes import Route, address_of, routes

PASSWORD = "correct horse battery staple"

#: Addresses that lead elsewhere, are for programs, or answer only somebody in another state: the walk over signing in
#: opens the pages among those.
ELSEWHERE = {
    "account_login", "account_signup", "account_inactive", "mfa_authenticate", "mfa_deactivate_totp",
    "mfa_edit_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "recovery-codes",
    "resolve", "set-password", "settings-provider-test", "sign-in-with", "sign-in-with-reply", "saml_finish_acs",
    "events", "metrics", "saml_metadata",
}  # fmt: skip


@pytest.fixture
def admin(vera: User) -> User:
    vera.role = "admin"
    vera.save()
    return vera


@pytest.fixture
def cast(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast, judged, and ten more functions that are open to ten outside accounts."""
    for place in ("account", "accounts"):
        monkeypatch.setattr(f"collectors.pages.{place}.permissions_document", lambda *_: '{"Version": "2012-10-17"}')
    Pulse.objects.create(name="tick", at=now())  # else, minutes into the walk, /readyz misses the scheduler
    made = build_cast()
    judge_account(made.account, DAY_TWO)
    copy_mailer(made, 10)
    return made


def pages_of(client: Client, cast: Cast, found: list[Route]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Address by route of all that answer with a page; and what is wrong with those that answer only a piece of one.

    Raises KeyError for a route that nobody told how to fill (`tests/routes.py`).
    """
    addresses, faults = {}, {}
    for route in found:
        address = address_of(route, cast)
        answer = client.get(address)
        html = answer.get("Content-Type", "").startswith("text/html")
        if answer.status_code >= 300:
            faults[address] = [f"answers {answer.status_code}: say in ELSEWHERE why, and walk it otherwise"]
        elif html and b"<!doctype" in answer.content[:100].lower():
            addresses[route.name] = address
        elif html:
            piece = answer.content.decode()
            faults[address] = policy_faults(answer.get("Content-Security-Policy", "")) + inline(piece)
    return addresses, {address: told for address, told in faults.items() if told}


def behind(cast: Cast) -> list[str]:
    """What pages show only when they are asked for it."""
    uid, gone = cast.functions["thumbnails"].uid, cast.functions["legacy"].uid
    unread, identity = cast.functions["invoices"].uid, cast.identities["janitor-admin"].uid
    return [
        f"/functions/{uid}/", *(f"/functions/{uid}/{name}/" for name in TABS if name not in ("overview", "history")),
        f"/functions/{gone}/", f"/functions/{unread}/access/", f"/functions/{unread}/history/",
        f"/functions/{uid}/history/?from=1&to=2", f"/identities/{identity}/", f"/identities/{identity}/graph/",
        "/compliance/cis-aws-compute/", "/compliance/cis-aws-compute/4.6/", "/exposure/?tab=external",
        "/exposure/?tab=external&view=matrix", "/exposure/?tab=internal", "/exposure/?q=narrows:perhaps",
        f"/exposure/trust/?provider=aws&party={900000000002}", "/findings/?view=flat", "/findings/?q=severity:critical",
        f"/functions/?q=mail*&peek={unread}&choose=1", "/functions/?q=-region:eu-west-1,x&facets=1",
        "/functions/?q=privilege:root", "/identities/?used=all", f"/compare/?a={uid}&b={unread}",
        f"/functions/{uid}/as-of/?at=2026-03-02", "/settings/tokens/?of=all", "/nothing/here/",
    ]  # fmt: skip


def walked(page: Page, watch: Watch, axe: Axe, addresses: list[str]) -> dict[str, list[str]]:
    """What is wrong where."""
    faults = {}
    for address in addresses:
        found = faults_of(page, open_all(page, address), axe) + watch.problems
        watch.problems.clear()
        if found:
            faults[address] = found
    return faults


def told(faults: dict[str, list[str]]) -> str:
    """The faults as lines, for whoever has to mend them."""
    return "\n" + "\n".join(f"{address}\n    " + "\n    ".join(found) for address, found in faults.items())


def busy(cast: Cast) -> None:
    """A run with a fault and a test of a connection, of which some pages tell."""
    run = cast.account.runs.earliest("pk")
    RunScope.objects.create(run=run, name="us-east-1", state="denied", error_class="denied", error="Refused.",
                            parts=[{"part": "functions", "state": "denied", "reason": "Refused.",
                                    "permission": "lambda:ListFunctions"}])  # fmt: skip
    check = {"call": "lambda:GetPolicy", "outcome": "denied", "seconds": 0.1, "note": "Refused.",
             "permission": "lambda:GetPolicy", "optional": False}  # fmt: skip
    ConnectionTest.objects.create(account=cast.account, asked_at=now(), finished_at=now(), checks=[check])


def test_no_page_has_a_fault(
    page: Page,
    context: BrowserContext,
    live_server: Any,
    admin: User,
    cast: Cast,
    watch: Watch,
    axe: Axe,
    settings: Any,
) -> None:
    settings.EXPORTS_AN_HOUR = 1000
    client = sit_down(context, live_server.url, admin, PASSWORD)
    context.add_init_script(NOTED)
    found = [route for route in routes() if "GET" in (route.needs or {}) and not route.api]
    addresses, faults = pages_of(client, cast, [route for route in found if route.name not in ELSEWHERE])
    busy(cast)
    assert len(addresses) > 50, "the walk has lost its way"
    faults |= walked(page, watch, axe, [*addresses.values(), *behind(cast)])
    assert not faults, told(faults)


def test_what_the_walk_asks_for_makes_a_difference(page: Page, cast: Cast) -> None:
    """Things move unless less motion is asked for, and the other theme has other colours."""
    page.goto("/functions/")
    assert page.evaluate(MOVING)
    ground = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate(ground) != light
    assert not page.evaluate(MOVING)


def with_factors(name: str) -> User:
    """An admin with an app and recovery codes."""
    user = User.objects.create_user(name, password=PASSWORD, role="admin")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def test_no_page_of_signing_in_has_a_fault(
    visitor: Page, context: BrowserContext, live_server: Any, admin: User, watch: Watch, axe: Axe
) -> None:
    context.add_init_script(NOTED)
    guarded = with_factors("wanda")
    provider = IdentityProvider.objects.create(kind="oidc", name="Office", key="office", client_id="fanlight",
                                               issuer="https://127.0.0.1:9", made_at=now(), enabled=True)  # fmt: skip
    link = [urlsafe_base64_encode(force_bytes(admin.pk)), default_token_generator.make_token(admin)]
    faults = walked(visitor, watch, axe, [
        reverse("account_login"), reverse("account_signup"), reverse("account_inactive"),
        reverse("set-password", args=link), reverse("set-password", args=["MQ", "none"]),
        reverse("sign-in-with", args=[provider.key]), reverse("sign-in-with-reply", args=[provider.key]),
    ])  # fmt: skip
    halfway = Client()
    halfway.post(reverse("account_login"), {"login": guarded.username, "password": PASSWORD})
    take_seat(context, live_server.url, halfway)
    faults |= walked(visitor, watch, axe, [reverse("mfa_authenticate")])
    assert visitor.url.endswith(reverse("mfa_authenticate"))
    sit_down(context, live_server.url, guarded, PASSWORD)
    names = ["mfa_index", "mfa_deactivate_totp", "mfa_reauthenticate", "recovery-codes", "account_reauthenticate"]
    for name in names:
        faults |= walked(visitor, watch, axe, [reverse(name)])
        assert visitor.url.endswith(reverse(name)), "the page that was meant"
    assert not faults, told(faults)


@login_not_required
@needs("anyone")
def fails(request: HttpRequest, status: int) -> HttpResponse:
    """Answers as the installation does with each kind of failure."""
    if status == 429:
        return too_often(request, "You may export 20 times an hour; the next time in 4 minutes.", 240)
    raise {400: BadRequest("x"), 500: ValueError("x"), 503: OperationalError("x")}[status]


handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [*urls.urlpatterns, path("fails/<int:status>/", fails, name="fails")]


@pytest.mark.urls(__name__)
def test_no_page_that_tells_of_a_failure_has_one_itself(
    page: Page, context: BrowserContext, watch: Watch, axe: Axe
) -> None:
    context.add_init_script(NOTED)
    watch.expected = ("the server responded with a status of",)
    addresses = {f"/fails/{status}/": status for status in (400, 429, 500, 503)}
    addresses |= {"/settings/people/": 403, "/nothing/here/": 404}
    faults = walked(page, watch, axe, list(addresses))
    assert {address: page.request.get(address).status for address in addresses} == addresses
    page.goto("/settings/")
    page.evaluate("document.querySelector('main form').querySelector('[name=csrfmiddlewaretoken]').value = 'x'")
    with page.expect_navigation() as sent:
        page.evaluate("document.querySelector('main form').submit()")
    assert sent.value is not None
    assert sent.value.status == 403
    faults["a form without our token"] = faults_of(page, sent.value, axe) + watch.problems
    watch.problems.clear()
    assert not any(faults.values()), told(faults)
