"""What may be wrong with one page in a browser, and where everybody's pages are: for the walks over all of them."""

from __future__ import annotations

from html.parser import HTMLParser

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Response, TimeoutError

from inventory.models import User
from tests.browser.conftest import Axe

#: The policy of every page; another one is a decision to be made, not a change that nobody sees.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
#: What a page notes of itself from its first moment on.
NOTED = """window.refusedByPolicy = [];
document.addEventListener('securitypolicyviolation',
  it => window.refusedByPolicy.push(`${it.violatedDirective} ${it.blockedURI} ${it.sample}`));"""
#: Opens what is folded, so that it is seen by whoever looks for faults; menus would cover the rest.
UNFOLDED = "document.querySelectorAll('main details:not(.menu)').forEach(it => { it.open = true })"
#: Whether htmx is done with what it asked for.
QUIET = "() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"
FRAME = """() => {
  const faults = [];
  const heads = document.querySelectorAll('h1').length;
  if (!/\\S · Fanlight$/.test(document.title)) faults.push(`the title is ${document.title}`);
  if (heads !== 1) faults.push(`${heads} headings of the first level`);
  const first = document.querySelector('a[href], button, input, select, textarea');
  if (!first || !first.matches('a.skip[href="#content"]')) faults.push('the skip link is not first');
  if (!document.querySelector('main#content')) faults.push('there is no main content to skip to');
  if (!document.documentElement.lang) faults.push('no language is told');
  return [...faults, ...window.refusedByPolicy.splice(0).map(it => `refused by the policy: ${it}`)];
}"""
#: Elements that still move although less motion is asked for.
MOVING = """() => [...document.querySelectorAll('*')].filter(it => {
  return [null, '::before', '::after'].some(part => {
    const style = getComputedStyle(it, part);
    return style.animationName !== 'none' || style.transitionDuration.split(', ').some(time => parseFloat(time) > 0);
  });
}).map(it => it.outerHTML.slice(0, 120))"""
FITS = "() => document.scrollingElement.scrollWidth <= innerWidth"
#: So many milliseconds a drawing may take to follow its window.
SETTLES = 1_000
#: The part of a page that sticks out, to find it by.
STICKING_OUT = """() => [...document.querySelectorAll('main *, header *')]
  .filter(it => it.getBoundingClientRect().right > innerWidth + 1 && !it.parentElement.closest('[tabindex="0"]'))
  .slice(-1).map(it => it.outerHTML.slice(0, 160)).join('')"""


class _Inline(HTMLParser):
    """Finds what the policy would refuse in a page as it was sent: inline styles, scripts and event attributes.

    A script of JSON is no script: nothing runs it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        runs = tag == "script" and "src" not in names and dict(attrs).get("type") != "application/json"
        if tag == "style" or runs:
            self.found.append(f"<{tag}> in the page itself")
        self.found += [f"{name}= on <{tag}>" for name in names if name == "style" or name.startswith("on")]


def inline(html: str) -> list[str]:
    """What of this HTML needs more than the policy gives."""
    reader = _Inline()
    reader.feed(html)
    return reader.found


def policy_faults(header: str) -> list[str]:
    """How a policy differs from the one there must be."""
    told = {name: rest for name, _, rest in (part.strip().partition(" ") for part in header.split(";")) if name}
    return [] if told == POLICY else [f"the policy is {header!r}"]


def sit_down(context: BrowserContext, home: str, user: User, password: str) -> Client:
    """Let this browser be somebody's who has just given their password; returns a test client of the same session."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": password, "next": "/settings/"})
    take_seat(context, home, client)
    return client


def take_seat(context: BrowserContext, home: str, client: Client) -> None:
    """Go on in the browser where a test client is."""
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": home}])


def open_all(page: Page, address: str) -> Response:
    """Open a page and everything folded on it, and wait until nothing is on its way."""
    answer = page.goto(address)
    assert answer is not None
    page.wait_for_function(QUIET)
    page.evaluate(UNFOLDED)
    page.wait_for_function(QUIET)
    return answer


def faults_of(page: Page, answer: Response, axe: Axe) -> list[str]:
    """Everything that is wrong with an open page, in both themes and three widths; the page ends wide and light."""
    found = policy_faults(answer.headers.get("content-security-policy", "")) + inline(answer.text())
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += [f"moves: {one}" for one in page.evaluate(MOVING)]
    found += [f"axe, light: {one}" for one in axe(page)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"axe, dark: {one}" for one in axe(page, colours=True)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for width in (768, 320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        try:
            page.wait_for_function(FITS, timeout=SETTLES)
        except TimeoutError:
            found.append(f"at {width} pixels this sticks out: {page.evaluate(STICKING_OUT)}")
    return found + list(page.evaluate(FRAME))
