"""Secrets of channels at rest: AES-256-GCM under a key derived from the installation's, bound to their owner."""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12


class Unreadable(Exception):
    """The installation's key is another than the one with which this was sealed, or somebody changed what was kept."""


def seal(text: str, of: str) -> str:
    """The text, readable again only with the installation's key and the same `of`; empty text stays empty."""
    if not text:
        return ""
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), of.encode())).decode()


def unseal(kept: str, of: str) -> str:
    """What was sealed. Raises Unreadable."""
    if not kept:
        return ""
    try:
        raw = base64.b64decode(kept, validate=True)
        return _cipher(settings.SECRET_KEY).decrypt(raw[:_NONCE], raw[_NONCE:], of.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable("What the channel keeps cannot be read with today's key: enter it anew.") from None


@lru_cache(maxsize=4)
def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"fanlight channel").derive(key.encode()))
