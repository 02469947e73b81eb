"""Judge stored facts: what identities may do, who may call or deploy functions, where these can send to.

Runs after scopes were recorded (the hand-over is connected in `findings.apps`) and by `manage.py evaluate`. It calls no
cloud; what it concludes is written through `inventory.record`, findings by `findings.reconcile`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from findings import footing, judges
from findings.bench import Bench
from findings.closing import settle
from findings.exposed import exposed_rows
from findings.judge import MOST, FunctionVerdict, IdentityVerdict, Judge
from findings.models.ledger import fold
from findings.reconcile import reconcile
from findings.seeing import Seeing
from findings.seen import identity_ids
from findings.standing import Wild, unused_percent, wild_grants
from inventory import record
from inventory.chunks import batched
from inventory.models import Account, Function, Identity, IdentityPosture, Posture, Privilege, Resource
from inventory.shelf import shelf

log = structlog.get_logger(__name__)
BATCH = 300


def judge_recorded(sender: Any, account: Account, touched: Collection[int], at: datetime, **_: Any) -> None:
    """Judge what a reading touched; when an identity changed, all of the account, for it may call any function.

    That others may have to be judged again for it is noted first, and found out by `findings.again`.
    """
    whole = Resource.objects.filter(pk__in=touched).exclude(kind="function").exists()
    footing.note(account, wide=whole)
    if whole:
        judge_account(account, at)
    else:
        judge_account(account, at, only=touched)


def judge_account(account: Account, at: datetime, only: Collection[int] | None = None) -> Counter[str]:
    """Judge an account's identities and functions, or only the functions with these ids; counts what was judged.

    Rules are asked about each function when its posture stands, and about the account itself when all is judged.

    With the identities, functions of other accounts that run as one of them are judged, too.
    """
    done: Counter[str] = Counter()
    judge = judge_of(account, at)
    if judge is None:
        log.warning("no_judge", provider=account.provider)
        return done
    bench = Bench(account, at)
    standing = footing.standings([account])[account.pk] if only is None else None
    settle(bench)
    functions = Function.objects.filter(account=account, gone_at=None)
    if only is None:
        done["identities"] = _judge_identities(account, judge, at)
    else:
        functions = functions.filter(pk__in=only)
    pieces = list(batched(functions.order_by("pk").values_list("pk", flat=True), BATCH))
    batch: list[Function] = []
    for piece in pieces:
        batch = _loaded(piece)
        verdicts = dict(judge.functions(batch))
        record.conclude(_postures(batch, verdicts, at))
        record.conclude_exposed([function.pk for function in batch], exposed_rows(batch, verdicts, at))
        done["functions"] += len(batch)
    # Rules look at other functions of the account, too: all postures stand before the first rule is asked.
    if standing:
        standing = footing.after_postures(account, standing)
    seeing = Seeing(account, at)
    for piece in pieces:
        reconcile(bench, list(seeing.functions(batch if len(pieces) == 1 else _loaded(piece))))
    _judge_sharing(account, bench, seeing)
    if standing:
        reconcile(bench, list(seeing.accounts()))
        fold(account.pk)
        for other, borrowing in _borrowing(account):
            done["functions"] += judge_account(other, at, only=borrowing)["functions"]
            footing.note(other, wide=True)
        footing.keep(account, standing)
    return done


def judge_of(account: Account, at: datetime | None = None) -> Judge | None:
    """The judge of an account's cloud, None where there is none. at: the time to judge for."""
    found = shelf(judges, "JUDGE").get(account.provider)
    return found(account, at) if found else None


def _borrowing(account: Account) -> Iterator[tuple[Account, set[int]]]:
    """The functions of other accounts that run as an identity of this one, account by account."""
    own = Identity.objects.filter(account=account).values("native_id")
    rows = Function.objects.filter(provider=account.provider, gone_at=None, identity_native_id__in=own)
    found: dict[int, set[int]] = {}
    for pk, home in rows.exclude(account=account).values_list("pk", "account_id"):
        found.setdefault(home, set()).add(pk)
    for other in Account.objects.filter(pk__in=found):
        yield other, found[other.pk]


def _judge_identities(account: Account, judge: Judge, at: datetime) -> int:
    """Write what each identity of the account may do; returns how many there are."""
    number, wild = 0, wild_grants(account)
    for some in batched(judge.identities(), BATCH):
        known = _documents([pk for pk, _ in some])
        record.conclude_identities([
            (_identity(pk, verdict, at, wild, known.get(pk)), _powers(pk, verdict)) for pk, verdict in some
        ])  # fmt: skip
        number += len(some)
    return number


def _judge_sharing(account: Account, bench: Bench, seeing: Seeing) -> None:
    """Ask the rules about functions that share an identity with more or fewer others now; each in its own account."""
    stale = Function.objects.filter(pk__in=record.recount_sharing(account))
    for piece in batched(stale.filter(account=account).order_by("pk").values_list("pk", flat=True), BATCH):
        reconcile(bench, list(seeing.functions(_loaded(piece))))
    for other in Account.objects.filter(pk__in=stale.exclude(account=account).values("account")):
        theirs, there = Bench(other, bench.at), Seeing(other, bench.at)
        for piece in batched(stale.filter(account=other).order_by("pk").values_list("pk", flat=True), BATCH):
            reconcile(theirs, list(there.functions(_loaded(piece))))


