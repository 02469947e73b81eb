"""Whom a binding is given to, outside or among our own accounts, and on which tab of the exposure page it stands. Pure.

A party is what can be trusted: an AWS account, a Google project or domain, an Azure tenant or a principal of another
directory. AWS bindings name their accounts in `findings.exposure`; those of other clouds are read from the principal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from findings.access.gcp.principals import principal as google_principal
from findings.access.gcp.principals import project_of

_TENANT = re.compile(r"tenant ([0-9a-f-]{36})", re.IGNORECASE)
_POOL_PROJECT = re.compile(r"projects/([^/]+)/")
#: Kinds of principals that stand for everybody with some right in the own account, beside services and organisations.
_BROAD_KINDS = frozenset({"projectOwner", "projectEditor", "projectViewer", "everyone"})


@dataclass(frozen=True, slots=True)
class Exposed:
    """One way in; see `inventory.models.ExposedBinding`. `part`: invoke or deploy. `parties`: whom it is given to."""

    part: str
    action: str
    level: str
    principal: str
    kind: str
    via: str
    parties: tuple[str, ...] = ()
    qualifier: str = ""
    condition: str = ""
    narrows: str = ""
    latent: str = ""
    certain: bool = True
    reach: str = ""


def google_party(member: str) -> str:
    """The project or domain that a member of a Google policy belongs to; "" where it says neither.

    Members of public mail domains stand for themselves: to trust one of them is not to trust all of gmail.com.
    """
    who = google_principal(member)
    match who.kind:
        case "user" | "group":
            domain = who.value.rpartition("@")[2]
            return who.value if domain in ("gmail.com", "googlemail.com") else domain
        case "domain" | "customer":
            return who.value
        case "service_account":
            return project_of(who.value) or who.value
        case "convenience":
            return who.value
        case "container":
            return who.value.removeprefix("projects/")
        case "federated":
            found = _POOL_PROJECT.search(who.value)
            return found[1] if found else who.value.removesuffix(".svc.id.goog")
    return ""


def azure_party(principal: str, kind: str) -> str:
    """The tenant that sign-in lets in, or the principal of another directory; "" for our own."""
    found = _TENANT.fullmatch(principal)
    if found:
        return found[1].lower()
    return principal if kind == "foreign group" else ""


def tab_of(level: str, kind: str, party_is_other: bool) -> str:
    """public, external (with what other accounts of ours may), internal (broad, but ours); "" for what is narrow."""
    if level in ("public_anonymous", "public_authenticated"):
        return "public"
    if level == "external" or (level == "organisation" and party_is_other):
        return "external"
    if level in ("organisation", "service_unscoped") or (level == "same_account" and kind in _BROAD_KINDS):
        return "internal"
    return ""


def named_parties(parties: Iterable[str], home: Iterable[str]) -> tuple[str, ...]:
    """The parties besides the function's own account."""
    return tuple(one for one in dict.fromkeys(parties) if one and one not in set(home))
