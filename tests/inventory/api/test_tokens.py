"""API tokens: no more than their owner may, no longer than they say, and without cookies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from inventory.api.bearer import PerToken
from inventory.models import Account, ApiToken, AuditEntry, User
from inventory.models.tokens import LONGEST, make_token
from tests.cast import Cast


def made(owner: User, role: str = "viewer", accounts: list[Account] | None = None) -> tuple[ApiToken, str]:
    at = timezone.now()
    return make_token(owner, "nightly export", role, at, at + timedelta(days=30), accounts)


def ask(text: str, address: str = "/api/v1/functions/", method: str = "GET") -> int:
    client = Client(enforce_csrf_checks=True)
    return client.generic(method, address, headers={"authorization": f"Bearer {text}"}).status_code


def test_a_token_is_long_and_kept_nowhere(cast: Cast) -> None:
    token, text = made(cast.viewer)
    assert text.startswith(f"{token.prefix}_")
    assert len(text) - len(token.prefix) - 1 == 43, "256 bits"
    assert text[-43:] not in str(ApiToken.objects.values().get())
    assert ask(text) == 200


def test_a_token_answers_as_its_owner_and_is_noted(cast: Cast) -> None:
    token, text = made(cast.viewer)
    rows = Client().get("/api/v1/functions/", headers={"authorization": f"bearer {text}"}).json()["results"]
    assert any(row["name"] == "mailer" for row in rows)
    token.refresh_from_db()
    assert token.used_at is not None
    assert token.used_ip == "127.0.0.1"


def test_a_token_sees_its_own_accounts_only(cast: Cast) -> None:
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    _, text = made(cast.viewer, accounts=[other])
    answer = Client().get("/api/v1/functions/", headers={"authorization": f"Bearer {text}"})
    assert answer.json()["results"] == []
    assert ask(text, f"/api/v1/functions/{cast.functions['mailer'].uid}/") == 404
    other.delete()
    answer = Client().get("/api/v1/accounts/", headers={"authorization": f"Bearer {text}"})
    assert answer.json()["results"] == [], "accounts that are gone leave none, not all"


def test_a_token_never_has_more_than_its_owner_at_that_time(cast: Cast) -> None:
    token, text = made(cast.viewer, role="admin")
    bearer = token.bearer(timezone.now())
    assert bearer is not None
    assert not bearer.may_somewhere("collect"), "the owner is a viewer"
    User.objects.filter(pk=cast.viewer.pk).update(role="")
    assert ask(text) == 403


def test_a_token_ends_at_once(cast: Cast) -> None:
    token, text = made(cast.viewer)
    for change, back in (
        ({"revoked_at": timezone.now()}, {"revoked_at": None}),
        ({"made_at": timezone.now() - timedelta(days=9), "expires_at": timezone.now() - timedelta(seconds=1)},
         {"expires_at": timezone.now() + timedelta(days=1)}),
    ):  # fmt: skip
        ApiToken.objects.filter(pk=token.pk).update(**change)
        assert ask(text) == 401, change
        ApiToken.objects.filter(pk=token.pk).update(**back)
        assert ask(text) == 200
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert ask(text) == 401, "the owner was deactivated"
    assert AuditEntry.objects.filter(action="sign-in.failed", name=str(token)).count() == 3


@pytest.mark.parametrize("text", ["", "x", "fanlight_0000000000_abc", "fanlight__", "_" * 200, "\xff" * 30])
def test_what_is_no_token_is_refused(cast: Cast, text: str) -> None:
    made(cast.viewer)
    assert ask(text) == 401
    assert not AuditEntry.objects.filter(action="sign-in.failed").exists(), "guesses do not fill the log"


def test_half_a_token_is_refused(cast: Cast) -> None:
    token, text = made(cast.viewer)
    assert ask(token.prefix) == ask(text[:-1]) == ask(f"{text}x") == 401


def test_a_cookie_beside_a_wrong_token_does_not_count(cast: Cast, client: Client) -> None:
    client.force_login(cast.viewer)
    assert client.get("/api/v1/functions/", headers={"authorization": "Bearer nonsense"}).status_code == 401


def test_tokens_open_no_page(cast: Cast) -> None:
    _, text = made(cast.viewer)
    assert Client().get("/functions/", headers={"authorization": f"Bearer {text}"}).status_code == 302


def test_an_expiry_within_a_year_is_compulsory(cast: Cast) -> None:
    at = timezone.now()
    for expires in (at, at - timedelta(days=1), at + LONGEST + timedelta(seconds=1)):
        with pytest.raises(ValueError, match="within a year"):
            make_token(cast.viewer, "too long", "viewer", at, expires)


def test_people_list_their_own_and_admins_all(cast: Cast) -> None:
    _, own = made(cast.viewer)
    _, other = made(cast.analyst)
    _, admins = made(User.objects.create_user("chief", role="admin"), role="admin")

    def owners(text: str) -> list[str]:
        answer = Client().get("/api/v1/tokens/", headers={"authorization": f"Bearer {text}"})
        return sorted(row["owner"] for row in answer.json()["results"])

    assert (owners(own), owners(other), owners(admins)) == (["viewer"], ["analyst"], ["analyst", "chief", "viewer"])


def test_too_many_requests_wait(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(PerToken, "THROTTLE_RATES", {"token": "3/min"})
    _, text = made(cast.viewer)
    assert [ask(text, "/api/v1/tokens/") for _ in range(4)] == [200, 200, 200, 429]
    answer = Client().get("/api/v1/tokens/", headers={"authorization": f"Bearer {text}"})
    assert int(answer["Retry-After"]) > 0
    _, other = made(cast.viewer)
    assert ask(other, "/api/v1/tokens/") == 200, "each token is counted by itself"
    cache.clear()