def _loaded(pks: Sequence[int]) -> list[Function]:
    """These functions with their documents."""
    return list(Function.objects.filter(pk__in=pks).select_related("resource__latest", "resource__scope"))


def _postures(batch: list[Function], verdicts: dict[int, FunctionVerdict], at: datetime) -> list[Posture]:
    """The rows of these functions: the verdict on each, with what its identities may do."""
    held = _held(batch)
    shared = _shared(batch)
    rows = []
    for function in batch:
        verdict = verdicts[function.pk]
        level, classes, powers = _strongest(identity_ids(function.resource.document), held)
        rows.append(
            Posture(
                function=function,
                privilege=level,
                classes=classes,
                invoke=verdict.invoke,
                deploy=verdict.deploy,
                latent=verdict.latent,
                reach=verdict.reach,
                egress=verdict.egress,
                shared_by=shared.get(function.identity_native_id) if function.identity_native_id else None,
                because={**verdict.because, "privilege": powers},
                at=at,
            )
        )
    return rows


Held = tuple[IdentityPosture, list[dict[str, Any]]]


def _held(batch: list[Function]) -> dict[str, Held]:
    """What was concluded of the identities of these functions, by native id; their own account's word goes first."""
    named = {native_id for function in batch for native_id in identity_ids(function.resource.document) or ()}
    home = batch[0].account_id
    rows = IdentityPosture.objects.filter(identity__native_id__in=named, identity__gone_at=None).select_related(
        "identity"
    )
    ordered = sorted(rows, key=lambda row: row.identity.account_id == home)
    found: dict[str, Held] = {row.identity.native_id: (row, []) for row in ordered}
    told = {row.pk: powers for row, powers in found.values()}
    powers = Privilege.objects.filter(identity__in=list(told)).order_by("pk")
    for pk, power, breadth, via, scope, conditional, escalation, confirmed in powers.values_list(
        "identity_id", "power", "breadth", "via", "scope", "conditional", "escalation", "confirmed"
    ):
        if len(told[pk]) < MOST:
            told[pk].append({
                "power": power, "breadth": breadth, "via": via, "scope": scope, "conditional": conditional,
                "escalation": escalation, "confirmed": confirmed,
            })  # fmt: skip
    return found


def _strongest(identities: list[str] | None, held: dict[str, Held]) -> tuple[str, list[str], list[dict[str, Any]]]:
    """The summary over all identities of a function; one that is not known makes anything below admin unknown.

    A function without any identity can do nothing in the cloud's name.
    """
    if identities == []:
        return "none", [], []
    known = [held[native_id] for native_id in identities or () if native_id in held]
    if not known:
        return "unknown", [], []
    top = max(known, key=lambda entry: -1 if entry[0].privilege_rank is None else entry[0].privilege_rank)[0]
    complete = len(known) == len(identities or ()) and all(entry[0].privilege_rank is not None for entry in known)
    level = top.privilege if complete or top.privilege == "admin" else "unknown"
    return level, sorted({name for row, _ in known for name in row.classes}), [one for _, told in known for one in told]


def _shared(batch: list[Function]) -> dict[str, int]:
    """How many present functions run as each of the identities of these."""
    named = {function.identity_native_id for function in batch if function.identity_native_id}
    rows = Function.objects.filter(identity_native_id__in=named, gone_at=None).values_list(
        "identity_native_id", flat=True
    )
    return Counter(rows)


def _documents(identities: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """What was last read of these identities' use, by their ids; not of those whose policies were never read."""
    rows = Identity.objects.filter(pk__in=identities).exclude(policy_count=None)
    return {pk: {"usage": told} for pk, told in rows.values_list("pk", "resource__latest__document__usage")}


def _identity(
    pk: int, verdict: IdentityVerdict, at: datetime, wild: Wild, read: Mapping[str, Any] | None
) -> IdentityPosture:
    """The row of one identity; `read` None: its policies were never read, so nothing can be counted."""
    paths = [one.escalation for one in verdict.powers if one.escalation]
    return IdentityPosture(
        identity_id=pk, privilege=verdict.level, classes=sorted({one.power for one in verdict.powers}),
        callers=list(verdict.callers), unread=list(verdict.unread), at=at, outsiders=verdict.outsiders,
        becomes=list(verdict.becomes), unused_percent=unused_percent(read or {}),
        wild_actions=None if read is None else wild.actions[pk],
        wild_resources=None if read is None else wild.resources[pk],
        paths=None if read is None else len(paths),
        confirmed_paths=None if read is None else sum(path.confirmed for path in paths),
    )  # fmt: skip


def _powers(pk: int, verdict: IdentityVerdict) -> list[Privilege]:
    return [
        Privilege(
            identity_id=pk,
            power=one.power,
            breadth=one.breadth,
            via=one.via,
            actions=list(one.actions),
            scope=one.scope,
            conditional=one.conditional,
            condition=one.condition,
            escalation=one.escalation.path if one.escalation else "",
            confirmed=bool(one.escalation and one.escalation.confirmed),
            steps=list(one.escalation.steps) if one.escalation else [],
        )
        for one in verdict.powers
    ]


def judge_everything(at: datetime) -> Iterator[tuple[Account, Counter[str]]]:
    """Judge every account anew, from what is stored."""
    for account in Account.objects.order_by("pk"):
        yield account, judge_account(account, at)
