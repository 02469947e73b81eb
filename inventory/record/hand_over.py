"""The hand-over from recording to judging: what was written of an account, told once for all scopes that were read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.dispatch import Signal

from inventory.models import Account, Scope

#: Sent when scopes of an account were recorded and committed, with `account`, `touched` (ids of the resources of which
#: something is new) and `at` (when they were read).
scopes_recorded = Signal()
#: Sent when somebody waits for all that was read to be judged (`collect --wait`), with `at`: what else rests on it, in
#: other accounts, is judged before it returns.
readings_ended = Signal()


class HandOver:
    """Scopes of one account that are recorded and not judged yet.

    Each of these scopes keeps its `reading_since` until it was judged: a worker that dies before leaves that mark, and
    the next reading of the scope has all of it judged.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.touched: set[int] = set()
        self._scopes: set[int] = set()
        self._at: datetime | None = None

    @property
    def waiting(self) -> bool:
        """Whether anything is to be judged."""
        return bool(self._scopes)

    def add(self, scope: Scope, touched: Collection[int], at: datetime) -> None:
        """Note a scope whose record is written; the mark that it is not judged stands in the database already."""
        self._scopes.add(scope.pk)
        self.touched |= set(touched)
        self._at = max(at, self._at or at)

    def send_on_commit(self) -> None:
        """Have all of it judged once it is committed. A fault of judging is logged, and undoes nothing that was read:
        the marks stay, and the next reading has it judged."""
        transaction.on_commit(self._send, robust=True)

    def _send(self) -> None:
        if self.touched:
            # As it is now: somebody may have changed its name or its stance since the reading began.
            account = Account.objects.get(pk=self.account.pk)
            scopes_recorded.send(Scope, account=account, touched=frozenset(self.touched), at=self._at)
        if self._scopes:
            Scope.objects.filter(pk__in=self._scopes, reading_run=None).update(reading_since=None)
        self.touched, self._scopes = set(), set()
