"""Identifiers made from names, in the forms the clouds use. The same name always gives the same identifier."""

from base64 import b64encode
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5


def hexadecimal(length: int, *name: object) -> str:
    return sha256("|".join(map(str, name)).encode()).hexdigest()[:length]


def letters(length: int, *name: object) -> str:
    """Capital letters and digits, as AWS puts after AROA, AIDA and ANPA."""
    number = int(sha256("|".join(map(str, name)).encode()).hexdigest(), 16)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "".join(alphabet[(number >> (5 * place)) & 31] for place in range(length))


def uuid(*name: object) -> str:
    return str(uuid5(NAMESPACE_URL, "|".join(map(str, name))))


def digest64(*name: object) -> str:
    """A SHA-256 in base64, as Lambda gives CodeSha256."""
    return b64encode(sha256("|".join(map(str, name)).encode()).digest()).decode()


def canary(kind: str, name: str) -> str:
    """A value that looks like a secret of this kind and opens nothing; see `CANARIES`."""
    match kind:
        case "aws_key_id":
            return "AKIA" + letters(16, "canary", name)
        case "aws_secret":
            return digest64("canary", name)[:40]
        case "github":
            return "ghp_" + hexadecimal(36, "canary", name)
        case "stripe":
            return "sk_live_" + hexadecimal(24, "canary", name)
        case "database":
            return f"postgresql://app:{hexadecimal(16, 'canary', name)}@db.larkfield.example:5432/{name}"
        case _:
            return "Lf!" + hexadecimal(20, "canary", name)
