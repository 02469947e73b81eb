"""Every change planted in the sandbox's days is joined to the actor who made it, and nobody else is ever named.

The days are collected through the real collectors. Between them the test plants entries in the log that mislead: of
the same function with a verb that could not have done it, of the right verb on another policy, a failed one, one
outside the time; and one that could have done it, so that two candidates must be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from collectors.collect import collect_now
from collectors.sandbox import Sandbox
from collectors.sandbox.estate import LAST_DAY
from config.demo import connect_accounts
from inventory.facts import ActivityFact
from inventory.models import Account, Change, Resource
from inventory.record import record_activity

pytestmark = pytest.mark.django_db

LAST = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)
DAYS = {day: LAST - timedelta(days=LAST_DAY - day) for day in range(LAST_DAY + 1)}

ENGINEER, ANALYST, PIPELINE, OLD_CI = "on-call-engineer", "an-analyst", "release", "ci-old"
#: (cloud, day, kind, name, part of a sentence of the change, who did it).
PLANTED = [
    ("aws", 1, "function", "checkout-api", "Code replaced", PIPELINE),
    ("aws", 1, "function", "mailer", "Variable SMTP_HOST changed", ENGINEER),
    ("aws", 2, "function", "gift-cards", "Function first seen", PIPELINE),
    ("aws", 2, "function", "thumbnails", "Tag data: public added", ENGINEER),
    ("aws", 3, "function", "report-mailer", "Runtime nodejs16.x → nodejs22.x", PIPELINE),
    ("aws", 3, "identity", "janitor-role", "Policy AdministratorAccess attached", ENGINEER),
    ("aws", 4, "function", "thumbnails", "Invoker added: everyone", ENGINEER),
    ("aws", 5, "function", "old-import", "Function removed", OLD_CI),
    ("aws", 5, "function", "price-lookup", "Reserved concurrency none → 40", ENGINEER),
    ("aws", 5, "identity", "rates-role", "Gained s3:GetObject", ENGINEER),
    ("aws", 6, "function", "fx-rates", "Invoker removed: everyone", ANALYST),
    ("gcp", 1, "function", "store-locator", "Code replaced", PIPELINE),
    ("gcp", 1, "function", "mailer", "Variable SMTP_HOST changed", ENGINEER),
    ("gcp", 2, "function", "gift-cards", "Function first seen", PIPELINE),
    ("gcp", 2, "function", "partner_feed", "Tag data: public added", ENGINEER),
    ("gcp", 3, "function", "report-daily", "Runtime python310 → python313", PIPELINE),
    ("gcp", 3, "identity", "janitor@", "Gained roles/owner", ENGINEER),
    ("gcp", 3, "account", "Shop (prod)", "Access added: serviceAccount:janitor@", ENGINEER),
    ("gcp", 4, "function", "photo-import", "Invoker added: everyone", ENGINEER),
    ("gcp", 5, "function", "old-feed", "Function removed", OLD_CI),
    ("gcp", 5, "identity", "uploads@", "made, good for ever", ENGINEER),
    ("gcp", 6, "function", "gift-finder", "Invoker removed: everyone", ANALYST),
    ("gcp", 6, "function", "store-locator", "Code replaced", ENGINEER),
    ("azure", 1, "function", "lark-media", "HTTP 2 off → on", ENGINEER),
    ("azure", 2, "function", "lark-gifts", "Function first seen", PIPELINE),
    ("azure", 2, "function", "lark-webhooks", "Tag data: public added", ENGINEER),
    ("azure", 2, "function", "lark-legacy", "CORS origins", ENGINEER),
    ("azure", 3, "identity", "id-janitor", "Gained Owner", ENGINEER),
    ("azure", 3, "account", "shop-prod", "Access added: service principal", ENGINEER),
    ("azure", 4, "function", "lark-photos", "Easy Auth on → off", ENGINEER),
    ("azure", 5, "function", "lark-oldimport", "Function removed", OLD_CI),
    ("azure", 6, "function", "lark-webhooks", "Easy Auth off → on", ANALYST),
]
INTRUDER = "arn:aws:sts::999999999999:assumed-role/outside/an-intruder"


def plant(name: str, day: int, action: str, hours: float = -2, outcome: str = "ok", kind: str = "function",
          **detail: object) -> None:  # fmt: skip
    """An entry of the log about a resource of the estate, `hours` from the reading of that day."""
    row = Resource.objects.select_related("scope").filter(name__startswith=name, kind=kind).order_by("provider")[0]
    fact = ActivityFact(
        f"{name}-{day}-{action}-{hours}", DAYS[day] + timedelta(hours=hours), action, row.native_id, INTRUDER, "person",
        outcome=outcome, detail=detail,
    )  # fmt: skip
    record_activity(row.scope, [fact], None)


def mislead(day: int) -> None:
    """What is planted before the reading of a day."""
    if day == 1:
        plant("mailer", 1, "lambda:UpdateFunctionConfiguration", parameters=["functionName", "memorySize"])
    if day == 3:
        plant(
            "janitor-role", 3, "iam:AttachRolePolicy", kind="identity", policy="arn:aws:iam::aws:policy/ReadOnlyAccess"
        )
        plant("report-mailer", 3, "lambda:UpdateFunctionCode")
        plant("janitor@", 3, "iam:CreateServiceAccountKey", kind="identity")
    if day == 4:
        plant("thumbnails", 4, "lambda:RemovePermission", statement="uploads")
        plant(
            "thumbnails", 4, "lambda:AddPermission", outcome="AccessDeniedException", statement="FunctionURLAllowAccess"
        )
        plant("thumbnails", 4, "lambda:AddPermission", hours=1, statement="FunctionURLAllowAccess")
        plant("lark-photos", 4, "Microsoft.Web/sites/restart/action")
        plant(
            "photo-import", 4, "run:SetIamPolicy", policy=[{"action": "ADD", "role": "roles/run.viewer", "member": "x"}]
        )
    if day == 6:
        plant("checkout-api", 6, "lambda:UpdateFunctionCode")


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The estate, collected on each of its days."""
    with django_db_blocker.unblock():
        with Sandbox(size=12, base=DAYS[0]).serve() as running:
            accounts: list[Account] = []
            for day, at in DAYS.items():
                running.day = day
                accounts = accounts or connect_accounts(running.url)
                mislead(day)
                for account in accounts:
                    collect_now(account, at)
        yield
        call_command("flush", verbosity=0, interactive=False)


