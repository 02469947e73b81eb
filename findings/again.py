"""Accounts that are judged again because others were read: the order in which accounts are read must not matter.

After a reading only the account that was read is judged. What others rest on may have changed with it: which accounts
are ours, who trusts whom, what an identity may do that functions elsewhere run as. A hand-over notes that
(`judge_recorded`); `look` compares the footing of every account concerned with the one it was judged on
(`findings.footing`), and those that stand otherwise now are judged again, each once.

It ends: the parts of a footing follow from what was recorded and from what identities may do, never from findings; so
each round of judging settles a step of record → identities → functions → findings, and the next one finds less.
It does not storm: while accounts of a cloud are being read, it waits until all are, or for WAIT; and one look asks for
at most MOST accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from findings import footing
from findings.evaluate import judge_account
from findings.footing import Standing
from findings.models import Footing
from inventory.models import Account, Scope

#: So long it is waited for readings that go on, so that all they change is weighed once.
WAIT = timedelta(minutes=10)
#: A reading that takes longer has died (as in `findings.losing`).
LONGEST = timedelta(hours=2)
#: What was asked for and not done in this time was lost on the way, and is asked for again.
LOST = timedelta(hours=1)
#: Accounts that one look asks for, of each cloud: readings that wait behind them in the queue are to get their turn.
MOST = 40
#: Looks in `catch_up`: one for each step of the chain above, and one to see that nothing is left.
ROUNDS = 5


def look(at: datetime, *, patient: bool = True) -> list[int]:
    """The accounts that are to be judged again, by their keys; whoever gets them has them judged (`judge_again`).

    patient: wait while readings go on. Without news of any hand-over this costs two queries a cloud.
    """
    providers = Footing.objects.order_by().values_list("account__provider", flat=True).distinct()
    return [pk for provider in sorted(providers) for pk in _Look(provider, at, patient).behind()]


def judge_again(pk: int, at: datetime) -> int:
    """Judge an account that was asked for, unless somebody did meanwhile; returns how many functions were judged."""
    account = Account.objects.filter(pk=pk, footing__asked_at__isnull=False).first()
    return judge_account(account, at)["functions"] if account else 0


def catch_up(at: datetime) -> int:
    """Judge here and now whatever is behind; returns how many accounts were judged."""
    done = 0
    for _ in range(ROUNDS):
        behind = look(at, patient=False)
        if not behind:
            break
        for pk in behind:
            judge_again(pk, at)
        done += len(behind)
    return done


def judge_rest(sender: Any, at: datetime, **_: Any) -> None:
    """Somebody read accounts here and waits until all is judged."""
    catch_up(at)


class _Look:
    """The accounts of one cloud, compared with the footing they were judged on."""

    def __init__(self, provider: str, at: datetime, patient: bool) -> None:
        self.at = at
        self.patient = patient
        self.accounts = {account.pk: account for account in Account.objects.filter(provider=provider)}
        self.rows = {row.pk: row for row in Footing.objects.filter(account__in=list(self.accounts))}
        self.zone = footing.zone_of(self.accounts.values())

    def behind(self) -> list[int]:
        """Those that stand otherwise now. Whatever was compared is no news any more, but for who is being read."""
        news = [row for row in self.rows.values() if self._is_news(row)]
        if not news:
            return []
        busy = self._busy()
        if self.patient and busy and not self._waited(news):
            return []
        found: list[int] = []
        for row, standing in self._compared(news):
            if standing.is_that_of(row):
                self._settle(row)
            elif row.pk in busy:
                # Its own hand-over comes, and is judged before anything is compared again.
                footing.note(self.accounts[row.pk], wide=False)
            elif len(found) < MOST:
                self._settle(row, asked_at=self.at)
                found.append(row.pk)
            else:
                footing.note(self.accounts[row.pk], wide=False)
        return found

    def _is_news(self, row: Footing) -> bool:
        return not self._is_asked(row) and (
            row.moves != row.compared or row.zone != self.zone or row.asked_at is not None
        )

    def _is_asked(self, row: Footing) -> bool:
        """Whether it waits for a worker; who does not wait for workers judges it himself."""
        return self.patient and row.asked_at is not None and row.asked_at > self.at - LOST

    def _busy(self) -> set[int]:
        """Accounts of which something is read, or recorded and not judged."""
        going_on = Scope.objects.filter(account__in=list(self.accounts), reading_since__gt=self.at - LONGEST)
        return set(going_on.order_by().values_list("account", flat=True))

    def _waited(self, news: list[Footing]) -> bool:
        unseen = [row.pk for row in news if row.since is None]
        Footing.objects.filter(pk__in=unseen, since=None).update(since=self.at)
        return any(row.since and row.since <= self.at - WAIT for row in news)

    def _compared(self, news: list[Footing]) -> Iterator[tuple[Footing, Standing]]:
        wide = any(row.wide or row.zone != self.zone for row in news)
        rows = self.rows.values() if wide else news
        concerned = [self.accounts[row.pk] for row in rows if not self._is_asked(row)]
        standings = footing.standings(concerned, zone=self.zone)
        return ((self.rows[pk], standing) for pk, standing in standings.items())

    def _settle(self, row: Footing, asked_at: datetime | None = None) -> None:
        """It was compared. A hand-over that came in between is news still."""
        Footing.objects.filter(pk=row.pk).update(compared=row.moves, asked_at=asked_at)
        done = Q(moves=F("compared"))
        Footing.objects.filter(done, pk=row.pk).update(since=None, wide=False)
