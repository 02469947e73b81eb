"""What the judgement of a whole account rests on beside its own identities and settings, as digests to be compared.

Four parts, each stored with the account when its judging begins (`Footing`):

- zone: which accounts of the cloud are connected, with their stance and organisation;
- around: what other accounts say of it (`findings.beyond`);
- functions: its functions with the roles they run as, which its own identities may take over (AWS);
- strong: its functions that hold much with what is bound on them, to which a chain may lead from others
  (`findings.onward`).

Together with what a reading of the account itself touches this is all: a judgement made on the same footing of the same
account says the same, whatever was read in between, and in whichever order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from findings.beyond import aws, azure, borrowed, gcp
from findings.models import Footing
from findings.onward import STRONG
from inventory.clock import now
from inventory.history import digest
from inventory.models import Account, Binding, Function

Json = Any
_CLOUDS = {"aws": aws.facts, "gcp": gcp.facts, "azure": azure.facts}


@dataclass(frozen=True, slots=True)
class Standing:
    """The parts of a footing, and when they were looked at."""

    zone: str
    around: str
    functions: str
    strong: str
    at: datetime

    def is_that_of(self, row: Footing) -> bool:
        """Whether it is what was found when the account was judged last."""
        return all(getattr(row, part) == getattr(self, part) for part in ("zone", "around", "functions", "strong"))


def standings(accounts: Collection[Account], *, zone: str = "") -> dict[int, Standing]:
    """How these accounts of one cloud stand now, by their keys. zone: where the caller has it already."""
    if not accounts:
        return {}
    at = now()
    [provider] = {account.provider for account in accounts}
    zone = zone or zone_of(Account.objects.filter(provider=provider))
    told = _CLOUDS[provider](accounts) if provider in _CLOUDS else {}
    return {
        account.pk: Standing(
            zone, digest([told.get(account.pk), borrowed.facts(account)]), functions(account), strong(account), at
        )
        for account in accounts
    }  # fmt: skip


def zone_of(accounts: Iterable[Account]) -> str:
    """The accounts of one cloud, as far as it matters whether they are ours."""
    return digest(sorted([one.native_id, one.stance, one.organisation] for one in accounts))


def functions(account: Account) -> str:
    """The functions of an account that its own identities may take over, with the roles they would win by it."""
    if account.provider != "aws":
        return ""
    present = Function.objects.filter(account=account, gone_at=None).order_by("native_id")
    return digest(list(map(list, present.values_list("native_id", "identity_native_id"))))


def strong(account: Account) -> str:
    """The functions of an account that hold much, and what is bound on them."""
    present = Function.objects.filter(account=account, gone_at=None, posture__privilege_rank__gte=STRONG)
    told = present.order_by("native_id").values_list("native_id", "name", "identity_native_id", "posture__privilege")
    bound = Binding.objects.filter(function__in=present.order_by().values("pk"), effect="allow")
    rows = bound.values_list("function__native_id", "principal", "actions", "via", "source", "condition")
    return digest([list(told), sorted(map(digest, map(list, rows)))])


def keep(account: Account, standing: Standing) -> None:
    """The account was judged, from its beginning, on this footing. What was asked before that is done with."""
    parts = {name: getattr(standing, name) for name in ("zone", "around", "functions", "strong")}
    with transaction.atomic():
        Footing.objects.get_or_create(account=account)
        Footing.objects.filter(account=account).update(**parts)
        Footing.objects.filter(account=account, asked_at__lte=standing.at).update(asked_at=None)


def after_postures(account: Account, standing: Standing) -> Standing:
    """The same when the postures of its functions are written, before rules are asked about them."""
    return replace(standing, strong=strong(account))


def note(account: Account, *, wide: bool) -> None:
    """Something of the account was recorded after which it, and if `wide` others, may have to be judged again."""
    with transaction.atomic():
        Footing.objects.get_or_create(account=account)
        rows = Footing.objects.filter(account=account)
        rows.update(moves=F("moves") + 1, since=Coalesce("since", Value(now())))
        if wide:
            rows.update(wide=True)
