"""Every address on every page leads within, or by https to a known place: no name can turn it (R-29)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from findings.catalogue import catalogue
from findings.pages.function.console import AWS_HOSTS, console_address, identity_address
from findings.pages.function.view import TABS
from inventory.models import Function, Identity, Resource, User
from tests.browser.hostile import PAYLOADS, build_hostile
from tests.browser.hostile_words import build_words, where_they_stand
from tests.cast import Cast
from tests.routes import Route, address_of, routes

#: Attributes that a browser or htmx follows.
LEADING = re.compile(r"(data-)?hx-(get|post|put|patch|delete|push-url)|href|src|srcset|action|formaction|poster|cite|"
                     r"background|data|ping|xlink:href|manifest")  # fmt: skip
CONSOLES = (*AWS_HOSTS.values(), "console.cloud.google.com", "portal.azure.com")
#: Names that would like to be an address, or to end one.
TURNS = (
    "https://evil.example/", "//evil.example/x", "\\\\evil.example", "javascript:alert(1)", "data:text/html,x",
    "evil.example/", "@evil.example", "x@evil.example/#", "evil.example?", "evil.example#", "../../../",
    "a/../..//evil",
    "%2F%2Fevil.example", "evil.example%00.", "\tjavascript:x", "x\r\nLocation: //evil", "．evil.example", "?a=b&c=d#e",
    ":80", ".", "..", "xn--evil", "eu-west-1.evil.example", "eu-west-1/", "eu-west-1\\", " eu-west-1", "１２７.0.0.1",
)  # fmt: skip


def led_astray(address: str, hosts: set[str]) -> bool:
    """Whether an address leads anywhere but within, or by https to one of these hosts."""
    # As browsers read it: white space around and tabs and line breaks within are nothing, a backslash is a slash.
    text = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(33))))).replace("\\", "/")
    told = urlsplit(text)
    if not told.scheme and not text.startswith("//"):
        return False
    host = told.hostname or ""
    known = host in hosts or any(host == one or host.endswith(f".{one}") for one in CONSOLES)
    plain = re.fullmatch(r"[a-z0-9.-]+", told.netloc) is not None
    return told.scheme != "https" or not known or not plain


class Addresses(HTMLParser):
    """Every address in a page, with the element and attribute that has it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if LEADING.fullmatch(name):
                self.found.append((f"{tag} {name}", value or ""))
        told = dict(attrs)
        if tag == "meta" and (told.get("http-equiv") or "").lower() == "refresh":
            self.found.append(("meta refresh", told.get("content") or ""))
        if tag == "a" and told.get("target") == "_blank" and "noopener" not in (told.get("rel") or ""):
            self.found.append(("a without noopener", "javascript:"))


def addresses_in(html: str) -> list[tuple[str, str]]:
    reader = Addresses()
    reader.feed(html)
    return reader.found


@pytest.mark.parametrize(
    "address", ["javascript:x", " JaVa\tScript:x", "data:x", "vbscript:x", "http://github.com/", "//evil.example",
                "/\\evil.example", "\\\\evil", "https://evil.example/", "https://github.com@evil.example/",
                "https://github.com.evil.example/", "https://portal.azure.com:8443@evil/", "https://x%2Fportal.azure.com/",
                "https://evilportal.azure.com.example/"],
)  # fmt: skip
def test_what_leads_astray_is_seen(address: str) -> None:
    assert led_astray(address, {"github.com"})


@pytest.mark.parametrize("address", ["/x", "?q=javascript:x", "#a:b", "x/", "", "https://github.com/x",
                                     "https://eu-west-1.console.aws.amazon.com/x"])  # fmt: skip
def test_what_leads_nowhere_else_is_seen(address: str) -> None:
    assert not led_astray(address, {"github.com"})


def known_hosts() -> set[str]:
    """Hosts that our own rules and frameworks name: no cloud's and no person's words are among them."""
    told = [link for rule in catalogue().values() for link in rule.references]
    return {urlsplit(link).hostname or "" for link in told}


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Cast, User, list[Function]]:
    for place in ("account", "accounts"):
        monkeypatch.setattr(f"collectors.pages.{place}.permissions_document", lambda *_: PAYLOADS[0])
    functions = build_hostile()
    admin = User.objects.create_user("ada", role="admin")
    made = build_words(functions, admin)
    for number, row in enumerate(functions):
        turn = TURNS[number % len(TURNS)]
        region = turn[:30] if number % 2 else row.region
        Function.objects.filter(pk=row.pk).update(name=turn, region=region)
        Resource.objects.filter(pk=row.resource_id).update(name=turn, region=region)
    return made, admin, functions


