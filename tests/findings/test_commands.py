"""What the commands can and access print, and how they refuse."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from findings.evaluate import judge_everything
from findings.judge import MOST
from inventory.models import Function, Posture
from tests.cast import (
    CHECKOUT_ROLE,
    DAY_TWO,
    JANITOR_ROLE,
    ORDERS,
    REFUSED,
    SHARED_ROLE,
    THUMBNAILS_ROLE,
    THUMBNAILS_URL,
    Cast,
    allow,
    identities,
    native_id,
    record_day,
    role,
)

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def judged(cast: Cast) -> None:
    list(judge_everything(DAY_TWO))


def printed(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def rows(*words: str) -> list[Row]:
    found: list[Row] = json.loads(printed(*words, format="json"))
    return found


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as refused:
        printed(*words)
    assert refused.value.returncode == 2
    return str(refused.value)


def test_a_role_is_allowed_what_its_policy_grants() -> None:
    (row,) = rows("can", CHECKOUT_ROLE, "dynamodb:GetItem", ORDERS)
    assert (row["identity"], row["action"], row["resource"]) == (CHECKOUT_ROLE, "dynamodb:GetItem", ORDERS)
    assert (row["outcome"], row["unless"], row["unread"]) == ("allowed", [], [])
    assert "orders" in row["because"][0]["source"]


def test_and_nothing_beyond_it() -> None:
    (row,) = rows("can", CHECKOUT_ROLE, "dynamodb:DeleteTable", ORDERS)
    assert (row["outcome"], row["because"]) == ("denied_implicit", [])
    (elsewhere,) = rows("can", CHECKOUT_ROLE, "dynamodb:GetItem", f"{ORDERS}-of-others")
    assert elsewhere["outcome"] == "denied_implicit"


def test_without_a_resource_any_resource_counts() -> None:
    assert rows("can", CHECKOUT_ROLE, "dynamodb:GetItem")[0]["outcome"] == "allowed"


def test_a_function_is_asked_about_by_whatever_it_runs_as() -> None:
    (row,) = rows("can", "mailer", "secretsmanager:GetSecretValue")
    assert (row["identity"], row["outcome"]) == (SHARED_ROLE, "allowed")
    uid = Function.objects.get(name="mailer").uid
    assert rows("can", uid, "secretsmanager:GetSecretValue") == [row]


def test_letter_case_of_an_action_does_not_matter() -> None:
    assert rows("can", "mailer", "SECRETSMANAGER:getsecretvalue")[0]["outcome"] == "allowed"


def test_the_policy_of_a_function_counts_too() -> None:
    """Everyone may call thumbnails by its URL, so a role without any right to does."""
    (row,) = rows("can", CHECKOUT_ROLE, "lambda:InvokeFunctionUrl", native_id("thumbnails"))
    assert row["outcome"] == "allowed_if"
    assert "lambda:functionurlauthtype" in str(row["unless"]).lower()
    (named,) = rows("can", CHECKOUT_ROLE, "lambda:InvokeFunctionUrl", "thumbnails")
    assert named == row


def test_a_policy_that_could_not_be_read_makes_it_unknown() -> None:
    (row,) = rows("can", THUMBNAILS_ROLE, "lambda:InvokeFunction", native_id("invoices"))
    assert row["outcome"] == "unknown"
    assert row["unread"] == ["the policy of the resource could not be read"]
    (certain,) = rows("can", JANITOR_ROLE, "lambda:InvokeFunction", native_id("checkout"))
    assert certain["outcome"] == "allowed"


def test_the_table_reads_as_sentences() -> None:
    lines = printed("can", CHECKOUT_ROLE, "dynamodb:GetItem", ORDERS).splitlines()
    assert lines[0] == f"{CHECKOUT_ROLE}: dynamodb:GetItem on {ORDERS} is allowed"
    assert lines[1].startswith("  because  allow by ")
    assert printed("can", CHECKOUT_ROLE, "s3:GetObject").strip().endswith("is denied implicitly")


def test_rows_can_be_had_as_csv_and_json_lines() -> None:
    (row,) = csv.DictReader(io.StringIO(printed("can", "mailer", "ses:SendEmail", format="csv")))
    assert row["outcome"] == "allowed"
    (line,) = printed("can", "mailer", "ses:SendEmail", format="jsonl").splitlines()
    assert json.loads(line)["identity"] == SHARED_ROLE


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("can", "nobody", "s3:GetObject"), "no resource “nobody”"),
        (("can", "mailer", "s3"), "no single action of AWS"),
        (("can", "mailer", "s3:*"), "no single action of AWS"),
        (("can", "mailer", "s3:GetObject", "some-bucket"), "no resource “some-bucket”"),
        (("can", "mailer", "s3:GetObject", "/some/bucket"), "no ARN of AWS"),
        (("access", "nobody"), "no resource “nobody”"),
        (("access", JANITOR_ROLE), "no resource"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_a_sentence(words: tuple[str, ...], says: str) -> None:
    assert says in refusal(*words)


def test_every_way_in_is_listed() -> None:
    found = rows("access", "thumbnails")
    public = next(row for row in found if row["level"] == "public_anonymous")
    assert (public["action"], public["principal"], public["kind"]) == ("invoke", "*", "everyone")
    assert THUMBNAILS_URL in public["via"]
    assert public["certain"] is False, "the second permission of URLs is missing"
    deployers = {row["principal"] for row in found if row["action"] == "deploy"}
    assert deployers == {JANITOR_ROLE}


def test_the_list_is_whole_however_many_there_are(cast: Cast) -> None:
    callers = [
        role(f"{CHECKOUT_ROLE}-{number}", "calls", allow(["lambda:InvokeFunction"], "*")) for number in range(MOST + 5)
    ]
    record_day(cast.account, "global", DAY_TWO + timedelta(hours=1), [*identities(), *callers], "roles")
    list(judge_everything(DAY_TWO))
    assert len(Posture.objects.get(function__name="checkout").because["invoke"]) == MOST
    assert {row["principal"] for row in rows("access", "checkout")} >= {one.native_id for one in callers}


def test_what_was_not_read_is_a_row_of_its_own() -> None:
    found = rows("access", "invoices")
    unread = [row for row in found if row["level"] == "unknown"]
    assert [row["certain"] for row in unread] == [False]
    assert "resource policy" in unread[0]["condition"]
    assert REFUSED.permission not in str(found)


def test_the_table_of_ways_in_names_its_columns() -> None:
    head = printed("access", "checkout").splitlines()[0].split()
    assert head == ["ACTION", "PRINCIPAL", "KIND", "LEVEL", "VIA", "QUALIFIER", "CONDITION", "LATENT", "CERTAIN"]
