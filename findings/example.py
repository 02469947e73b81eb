"""Small worlds for the examples of rules: what a rule's page shows and its unit test judges. No Django here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from findings.seen import Seen, SeenGrant, SeenIdentity, SeenPosture, SeenPower

Json = Any
#: When the examples are judged.
AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

_IDS = {
    "aws": ("123456789012", "eu-west-1", "arn:aws:lambda:eu-west-1:123456789012:function:{}"),
    "gcp": ("acme-data", "europe-west1", "projects/acme-data/locations/europe-west1/functions/{}"),
    "azure": (
        "11111111-1111-1111-1111-111111111111",
        "westeurope",
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/shop/providers/microsoft.web/sites/{}",
    ),
}


def function(provider: str, *, name: str = "checkout", posture: SeenPosture | None = None, **sections: Json) -> Seen:
    """A function of this cloud with these sections; more by `with_` (tags, identities, bindings …)."""
    account, region, native_id = _IDS[provider]
    return Seen(
        kind="function", provider=provider, account=account, region=region, native_id=native_id.format(name),
        name=name, at=AT, document=sections, posture=posture or SeenPosture(),
    )  # fmt: skip


def account(provider: str, **sections: Json) -> Seen:
    """An account of this cloud with these sections of its own."""
    number, region, _ = _IDS[provider]
    return Seen(
        kind="account", provider=provider, account=number, region=region, native_id=number, name="acme", at=AT,
        document=sections, account_document=sections,
    )  # fmt: skip


def with_(seen: Seen, **changes: Json) -> Seen:
    """The same with these attributes."""
    return replace(seen, **changes)


def runs_as(
    seen: Seen,
    name: str = "worker",
    *,
    powers: Sequence[SeenPower] = (),
    grants: Sequence[SeenGrant] = (),
    document: Mapping[str, Json] | None = None,
    privilege: str = "read",
    **changes: Json,
) -> Seen:
    """The same function, running as an identity of this name; its `identity` section says so."""
    native_id = {
        "aws": f"arn:aws:iam::{seen.account}:role/{name}",
        "gcp": f"{name}@{seen.account}.iam.gserviceaccount.com",
        "azure": f"/subscriptions/{seen.account}/principals/{name}",
    }[seen.provider]
    identity = SeenIdentity(
        native_id=native_id, name=name, account=seen.account, powers=tuple(powers), grants=tuple(grants),
        document=document or {}, privilege=privilege, **changes,
    )  # fmt: skip
    sections = {**seen.document, "identity": {"identities": [{"id": native_id}]}}
    return replace(seen, document=sections, identities=(*seen.identities, identity))
