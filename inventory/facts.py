"""The vocabulary: what a provider may say about a cloud, as plain frozen values.

Providers produce these, `record` stores them, pages and rules read them back as the same JSON. No Django here.
A *document* is the sum of an observation's sections, in our words for all clouds; the shapes of the sections are the
TypedDicts below and in `inventory/sections.py`. A key that is absent was not said by the cloud; a section that is
absent was never read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypedDict

Json = Any

#: A function that was not called for so many days counts as idle (INV-02).
IDLE_DAYS = 90


class Kind(StrEnum):
    """What a resource is."""

    FUNCTION = "function"
    IDENTITY = "identity"
    POLICY = "policy"
    ACCOUNT = "account"


class Section(StrEnum):
    """A part of a resource that can be readable or not by itself."""

    CONFIG = "config"
    CODE = "code"
    ENVIRONMENT = "environment"
    IDENTITY = "identity"
    STATE = "state"
    VERSIONS = "versions"
    PUBLISHED = "published"
    ACCESS = "access"
    ENTRY_POINTS = "entry_points"
    TRIGGERS = "triggers"
    SOURCES = "sources"
    SECRETS = "secrets"
    EDGE = "edge"
    NETWORK = "network"
    ENCRYPTION = "encryption"
    CERTIFICATES = "certificates"
    SINKS = "sinks"
    FRONTS = "fronts"
    LOGGING = "logging"
    ALARMS = "alarms"
    CONCURRENCY = "concurrency"
    DELIVERY = "delivery"
    SIGNING = "signing"
    RUNTIME_MANAGEMENT = "runtime_management"
    RECURSION = "recursion"
    TAGS = "tags"
    TRUST = "trust"
    KEYS = "keys"
    POLICIES = "policies"
    DOCUMENT = "document"
    USAGE = "usage"
    LIMITS = "limits"
    LAYERS = "layers"
    AUDIT = "audit"
    ORGANISATION = "organisation"
    ELIGIBILITY = "eligibility"
    DIRECTORY = "directory"
    VAULTS = "vaults"
    GUARDRAILS = "guardrails"


class ReadState(StrEnum):
    """How the reading of one part of a scope ended."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    DENIED = "denied"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a part could not be read: a sentence, the missing permission where one is known, and the error's class."""

    reason: str
    permission: str = ""
    error_class: str = "denied"

    def as_json(self) -> dict[str, str]:
        return {"reason": self.reason, "permission": self.permission, "error_class": self.error_class}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one part of one scope was read in one run.

    `part` is a listing (such as "functions" or "roles": what tells that something is gone) or a section of the
    resources in the scope. What is `optional` (an organisation's policies seen from a member account, usage reports)
    shows when it could not be read, but does not make the scope partial.
    """

    part: str
    state: ReadState
    reason: str = ""
    permission: str = ""
    count: int = 0
    listing: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One policy statement in the cloud's own form, canonical; `sha` names equal statements of all policies alike.

    `effect` is "allow" or "deny". `actions` holds the patterns of Action, or of NotAction when `inverted` is true.
    """

    effect: str
    actions: tuple[str, ...]
    inverted: bool
    body: Mapping[str, Json]
    sha: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A statement in effect on an identity, and the policy, role or assignment it comes from.

    `source_kind` is managed, inline, boundary, role, assignment, deny …; `source` its native id, `source_name` the name
    people use. `scope` is where the grant holds when that is not the whole policy's word (Azure scope, Google
    resource).
    """

    source_kind: str
    source: str
    source_name: str
    statement: Statement
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """A principal may do something to a function, as a policy says it; no judgement of how far it reaches.

    `actions` are the cloud's actions or the role; `via` says by what (resource policy, role binding, URL …);
    `qualifier` is the alias, version or slot it holds for. `effect` is "allow" or "deny". `condition` is the cloud's
    condition.
    """

    principal: str
    principal_kind: str
    actions: tuple[str, ...]
    via: str
    qualifier: str = ""
    effect: str = "allow"
    condition: Mapping[str, Json] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One resource as it was seen in one reading.

    `sections` holds what was read now; `unread` why a part was not. A section in neither was not asked for this time
    and keeps its last value. `grants` and `bindings` are None when not read (the last ones stay). `listing` names the
    list whose complete reading would tell that the resource is gone. `revision` is the cloud's own mark of a
    configuration. `used_at` is when an identity was last used: it is shown, but makes no history.
    """

    kind: Kind
    native_id: str
    name: str
    region: str
    listing: str
    sections: Mapping[str, Json]
    unread: Mapping[str, Unread] = field(default_factory=dict)
    grants: tuple[Grant, ...] | None = None
    bindings: tuple[Binding, ...] | None = None
    revision: str = ""
    core_read: bool = True
    detail_read: bool = False
    raw: Mapping[str, Json] | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActivityFact:
    """What the cloud's log says someone did.

    `subject` is the native id (or the name, when the log gives no more) of what it was done to; `actor_kind` is person,
    role, service, pipeline or unknown; `outcome` is "ok" or the error code.
    """

    event_id: str
    at: datetime
    action: str
    subject: str
    actor: str
    actor_kind: str
    source_ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    outcome: str = "ok"
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UseFact:
    """How often a function was called, as the cloud's metrics say; days are days in UTC.

    Looked at was every day from `looked_from` on. `invoked_on` is the last of them with an invocation (None: none had
    one); `invocations` and `errors` are sums over the last 30 days (None: not told). `existed_on` is a day on which the
    cloud says that the function was there already. With `unread` nothing was told, and why.
    """

    native_id: str
    looked_from: date
    invoked_on: date | None = None
    invocations: int | None = None
    errors: int | None = None
    existed_on: date | None = None
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the inventory remembers of a resource that a collector needs to decide what to ask again."""

    revision: str
    core_at: datetime | None
    detail_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry that could not be understood: where it stood, why, and a redacted sample of at most 4 KB."""

    listing: str
    native_id: str
    reason: str
    sample: str = ""


