"""The words of a delivery, made when it is sent: of what it is about, what its owner may see at that time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from findings.message import Line, Message
from findings.models import Delivery, Finding, FindingEvent, Loss
from findings.present import title_of
from findings.rule_set import in_words, today
from inventory.models import Account, Change, User

OF_FINDING = ("finding__resource", "finding__account")


def message_of(delivery: Delivery, at: datetime) -> Message:
    """What is to be sent, gravest first; without a line when nothing of it is there for its owner any more."""
    alert = delivery.alert
    if delivery.test:
        says = "This is a test: nothing has happened. Messages of this alert arrive here."
        lines = [Line("test", says, "", at)]
    else:
        lines = sorted(_lines(delivery, alert.owner), key=lambda line: -line.more.get("rank", -1))
    return Message(
        key=str(delivery.key), alert=alert.name, made_at=delivery.made_at, lines=tuple(lines), total=len(lines),
        address=link("settings-alert", alert.pk), test=delivery.test,
        rules=tuple(today(alert.rules)), scope=in_words(alert.rules),
    )  # fmt: skip


def link(name: str, *args: Any) -> str:
    """The whole address of a page of ours; empty when the operator did not say under which one people open Fanlight."""
    return settings.ADDRESS + reverse(name, args=args) if settings.ADDRESS else ""


def _lines(delivery: Delivery, owner: User) -> Iterator[Line]:
    about: dict[str, list[int]] = {}
    for kind, row in delivery.notices.values_list("kind", "about"):
        about.setdefault(kind, []).append(row)
    mine = Finding.objects.visible_to(owner)
    events = FindingEvent.objects.filter(pk__in=about.get("finding", ()), finding__in=mine.values("pk"))
    for event in events.select_related(*OF_FINDING):
        yield _of_finding("finding", event.finding, event.what, event.at)
    for finding in mine.filter(pk__in=about.get("expiring", ())).select_related("resource", "account"):
        if finding.until:
            yield _of_finding("expiring", finding, f"{finding.state} until {finding.until:%Y-%m-%d}", finding.until)
    for kind in ("risk", "change"):
        rows = Change.objects.visible_to(owner).filter(pk__in=about.get(kind, ()))
        for change in rows.select_related("resource", "account"):
            yield _of_change(kind, change)
    losses = Loss.objects.filter(pk__in=about.get("coverage", ()), account__in=Account.objects.visible_to(owner))
    for loss in losses.select_related("account"):
        more = {"account": loss.account.native_id, "provider": loss.account.provider, "loss": loss.kind, "rank": 3}
        yield Line("coverage", loss.says, loss.account.name, loss.since, "", link("account", loss.account.pk), more)


def _of_finding(kind: str, finding: Finding, what: str, at: datetime) -> Line:
    more = {
        "finding": finding.pk, "rule": finding.rule, "what": what, "rank": finding.rank, "state": finding.state,
        **_where(finding),
    }  # fmt: skip
    said = "" if what == "opened" else f" ({what})"
    return Line(
        kind,
        f"{title_of(finding.rule)}{said}",
        _place(finding),
        at,
        finding.severity,
        link("finding", finding.pk),
        more,
    )


def _of_change(kind: str, change: Change) -> Line:
    said = "; ".join(line.text for line in change.sentences) or change.event
    more = {
        "change": change.pk, "what": change.event, "risk": change.risk, "rank": 2 if change.risk == "up" else 0,
        **_where(change),
    }  # fmt: skip
    address = link("function-tab", change.resource.uid, "history") if change.resource_kind == "function" else ""
    return Line(kind, said[:500], _place(change), change.at, "", address or link("changes"), more)


def _where(row: Finding | Change) -> dict[str, str]:
    resource, account = row.resource, row.account
    return {
        "provider": account.provider, "account": account.native_id, "region": resource.region, "name": resource.name,
        "kind": resource.kind, "uid": resource.uid, "native_id": resource.native_id,
    }  # fmt: skip


def _place(row: Finding | Change) -> str:
    return ", ".join(part for part in (row.resource.name, row.account.name, row.resource.region) if part)
