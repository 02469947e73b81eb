"""When an account is collected: one active run each, jitter, growing pauses after failures, lost and poisonous runs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction

from collectors.hygiene import mask
from collectors.models import Run, RunScope
from collectors.provider import ReadFault
from inventory.clock import now
from inventory.models import Account, User

log = structlog.get_logger(__name__)

#: A worker that showed no life for so long is lost; a run whose worker is lost so often is parked.
LOST_AFTER = timedelta(seconds=120)
ATTEMPTS = 3
#: A queued run that no worker took for so long is sent again (the broker may have lost it).
UNTAKEN_AFTER = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=60)
JITTER = 0.1
_DICE = random.SystemRandom()

#: What events and people ask to be read between: it says nothing of how the account as a whole stands.
OUT_OF_TURN = ("event", "function")

#: Ends that a retry may mend; a missing permission is not mended by asking again.
MENDABLE = frozenset({"failed", "throttled", "unreachable", "bad answer", "deadline", "defect", "tls", "credentials"})


class AlreadyRunning(Exception):
    """The account has a queued or running run already; `run` is that one."""

    def __init__(self, account: Account, run: Run | None) -> None:
        super().__init__(f"A collection of {account} is already {run.state if run else 'running'}.")
        self.run = run


class NotDue(Exception):
    """The account was read since it was found due."""


def claim_run(
    account: Account, trigger: str, user: User | None = None, only_scope: str = "", attempt: int = 1,
    if_due: bool = False, only_function: str = "",
) -> Run:  # fmt: skip
    """A queued run of the account; raises AlreadyRunning, since there may be one only, and `if_due` NotDue.

    A run whose worker shows no life does not stand in the way: it is marked lost.
    """
    at = now()
    for run in Run.objects.filter(account=account, state=Run.State.RUNNING, beat_at__lt=at - LOST_AFTER):
        _bury(run, parked=False)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                account=account, trigger=trigger, requested_by=user, only_scope=only_scope, attempt=attempt,
                queued_at=at, only_function=only_function,
            )  # fmt: skip
            # Asked once the place is ours: a run that ended a moment ago has planned the next one by now.
            if if_due and not Account.objects.filter(pk=account.pk, paused=False, due_at__lte=at).exists():
                raise NotDue
            return run
    except IntegrityError:
        raise AlreadyRunning(account, Run.objects.filter(account=account).active().first()) from None


def begin(run_id: int, at: datetime | None = None) -> bool:
    """Take a queued run for this worker; False when another took it, or it is over (a message may come twice)."""
    moment = now()
    taken = Run.objects.filter(pk=run_id, state=Run.State.QUEUED).update(
        state=Run.State.RUNNING, started_at=moment, beat_at=moment, at=at or moment
    )
    return bool(taken)


def finish(run: Run, state: Run.State, fault: ReadFault | None) -> Run:
    """Write the outcome of a run, unless it was taken away meanwhile, and plan the account's next one."""
    error_class, error = (fault.error_class, mask(fault.reason)) if fault else _first_fault(run)
    mine = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING)
    # Both or neither: an account whose run has ended and that is still due would be read again at once.
    with transaction.atomic():
        ended = mine.update(
            state=state, finished_at=now(), error_class=error_class[:40], error=error, totals=run.totals
        )
        run.refresh_from_db()
        if ended:
            _plan_next(run)
    return run


def _first_fault(run: Run) -> tuple[str, str]:
    scope = RunScope.objects.filter(run=run).exclude(error_class="").order_by("name").first()
    return (scope.error_class, f"{scope.name}: {scope.error}") if scope else ("", "")


def _plan_next(run: Run) -> None:
    if run.trigger in OUT_OF_TURN:
        return  # a part read out of turn: the account is due when it was
    account = Account.objects.get(pk=run.account_id)
    account.due_at = next_due(account)
    if run.state in (Run.State.SUCCEEDED, Run.State.PARTIAL):
        account.last_good_at = run.at
    account.save(update_fields=["due_at", "last_good_at"])


def next_due(account: Account, dice: random.Random = _DICE) -> datetime:
    """When the account is due again: by its schedule, or sooner when something failed that may pass."""
    moment = now()
    regular: datetime = moment + timedelta(minutes=account.every_minutes) * dice.uniform(1 - JITTER, 1 + JITTER)
    failures = _failures_in_a_row(account)
    if not failures:
        return regular
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))
    # Full jitter: accounts that failed together do not come back together.
    soon: datetime = moment + pause * dice.uniform(0, 1)
    return min(regular, soon)


