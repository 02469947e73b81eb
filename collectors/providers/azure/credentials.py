"""Whose token goes with our requests: azure-identity's credentials, and a count of renewals shared by many threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from collectors.hygiene import mask
from collectors.provider import BadCredentials

Json = Any
Make = Callable[[], TokenCredential | None]


def maker(connection: Mapping[str, Json], authority: str) -> Make:
    """How to make the credential of a connection anew; makes None for one without credentials."""

    def make() -> TokenCredential | None:
        way = str(connection.get("credential", "default"))
        tenant, client = connection.get("tenant"), connection.get("client_id")
        if way == "anonymous":
            return None
        if way == "managed identity":
            return ManagedIdentityCredential(client_id=client)
        if way == "workload identity":
            return WorkloadIdentityCredential(tenant_id=tenant, client_id=client, **_at(authority))
        if way == "client secret":
            secret = _secret(str(connection["secret"]))
            return ClientSecretCredential(str(tenant), str(client), secret, **_at(authority))
        if way == "certificate":
            path = str(connection["secret"]).removeprefix("file:")
            return CertificateCredential(str(tenant), str(client), path, **_at(authority))
        return _default(tenant, client, authority)

    return make


def _default(tenant: Json, client: Json, authority: str) -> TokenCredential:
    """What the machine offers: environment, workload identity, managed identity, the command line's sign-in."""
    named = {"managed_identity_client_id": client, "workload_identity_client_id": client} if client else {}
    tenants = {"workload_identity_tenant_id": tenant, "additionally_allowed_tenants": [tenant]} if tenant else {}
    return DefaultAzureCredential(authority=authority, **named, **tenants)


def _at(authority: str) -> dict[str, Json]:
    """An authority of one's own is not in Microsoft's list, so that it may not be looked up there."""
    known = ("login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn")
    return {"authority": authority, "disable_instance_discovery": not authority.endswith(known)}


def _secret(where: str) -> str:
    """The secret that a reference leads to; raises BadCredentials when it leads nowhere."""
    kind, _, place = where.partition(":")
    if kind == "env":
        if not os.environ.get(place):
            raise BadCredentials(f"The variable {place}, which should hold the client secret, is not set.")
        return os.environ[place]
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCredentials(f"The file {place}, which should hold the client secret, cannot be read.") from error


class Tokens:
    """Tokens for any audience, renewed in time by azure-identity and once more when the cloud refuses one."""

    def __init__(self, make: Make) -> None:
        self._make, self._lock = make, threading.Lock()
        self._credential: TokenCredential | None = None
        self._made = False
        self.renewals = 0

    def current(self, audience: str, claims: str = "") -> tuple[str, int]:
        """The token ("" for none) and at which renewal it stands; `claims` is a challenge to answer.

        Raises BadCredentials when there are no credentials, or the cloud does not take them.
        """
        with self._lock:
            try:
                if not self._made:
                    self._credential, self._made = self._make(), True
                if self._credential is None:
                    return "", self.renewals
                given = self._credential.get_token(audience, claims=claims or None, enable_cae=bool(claims))
                return given.token, self.renewals
            except (AzureError, ValueError, OSError) as error:
                raise BadCredentials(f"Azure gave no token. {_plainly(error)}") from error

    def renew(self, seen: int) -> None:
        """Forget the credential that was current at renewal `seen`, unless another thread has done so since."""
        with self._lock:
            if seen == self.renewals:
                self._made = False
                self.renewals += 1


def _plainly(error: Exception) -> str:
    """The first line that says something; DefaultAzureCredential tells of every way it tried."""
    lines = [" ".join(line.split()) for line in str(error).splitlines() if line.strip()]
    return mask(" ".join(lines[:6]))[:500]
