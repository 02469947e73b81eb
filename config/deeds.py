"""What signing in and out leaves in the audit log."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from inventory.audit import audit
from inventory.models import User


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    audit("sign-in", request, by=user, of=user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    if user is not None:
        audit("sign-out", request, by=user, of=user)


@receiver(user_login_failed)
def failed_to_sign_in(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A name that nobody has is not told: people type their password into the wrong field."""
    tried = str(credentials.get("username") or "")[:150]
    known = User.objects.filter(username=tried).first()
    audit("sign-in.failed", request, of=known, after={"tried": tried if known else "a name that nobody has"})


@receiver([password_changed, password_set, password_reset])
def changed_password(request: HttpRequest, user: Any, **_: Any) -> None:
    audit("password", request, by=user, of=user)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def changed_second_factor(request: HttpRequest, user: Any, authenticator: Any, signal: Any, **_: Any) -> None:
    deed = {authenticator_added: "added", authenticator_removed: "removed"}.get(signal, "made anew")
    audit("sign-in.second-factor", request, by=user, of=user, after={"method": str(authenticator.type), "deed": deed})


@receiver(authenticator_used)
def used_recovery_code(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(authenticator.data.get("hashes", []))
        told = {"deed": "a recovery code was used", "left": left}
        audit("sign-in.second-factor", request, by=user, of=user, after=told)


@receiver(authentication_failed)
def failed_second_step(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    audit("sign-in.failed", request, of=user, after={"tried": user.get_username(), "at": "the second step"})
