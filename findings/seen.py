"""What a rule gets to see: a function (or an account) with everything around it, as plain frozen values.

Filled by `findings.seeing` for a whole batch in a fixed number of queries. No Django here, and no clock: `at` is the
time at which the facts are judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Json = Any
_NOTHING: Mapping[str, Json] = {}
#: Ways in and reasons that are kept with a function: where there are so many, there may be more.
MOST_WAYS = 20


@dataclass(frozen=True, slots=True)
class SeenPosture:
    """What the reasoning concluded of a function; the words are those of `inventory.rungs`, "unknown" beside them.

    `ways_in` and `ways_to_deploy` are the widest ways {principal, kind, level, via, condition, latent, certain,
    reach}; `egress_because` the reasons of the network verdict.
    """

    privilege: str = "unknown"
    classes: tuple[str, ...] = ()
    invoke: str = "unknown"
    deploy: str = "unknown"
    latent: bool = False
    reach: str = "unknown"
    egress: str = "unknown"
    shared_by: int | None = None
    ways_in: tuple[Mapping[str, Json], ...] = ()
    ways_to_deploy: tuple[Mapping[str, Json], ...] = ()
    egress_because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenPower:
    """One class of power of an identity through one statement; see `inventory.models.Privilege`."""

    power: str
    breadth: str
    via: str
    actions: tuple[str, ...] = ()
    scope: str = ""
    conditional: bool = False
    escalation: str = ""
    confirmed: bool = False
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenGrant:
    """A statement in effect on an identity, and where it comes from; see `inventory.models.Grant`."""

    source_kind: str
    source: str
    source_name: str
    effect: str
    inverted: bool
    body: Mapping[str, Json]
    scope: str = ""


@dataclass(frozen=True, slots=True)
class SeenBinding:
    """A principal may do something to the function, as a policy says it; see `inventory.models.Binding`."""

    principal: str
    principal_kind: str
    actions: tuple[str, ...]
    via: str
    qualifier: str = ""
    effect: str = "allow"
    condition: Mapping[str, Json] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class SeenActivity:
    """What the cloud's log says someone did to the function; see `inventory.models.Activity`."""

    at: datetime
    action: str
    actor: str
    actor_kind: str
    outcome: str = "ok"
    source_ip: str = ""


@dataclass(frozen=True, slots=True)
class SeenCodeChange:
    """Other code than before was seen at `at`, as revision `number`; `after` is the last reading that still saw the
    earlier code."""

    number: int
    after: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SeenGap:
    """A part of the account that was not read completely last time: where, how it ended and why.

    `listing` parts tell what exists at all; the others are sections of the resources in the scope.
    """

    scope: str
    part: str
    state: str
    reason: str = ""
    permission: str = ""
    optional: bool = False
    listing: bool = False


