"""What tests of alerts share: an alert of the analyst on a webhook, and findings that happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from findings import gathering
from findings.models import Alert, Channel, Finding, FindingEvent
from findings.outward import Undelivered
from inventory.models import Function, Scope
from tests.cast import Cast

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECRET = "correct horse battery staple"
ADDRESS = "https://hooks.example.com/fanlight"


@dataclass
class Post:
    """Keeps what leaves; answers with these in turn (a status, or the fault to raise), then with 200."""

    answers: list[int | str] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    mails: list[tuple[tuple[str, ...], str, str, str]] = field(default_factory=list)

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posts.append((address, dict(headers), body))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, str):
            raise Undelivered(answer)
        return answer

    def mail(self, to: Sequence[str], subject: str, text: str, key: str) -> None:
        self.mails.append((tuple(to), subject, text, key))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def channel(db: None) -> Channel:
    made = Channel(name="pager", kind="webhook", place="hooks.example.com")
    made.address, made.secret = ADDRESS, SECRET
    made.save()
    return made


MakeAlert = Callable[..., Alert]


@pytest.fixture
def make_alert(cast: Cast, channel: Channel) -> MakeAlert:
    """An alert of the analyst on new findings of any severity, unless it is told otherwise; it begins now."""
    # The cast's account was not read completely; here that would be news.
    Scope.objects.filter(account=cast.account).update(state="complete")

    def make(**told: Any) -> Alert:
        usual = {"name": "everything", "owner": cast.analyst, "channel": channel, "events": ["finding"],
                 "severity": "info"}  # fmt: skip
        alert = Alert(**{**usual, **told})
        gathering.start(alert, AT)
        alert.save()
        return alert

    return make


def happens(
    function: Function, rule: str = "public_invoke", severity: str = "high", what: str = "opened", **told: Any
) -> Finding:
    """A finding of a function, and the entry of its log."""
    rank = {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}[severity]
    usual = {"function": function, "account": function.account, "severity": severity, "rank": rank, "digest": "0",
             "abouts": "0", "first_seen": AT, "opened_at": AT, "last_seen": AT, "risk": 0}  # fmt: skip
    found, _ = Finding.objects.get_or_create(resource=function.resource, rule=rule, defaults={**usual, **told})
    FindingEvent.objects.create(finding=found, at=AT, what=what)
    return found


def gathered(alert: Alert, at: datetime = AT) -> list[int]:
    """What one look at the logs makes of them."""
    made = gathering.gather(alert.pk, gathering.heights(), at)
    alert.refresh_from_db()
    return made
