"""The canaries: invented secrets, each of its own, and the place in a cloud's answer where somebody left it.

A `value` must vanish whatever it looks like: nothing of ours may keep it. A `token` stands in free text and gives
itself away by its form or by the word before it: the text may be kept, the token masked.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import Literal

_DICE = random.Random("canaries")
_LETTERS = string.ascii_letters + string.digits
#: Parts of a secret so long are no accident: finding one means that a part of the secret was kept.
PIECE = 10


@dataclass(frozen=True)
class Canary:
    """`core` is the secret itself, `text` how it stands in the answer."""

    place: str
    kind: Literal["value", "token"]
    core: str
    text: str

    @property
    def pieces(self) -> tuple[str, ...]:
        """What must be found nowhere: the secret, cut so that a half-masked one is found, too."""
        return tuple(self.core[start : start + PIECE] for start in range(0, len(self.core) - PIECE + 1, PIECE // 2))


def _secret(length: int, letters: str = _LETTERS) -> str:
    return "".join(_DICE.choices(letters, k=length))


def _value(place: str, form: str = "{}") -> Canary:
    core = _secret(30)
    return Canary(place, "value", core, form.format(core))


def _token(place: str, form: str, length: int = 36, letters: str = _LETTERS) -> Canary:
    core = _secret(length, letters)
    return Canary(place, "token", core, form.format(core))


CANARIES: dict[str, Canary] = {
    canary.place: canary
    for canary in (
        # Amazon
        _value("aws environment"),
        _value("aws environment that looks like a token", "ghp_{}"),
        _token("aws description", "Nightly copy; password={} until it is rotated"),
        _token("aws alias description", "old key sk_live_{}"),
        _value("aws tag whose key tells"),
        _token("aws tag", "ask for AKIA{}", 16, string.ascii_uppercase),
        _token("aws resource policy", "https://cdn.example.com/pay?X-Amz-Signature={}"),
        _token("aws role policy", "ghp_{}"),
        _token("aws error", "Refused: https://files.example.com/package.zip?sv=2024&sig={}"),
        _token("aws event source filter", "xoxb-{}"),
        _token("aws layer description", "published with npm_{}"),
        _token("aws address with a password", "https://deploy:{}@shop.example.com"),
        _value("aws log, what was sent"),
        _token("aws log, what was answered", "No such key: glpat-{}"),
        # Google
        _value("gcp environment"),
        _value("gcp build environment"),
        _value("gcp container environment"),
        _value("gcp label whose key tells"),
        _token("gcp description", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.{}"),
        _token("gcp annotation", "AIza{}", 35),
        _token("gcp push address", "https://shop.example.com/push?token={}"),
        _token("gcp condition", "request.auth.claims.code == 'api_key={}'"),
        _token("gcp error", "Request had the invalid credential ya29.{}"),
        _value("gcp log, what was sent"),
        _token("gcp log, what was answered", "upload failed: https://storage.example.com/o?X-Goog-Signature={}"),
        # Azure
        _value("azure app setting"),
        _value("azure connection string", "Server=tcp:shop;User ID=sa;Password={};"),
        _value("azure publishing password"),
        _value("azure storage access key", "{}=="),
        _value("azure function key"),
        _token("azure address with a function key", "https://lark.azurewebsites.net/api/pay?code={}==", 54),
        _token("azure package address (SAS)", "https://lark.blob.core.windows.net/p/app.zip?sv=2024-11-04&sp=r&sig={}%3D"),
        _token("azure tag", "DefaultEndpointsProtocol=https;AccountName=lark;AccountKey={}==", 86),
        _token("azure binding", "Endpoint=sb://lark.servicebus.windows.net/;SharedAccessKey={}=", 43),
        _value("azure sign-in's client secret"),
        _token("azure role assignment", "until Friday, with github_pat_{}"),
        _token("azure error", "The SAS ?sv=2024&sig={} has expired."),
        _value("azure log, what was sent"),
        _token("azure log, what was answered", "AccountKey={}==", 86),
    )
}  # fmt: skip