class ConfigSection(TypedDict, total=False):
    """`config` of a function. Sizes in MiB, times in seconds. `kind` is the provider's own word (Event Function …).

    `hosting`, `os`, `plan` and `enabled` are said of Azure's function apps: on which kind of plan they run.
    """

    kind: str
    hosting: str
    os: str
    plan: dict[str, Json]
    enabled: bool
    runtime: str
    handler: str
    package: str
    architectures: list[str]
    description: str
    state: str
    state_reason: str
    memory_mb: int
    timeout_s: int
    ephemeral_mb: int
    tracing: str
    snap_start: str
    file_systems: list[dict[str, Json]]
    last_modified: str
    native: dict[str, Json]


class Layer(TypedDict, total=False):
    """One layer of a function; `account` is its owner."""

    id: str
    account: str
    name: str
    version: str
    size: int


class CodeSection(TypedDict, total=False):
    """`code`: what runs. `size` in bytes."""

    sha256: str
    size: int
    image: str
    image_digest: str
    key: str
    signing_profile: str
    signing_job: str
    source: str
    layers: list[Layer]


class Variable(TypedDict, total=False):
    """One environment variable without its value.

    `fingerprint` is a keyed hash of the value (equal values of one installation have equal fingerprints), `length` a
    length class, `verdict` what the value looks like ("" = nothing), `reference` a secret store's id when the value
    only points to one.
    """

    name: str
    fingerprint: str
    length: str
    verdict: str
    reference: str


class EnvironmentSection(TypedDict, total=False):
    """`environment`: the variables, and the cloud's error when it could not decrypt them.

    `variables` is None where they cannot be listed without their values (Azure); `references` are those that point to a
    secret store and can, and `partly` says so.
    """

    variables: list[Variable] | None
    error: str
    references: list[dict[str, Json]]
    partly: str


class IdentityRef(TypedDict, total=False):
    """An identity a function runs as. `kind`: role, service account, managed identity.

    Of a managed identity, `assigned` is system (its own) or user (may be shared), `resource` its resource id.
    """

    assigned: str
    resource: str
    client_id: str
    id: str
    kind: str
    qualifier: str


class Trigger(TypedDict, total=False):
    """What starts a function by itself. `kind`: sqs, schedule, pubsub, timer …; `state` in the cloud's own word."""

    kind: str
    source: str
    via: str
    qualifier: str
    state: str
    batch_size: int
    id: str
    detail: dict[str, Json]


class EntryPoint(TypedDict, total=False):
    """An address at which a function can be called. `kind`: url, api, load balancer, web endpoint; `auth`: the cloud's
    word for who is asked to sign in ("NONE", "AWS_IAM", …)."""

    kind: str
    url: str
    auth: str
    qualifier: str
    method: str
    path: str
    cors: dict[str, Json]
    reach: str
    id: str
    detail: dict[str, Json]


class NetworkSection(TypedDict, total=False):
    """`network`: where the function sits, and its ways out. Outside any private network (`attached` is false) its
    traffic leaves by the cloud's own way."""

    attached: bool
    network: str
    subnets: list[dict[str, Json]]
    security_groups: list[dict[str, Json]]
    ipv6: bool
    egress: list[dict[str, Json]]
    ingress: list[dict[str, Json]]
    endpoints: list[dict[str, Json]]
    detail: dict[str, Json]
    public_access: str
    ingress_default: str
    scm_ingress: list[dict[str, Json]]
    scm_ingress_default: str
    scm_uses_main: bool
    route_all: bool | None
    network_egress: list[dict[str, Json]]
    environment: str
