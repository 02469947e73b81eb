"""What ends findings besides a passing rule: their resource is gone, their rule is retired. And what renames them."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.db.models import Q

from findings.bench import Bench
from findings.catalogue import renamed
from findings.counts import Counts
from findings.models import Finding, FindingEvent, RuleSetting, Verdicts
from findings.models.ledger import Sums, counted, write
from findings.models.worst import tell_worst
from findings.reconcile import Pile
from findings.states import Happening
from inventory.chunks import batched
from inventory.models import Account

BATCH = 500


def settle(bench: Bench) -> None:
    """Before an account is judged: rename, close what is gone, close what nobody looks for. Nothing new is judged."""
    kept = set(Finding.objects.filter(account=bench.account).order_by().values_list("rule", flat=True).distinct())
    for old in sorted(kept & set(renamed())):
        _rename(bench, old, renamed()[old])
    retired = [rule for rule in kept - set(renamed()) if not bench.is_enabled(rule)]
    _close(bench, Q(resource__gone_at__isnull=False) | Q(rule__in=retired))
    _forget_gone(bench)


def _rename(bench: Bench, old: str, new: str) -> None:
    """A rule has another name: its findings, their triage and what was set about it go on under that."""
    with transaction.atomic():
        taken = Finding.objects.filter(account=bench.account, rule=new).values("resource")
        moved = Finding.objects.filter(account=bench.account, rule=old).exclude(resource__in=taken)
        FindingEvent.objects.bulk_create(
            [FindingEvent(finding_id=pk, at=bench.at, what=Happening.RENAMED, was=old, now=new)
             for pk in moved.values_list("pk", flat=True)],
            batch_size=500,
        )  # fmt: skip
        _count_under(new, counted(moved))
        moved.update(rule=new)
        RuleSetting.objects.filter(rule=old).update(rule=new)
    bench.__dict__.pop("settings", None)


def _count_under(new: str, counts: Sums) -> None:
    """Count these findings of another rule as findings of this one."""
    moves: Sums = Counter()
    for (model, sort), number in counts.items():
        if "rule" in model.SORT:
            moves[model, sort] -= number
            place = model.SORT.index("rule")
            moves[model, (*sort[:place], new, *sort[place + 1 :])] += number
    write(moves)


def _close(bench: Bench, which: Q) -> None:
    rows = Finding.objects.filter(which, account=bench.account).still_there()
    for pks in batched(list(rows.order_by("pk").values_list("pk", flat=True)), BATCH):
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(pk=bench.account.pk)
            pile = Pile(bench)
            for finding in Finding.objects.filter(pk__in=pks).still_there().select_related("resource"):
                gone_at = finding.resource.gone_at
                pile.gone(finding, gone_at) if gone_at else pile.retire(finding)
            pile.write()
            tell_worst(Finding, {one.function_id for one in pile.changed if one.function_id})


def _forget_gone(bench: Bench) -> None:
    """Verdicts are of present resources: those of others go, and are counted no more."""
    gone = Verdicts.objects.filter(account=bench.account, resource__gone_at__isnull=False).order_by("pk")
    for pks in batched(list(gone.values_list("pk", flat=True)), BATCH):
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(pk=bench.account.pk)
            counts = Counts(bench.account)
            rows = Verdicts.objects.filter(pk__in=pks)
            for row in rows.select_related("shelf"):
                counts.take(row.shelf.rules, row.word)
            rows.delete()
            counts.write()
