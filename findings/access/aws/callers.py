"""Who asks, and whether a Principal element means them.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal"; which request keys exist for whom:
"AWS global condition context keys".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from findings.access.aws.documents import Principal
from findings.access.aws.patterns import is_account_id, split_arn


class CallerKind(Enum):
    """What sort of principal makes a request."""

    ANONYMOUS = "anonymous"
    ROOT = "root"
    USER = "user"
    ROLE = "role"
    SESSION = "session"
    FEDERATED_USER = "federated-user"
    FEDERATED = "federated"
    SERVICE = "service"
    HOLDER = "holder"
    """Whoever holds the identity policies asked about, when it does not matter who that is."""


class Naming(Enum):
    """How a Principal element came to mean the caller; it decides what the grant still needs."""

    EXACT = "exact"
    """The user, session, service or provider itself is named."""
    ROLE = "role"
    """The role is named."""
    SESSION = "session"
    """One session of the role is named, and it is asked about the role."""
    ACCOUNT = "account"
    """Its account is named: the account may pass the right on by its own policies."""
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal. arn is its text as given; account is None for services and anonymous callers."""

    kind: CallerKind
    arn: str
    account: str | None = None

    @property
    def name(self) -> str:
        """The last part of a user's or role's path; of a session, its role's name."""
        parts = self.arn.split(":", 5)[-1].split("/")
        return parts[1] if self.kind is CallerKind.SESSION and len(parts) > 1 else parts[-1]

    @property
    def is_service_linked(self) -> bool:
        """Whether the role belongs to a cloud service; organisation policies do not bind such roles."""
        return ":role/aws-service-role/" in self.arn

    @property
    def known_values(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that follow from who is asking; an empty tuple: the request has no such key."""
        if self.kind is CallerKind.ANONYMOUS:
            return _ANONYMOUS
        if self.kind is CallerKind.SERVICE:
            return {**_NOBODY, "aws:principalisawsservice": ("true",), "aws:principalservicename": (self.arn,)}
        if self.kind is CallerKind.FEDERATED:
            return {**_NOBODY, "aws:principalisawsservice": ("false",), "aws:federatedprovider": (self.arn,)}
        values = {"aws:principalisawsservice": ("false",), "aws:principalservicename": ()}
        if self.account:
            values["aws:principalaccount"] = (self.account,)
        arn = self.role_arn if self.kind is CallerKind.SESSION else self.arn
        if arn:
            values["aws:principalarn"] = (arn,)
        if self.kind is not CallerKind.HOLDER:
            values["aws:username"] = (self.name,) if self.kind is CallerKind.USER else ()
            values["aws:principaltype"] = (_PRINCIPAL_TYPES[self.kind],)
        return values

    @property
    def role_arn(self) -> str:
        """The ARN of a session's role, without the path, which a session's ARN does not tell."""
        if self.kind is not CallerKind.SESSION:
            return self.arn
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:iam::{self.account}:role/{self.name}"


_PRINCIPAL_TYPES = {
    CallerKind.ROOT: "Account",
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.SESSION: "AssumedRole",
    CallerKind.FEDERATED_USER: "FederatedUser",
}
_NOBODY: dict[str, tuple[str, ...]] = {
    "aws:principalaccount": (),
    "aws:principalarn": (),
    "aws:principalorgid": (),
    "aws:principalorgpaths": (),
    "aws:username": (),
}
_ANONYMOUS: dict[str, tuple[str, ...]] = {
    **_NOBODY,
    "aws:principalisawsservice": ("false",),
    "aws:principalservicename": (),
    "aws:principaltype": ("Anonymous",),
    "aws:userid": ("anonymous",),
}
_BY_PREFIX = {
    "user": CallerKind.USER,
    "role": CallerKind.ROLE,
    "assumed-role": CallerKind.SESSION,
    "federated-user": CallerKind.FEDERATED_USER,
    "oidc-provider": CallerKind.FEDERATED,
    "saml-provider": CallerKind.FEDERATED,
}


@lru_cache(maxsize=50_000)
def caller_of(text: str | None) -> Caller:
    """The caller a text names: an ARN, an account id (its root), a service's name, `*` for an anonymous one.

    None is whoever holds the identity policies in question. Raises ValueError when the text is none of these.
    """
    if text is None:
        return Caller(CallerKind.HOLDER, "", "")
    if text in ("*", ""):
        return Caller(CallerKind.ANONYMOUS, "*")
    if is_account_id(text):
        return Caller(CallerKind.ROOT, f"arn:aws:iam::{text}:root", text)
    arn = split_arn(text)
    if arn is None:
        if "." in text and ":" not in text and "/" not in text:
            return Caller(CallerKind.SERVICE, text)
        raise ValueError(f"not a principal: {text!r}")
    if arn.resource == "root":
        return Caller(CallerKind.ROOT, text, arn.account)
    kind = _BY_PREFIX.get(arn.resource.partition("/")[0])
    if kind is None or not is_account_id(arn.account):
        raise ValueError(f"not a principal: {text!r}")
    return Caller(kind, text, arn.account)


def named_account(principal: Principal) -> str | None:
    """The account that an account id or root ARN names; None for every other principal."""
    if principal.kind != "AWS":
        return None
    if is_account_id(principal.value):
        return principal.value
    arn = split_arn(principal.value)
    return arn.account if arn and arn.resource == "root" and is_account_id(arn.account) else None


def naming(principals: tuple[Principal, ...], caller: Caller) -> Naming | None:
    """How the strongest entry means the caller: itself, everyone, its role, account, or a session; None: not at all."""
    found = {_naming(principal, caller) for principal in principals}
    for strongest in (Naming.EXACT, Naming.EVERYONE, Naming.ROLE, Naming.ACCOUNT, Naming.SESSION):
        if strongest in found:
            return strongest
    return None


def _naming(principal: Principal, caller: Caller) -> Naming | None:
    if principal.is_everyone:
        return Naming.EVERYONE
    if principal.kind == "Service":
        return Naming.EXACT if caller.kind is CallerKind.SERVICE and principal.value in ("*", caller.arn) else None
    if principal.kind == "Federated":
        return Naming.EXACT if caller.kind is CallerKind.FEDERATED and principal.value == caller.arn else None
    if principal.kind != "AWS" or caller.account is None:
        return None
    if named_account(principal) == caller.account:
        return Naming.EXACT if caller.kind is CallerKind.ROOT else Naming.ACCOUNT
    if principal.value == caller.arn:
        return Naming.ROLE if caller.kind is CallerKind.ROLE else Naming.EXACT
    if caller.kind is CallerKind.SESSION and _is_role_of(principal.value, caller):
        return Naming.ROLE
    return Naming.SESSION if caller.kind is CallerKind.ROLE and _is_session_of(principal.value, caller) else None


def _is_role_of(text: str, session: Caller) -> bool:
    """A session's ARN has no path, so the role is recognised by account and name."""
    arn = split_arn(text)
    return (
        arn is not None
        and arn.account == session.account
        and arn.resource.startswith("role/")
        and arn.resource.rsplit("/", 1)[-1] == session.name
    )


def _is_session_of(text: str, role: Caller) -> bool:
    """Whether a text names a session of a role, as far as it can be told: a session's ARN has no path."""
    arn = split_arn(text)
    if arn is None or arn.account != role.account or not arn.resource.startswith("assumed-role/"):
        return False
    return arn.resource.split("/")[1] == role.name
