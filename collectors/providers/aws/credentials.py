"""Whose keys sign our requests: ambient ones or a profile's, and those of the role to assume with them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore import exceptions
from botocore.credentials import ReadOnlyCredentials
from botocore.session import Session as BotocoreSession

from collectors.provider import BadCredentials
from collectors.providers.aws.connection import on_loopback

Json = Any
Ask = Callable[[dict[str, Json], ReadOnlyCredentials], dict[str, Json]]

#: Local servers take any key; real ones never see this pair, as it is used on loopback only.
_LOCAL_KEY, _LOCAL_SECRET = "FANLIGHTLOCAL", "local"
_RENEW_BEFORE = timedelta(minutes=5)


class Base:
    """The credentials we start from: a profile's or the environment's, whatever botocore's chain finds."""

    def __init__(self, make: Callable[[], BotocoreSession], connection: Mapping[str, Json], endpoint: str) -> None:
        self._make, self._connection = make, connection
        self._local = bool(endpoint) and on_loopback(endpoint)
        self._found: Any = None

    def get(self) -> ReadOnlyCredentials:
        """The keys as they are now; raises BadCredentials when there are none."""
        if self._local and self._connection.get("access_key_id"):
            return ReadOnlyCredentials(str(self._connection["access_key_id"]), _LOCAL_SECRET, None)
        if self._local and not (self._connection.get("profile") or os.environ.get("AWS_ACCESS_KEY_ID")):
            return ReadOnlyCredentials(_LOCAL_KEY, _LOCAL_SECRET, None)
        try:
            self._found = self._found or self._make().get_credentials()
            frozen: ReadOnlyCredentials | None = self._found and self._found.get_frozen_credentials()
        except (exceptions.BotoCoreError, exceptions.ClientError) as error:
            raise BadCredentials(f"The AWS credentials of this machine cannot be used: {error}") from error
        if frozen is None or not frozen.access_key:
            raise BadCredentials(
                "No AWS credentials were found: give the collecting process a role, a profile or environment variables."
            )
        return frozen

    def renew(self) -> None:
        """Forget what was found, so that the next `get` looks again."""
        self._found = None


class Assumed:
    """The credentials of a role in the account, assumed with the base credentials and renewed in time."""

    def __init__(self, base: Base, connection: Mapping[str, Json], ask: Ask, now: Callable[[], datetime]) -> None:
        self._base, self._connection, self._ask, self._now = base, connection, ask, now
        self._current: ReadOnlyCredentials | None = None
        self._until = datetime.min.replace(tzinfo=UTC)

    def get(self) -> ReadOnlyCredentials:
        if self._current is None or self._now() > self._until - _RENEW_BEFORE:
            self._current, self._until = self._assume()
        return self._current

    def _assume(self) -> tuple[ReadOnlyCredentials, datetime]:
        wanted = {"RoleArn": self._connection["role_arn"], "RoleSessionName": "fanlight", "DurationSeconds": 3600}
        if self._connection.get("external_id"):
            wanted["ExternalId"] = self._connection["external_id"]
        given = self._ask(wanted, self._base.get()).get("Credentials") or {}
        if not (given.get("AccessKeyId") and given.get("SecretAccessKey") and given.get("SessionToken")):
            raise BadCredentials(f"AWS gave no credentials for {self._connection['role_arn']}.")
        keys = ReadOnlyCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return keys, _moment(str(given.get("Expiration", ""))) or self._now() + timedelta(minutes=50)

    def renew(self) -> None:
        self._base.renew()
        self._current = None


class Keys:
    """The credentials in use, with a count of renewals so that many threads renew them once."""

    def __init__(self, source: Base | Assumed) -> None:
        self._source, self._lock = source, threading.Lock()
        self.renewals = 0

    def current(self) -> tuple[ReadOnlyCredentials, int]:
        with self._lock:
            return self._source.get(), self.renewals

    def renew(self, seen: int) -> None:
        """Renew what was current at renewal number `seen`, unless another thread has done so since."""
        with self._lock:
            if seen == self.renewals:
                self._source.renew()
                self.renewals += 1


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
