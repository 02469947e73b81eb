"""Secrets at rest: AES-256-GCM under a key derived from the installation's, bound to what they belong to.

A sealed text is "1.KEY.DATA": the format, the id of the key, and nonce with ciphertext in base64. By the id it is known
which texts still need the key before (FANLIGHT_OLD_SECRET_KEY), and `manage.py reseal` puts them under today's. A text
without an id is of an earlier version of ours, whose keys were derived apart for channels and for signing in.
"""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORMAT, _NONCE = "1", 12
_PURPOSE = "fanlight sealed"
_EARLIER = ("fanlight channel", "fanlight sign-on")


class Unreadable(Exception):
    """It was sealed under a key that is not here, or somebody changed what was kept."""


def seal(text: str, of: str) -> str:
    """The text, readable again only with the installation's key and the same `of`; empty text stays empty."""
    if not text:
        return ""
    nonce = secrets.token_bytes(_NONCE)
    data = nonce + _cipher(settings.SECRET_KEY, _PURPOSE).encrypt(nonce, text.encode(), of.encode())
    return f"{_FORMAT}.{key_id(settings.SECRET_KEY)}.{base64.b64encode(data).decode()}"


def unseal(kept: str, of: str) -> str:
    """What was sealed, under today's key or the one before. Raises Unreadable."""
    if not kept:
        return ""
    head, _, data = kept.rpartition(".")
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError:
        raw = b""
    for key, purpose in _ways(head):
        try:
            return _cipher(key, purpose).decrypt(raw[:_NONCE], raw[_NONCE:], of.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise Unreadable(
        "It was sealed under another key than today's (FANLIGHT_SECRET_KEY): enter it anew, or name the key of then in "
        "FANLIGHT_OLD_SECRET_KEY."
    )


def is_of_today(kept: str) -> bool:
    """Whether it needs no other key than today's; what is empty needs none."""
    return not kept or kept.startswith(f"{_FORMAT}.{key_id(settings.SECRET_KEY)}.")


def key_id(key: str) -> str:
    """A name for a key that tells nothing of it."""
    return _derived(key, "fanlight key id", 4).hex()


def _ways(head: str) -> list[tuple[str, str]]:
    """The keys, with their purposes, under which a text with this head may have been sealed."""
    keys = [key for key in (settings.SECRET_KEY, settings.OLD_SECRET_KEY) if key]
    if not head:
        return [(key, purpose) for key in keys for purpose in _EARLIER]
    return [(key, _PURPOSE) for key in keys if head == f"{_FORMAT}.{key_id(key)}"]


@lru_cache(maxsize=16)
def _cipher(key: str, purpose: str) -> AESGCM:
    return AESGCM(_derived(key, purpose, 32))


@lru_cache(maxsize=32)
def _derived(key: str, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose.encode()).derive(key.encode())
