"""What the last judgement of a whole account rested on, beside the account's own identities and settings."""

from __future__ import annotations

from django.db import models

from inventory.models import Account


class Footing(models.Model):
    """One row an account that was judged or handed over.

    The first four are digests (see `findings.footing`) of what was found when its judging began: the accounts that are
    connected, what other accounts say of it, its functions as targets of its own identities, and its functions that
    hold much. Where they are others now, the account is behind, and is judged again (`findings.again`).

    `moves` counts hand-overs after which somebody may be behind, `compared` how many of them were looked at, `since` is
    the first that was not; `wide` when accounts other than this one may be concerned. `asked_at` stands from when it
    was asked to be judged again until it was.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="footing")
    zone = models.CharField(max_length=32, blank=True)
    around = models.CharField(max_length=32, blank=True)
    functions = models.CharField(max_length=32, blank=True)
    strong = models.CharField(max_length=32, blank=True)
    moves = models.PositiveIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    wide = models.BooleanField(default=False)
    since = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"what account {self.account_id} rests on"
