"""Findings over the days of the sandbox's estate: they open, resolve and go as its functions change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collectors.collect import collect_now
from collectors.sandbox import Sandbox
from collectors.sandbox.estate import LAST_DAY
from config.demo import connect_accounts
from findings.models import Finding, FindingEvent, RuleCount, Verdicts
from findings.models.verdicts import COUNTED
from findings.states import CLOSED, State
from inventory.models import Function, Posture

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_findings_follow_the_estate_day_by_day() -> None:
    with Sandbox(size=20).serve(day=0) as running:
        account = next(one for one in connect_accounts(running.url) if (one.provider, one.name) == ("aws", "shop-prod"))
        for day in range(LAST_DAY + 1):
            running.day = day
            collect_now(account, BEGIN + timedelta(days=day))
    found = list(Finding.objects.filter(account=account).select_related("resource"))
    states = {finding.state for finding in found}
    assert {State.OPEN, State.RESOLVED, State.GONE} <= states
    for finding in found:
        assert (finding.closed_at is not None) == (finding.state in CLOSED), finding
        assert (finding.state == State.GONE) == (finding.resource.gone_at is not None), finding
    logged = FindingEvent.objects.filter(what="opened")
    assert logged.count() == len(found), "each was opened once"
    _counts_agree(account.pk)


def _counts_agree(account: int) -> None:
    """What was counted as verdicts changed is what the verdicts themselves say."""
    present = set(Function.objects.filter(account=account, gone_at=None).values_list("pk", flat=True))
    judged = Verdicts.objects.filter(account=account, resource__kind="function")
    assert set(judged.values_list("pk", flat=True)) == present
    words = list(Verdicts.objects.filter(account=account).select_related("shelf"))
    for count in RuleCount.objects.filter(account=account):
        for letter, column in COUNTED.items():
            said = sum(dict(zip(row.shelf.rules, row.word, strict=True)).get(count.rule) == letter for row in words)
            assert getattr(count, column) == said, f"{count.rule}: {column}"
    active = Finding.objects.active().filter(account=account, function__isnull=False)
    with_some = set(active.values_list("function_id", flat=True))
    told = set(Posture.objects.filter(function__account=account, function__gone_at=None).exclude(worst="none")
               .values_list("pk", flat=True))  # fmt: skip
    assert told == with_some
