"""Signing in, as a person does it."""

from playwright.sync_api import Page, expect

from inventory.models import User


def test_a_visitor_is_asked_to_sign_in_and_lands_on_the_overview(visitor: Page, vera: User) -> None:
    visitor.goto("/")
    assert "/sign-in/" in visitor.url
    visitor.get_by_label("Username").fill("vera")
    visitor.get_by_label("Password").fill("correct horse battery staple")
    visitor.get_by_role("button", name="Sign in").click()
    visitor.wait_for_url(lambda url: "/sign-in/" not in url)


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(visitor: Page, vera: User) -> None:
    visitor.goto("/sign-in/login/")
    visitor.get_by_label("Username").fill("vera")
    visitor.get_by_label("Password").fill("wrong")
    visitor.get_by_role("button", name="Sign in").click()
    expect(visitor.locator("body")).to_contain_text("username and/or password")
