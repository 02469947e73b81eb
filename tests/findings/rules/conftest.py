"""The sandbox's organisation as rules see it, for tests of rules: read once a session and kept as plain values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from collectors.collect import collect_now
from collectors.sandbox import Sandbox
from collectors.sandbox.estate import LAST_DAY
from config.demo import connect_accounts
from findings.catalogue import catalogue
from findings.evaluate import judge_everything
from findings.rule import Judgement, judge
from findings.seeing import Seeing
from findings.seen import Seen
from findings.severity import Severity
from inventory.models import Account, Function

AT = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)


class Estate:
    """What rules see of every function and every account of the estate, on its last day."""

    def __init__(self, functions: dict[tuple[str, str], Seen], accounts: list[Seen]) -> None:
        self.functions, self.accounts = functions, accounts

    def seen(self, cloud: str, name: str, account: str = "") -> Seen:
        """The only function of this name in a cloud, or in one account where several have it."""
        found = [
            seen
            for (provider, _), seen in self.functions.items()
            if provider == cloud and seen.name == name and account in ("", seen.account)
        ]
        assert len(found) == 1, f"{len(found)} functions are called {name} in {cloud}"
        return found[0]

    def judged(self, rule: str, cloud: str, name: str, account: str = "") -> Judgement:
        """What a rule says of that function."""
        told = judge(catalogue()[rule], self.seen(cloud, name, account))
        assert told is not None, f"{rule} says nothing of functions in {cloud}"
        return told

    def verdict(self, rule: str, cloud: str, name: str, account: str = "") -> str:
        """The verdict in a word, with the severity of a fault: "fail critical", "pass", "unknown" …"""
        told = self.judged(rule, cloud, name, account)
        return f"{told.verdict.value} {told.severity or ''}".strip()

    def failing(self, rule: str, cloud: str, least: str = "info") -> set[str]:
        """The native ids of the functions of a cloud that a rule finds at fault, with at least this severity."""
        rows = [seen for (provider, _), seen in self.functions.items() if provider == cloud]
        judged = ((seen.native_id, judge(catalogue()[rule], seen)) for seen in rows)
        floor = Severity(least).rank
        return {name for name, told in judged if told and told.severity and told.severity.rank >= floor}


@pytest.fixture(scope="session")
def estate(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Estate:
    """Read once; the rows are removed at once, so that no other test meets them. Its users carry the mark django_db."""
    with django_db_blocker.unblock():
        try:
            with Sandbox(size=40).serve(day=LAST_DAY) as running:
                for account in connect_accounts(running.url):
                    collect_now(account, AT)
            list(judge_everything(AT))
            return _as_seen()
        finally:
            call_command("flush", verbosity=0, interactive=False)


def _as_seen() -> Estate:
    functions: dict[tuple[str, str], Seen] = {}
    accounts: list[Seen] = []
    for account in Account.objects.order_by("pk"):
        seeing = Seeing(account, AT)
        rows = list(Function.objects.filter(account=account, gone_at=None).select_related("resource__latest"))
        functions.update({(seen.provider, seen.native_id): seen for _, seen in seeing.functions(rows)})
        accounts += [seen for _, seen in seeing.accounts()]
    return Estate(functions, accounts)
