"""Second factors: codes of an app that work once, and ten recovery codes of which only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as allauth_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from inventory.models import User
from inventory.sealed import Unreadable, seal, unseal

CODES = 10
#: Without letters and digits that look alike; sixteen of them hold 80 bits, too many to try against a hash.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH, _PART = 16, 4
PURPOSE = "second factor"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth with its secrets sealed, and people named as they sign in."""

    def encrypt(self, text: str) -> str:
        return seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, PURPOSE)

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())


def new_codes(user: User) -> list[str]:
    """Ten new recovery codes, in place of all earlier ones; this is the only time that anybody sees them."""
    codes = [_spelled("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))) for _ in range(CODES)]
    kept = {"hashes": [_hashed(code) for code in codes]}
    Authenticator.objects.update_or_create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, defaults={"data": kept, "last_used_at": None}
    )
    return codes


def codes_left(user: User) -> int | None:
    """How many recovery codes there are still; None when none were ever made."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.data.get("hashes", [])) if kept else None


def _spelled(code: str) -> str:
    return "-".join(code[start : start + _PART] for start in range(0, _LENGTH, _PART))


def _hashed(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in _ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def spend(user: User, code: str) -> Authenticator | None:
    """The authenticator that this code is of, which it will not be again; None for a wrong or a used one."""
    own = Authenticator.objects.select_for_update().filter(user=user)
    for found in own.filter(type=Authenticator.Type.TOTP):
        counter = _counter(found, code)
        if counter is not None and counter > found.data.get("counter", -1):
            return _kept(found, {**found.data, "counter": counter})
    for found in own.filter(type=Authenticator.Type.RECOVERY_CODES):
        left = found.data.get("hashes", [])
        if _hashed(code) in left:
            return _kept(found, {"hashes": [one for one in left if one != _hashed(code)]})
    return None


def _kept(found: Authenticator, data: dict[str, Any]) -> Authenticator:
    found.data = data
    found.save(update_fields=["data"])
    return found


def _counter(found: Authenticator, code: str) -> int | None:
    """Which half minute's code this is; None for that of none."""
    try:
        secret = unseal(found.data["secret"], PURPOSE)
    except Unreadable:
        return None
    for counter in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return int(counter)
    return None


@receiver(authenticator_added)
def first_code_is_used(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:
    """The code by which an app was set up does not sign anybody in afterwards."""
    if authenticator.type == Authenticator.Type.TOTP:
        counter = _counter(authenticator, request.POST.get("code", ""))
        if counter is not None:
            _kept(authenticator, {**authenticator.data, "counter": counter})


class _Code:
    """What both forms do with a code: each works once, and who guesses waits."""

    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        forget = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]
        found = spend(self.user, code)
        if found is None:
            own = Authenticator.objects.filter(user=self.user).order_by("-type").first()
            if own is not None:
                self._emit_authentication_failed(own)  # type: ignore[attr-defined]
            raise allauth_adapter().validation_error("incorrect_code")
        found.user = self.user
        self.authenticator = found
        forget()
        return code


class CodeForm(_Code, AuthenticateForm):  # type: ignore[misc]
    """A code of the app, or a recovery code, when signing in."""


class CodeAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]
    """The same before a dangerous deed."""
