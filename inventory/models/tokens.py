"""Tokens with which programs ask the API in the name of a person."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from inventory.models.account import Account
from inventory.models.people import Role, User

#: No token lives longer than this.
LONGEST = timedelta(days=365)
SIGN = "fanlight"
#: How often a use is written down at most.
NOTED_EVERY = timedelta(minutes=1)


class ApiToken(models.Model):
    """May at most what its role may, on its accounts (none named: all), and never more than its owner may at that time.

    The token itself is shown once and kept nowhere: `digest` is its SHA-256, `prefix` its beginning, by which people
    and the look-up tell tokens apart.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, unique=True)
    digest = models.CharField(max_length=64)
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    accounts = models.ManyToManyField(Account, blank=True, related_name="+")
    limited = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_ip = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="token_expires_later")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def state(self, at: datetime) -> str:
        """active, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "active" if at < self.expires_at else "expired"

    def bearer(self, at: datetime) -> User | None:
        """The owner with what the token leaves of their powers; None when either is no longer good."""
        if self.state(at) != "active" or not self.owner.is_active:
            return None
        # Accounts that were named and are gone leave none, not all.
        only = list(self.accounts.values_list("pk", flat=True)) if self.limited else None
        return self.owner.capped(self.role, only)


def make_token(
    owner: User, name: str, role: str, at: datetime, expires_at: datetime, accounts: list[Account] | None = None
) -> tuple[ApiToken, str]:
    """A new token, and the text to show once. `accounts` None is all; raises ValueError for a life over a year."""
    if not at < expires_at <= at + LONGEST:
        raise ValueError("A token expires in the future, and within a year.")
    prefix = f"{SIGN}_{secrets.token_hex(5)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    made = ApiToken.objects.create(
        owner=owner, name=name, prefix=prefix, digest=_digest(text), role=role, made_at=at, expires_at=expires_at,
        limited=accounts is not None,
    )  # fmt: skip
    made.accounts.set(accounts or [])
    return made, text


def token_of(text: str) -> ApiToken | None:
    """The token whose text this is, whatever its state; None when there is none."""
    prefix = "_".join(text[:40].split("_")[:2])
    found = ApiToken.objects.select_related("owner").filter(prefix=prefix).first()
    return found if found and hmac.compare_digest(found.digest, _digest(text)) else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
