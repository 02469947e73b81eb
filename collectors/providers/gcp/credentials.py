"""With which credentials we ask: application default ones, a service account's file, one to impersonate, or none."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import google.auth
from google.auth import exceptions, impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from collectors.provider import BadCredentials, Unreachable
from collectors.providers.gcp.faults import Transient

Json = Any

#: Several of the APIs take no narrower scope; what we may do is limited by the role, which only reads.
SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_LIFETIME_SECONDS = 3600


class Nobody(AnonymousCredentials):
    """No credentials, for emulators; renewing them changes nothing, and is no error."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def refresh(self, request: Any) -> None:
        """There is nothing to refresh."""


class Keys:
    """The credentials in use, with a count of renewals so that many threads renew them once."""

    def __init__(self, connection: Mapping[str, Json]) -> None:
        """Raises BadCredentials when there are none to be had."""
        self._lock = threading.Lock()
        self.renewals = 0
        self.credentials: Credentials = _find(connection)

    def renew(self, seen: int) -> None:
        """Renew what was current at renewal number `seen`, unless another thread has done so since."""
        with self._lock:
            if seen != self.renewals:
                return
            try:
                self.credentials.refresh(Request())
            except exceptions.GoogleAuthError as error:
                raise auth_fault(error) from error
            self.renewals += 1


def _find(connection: Mapping[str, Json]) -> Credentials:
    if connection.get("anonymous"):
        return Nobody()
    try:
        found = _own(connection)
    except (exceptions.GoogleAuthError, OSError, ValueError) as error:
        raise BadCredentials(f"No Google credentials could be used: {_plainly(error)}") from error
    if connection.get("impersonate"):
        return impersonated_credentials.Credentials(
            source_credentials=found,
            target_principal=connection["impersonate"],
            target_scopes=list(SCOPES),
            lifetime=_LIFETIME_SECONDS,
        )
    return found


def _own(connection: Mapping[str, Json]) -> Credentials:
    if connection.get("credentials_file"):
        return _of_file(str(connection["credentials_file"]))
    found, _ = google.auth.default(scopes=SCOPES)
    own: Credentials = found
    return own


def _of_file(path: str) -> Credentials:
    read: Credentials = service_account.Credentials.from_service_account_file(path, scopes=SCOPES)
    return read


def auth_fault(error: Exception) -> Exception:
    """What went wrong while a token was fetched: bad credentials, or no answer (which may pass)."""
    if isinstance(error, exceptions.TransportError):
        return Transient(Unreachable(f"Google's sign-in could not be reached: {_plainly(error)}"))
    if getattr(error, "retryable", False):
        return Transient(Unreachable(f"Google's sign-in failed: {_plainly(error)}"))
    return BadCredentials(f"Google did not accept the credentials: {_plainly(error)}")


def _plainly(error: Exception) -> str:
    words = str(error.args[0] if error.args else error)
    return " ".join(words.split())[:300] or type(error).__name__
