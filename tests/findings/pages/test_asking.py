"""The box “can it …?” says what `manage.py can` says, with the statement that decides."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from findings.evaluate import judge_everything
from inventory.models import Identity
from tests.cast import CHECKOUT_ROLE, DAY_TWO, JANITOR_ROLE, ORDERS, THUMBNAILS_ROLE, Cast, native_id


@pytest.fixture(autouse=True)
def judged(cast: Cast) -> None:
    list(judge_everything(DAY_TWO))


def permissions(cast: Cast, name: str) -> str:
    return f"/functions/{cast.functions[name].uid}/permissions/"


def identity(arn: str) -> str:
    return f"/identities/{Identity.objects.get(native_id=arn).uid}/"


def box(client: Client, address: str, action: str = "", resource: str = "") -> str:
    """The words of the box alone."""
    answer = client.get(address, {"action": action, "resource": resource})
    assert answer.status_code == 200
    return answer.content.decode().partition('id="can"')[2].partition("</section>")[0]


def test_yes_with_the_statement_that_gives_it(analyst: Client, cast: Cast) -> None:
    for address in (permissions(cast, "checkout"), identity(CHECKOUT_ROLE)):
        shown = box(analyst, address, "dynamodb:GetItem", ORDERS)
        assert "yes</span>" in shown
        assert "Decided by" in shown
        assert "allows" in shown
        assert "no permissions boundary: it has none" in shown


def test_no_says_that_nothing_grants_it(analyst: Client, cast: Cast) -> None:
    shown = box(analyst, permissions(cast, "checkout"), "s3:GetObject")
    assert "Nothing grants it." in shown
    assert "Decided by" not in shown


def test_only_if_names_the_condition(analyst: Client, cast: Cast) -> None:
    shown = box(analyst, identity(CHECKOUT_ROLE), "lambda:InvokeFunctionUrl", native_id("thumbnails"))
    assert "only if …" in shown
    assert "Hangs on" in shown
    assert "functionurlauthtype" in shown.lower()


def test_unknown_says_what_was_not_read(analyst: Client, cast: Cast) -> None:
    shown = box(analyst, identity(THUMBNAILS_ROLE), "lambda:InvokeFunction", native_id("invoices"))
    assert "unknown" in shown
    assert "the policy of the resource could not be read" in shown
    assert "resource policy" in shown.partition("Hangs on")[2]


@pytest.mark.parametrize(
    ("action", "resource", "says"),
    [
        ("s3", "", "“s3” is no single action of AWS"),
        ("s3:GetObject", "some-bucket", "There is no resource “some-bucket”"),
        ("", ORDERS, "Name an action to ask about."),
        ("s3:Deletify", "", "AWS had no action “s3:Deletify”"),
        ("s3:GetObject", "arn:aws:sqs:eu-west-1:111122223333:jobs", "works on resources of s3, not of sqs"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::reports", "works on no resource"),
    ],
)
def test_what_makes_no_sense_is_said(analyst: Client, action: str, resource: str, says: str) -> None:
    assert says in box(analyst, identity(JANITOR_ROLE), action, resource)


def test_nothing_is_answered_unasked(analyst: Client, cast: Cast) -> None:
    shown = box(analyst, permissions(cast, "checkout"))
    assert "Decided by" not in shown
    assert 'name="action"' in shown


@pytest.mark.parametrize("question", [("dynamodb:GetItem", ORDERS), ("s3:GetObject", ""), ("iam:PassRole", "")])
def test_page_and_command_agree(analyst: Client, cast: Cast, question: tuple[str, str]) -> None:
    out = StringIO()
    call_command("can", CHECKOUT_ROLE, *filter(None, question), format="json", stdout=out)
    outcome = json.loads(out.getvalue())[0]["outcome"]
    word = {"allowed": "yes", "denied_implicit": "no", "denied_explicit": "no, refused", "allowed_if": "only if …"}
    assert f"{word[outcome]}</span>" in box(analyst, identity(CHECKOUT_ROLE), *question)
