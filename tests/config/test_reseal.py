"""Sealed texts carry the id of their key, and all of them are put under a new one, cut off in the middle or not."""

from __future__ import annotations

import base64
import json
import secrets
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.management import CommandError, call_command

from config import resealing
from config.resealing import ANEW, PLACES, SAME, UNREADABLE, reseal
from config.sign_on.second_factor import PURPOSE
from findings.models import Channel
from inventory.clock import now
from inventory.models import IdentityProvider, User
from inventory.sealed import Unreadable, is_of_today, key_id, seal, unseal

pytestmark = pytest.mark.django_db
BEFORE, TODAY = "the key before, long enough to be believed" * 2, "the key of today, long enough to be believed" * 2


@pytest.fixture
def kept(settings: Any) -> None:
    """One of everything that is sealed, twice for channels, under the key before."""
    settings.SECRET_KEY = BEFORE
    for name in ("one", "two"):
        channel = Channel(name=name, kind="webhook", place="hooks.example.com")
        channel.address, channel.secret = f"https://hooks.example.com/{name}", f"secret of {name}"
        channel.save()
    IdentityProvider.objects.create(
        key="office", name="Office", kind="oidc", made_at=now(), secret=seal("its", "office")
    )
    for user, kind, data in (
        ("anton", Authenticator.Type.TOTP, {"secret": seal("otp-seed", PURPOSE)}),
        ("bea", Authenticator.Type.RECOVERY_CODES, {"hashes": ["h"]}),
    ):
        Authenticator.objects.create(user=User.objects.create_user(user), type=kind, data=data)


def clear() -> list[str]:
    """Every secret, read."""
    found = [text for one in Channel.objects.order_by("name") for text in (one.address, one.secret)]
    found += [unseal(one.secret, one.key) for one in IdentityProvider.objects.all()]
    return found + [unseal(one.data["secret"], PURPOSE) for one in Authenticator.objects.filter(type="totp")]


CLEAR = [
    "https://hooks.example.com/one",
    "secret of one",
    "https://hooks.example.com/two",
    "secret of two",
    "its",
    "otp-seed",
]


def told() -> dict[str, dict[str, int]]:
    return {name: dict(done) for name, done in reseal()}


def test_everything_is_put_under_the_new_key_and_then_needs_no_other(kept: None, settings: Any) -> None:
    settings.SECRET_KEY, settings.OLD_SECRET_KEY = TODAY, BEFORE
    assert clear() == CLEAR, "with the key before at hand everything works at once"
    assert told() == {place.name: {ANEW: 2 if place.model is Channel else 1} for place in PLACES}
    settings.OLD_SECRET_KEY = ""
    assert clear() == CLEAR
    assert told() == {place.name: {SAME: 2 if place.model is Channel else 1} for place in PLACES}
    assert Authenticator.objects.get(type="recovery_codes").data == {"hashes": ["h"]}


def test_cut_off_in_the_middle_everything_is_readable_and_the_next_run_goes_on(
    kept: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECRET_KEY, settings.OLD_SECRET_KEY = TODAY, BEFORE
    sealed: list[str] = []

    def cut_off(text: str, of: str) -> str:
        if len(sealed) == 3:
            raise KeyboardInterrupt
        sealed.append(of)
        return seal(text, of)

    with monkeypatch.context() as patched:
        patched.setattr(resealing, "seal", cut_off)
        with pytest.raises(KeyboardInterrupt):
            told()
    assert clear() == CLEAR
    done = list(told().values())
    assert sum(one.get(SAME, 0) for one in done) == 3 and sum(one.get(ANEW, 0) for one in done) == 3
    settings.OLD_SECRET_KEY = ""
    assert clear() == CLEAR


def test_without_the_key_before_nothing_is_touched_and_the_command_says_so(kept: None, settings: Any) -> None:
    before = list(Channel.objects.values_list("sealed_address", "sealed_secret"))
    settings.SECRET_KEY = TODAY
    out = StringIO()
    with pytest.raises(CommandError, match="FANLIGHT_OLD_SECRET_KEY") as refused:
        call_command("reseal", "--format", "json", stdout=out)
    assert refused.value.returncode == 1
    assert {row["outcome"] for row in json.loads(out.getvalue())} == {UNREADABLE}
    assert list(Channel.objects.values_list("sealed_address", "sealed_secret")) == before


def test_the_command_tells_what_it_did_and_no_secret(kept: None, settings: Any) -> None:
    settings.SECRET_KEY, settings.OLD_SECRET_KEY = TODAY, BEFORE
    out = StringIO()
    call_command("reseal", stdout=out)
    assert ANEW in out.getvalue()
    assert not [one for one in CLEAR if one in out.getvalue()]


@pytest.mark.parametrize("purpose", ["fanlight channel", "fanlight sign-on"])
def test_what_an_earlier_version_sealed_is_read_and_put_under_an_id(settings: Any, purpose: str) -> None:
    settings.SECRET_KEY = TODAY
    key = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(TODAY.encode())
    nonce = secrets.token_bytes(12)
    earlier = base64.b64encode(nonce + AESGCM(key).encrypt(nonce, b"its", b"office")).decode()
    assert unseal(earlier, "office") == "its" and not is_of_today(earlier)
    with pytest.raises(Unreadable):
        unseal(earlier, "another")
    IdentityProvider.objects.create(key="office", name="Office", kind="oidc", made_at=now(), secret=earlier)
    assert told()["secret of identity providers"] == {ANEW: 1}
    assert is_of_today(IdentityProvider.objects.get().secret) and clear() == ["its"]


def test_a_sealed_text_names_its_key_and_tells_nothing_of_it(settings: Any) -> None:
    settings.SECRET_KEY = TODAY
    text = seal("open sesame", "one")
    assert text.split(".")[:2] == ["1", key_id(TODAY)] and key_id(TODAY) != key_id(BEFORE)
    assert seal("", "one") == "" and is_of_today("")
    for changed in (text.replace(key_id(TODAY), key_id(BEFORE)), text.removeprefix("1."), text[:-8] + "AAAAAAA=", "x"):
        with pytest.raises(Unreadable):
            unseal(changed, "one")
