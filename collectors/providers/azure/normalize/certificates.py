"""The certificates of an app's own host names: until when they hold, and who renews them.

Sources: Microsoft.Web/certificates (2025-05-01): `canonicalName` is set for certificates that App Service manages
itself, `keyVaultId` for those it takes from a vault; learn.microsoft.com/azure/app-service/configure-ssl-certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.azure.ids import plain
from collectors.providers.azure.moments import moment, written
from collectors.providers.azure.normalize.words import properties
from collectors.shapes import mapping, objects, said, text

Json = Any


def certificates(site: Json, listed: Json) -> Json:
    """`certificates`: one entry for each host name that has a certificate of its own.

    `listed` are the certificates by thumbprint, None for one that is not listed; where they were not read at all, only
    host names and thumbprints are told.
    """
    states = objects(properties(site).get("hostNameSslStates"), "hostNameSslStates")
    found = [_bound(one, listed) for one in states if text(one, "thumbprint")]
    return {"certificates": sorted(found, key=lambda one: str(one.get("name")))}


def _bound(state: Mapping[str, Json], listed: Json) -> dict[str, Json]:
    thumbprint = text(state, "thumbprint").upper()
    told = {"name": text(state, "name").lower(), "thumbprint": thumbprint}
    if listed is None:
        return told
    row = mapping(listed, "The certificates").get(thumbprint)
    return told | ({"found": "not listed"} if row is None else _told(row))


def _told(row: Json) -> dict[str, Json]:
    body, vault = properties(row, "The certificate"), plain(properties(row, "The certificate").get("keyVaultId"))
    return said(
        id=plain(row.get("id")),
        ends=_moment(body, "expirationDate"),
        issued=_moment(body, "issueDate"),
        issuer=text(body, "issuer"),
        renewed_by="Key Vault" if vault else "App Service" if text(body, "canonicalName") else "its owner",
        vault=vault,
        vault_secret=text(body, "keyVaultSecretName"),
        vault_status=text(body, "keyVaultSecretStatus"),
    )


def _moment(body: Mapping[str, Json], key: str) -> str:
    """A time in one spelling, whichever of Azure's lists told it; "" for what is none."""
    at = moment(body.get(key))
    return written(at) if at else ""
