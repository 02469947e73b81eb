"""An open way into one AWS account: its credentials, its address, and one `Reach` for each scope that is read."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

from botocore import exceptions
from botocore.credentials import ReadOnlyCredentials
from botocore.session import Session as BotocoreSession

from collectors.provider import AccountRef, BadCredentials, CallCounts, Denied
from collectors.providers.aws.credentials import Assumed, Base, Keys
from collectors.providers.aws.faults import Expired
from collectors.providers.aws.reach import ATTEMPTS, KnownCalls, Reach
from collectors.providers.aws.regions import Regions
from collectors.providers.aws.wire import LOADER, Call, Wire

Json = Any

GLOBAL = "global"
#: Credentials have a time of their own: they are asked for in the middle of any scope.
CREDENTIALS_SECONDS = 60.0
_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


class AwsSession:
    """One account, reached with one set of credentials. Safe to use from several threads."""

    def __init__(self, account: AccountRef, fingerprint_key: str) -> None:
        self.account, self.connection = account.native_id, dict(account.connection)
        self.fingerprint_key = fingerprint_key
        self.read_before = tuple(scope for scope in account.scopes if scope != GLOBAL)
        self.regions = Regions()
        self.partition = str(self.connection.get("role_arn") or "arn:aws").split(":")[1]
        endpoint = str(self.connection.get("endpoint", ""))
        self.wire = Wire(self._botocore(), endpoint)
        base = Base(self._botocore, self.connection, endpoint or self.wire.configured("lambda"))
        self.base_keys = Keys(base)
        assumes = bool(self.connection.get("role_arn"))
        self.keys = Keys(Assumed(base, self.connection, self._assume, _now)) if assumes else self.base_keys
        self.paced = bool(self.connection.get("pace")) or not self.wire.custom()
        self.known_calls = KnownCalls()
        self._reaches: dict[str, Reach] = {}
        self._lock = threading.Lock()

    def _botocore(self) -> BotocoreSession:
        try:
            made = BotocoreSession(profile=self.connection.get("profile"))
            made.register_component("data_loader", LOADER)
            made.get_scoped_config()
        except exceptions.BotoCoreError as error:
            raise BadCredentials(f"The AWS configuration of this machine cannot be used: {error}") from error
        return made

    @property
    def home(self) -> str:
        """The region in which global services of this partition answer and sign."""
        return _HOME.get(self.partition, "us-east-1")

    def reach(self, scope: str) -> Reach:
        with self._lock:
            if scope not in self._reaches:
                self._reaches[scope] = self._reach(scope, float("inf"))
            return self._reaches[scope]

    def _reach(self, scope: str, until: float) -> Reach:
        return Reach(self, scope, self.home if scope == GLOBAL else scope, until)

    def calls(self, scope: str) -> CallCounts:
        return self.reach(scope).counts

    def begin(self, scope: str, deadline_seconds: float) -> None:
        """Start the reading of a scope: counts and remembered sweeps begin anew, the deadline runs."""
        with self._lock:
            self._reaches[scope] = self._reach(scope, time.monotonic() + deadline_seconds)

    def _assume(self, wanted: dict[str, Json], keys: ReadOnlyCredentials) -> dict[str, Json]:
        """AssumeRole with the base credentials, in a region of the connection (a role may be barred from others)."""
        region = (self.connection.get("regions") or [self.home])[0]
        call = Call("sts", "AssumeRole", region, self.account)
        try:
            own_time = self._reach(GLOBAL, time.monotonic() + CREDENTIALS_SECONDS)
            return own_time.attempts(call, wanted, keys, ATTEMPTS)
        except Denied as refused:
            raise BadCredentials(
                f"The role {wanted['RoleArn']} cannot be assumed: check that it trusts us, and the external id. "
                f"{refused.reason}",
                "sts:AssumeRole",
                call.name,
            ) from refused
        except Expired as expired:
            raise BadCredentials(f"The credentials of the collector itself have expired. {expired}") from expired


def _now() -> datetime:
    return datetime.now(UTC)
