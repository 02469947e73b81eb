"""From the logs to what each alert has to tell: notices, and deliveries made of them.

The logs are those of findings, changes and losses. An alert remembers how far it looked at each; that mark moves in the
same transaction in which notices are written, so that nothing is told twice and nothing is forgotten. Every alert is
looked at by a task of its own: one that cannot work harms no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Max, Q

from findings.models import Alert, Channel, Delivery, Finding, FindingEvent, Loss, Notice
from findings.rule_set import at_work, every_name
from findings.states import ACTIVE, EXPIRING, Happening
from inventory.models import Account, Change
from inventory.search.lists import LISTS, ParseError

TOLD = (Happening.OPENED, Happening.REOPENED, Happening.WORSE, Happening.EXPIRED)
#: Acceptances that end within so long are told, and so often is looked for them.
SOON, LOOK_EVERY = timedelta(days=7), timedelta(hours=1)
#: Entries of a log looked at in one go, and notices in one message.
GO, MOST = 20_000, 1_000
#: Messages of one alert in an hour; what is more waits, and comes as one.
PACE, HOUR = 20, timedelta(hours=1)
#: `Alert.least` is counted over so long.
WITHIN = timedelta(days=1)
#: An alert that was begun so often and never ended is parked.
PARKED = 3


class NoRuleLeft(Exception):
    """None of the rules that an alert names is on the shelf any more: told of every rule, it would tell too much."""


@dataclass(frozen=True)
class Heights:
    """The newest entries of the logs of findings, changes and losses; whatever is older is written and can be seen."""

    finding: int
    change: int
    loss: int


def heights() -> Heights:
    """How high the logs are. Entries get their numbers before they can be seen: on PostgreSQL this waits, for a moment
    and one log at a time, until nobody is writing, so that no entry below the height appears later."""
    return Heights(_height(FindingEvent), _height(Change), _height(Loss))


def _height(log: type[models.Model]) -> int:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                cursor.execute(f"LOCK TABLE {log._meta.db_table} IN SHARE MODE")
        return int(log._default_manager.aggregate(highest=Max("pk"))["highest"] or 0)


def with_news(top: Heights, at: datetime) -> list[int]:
    """The alerts that have something to look at, or to send."""
    behind = Q(finding_mark__lt=top.finding) | Q(change_mark__lt=top.change) | Q(loss_mark__lt=top.loss)
    unlooked = Q(expiry_at=None) | Q(expiry_at__lte=at)
    held = Q(pk__in=Notice.objects.filter(delivery=None).values("alert"))
    at_work = Alert.objects.filter(enabled=True, channel__in=Channel.objects.at_work(), tries__lt=PARKED)
    return list(at_work.filter(behind | unlooked | held).order_by("pk").values_list("pk", flat=True))


def gather(pk: int, top: Heights, at: datetime) -> list[int]:
    """Look at the logs for one alert; returns the deliveries that were made. One that cannot work says so itself."""
    begun = Alert.objects.filter(pk=pk, enabled=True, tries__lt=PARKED).update(tries=F("tries") + 1)
    if not begun:
        return []
    made: list[int] = []
    try:
        with transaction.atomic():
            alert = Alert.objects.select_for_update(of=("self",)).select_related("owner").get(pk=pk)
            Notice.objects.bulk_create(_news(alert, top, at), ignore_conflicts=True, batch_size=1_000)
            made = _deliveries(alert, at)
            alert.fault = ""
            alert.save()
    except ParseError as wrong:
        Alert.objects.filter(pk=pk).update(fault=f"The query cannot be read any more: {wrong}"[:500])
    except NoRuleLeft:
        Alert.objects.filter(pk=pk).update(fault="None of its rules is checked any more. Choose others, or none.")
    Alert.objects.filter(pk=pk).update(tries=0)
    return made


def start(alert: Alert, at: datetime) -> None:
    """Begin with what happens from now on; called before an alert is saved that is new, or on again, and outside of
    any transaction (see `heights`)."""
    begin(alert, heights())


def begin(alert: Alert, top: Heights) -> None:
    """As `start`, from heights that were taken before."""
    alert.finding_mark, alert.change_mark, alert.loss_mark = top.finding, top.change, top.loss
    alert.expiry_at, alert.fault, alert.tries = None, "", 0


def _news(alert: Alert, top: Heights, at: datetime) -> list[Notice]:
    """What is new for the alert since its marks, which move ahead."""
    if alert.rules and not at_work(alert.rules):
        raise NoRuleLeft
    found: list[Notice] = []
    upto = {
        name: min(getattr(top, name), getattr(alert, f"{name}_mark") + GO) for name in ("finding", "change", "loss")
    }
    for kind, about, key in _told(alert, upto, at):
        found.append(Notice(alert=alert, kind=kind, about=about, key=key, at=at))
    for name, mark in upto.items():
        setattr(alert, f"{name}_mark", max(mark, getattr(alert, f"{name}_mark")))
    return found


def _told(alert: Alert, upto: dict[str, int], at: datetime) -> Iterator[tuple[str, int, str]]:
    wanted = set(alert.events)
    if "finding" in wanted:
        yield from _findings(alert, upto["finding"], at)
    if wanted & {"change", "risk"}:
        yield from _changes(alert, upto["change"], at, wanted)
    if "coverage" in wanted:
        yield from _losses(alert, upto["loss"], at)
    if "expiring" in wanted and (alert.expiry_at is None or alert.expiry_at <= at):
        alert.expiry_at = at + LOOK_EVERY
        yield from _ending(alert, at)


def _rows(alert: Alert, at: datetime, whole: bool) -> Any:
    """What the query finds for the owner. Raises ParseError."""
    search = LISTS[alert.list_name].search(alert.query, alert.owner, at)
    return replace(search, whole=whole).rows().order_by()


def _about(alert: Alert, at: datetime) -> Any:
    """The rows whose changes and losses are meant: what the query finds, and of it what has or had a finding of the
    alert's rules. Also had: the change that mended it is wanted, too."""
    rows = _rows(alert, at, whole=True)
    if not alert.rules:
        return rows
    names = every_name(alert.rules)
    if alert.list_name == "findings":
        return rows.filter(rule__in=names)
    return rows.filter(pk__in=Finding.objects.filter(rule__in=names, function__isnull=False).values("function"))


