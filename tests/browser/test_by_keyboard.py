"""Six whole jobs with the keyboard alone: nothing here ever points or clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from findings.evaluate import judge_account
from findings.models import Finding
from inventory.models import Account, User
from tests.cast import DAY_TWO, Cast, build_cast

#: So many presses of Tab are enough to get anywhere on these pages.
FAR = 150
#: Whether somebody sees where they are.
RINGED = """it => { const style = getComputedStyle(it);
  return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none'; }"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build_cast()


@pytest.fixture
def operator(vera: User) -> User:
    vera.role = "operator"
    vera.save()
    return vera


def reach(page: Page, wanted: Locator) -> Locator:
    """Press Tab until this has the focus, and see that it shows it."""
    expect(wanted).to_be_visible()
    target = wanted.element_handle()
    for _ in range(FAR):
        if page.evaluate("it => document.activeElement === it", target):
            assert wanted.evaluate(RINGED), "nobody sees that it has the focus"
            return wanted
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {wanted}")


def fill(page: Page, label: str, text: str) -> None:
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_signing_in(visitor: Page, vera: User) -> None:
    visitor.goto("/")
    fill(visitor, "Username", "vera")
    fill(visitor, "Password", "correct horse battery staple")
    reach(visitor, visitor.get_by_role("button", name="Sign in"))
    visitor.keyboard.press("Enter")
    visitor.wait_for_url(lambda url: "/sign-in/" not in url)


def test_searching_looking_beside_the_list_and_opening(page: Page, cast: Cast) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.wait_for_url("**/functions/")
    page.keyboard.press("/")
    page.keyboard.type("mailer")
    page.keyboard.press("Escape")
    reach(page, page.get_by_label("Query", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#peek h2")).to_have_text("mailer")
    page.keyboard.press("Escape")
    expect(page.locator("#peek > *")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="mailer", level=1)).to_be_visible()


def test_triaging_a_finding(page: Page, operator: User, cast: Cast) -> None:
    judge_account(cast.account, DAY_TWO)
    page.goto("/findings/?view=flat")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/*/")
    finding = Finding.objects.get(pk=int(page.url.rstrip("/").rpartition("/")[2]))
    choice = reach(page, page.get_by_label("Set to"))
    while choice.input_value() != "remediating":
        before = choice.input_value()
        page.keyboard.press("ArrowDown")
        assert choice.input_value() != before, "there is no such choice"
    fill(page, "Reason", "The team looks at it.")
    reach(page, page.locator("form:has(#state)").get_by_role("button", name="Set"))
    page.keyboard.press("Enter")
    expect(page.locator(".log-note").first).to_have_text("The team looks at it.")
    finding.refresh_from_db()
    assert finding.state == "remediating"


def test_comparing_two_snapshots(page: Page, cast: Cast) -> None:
    uid = cast.functions["checkout"].uid
    page.goto(f"/functions/{uid}/")
    reach(page, page.get_by_role("link", name="Compare"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/**")
    fill(page, "Left", f"{uid}:1")
    fill(page, "Right", f"{uid}:2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    expect(page.locator(".semantic")).to_contain_text("512")


def test_connecting_an_account(
    page: Page, operator: User, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    monkeypatch.setattr("collectors.pages._forms.checked_connection", lambda *_: {"regions": ["eu-west-1"]})
    for place in ("account", "accounts"):
        monkeypatch.setattr(f"collectors.pages.{place}.permissions_document", lambda *_: "{}")
    monkeypatch.setattr("collectors.trial.try_connection.delay", lambda _pk: None)
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/accounts/")
    reach(page, page.get_by_role("link", name="Connect an account").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/add/")
    reach(page, page.locator("main a[href$='/accounts/add/aws/']"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/add/aws/")
    fill(page, "AWS account id", "123456789012")
    fill(page, "Name", "acme-prod")
    reach(page, page.get_by_role("button", name="Connect"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="acme-prod", level=1)).to_be_visible()
    assert Account.objects.get().native_id == "123456789012"


def test_exporting_what_a_search_found(page: Page, cast: Cast) -> None:
    page.goto("/functions/?q=mailer")
    reach(page, page.get_by_role("link", name="CSV"))
    with page.expect_download() as sent:
        page.keyboard.press("Enter")
    rows = sent.value.path().read_text().splitlines()
    assert sent.value.suggested_filename.startswith("functions_")
    assert ["mailer" in row for row in rows] == [False, True]