def pages(client: Client, cast: Cast, functions: list[Function]) -> Iterator[tuple[str, str]]:
    """Address and text of every page and piece of one."""
    found = [address_of(route, cast) for route in routes() if _is_page(route)]
    found += [f"/functions/{row.uid}/" for row in functions]
    found += [f"/functions/{functions[0].uid}/{name}/" for name in TABS if name not in ("overview", "history")]
    found += [f"/identities/{row.uid}/" for row in Identity.objects.all()[:12]]
    found += [address for address, _ in where_they_stand(cast)]
    found += ["/findings/?view=flat", "/exposure/?tab=external", f"/functions/?peek={functions[0].uid}&facets=1",
              "/functions/?q=javascript:alert(1)", "/functions/?sort=//evil.example"]  # fmt: skip
    for address in dict.fromkeys(found):
        answer = client.get(address)
        if answer.status_code < 300 and answer.get("Content-Type", "").startswith("text/html"):
            yield address, answer.content.decode()
        if answer.status_code in (301, 302, 303, 307, 308):
            yield address, f'<a href="{answer["Location"]}">'


def _is_page(route: Route) -> bool:
    return not route.foreign and not route.api and "GET" in (route.needs or {})


def test_no_address_on_any_page_is_turned_by_a_name(world: tuple[Cast, User, list[Function]], client: Client) -> None:
    cast, admin, functions = world
    client.force_login(User.objects.get(pk=admin.pk))
    hosts, faults, seen, away = known_hosts(), set(), 0, 0
    for address, html in pages(client, cast, functions):
        seen += 1
        for where, leads in addresses_in(html):
            away += leads.startswith("https://")
            if led_astray(leads, hosts):
                faults.add((re.sub(r"[0-9a-f]{16}", "…", address), where, leads))
    assert faults == set()
    assert seen > 75, "the walk has lost its way"
    assert away >= 5, "links to consoles and references are among them"


def test_references_of_rules_are_https_to_hosts_with_a_name() -> None:
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in known_hosts())
    assert all(link.startswith("https://") for rule in catalogue().values() for link in rule.references)


def function(provider: str, native_id: str, **more: Any) -> Any:
    told = {"name": "checkout", "region": "eu-west-1", "account": SimpleNamespace(native_id="shop-prod")}
    return SimpleNamespace(provider=provider, native_id=native_id, **{**told, **more})


LAMBDA, RUN = "arn:aws:lambda:eu-west-1:1:function:x", "projects/p/locations/l/services/x"
SITE = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Web/sites/x"


@pytest.mark.parametrize(
    ("of", "leads"),
    [
        (function("aws", LAMBDA),
         "https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/checkout"),
        (function("aws", LAMBDA.replace("aws", "aws-cn", 1), region="cn-north-1"),
         "https://cn-north-1.console.amazonaws.cn/lambda/home?region=cn-north-1#/functions/checkout"),
        (function("aws", "arn:aws-evil:lambda:x"), ""),
        (function("aws", "no arn"), ""),
        (function("gcp", RUN), "https://console.cloud.google.com/run/detail/eu-west-1/checkout?project=shop-prod"),
        (function("gcp", "projects/p/locations/l/functions/x"),
         "https://console.cloud.google.com/functions/details/eu-west-1/checkout?project=shop-prod"),
        (function("azure", SITE), f"https://portal.azure.com/#resource{SITE}"),
        (function("other", "x"), ""),
    ],
)  # fmt: skip
def test_a_function_is_found_in_its_console(of: Any, leads: str) -> None:
    assert console_address(of) == leads


@pytest.mark.parametrize("turn", [*TURNS, *PAYLOADS])
def test_no_name_turns_a_link_to_a_console(turn: str) -> None:
    account = SimpleNamespace(native_id=turn)
    for provider in ("aws", "gcp", "azure"):
        for native_id in (LAMBDA, RUN, SITE, turn, f"arn:aws:{turn}", f"arn:{turn}", f"arn:aws:iam::1:role/{turn}"):
            row = function(provider, native_id, name=turn, region=turn, account=account,
                           document={"config": {"resource": f"/{turn}"}})  # fmt: skip
            for address in (console_address(row), identity_address(row)):
                assert address == "" or not led_astray(address, set()), address
                assert not re.search(r"[\s<>\"'\\]", address)