def _of_findings(alert: Alert, at: datetime, whole: bool = False) -> Any:
    """The findings that are meant: those the query finds, or those of functions that it finds; of its rules only."""
    found = Finding.objects.visible_to(alert.owner).filter(rank__gte=alert.rank)
    if alert.rules:
        found = found.filter(rule__in=every_name(alert.rules))
    if alert.list_name == "findings":
        return found.filter(pk__in=_rows(alert, at, whole).values("pk"))
    return found.filter(function__in=_rows(alert, at, whole=True).values("pk")) if alert.query.strip() else found


def _findings(alert: Alert, upto: int, at: datetime) -> Iterator[tuple[str, int, str]]:
    events = FindingEvent.objects.filter(pk__gt=alert.finding_mark, pk__lte=upto, what__in=TOLD)
    meant = events.filter(finding__in=_of_findings(alert, at).filter(state__in=ACTIVE).values("pk"))
    # One finding that was opened and seen worse in the meantime is one thing to tell.
    latest = dict(meant.order_by("pk").values_list("finding_id", "pk"))
    for pk in latest.values():
        yield "finding", pk, f"finding:{pk}"


def _changes(alert: Alert, upto: int, at: datetime, wanted: set[str]) -> Iterator[tuple[str, int, str]]:
    rows = Change.objects.visible_to(alert.owner).filter(pk__gt=alert.change_mark, pk__lte=upto)
    rows = rows.exclude(event=Change.Event.READABLE)
    if alert.is_narrow:
        column = "resource" if alert.list_name == "findings" else "pk"
        rows = rows.filter(resource__in=_about(alert, at).values(column))
    if "change" not in wanted:
        rows = rows.filter(risk="up")
    for pk, risk in rows.order_by("pk").values_list("pk", "risk"):
        yield "risk" if risk == "up" and "risk" in wanted else "change", pk, f"change:{pk}"


def _losses(alert: Alert, upto: int, at: datetime) -> Iterator[tuple[str, int, str]]:
    accounts = Account.objects.visible_to(alert.owner)
    rows = Loss.objects.filter(pk__gt=alert.loss_mark, pk__lte=upto, account__in=accounts)
    if alert.is_narrow:
        rows = rows.filter(account__in=_about(alert, at).values("account"))
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        yield "coverage", pk, f"coverage:{pk}"


def _ending(alert: Alert, at: datetime) -> Iterator[tuple[str, int, str]]:
    rows = _of_findings(alert, at, whole=True).filter(state__in=EXPIRING, until__gt=at, until__lte=at + SOON)
    for pk, until in rows.values_list("pk", "until"):
        yield "expiring", pk, f"expiring:{pk}:{until:%Y-%m-%d}"


def _deliveries(alert: Alert, at: datetime) -> list[int]:
    """Deliveries of what waits to be told; none in quiet hours, below the number wanted, or beyond the pace."""
    waiting = Notice.objects.filter(alert=alert, delivery=None)
    if alert.is_quiet(at):
        return []
    if alert.least > 1:
        waiting.filter(at__lte=at - WITHIN).delete()
        if waiting.count() < alert.least:
            return []
    left = PACE - Delivery.objects.filter(alert=alert, test=False, made_at__gt=at - HOUR).count()
    made: list[int] = []
    while len(made) < left and (some := list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST])):
        one = Delivery.objects.create(alert=alert, total=len(some), made_at=at, next_at=at)
        # By the ends of the piece: a thousand keys would be too many parameters for some databases.
        waiting.filter(pk__gte=some[0], pk__lte=some[-1]).update(delivery=one)
        made.append(one.pk)
    return made
