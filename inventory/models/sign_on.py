"""How people may sign in: the installation's rule, the identity providers it trusts, and what their groups may do."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q

from inventory.models.people import Role

#: The rule that asks everybody for a second factor; others name roles.
EVERYBODY = "all"


class SignInRule(models.Model):
    """The one rule of an installation; no row means: nobody needs a second factor, and passwords are a way in.

    `second_factor` is empty, `all`, or roles with commas between. Without `passwords` only people who are `local` sign
    in by password: those whom `manage.py createadmin` made, for the day on which single sign-on is broken.
    """

    second_factor = models.CharField(max_length=60, blank=True, default="")
    passwords = models.BooleanField(default=True)

    def __str__(self) -> str:
        return "the rule of signing in"


class IdentityProvider(models.Model):
    """Who vouches for people. `issuer` (of SAML: the entity id) says who that is and never changes: people are known by
    it and by what it calls them. `secret` is sealed, `metadata` what was read from a SAML provider's document.
    """

    class Kind(models.TextChoices):
        OIDC = "oidc", "OpenID Connect"
        SAML = "saml", "SAML 2.0"

    kind = models.CharField(max_length=4, choices=Kind)
    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=200, blank=True)
    secret = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    groups_from = models.CharField(max_length=200, default="groups")
    second_factor = models.BooleanField(default=False)
    enabled = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.key or provider_key(self.kind, self.issuer)
        super().save(*args, **kwargs)


def provider_key(kind: str, issuer: str) -> str:
    """What stands for an issuer in addresses and beside what it calls people."""
    return hashlib.sha256(f"{kind}\n{issuer}".encode()).hexdigest()[:32]


class GroupRole(models.Model):
    """What people of a provider's group may do: a role on one account, on those of a group, or on all (both empty)."""

    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=250)
    role = models.CharField(max_length=10, choices=Role)
    account = models.ForeignKey("inventory.Account", models.CASCADE, null=True, blank=True, related_name="+")
    group = models.ForeignKey("inventory.AccountGroup", models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(group__isnull=True), name="group_role_in_one_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.role} on {self.account or self.group or 'all accounts'}"
