"""A function in a few sentences: who can invoke it, as what it runs, where it can talk. Unknown is said as such."""

from __future__ import annotations

from dataclasses import dataclass

from findings.pages.function.subject import Subject, Unread
from inventory.models import Function, Posture

INVOKE = {
    "public_anonymous": ("Anyone on the internet can invoke it", "critical"),
    "public_authenticated": ("Anyone with some account in the cloud can invoke it", "critical"),
    "external": ("Principals outside our accounts can invoke it", "high"),
    "organisation": ("Everyone in the organisation can invoke it", "low"),
    "service_unscoped": ("A cloud service can invoke it for anybody's resource", "medium"),
    "service_scoped": ("Only named sources of ours invoke it through a cloud service", ""),
    "same_account": ("Only principals of its own account can invoke it", ""),
    "none": ("Nobody is granted to invoke it", ""),
}
#: The same, where the network lets nobody in from outside.
INSIDE = {
    "public_anonymous": "Anyone inside its private network can invoke it without signing in",
    "public_authenticated": "Anyone inside its private network with some account in the cloud can invoke it",
}
PRIVILEGE = {
    "admin": ("which is admin", "critical"),
    "near-admin": ("which is one step from admin", "high"),
    "write": ("which may change things", ""),
    "read": ("which may read", ""),
    "none": ("which may do nothing", ""),
}
EGRESS = {
    "internet": "It can send traffic anywhere",
    "any": "It can send traffic anywhere",
    "restricted": "Where it can send traffic is restricted",
    "private": "It can send traffic to private networks only",
    "none": "It cannot send traffic out",
}


@dataclass(frozen=True)
class Sentence:
    """A sentence and how serious it is ("" is not); `unknown` when it says what we do not know."""

    text: str
    tone: str = ""
    unknown: bool = False


def summary(subject: Subject) -> list[Sentence]:
    """Three sentences, in the order of an attack: in, as whom, out."""
    posture = subject.posture
    return [
        _invoke(posture, subject.unread.get("access"), subject.function),
        _runs_as(subject.function, posture, subject.unread),
        _egress(posture, subject.unread.get("network")),
    ]


def _invoke(posture: Posture | None, unread: Unread | None, function: Function) -> Sentence:
    if posture is None or posture.invoke not in INVOKE:
        return Sentence(_unknown("Who can invoke it", posture, unread), unknown=True)
    text, tone = INVOKE[posture.invoke]
    if posture.invoke.startswith("public") and posture.reach == "private":
        text, tone = INSIDE[posture.invoke], "medium"
    elif posture.invoke.startswith("public") and function.has_url and (function.url_auth or "").upper() == "NONE":
        text += " through its URL"
    if posture.latent:
        text += ", though no open path leads to it now"
    return Sentence(f"{text}.", tone)


def _runs_as(function: Function, posture: Posture | None, unread: dict[str, Unread]) -> Sentence:
    if not function.identity_native_id:
        if "identity" in unread:
            return Sentence(_unknown("What it runs as", posture, unread["identity"]), unknown=True)
        return Sentence("It runs without an identity of its own.")
    name = function.identity.name if function.identity else function.identity_native_id
    if posture is None or posture.privilege not in PRIVILEGE:
        return Sentence(f"It runs as {name}; what that may do is unknown.", unknown=True)
    text, tone = PRIVILEGE[posture.privilege]
    return Sentence(f"It runs as {name}, {text}.", tone)


def _egress(posture: Posture | None, unread: Unread | None) -> Sentence:
    if posture is None or posture.egress not in EGRESS:
        return Sentence(_unknown("Where it can send traffic", posture, unread), unknown=True)
    return Sentence(f"{EGRESS[posture.egress]}.", "medium" if posture.egress in ("internet", "any") else "")


def _unknown(what: str, posture: Posture | None, unread: Unread | None) -> str:
    if unread:
        reason = unread.reason.rstrip(".")
        return f"{what} is unknown: {reason}."
    return f"{what} is unknown: {'it was not worked out yet' if posture is None else 'what it rests on was not read'}."
