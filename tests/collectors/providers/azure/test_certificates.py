"""Certificates of own host names: asked in one question, and only where an app names one."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.facts import Observation
from tests.collectors.providers.azure.arm import Azure, refusal
from tests.collectors.providers.azure.conftest import Read
from tests.collectors.providers.azure.estate import IN, WEB

LIST = f"{IN}/providers/Microsoft.Web/certificates".lower()
PRINT = "0123456789ABCDEF0123456789ABCDEF01234567"


def bound(azure: Azure, *states: dict[str, Any]) -> None:
    """Checkout answers under these host names."""
    row = next(row for row in azure.rows["resources"] if row["id"].endswith("/sites/Checkout"))
    row["properties"]["hostNameSslStates"] = [{"name": "x.azurewebsites.net", "sslState": "Disabled"}, *states]


def named(name: str, thumbprint: str = PRINT.lower()) -> dict[str, Any]:
    return {"name": name, "sslState": "SniEnabled", "thumbprint": thumbprint, "hostType": "Standard"}


def certificate(**told: Any) -> dict[str, Any]:
    body = {
        "thumbprint": PRINT, "issuer": "A CA", "password": "hunter2-hunter2", "pfxBlob": "TUlJ-a-private-key",
        "issueDate": "2026-06-01T00:00:00+00:00", "expirationDate": "2026-12-01T14:00:00.0000000+02:00",
    }  # fmt: skip
    return {"id": f"{WEB}/certificates/Shop", "type": "microsoft.web/certificates", "properties": body | told}


def checkout(read: Read) -> Observation:
    return next(one for one in read("functions") if one.name == "Checkout")


def test_a_certificate_is_told_with_its_end_and_who_renews_it(read: Read, azure: Azure) -> None:
    bound(azure, named("Shop.acme.example"))
    azure.rows["resources"].append(certificate())
    seen = checkout(read)
    assert seen.sections["certificates"] == {
        "certificates": [
            {
                "name": "shop.acme.example", "thumbprint": PRINT, "id": f"{WEB}/certificates/Shop".lower(),
                "ends": "2026-12-01T12:00:00Z", "issued": "2026-06-01T00:00:00Z", "issuer": "A CA",
                "renewed_by": "its owner",
            }
        ]
    }  # fmt: skip
    assert "hunter2" not in str(seen.raw) and "private-key" not in str(seen.raw)
    assert azure.paths(LIST) == []


@pytest.mark.parametrize(
    ("told", "by"),
    [({"canonicalName": "shop.acme.example"}, "App Service"), ({"keyVaultId": "/vaults/kv"}, "Key Vault")],
)
def test_managed_certificates_renew_themselves(read: Read, azure: Azure, told: dict[str, Any], by: str) -> None:
    bound(azure, named("shop.acme.example"))
    azure.rows["resources"].append(certificate(**told))
    assert checkout(read).sections["certificates"]["certificates"][0]["renewed_by"] == by


def test_nothing_is_asked_where_no_certificate_is_bound(read: Read, azure: Azure) -> None:
    bound(azure)
    assert checkout(read).sections["certificates"] == {"certificates": []}
    assert not any("microsoft.web/certificates" in str(one.body) for one in azure.asked)
    assert azure.paths(LIST) == []


def test_where_the_names_were_not_told_nothing_is_said(read: Read) -> None:
    seen = checkout(read)
    assert "certificates" not in seen.sections and "certificates" not in seen.unread


def test_one_that_is_not_listed_has_no_end(read: Read, azure: Azure) -> None:
    bound(azure, named("shop.acme.example", "FFFF"))
    azure.answers[LIST] = [certificate()]
    told = checkout(read).sections["certificates"]["certificates"]
    assert told == [{"name": "shop.acme.example", "thumbprint": "FFFF", "found": "not listed"}]
    assert len(azure.paths(LIST)) == 1


@pytest.mark.parametrize(
    ("status", "code", "error_class"), [(403, "AuthorizationFailed", "denied"), (404, "NotFound", ""), (501, "No", "")]
)
def test_a_refusal_costs_only_this_part(read: Read, azure: Azure, status: int, code: str, error_class: str) -> None:
    before = checkout(read).sections
    bound(azure, named("shop.acme.example"))
    azure.fail(LIST, refusal(status, code))
    seen = checkout(read)
    assert "certificates" in seen.unread
    assert not error_class or seen.unread["certificates"].permission == "Microsoft.Web/certificates/read"
    assert set(seen.unread) == {"certificates"} and before.keys() <= seen.sections.keys()
    assert "ends" not in str(seen.sections.get("certificates"))


def test_the_question_is_asked_once_for_all_apps(read: Read, azure: Azure) -> None:
    bound(azure, named("shop.acme.example"))
    for row in azure.rows["resources"]:
        if row["id"].endswith("/sites/thumbnails"):
            row["properties"]["hostNameSslStates"] = [named("thumbs.acme.example")]
    azure.rows["resources"].append(certificate())
    told = [one.sections["certificates"] for one in read("functions") if "certificates" in one.sections]
    assert [row["ends"] for part in told for row in part["certificates"]] == ["2026-12-01T12:00:00Z"] * 2
    assert sum("microsoft.web/certificates" in str(one.body) for one in azure.asked) == 1


def test_odd_shapes_make_no_end(read: Read, azure: Azure) -> None:
    bound(azure, named("shop.acme.example"))
    azure.rows["resources"].append(certificate(expirationDate="2026-13-45", issueDate=7))
    assert "ends" not in checkout(read).sections["certificates"]["certificates"][0]