def _failures_in_a_row(account: Account) -> int:
    count = 0
    ended = Run.objects.filter(account=account).exclude(trigger__in=OUT_OF_TURN)
    ended = ended.exclude(state__in=[*Run.ACTIVE, Run.State.CANCELLED]).order_by("-id")[:12]
    for run in ended:
        if not is_mendable(run):
            break
        count += 1
    return count


def is_mendable(run: Run) -> bool:
    """Whether trying again soon may help: something failed for another reason than a missing permission."""
    if run.state in (Run.State.FAILED, Run.State.LOST) and run.error_class != "parked":
        return run.error_class in MENDABLE or run.state == Run.State.LOST
    return run.state == Run.State.PARTIAL and run.scopes.filter(error_class__in=MENDABLE).exists()


def trigger_now(account: Account) -> str:
    """Why a due account is due: its schedule, or the retry of what failed since."""
    last = Run.objects.filter(account=account).exclude(trigger__in=OUT_OF_TURN).order_by("-id").first()
    if last is None or not is_mendable(last):
        return "schedule"
    full = Run.objects.filter(account=account).exclude(trigger="retry").order_by("-id").first()
    due = full is None or full.queued_at + timedelta(minutes=account.every_minutes) <= now()
    return "schedule" if due else "retry"


def find_lost() -> list[Run]:
    """Mark runs whose worker shows no life, and claim each again; returns what to queue.

    A run that lost its worker ATTEMPTS times is parked: it stays failed, and its account waits for a person.
    """
    again = []
    for run in Run.objects.filter(state=Run.State.RUNNING, beat_at__lt=now() - LOST_AFTER).select_related("account"):
        parked = run.attempt >= ATTEMPTS
        if not _bury(run, parked):
            continue
        if parked:
            Account.objects.filter(pk=run.account_id).update(due_at=None)
        else:
            again += _again(run)
    return again


_LOST = "The worker that read this account showed no life for two minutes; the run was queued again."
_PARKED = (
    f"The worker was lost {ATTEMPTS} times while it read this account. It is not tried again by itself: start a "
    "collection by hand when the cause is found."
)


def _bury(run: Run, parked: bool) -> bool:
    """Mark a run lost or parked, unless its worker showed life meanwhile."""
    lost = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, beat_at=run.beat_at).update(
        state=Run.State.FAILED if parked else Run.State.LOST,
        finished_at=now(),
        error_class="parked" if parked else "lost",
        error=_PARKED if parked else _LOST,
    )
    if lost:
        _end_scopes(run, "lost")
        log.error("run_parked" if parked else "run_lost", run=run.pk, account=run.account_id)
    return bool(lost)


def hand_back(run: Run) -> Run:
    """Put a run that this worker cannot finish back into the queue; what was stored of it stays."""
    Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(
        state=Run.State.QUEUED, started_at=None, beat_at=None, at=None, totals={}
    )
    run.refresh_from_db()
    return run


def cancel(run: Run) -> bool:
    """End a queued or running run; a worker that reads it stops within seconds, and deletes nothing."""
    mine = Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE)
    if not mine.update(state=Run.State.CANCELLED, finished_at=now()):
        return False
    _end_scopes(run, "cancelled")
    return True


def _end_scopes(run: Run, state: str) -> None:
    """Scopes that were waiting or being read when their run ended otherwise than by itself."""
    RunScope.objects.filter(run=run, state__in=["queued", "running"]).update(state=state, finished_at=now())


def _again(run: Run) -> list[Run]:
    try:
        again = claim_run(
            run.account, run.trigger, run.requested_by, run.only_scope, run.attempt + 1,
            only_function=run.only_function,
        )  # fmt: skip
        return [again]
    except AlreadyRunning:
        return []


def untaken() -> list[Run]:
    """Queued runs that no worker took for a while, each reported once per UNTAKEN_AFTER."""
    moment = now()
    late = Run.objects.filter(state=Run.State.QUEUED, queued_at__lt=moment - UNTAKEN_AFTER)
    found = [run for run in late if run.beat_at is None or run.beat_at < moment - UNTAKEN_AFTER]
    Run.objects.filter(pk__in=[run.pk for run in found], state=Run.State.QUEUED).update(beat_at=moment)
    return found
