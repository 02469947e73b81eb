"""What can no longer be read, as a log: one entry when it begins for an account, however many regions it concerns."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from findings.models import Loss
from inventory.facts import ReadState
from inventory.models import Resource, Scope

COVERAGE, HELD = "coverage", "held"
BROKEN = (ReadState.PARTIAL, ReadState.DENIED, ReadState.FAILED)
#: So many that vanish at once are told; one or two that are waited for are not.
MANY = 10
#: A reading that takes longer has died; until then its account is not looked at, so that regions are told together.
LONGEST = timedelta(hours=2)

#: Account → scope → sentence.
Found = dict[int, dict[str, str]]


def reckon(at: datetime) -> int:
    """Compare what is readable now with the log, and add to it; returns how many losses are new."""
    with transaction.atomic():
        busy = set(
            Scope.objects.filter(reading_run__isnull=False, reading_since__gt=at - LONGEST).values_list(
                "account", flat=True
            )
        )
        known = list(Loss.objects.select_for_update().filter(until=None).exclude(account__in=busy))
        news: list[Loss] = []
        for kind, found in ((COVERAGE, _unread(busy)), (HELD, _held(busy))):
            news += _compared(kind, found, [one for one in known if one.kind == kind], at)
        Loss.objects.bulk_create(news)
    return len(news)


def _compared(kind: str, found: Found, known: list[Loss], at: datetime) -> list[Loss]:
    """End what is over, and tell of scopes that no running loss names."""
    told: dict[int, set[str]] = defaultdict(set)
    for one in known:
        still = [name for name in one.scopes if name in found.get(one.account_id, {})]
        if not still:
            one.until = at
        if one.until or still != one.scopes:
            one.scopes = still or one.scopes
            one.save(update_fields=["until", "scopes"])
        told[one.account_id].update(still)
    news = []
    for account, scopes in found.items():
        fresh = {name: says for name, says in scopes.items() if name not in told[account]}
        if fresh:
            says = _sentence(kind, fresh, len(scopes))
            news.append(Loss(account_id=account, kind=kind, scopes=sorted(fresh), says=says[:500], since=at))
    return news


def _sentence(kind: str, fresh: dict[str, str], broken: int) -> str:
    if kind == HELD:
        return next(iter(fresh.values()))
    names = ", ".join(sorted(fresh)[:5]) + (f" and {len(fresh) - 5} more" if len(fresh) > 5 else "")
    reasons = sorted({says for says in fresh.values() if says})
    why = f" {reasons[0]}" if reasons else ""
    other = f" ({len(reasons)} reasons; the first:)" if len(reasons) > 1 else ""
    return f"Can no longer be read completely: {names}.{other}{why}"


def _unread(busy: set[int]) -> Found:
    found: Found = defaultdict(dict)
    rows = Scope.objects.filter(state__in=BROKEN, account__paused=False).exclude(account__in=busy)
    for account, name, reason in rows.values_list("account", "name", "reason"):
        found[account][name] = reason
    return found


def _held(busy: set[int]) -> Found:
    """Accounts in which much is missing that was there, and that is not believed to be gone yet."""
    rows = Resource.objects.filter(gone_at=None, missing_since__isnull=False)
    counted = rows.order_by().values_list("account").annotate(number=Count("pk")).filter(number__gte=MANY)
    return {
        account: {"": f"{number} resources vanished at once. They are kept until another reading says the same."}
        for account, number in counted
        if account not in busy
    }
