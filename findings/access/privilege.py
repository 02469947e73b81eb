"""What an identity may do, in one vocabulary for three clouds: classes of power, how wide, how certain, by what."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from findings.access.decision import Reason


class Power(StrEnum):
    """A class of power."""

    ADMIN = "admin"
    """Anything in the account or above, or granting itself that in one call."""
    IDENTITY_ESCALATION = "identity_escalation"
    """Obtaining the rights of another identity."""
    IAM_WRITE = "iam_write"
    """Changing who may do what."""
    SECRETS_READ = "secrets_read"
    """Reading secret values, keys or credentials."""
    DATA_READ = "data_read"
    """Reading the content of a data store."""
    DATA_WRITE_DESTROY = "data_write_destroy"
    """Changing or deleting data, or the stores and keys that hold it."""
    DEPLOY_CODE = "deploy_code"
    """Creating or replacing code that runs under some identity."""
    NETWORK_CHANGE = "network_change"
    """Opening or rerouting network paths."""
    LOGGING_TAMPER = "logging_tamper"
    """Stopping, deleting or diverting audit and function logs."""
    INVOKE = "invoke"
    """Running another function or workflow."""
    CROSS_ACCOUNT_ASSUME = "cross_account_assume"
    """Acting in another account, project, subscription or tenant."""


class Breadth(StrEnum):
    """How much a power reaches, narrowest first."""

    RESOURCE = "resource"
    PATTERN = "pattern"
    """Several resources: a name pattern, a resource group."""
    ACCOUNT = "account"
    ORGANISATION = "organisation"


class Level(StrEnum):
    """The summary of an identity's privileges; UNKNOWN when nothing certain was found and something was not read."""

    ADMIN = "admin"
    NEAR_ADMIN = "near-admin"
    WRITE = "write"
    READ = "read"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Privilege:
    """One class of power an identity holds through one grant.

    actions: the permissions that matched. via: the role, policy or binding. scope: where it holds. conditional: it
    hangs on what was not decided; `condition` says what. escalation: the path's id in the catalogue, "" for none.
    """

    power: Power
    breadth: Breadth
    actions: tuple[str, ...]
    via: str
    scope: str = ""
    conditional: bool = False
    condition: str = ""
    escalation: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All privileges of one identity, its summary, and what was not read (then the summary is "at least")."""

    level: Level
    privileges: tuple[Privilege, ...]
    unread: tuple[Reason, ...] = ()

    @property
    def powers(self) -> frozenset[Power]:
        """The classes it holds, conditional ones included."""
        return frozenset(one.power for one in self.privileges)


_READS = frozenset({Power.SECRETS_READ, Power.DATA_READ})


def summary(privileges: Iterable[Privilege], writes: bool, reads: bool, anything_unread: bool) -> Level:
    """The level the privileges amount to.

    writes, reads: whether it holds any permission at all that changes or reads, in a class or not. Admin is certain
    power over an account; a conditional one, or a way to become another identity, is near-admin.
    """
    held = tuple(privileges)
    if any(one.power is Power.ADMIN and not one.conditional for one in held):
        return Level.ADMIN
    if any(one.power in (Power.ADMIN, Power.IDENTITY_ESCALATION) for one in held):
        return Level.NEAR_ADMIN
    if writes or any(one.power not in _READS and one.power is not Power.CROSS_ACCOUNT_ASSUME for one in held):
        return Level.WRITE
    if reads or held:
        return Level.READ
    return Level.UNKNOWN if anything_unread else Level.NONE