@dataclass(frozen=True, slots=True)
class SeenReading:
    """How the whole account was read last: `state` is a word of `inventory.freshness`, `complete_at` when the scope
    that lags most was read completely, `every_minutes` how often it is to be read."""

    state: str
    complete_at: datetime | None
    every_minutes: int
    gaps: tuple[SeenGap, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenUse:
    """How often the function is called, as the cloud's metrics told at `read_at` (None: they never did).

    `invoked_on` is the last day with an invocation, `unused_days` how long that was before `read_at`; without an
    invocation since `looked_from` it is at least so long, or no longer than the function is known (`known_since`).
    `unread` is why the last look told nothing.
    """

    read_at: datetime | None
    looked_from: date | None = None
    known_since: date | None = None
    invoked_on: date | None = None
    unused_days: int | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class SeenOnward:
    """Another function of the account that an identity may change (`how` is "change") or call ("call").

    `privilege` is the summary of what that other function may do; `via` the policy or binding that allows it.
    """

    name: str
    native_id: str
    privilege: str
    how: str
    via: str
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class SeenIdentity:
    """An identity that the function runs as. `known` is false when it is named by the function but was never read.

    `gone` is true where it was read before and a complete reading no longer found it. `document` and `unread` are as
    of the function. `privilege` is "unknown" where not everything was read. `onward` are other functions that run with
    more than it has itself and that it may change or call.
    """

    native_id: str
    name: str = ""
    account: str = ""
    known: bool = True
    gone: bool = False
    document: Mapping[str, Json] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    privilege: str = "unknown"
    powers: tuple[SeenPower, ...] = ()
    grants: tuple[SeenGrant, ...] = ()
    last_used_at: datetime | None = None
    onward: tuple[SeenOnward, ...] = ()

    def section(self, name: str) -> Mapping[str, Json]:
        """A section's last known value; empty when it was never read."""
        found: Mapping[str, Json] = self.document.get(name) or _NOTHING
        return found


@dataclass(frozen=True, slots=True)
class Zone:
    """What is ours: accounts (native ids), organisations, and third parties, those that someone trusts today apart."""

    accounts: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    trusted: frozenset[str] = frozenset()
    third_parties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """One function or account (`kind`), as last known at the time `at`.

    `document` maps a section to its last known value, `unread` a section to why it could not be read last time; a
    section in neither was never asked for. `account_document` holds the sections of the account itself, that of the
    function's region over that of the whole account (limits, audit, layers, organisation, guardrails, directory …);
    `account_unread` likewise. `runtime_ends` is the day the runtime's support ends, where known. `seen_at` is when the
    subject was last seen, `complete` whether its scope was read completely then. `listings` says of each listing of the
    whole account (roles, identities …) how it was read last ("complete", "denied" …). `known_since` is when the
    function's scope was read for the first time: what was there then is not new. `code_changes` are those of the last
    days, newest first, and `log_until` tells up to when the cloud's log was read. `reading` is told of an account only.
    `account_identities` tells of every identity of the account, by its native id, what it may do in a word ("unknown"
    where not all was read, "gone" where it is no more). `use` is how often the function is called, None where no
    metrics were looked at.
    """

    kind: str
    provider: str
    account: str
    region: str
    native_id: str
    name: str
    at: datetime
    document: Mapping[str, Json] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    posture: SeenPosture = SeenPosture()
    bindings: tuple[SeenBinding, ...] = ()
    identities: tuple[SeenIdentity, ...] = ()
    activity: tuple[SeenActivity, ...] = ()
    account_document: Mapping[str, Json] = field(default_factory=dict)
    account_unread: Mapping[str, str] = field(default_factory=dict)
    zone: Zone = Zone()
    runtime: str | None = None
    runtime_ends: date | None = None
    first_seen: datetime | None = None
    seen_at: datetime | None = None
    listings: Mapping[str, str] = field(default_factory=dict)
    known_since: datetime | None = None
    code_changes: tuple[SeenCodeChange, ...] = ()
    log_until: datetime | None = None
    reading: SeenReading | None = None
    account_identities: Mapping[str, str] = field(default_factory=dict)
    use: SeenUse | None = None

    def section(self, name: str) -> Mapping[str, Json]:
        """A section's last known value; empty when it was never read."""
        found: Mapping[str, Json] = self.document.get(name) or _NOTHING
        return found

    def of_account(self, name: str) -> Mapping[str, Json]:
        """A section of the account's own settings; empty when it was never read."""
        found: Mapping[str, Json] = self.account_document.get(name) or _NOTHING
        return found

    def tag(self, *keys: str) -> str:
        """The value of the first of these tags that is set, by its lower-cased key; "" when none is."""
        lowered = {key.lower(): value for key, value in self.tags.items()}
        return next((lowered[key] for key in keys if lowered.get(key)), "")

    @property
    def is_own_account(self) -> bool:
        """Whether it is an account as a whole, and not one of its regions or a level above it."""
        return self.native_id in (self.account, f"projects/{self.account}", f"/subscriptions/{self.account}".lower())

    @property
    def is_sensitive(self) -> bool:
        """Whether its owner tagged it as working on data that must not leak."""
        return self.tag("data-class", "dataclass", "data_class", "data-classification", "classification").lower() in (
            "confidential", "secret", "restricted", "sensitive", "pii", "phi", "pci",
        )  # fmt: skip

    @property
    def is_for_trial(self) -> bool:
        """Whether its owner tagged it as not for production."""
        return self.tag("env", "environment", "stage").lower() in ("dev", "development", "test", "sandbox", "staging")

    @property
    def is_for_production(self) -> bool:
        """Whether its owner tagged it as for production."""
        return self.tag("env", "environment", "stage").lower() in ("prod", "production", "live")


def identity_ids(document: Mapping[str, Any]) -> list[str] | None:
    """Whom a function with this document runs as; None where that was never read."""
    section = document.get("identity")
    if section is None:
        return None
    return [str(identity.get("id", "")) for identity in section.get("identities") or () if identity.get("id")]
