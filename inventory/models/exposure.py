"""Who outside can run or replace our code: bindings as they were judged, and whom we trust for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from inventory.models.account import Account
from inventory.models.function import Function
from inventory.models.people import User

#: Trust in a third party ends by itself after at most so long.
LONGEST_TRUST = timedelta(days=365)
#: The rungs of each tab; what only our own accounts share stands with what is external.
TABS = ("public", "external", "internal")
PARTS = ("invoke", "deploy")
PRESENT = Q(gone_at=None)


class TrustQuerySet(models.QuerySet["Trust"]):
    def active(self, at: datetime) -> Self:
        """Trust that holds at a time: begun, neither ended nor expired."""
        return self.filter(at__lte=at, ended_at=None, until__gt=at)

    def covering(self, provider: str, party: str) -> Self:
        return self.filter(provider=provider, party=party)


class Trust(models.Model):
    """Somebody of ours trusts a third party, for a reason and until a time.

    `party` is an AWS account id, a Google project (id or number) or domain, an Azure tenant or principal, as
    `ExposedBinding.party` names it. A record is never removed: what ended or expired stays to be read. The names of
    people are kept as text beside the key, for a user may be deleted.
    """

    provider = models.CharField(max_length=10, choices=Account.Provider)
    party = models.CharField(max_length=255)
    reason = models.TextField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ended_by_name = models.CharField(max_length=150, blank=True)
    end_reason = models.TextField(blank=True)

    objects = TrustQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("at")), name="trust_ends_after_it_begins")]
        indexes = [models.Index(fields=["provider", "party", "-at"], name="trust_of_party")]

    def __str__(self) -> str:
        return f"{self.provider} {self.party}"

    def state(self, at: datetime) -> str:
        """active, ended (by somebody) or expired."""
        if self.ended_at is not None:
            return "ended"
        return "active" if self.until > at else "expired"


class ExposedBindingQuerySet(models.QuerySet["ExposedBinding"]):
    def visible_to(self, user: User | Any) -> Self:
        """Bindings of functions this person may see: the one door for pages, API and exports."""
        return Account.objects.visible_to(user).limit(self)

    def trusted(self, at: datetime) -> Self:
        """Bindings of third parties that are trusted at a time."""
        return self.filter(trusted_condition(at))


def trusted_condition(at: datetime, column: str = "party") -> Q:
    """Rows whose party is trusted at a time: the few trusted parties are named in the filter."""
    found = Q(pk__in=[])
    for provider, parties in trusted_parties(at).items():
        found |= Q(provider=provider, **{f"{column}__in": sorted(parties)})
    return found


def trusted_parties(at: datetime) -> dict[str, set[str]]:
    """The third parties trusted at a time, by provider."""
    found: dict[str, set[str]] = {}
    for provider, party in Trust.objects.active(at).order_by().values_list("provider", "party"):
        found.setdefault(provider, set()).add(party)
    return found


class ExposedBinding(models.Model):
    """One way in to a function from beyond those who are named in its own account, as it was judged.

    `tab`: public, external (outside the zone of trust, or another account of ours) or internal (ours, but broad).
    `part`: invoke or deploy; `action`: invoke, deploy (update code), configure or own. `level` is its rung on the
    exposure ladder and `rung` the place of that. `party` is the account, project, domain or tenant it is given to, ""
    where it names none; `own` when that is one of ours. `narrows` tells whether the condition restricts who: yes, no,
    unknown, or "" where there is none. `latent` says why the way is closed at present.

    `since` is when the first snapshot that has it began, `since_number` which one that is; without `since_exact` it is
    at least as old as that. None: it does not stand in the function's own configuration (it is inherited).
    `digest` tells equal bindings of one function apart from others when they are judged again.
    """

    function = models.ForeignKey(Function, models.CASCADE, related_name="exposed")
    account = models.ForeignKey(Account, models.CASCADE, related_name="exposed")
    provider = models.CharField(max_length=10)
    tab = models.CharField(max_length=10)
    part = models.CharField(max_length=6)
    action = models.CharField(max_length=10)
    level = models.CharField(max_length=24)
    rung = models.SmallIntegerField()
    principal = models.CharField(max_length=1024)
    kind = models.CharField(max_length=40, blank=True)
    party = models.CharField(max_length=255, blank=True)
    own = models.BooleanField(default=False)
    via = models.TextField(blank=True)
    qualifier = models.CharField(max_length=128, blank=True)
    condition = models.TextField(blank=True)
    narrows = models.CharField(max_length=7, blank=True)
    latent = models.TextField(blank=True)
    certain = models.BooleanField(default=True)
    reach = models.CharField(max_length=16, blank=True)
    since = models.DateTimeField(null=True)
    since_number = models.PositiveIntegerField(null=True)
    since_exact = models.BooleanField(default=False)
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = ExposedBindingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["function", "digest"], name="exposed_binding_once")]
        indexes = [
            models.Index(fields=["part", "tab", "-rung", "-id"], name="exposed_by_rung", condition=PRESENT),
            # Covers what tabs, facets and the matrix count, so that they read the index and not the rows.
            models.Index(
                fields=["part", "tab", "provider", "account", "party", "own", "action", "narrows"],
                name="exposed_counted",
                condition=PRESENT,
            ),
            models.Index(fields=["provider", "party"], name="exposed_by_party", condition=PRESENT),
            models.Index(fields=["since"], name="exposed_by_since", condition=PRESENT),
        ]

    def __str__(self) -> str:
        return f"{self.principal}: {self.action}"