def change_of(cloud: str, day: int, kind: str, name: str, sentence: str) -> Change:
    found = Change.objects.filter(
        resource__provider=cloud, resource__kind=kind, resource__name__startswith=name, at=DAYS[day]
    ).exclude(event="readable")
    told = [change for change in found if any(sentence in line["text"] for line in change.lines)]
    assert len(told) == 1, [change.lines for change in found]
    return told[0]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one[0]}-{one[1]}-{one[3]}")
def test_who_made_a_planted_change_is_told(lived: None, planted: tuple[str, int, str, str, str, str]) -> None:
    change = change_of(*planted[:5])
    acts = [(act.activity.action, act.activity.actor, act.sure) for act in change.acts.select_related("activity")]
    assert change.told == "found", (change.told, change.lines, acts)
    who = planted[5]
    # Azure knows the pipeline by the object id of its application only.
    assert who in change.actor or (planted[0], who, change.actor_kind) == ("azure", PIPELINE, "service"), acts
    assert acts and all(sure for _, _, sure in acts)


def test_two_who_may_have_done_it_are_told_as_candidates(lived: None) -> None:
    change = change_of("aws", 6, "function", "checkout-api", "Code replaced")
    assert (change.told, change.actor) == ("ambiguous", "")
    acts = change.acts.select_related("activity")
    assert {act.activity.actor.rsplit("/", 1)[-1] for act in acts} == {"an-intruder", ENGINEER}
    assert not any(act.sure for act in acts)


def test_whoever_only_misled_is_never_named(lived: None) -> None:
    assert not Change.objects.filter(actor=INTRUDER).exists()
    assert not Change.objects.filter(acts__sure=True, acts__activity__actor=INTRUDER).exists()


def test_deployments_of_the_crowd_are_the_pipelines(lived: None) -> None:
    deployed = Change.objects.filter(code=True, event="changed", resource__provider="aws", at__lt=DAYS[6])
    assert deployed.exists()
    assert {change.actor.rsplit("/", 1)[-1] for change in deployed} == {"build-4711"}
