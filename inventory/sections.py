"""Shapes of the sections that `facts` leaves out, for whoever writes or reads a document. No Django here.

Sections are cut by the clock on which they are read: what one call tells stands together, so that a part that was not
asked for this time can keep its last value whole.
"""

from __future__ import annotations

from typing import Any, TypedDict

from inventory.facts import EntryPoint, IdentityRef, Trigger

Json = Any


class IdentitySection(TypedDict, total=False):
    """`identity`: what a function runs as."""

    identities: list[IdentityRef]


class TriggersSection(TypedDict, total=False):
    """`triggers`: what starts a function by itself."""

    triggers: list[Trigger]


class EntryPointsSection(TypedDict, total=False):
    """`entry_points`: the addresses at which a function can be called."""

    entry_points: list[EntryPoint]


class StateSection(TypedDict, total=False):
    """`state`: whether the function works, in the cloud's words; `update` is how the last update ended."""

    state: str
    reason: str
    reason_code: str
    update: str
    update_reason: str
    update_reason_code: str


class Alias(TypedDict, total=False):
    """A name for a version; `weights` sends a share (0 to 1) of the calls to other versions."""

    name: str
    version: str
    description: str
    weights: dict[str, float]


class VersionsSection(TypedDict, total=False):
    """`versions`: the names under which versions are called."""

    aliases: list[Alias]


class PublishedVersion(TypedDict, total=False):
    """A published version: it keeps the runtime and identity it had when it was published."""

    version: str
    runtime: str
    identity: str
    sha256: str
    last_modified: str
    network: str
    secrets: list[str]


class PublishedSection(TypedDict, total=False):
    """`published`: versions, newest first up to a limit; `more` counts those left out."""

    published: list[PublishedVersion]
    more: int


class ResourcePolicy(TypedDict, total=False):
    """One policy on a function; `qualifier` is the alias or version it stands on ("": the function itself)."""

    qualifier: str
    document: dict[str, Json]


class AccessSection(TypedDict, total=False):
    """`access`: the policies on a function, in the cloud's own form, canonical; none of them is an empty list."""

    policies: list[ResourcePolicy]


class Source(TypedDict, total=False):
    """A queue, topic or bucket of the same account that feeds a function. `kind`: sqs, sns, s3.

    `policy` is its own policy, canonical; absent where it has none. Of a bucket with a policy, `block` and
    `account_block` say whether Block Public Access (its own, the account's) closes what the policy opens to everybody:
    on, off, unknown. One whose policy may not be read is left out, and the section told as unread.
    """

    id: str
    kind: str
    policy: dict[str, Json]
    block: str
    account_block: str


class SourcesSection(TypedDict, total=False):
    """`sources`: who may put something into what feeds the function, as far as those things are the account's own."""

    sources: list[Source]


class Distribution(TypedDict, total=False):
    """A distribution of CloudFront that runs a version (`qualifier`) of the function for its viewers.

    `runs`: at which moment for which paths ("viewer-request *"); `names` are the host names of the web site;
    `sees_body` is told where the function gets what viewers send.
    """

    id: str
    arn: str
    domain: str
    names: list[str]
    enabled: bool
    qualifier: str
    runs: list[str]
    sees_body: bool


class EdgeSection(TypedDict, total=False):
    """`edge`: where copies of the function run for viewers of a web site; told of functions in us-east-1 only."""

    distributions: list[Distribution]


class Secret(TypedDict, total=False):
    """A secret in a store, without its value. `used_by` says what of the function refers to it.

    `state`: there, being deleted, missing, unknown (it may not be read, or lies in another account or region).
    `rotated` is whether the store changes it by itself, `every_days` or `schedule` how often, `owner` the service that
    keeps it.
    """

    id: str
    used_by: list[str]
    state: str
    rotated: bool
    every_days: int
    schedule: str
    owner: str


class SecretsSection(TypedDict, total=False):
    """`secrets`: those of a secret store that event sources and variables refer to."""

    secrets: list[Secret]


class EncryptionSection(TypedDict, total=False):
    """`encryption`: `key` is the owner's own key ("": the cloud's), `keys` what is known of each key the function uses.

    A key: {id, use (environment, durable …), state (Enabled, Disabled, PendingDeletion, missing …), manager, account}.
    """

    key: str
    keys: list[dict[str, Json]]


class CertificatesSection(TypedDict, total=False):
    """`certificates`: those of the function's own host names; none is an empty list.

    A certificate: {name (the host name), thumbprint, id, issued, ends, issuer, renewed_by (App Service, Key Vault, its
    owner), vault, vault_secret, vault_status}; `found` is "not listed" for one of which nothing else is known.
    """

    certificates: list[dict[str, Json]]


class SinksSection(TypedDict, total=False):
    """`sinks` of an account: where its logs go, {name, destination, filter, disabled, exclusions: [{name, filter,
    disabled}]}, in the cloud's own query language."""

    sinks: list[dict[str, Json]]


class FrontsSection(TypedDict, total=False):
    """`fronts`: the addresses of load balancers of the cloud that lead to the function; none found is an empty list.

    A front: {name, kind (Front Door, Application Gateway …), id, address, backend (the function's host name), public,
    firewall (the policy's id, "" for none), mode (Prevention, Detection, Disabled)}.
    """

    fronts: list[dict[str, Json]]


class LoggingSection(TypedDict, total=False):
    """`logging`: where logs go. `retention_days` 0 means kept for ever; `exists` is false while nothing was written."""

    group: str
    format: str
    application_level: str
    system_level: str
    exists: bool
    retention_days: int
    key: str


class Alarm(TypedDict, total=False):
    """An alarm on one metric of a function (Errors, Throttles, Duration in milliseconds …).

    `tells` is false where nobody learns that it went off: it has no action, or its actions are off; `through` names the
    composite alarms that tell. `of` is the alias or version it watches, or "all functions"; `query` a choice of
    functions that was not worked out. Its state (what it says now) is no part of it.
    """

    id: str
    name: str
    metric: str
    tells: bool
    through: list[str]
    of: str
    query: str
    threshold: float
    comparison: str
    statistic: str


class AlarmsSection(TypedDict, total=False):
    """`alarms`: what watches the function; none of them is an empty list."""

    alarms: list[Alarm]


class ConcurrencySection(TypedDict, total=False):
    """`concurrency`: `reserved` is None when nothing is reserved; provisioned: {qualifier, requested, status}."""

    reserved: int | None
    provisioned: list[dict[str, Json]]
    scaling: dict[str, Json]


# `async` is a word of Python, hence this form.
DeliverySection = TypedDict("DeliverySection", {"dead_letter": str, "async": list[dict[str, Json]]}, total=False)
"""`delivery`: `dead_letter` is where failed events go; async: {qualifier, retries, max_age_s, on_success,
on_failure}."""


class SigningSection(TypedDict, total=False):
    """`signing`: `config` names the rule about signed code ("": none), `untrusted` what it does (Warn, Enforce)."""

    config: str
    untrusted: str
    profiles: list[str]


class RuntimeManagementSection(TypedDict, total=False):
    """`runtime_management`: when the cloud patches the runtime (Auto, FunctionUpdate, Manual), and the version if
    pinned; or what the cloud's live list says of it: its stage, the day its support ends, the day it stops."""

    update_on: str
    version: str
    stage: str
    ends: str
    stops: str


class RecursionSection(TypedDict, total=False):
    """`recursion`: what the cloud does about a loop through a queue or topic (Allow, Terminate)."""

    loop: str


class SecurityGroup(TypedDict, total=False):
    """A firewall around a function. A rule: {protocol ("-1": all), from_port, to_port, to (CIDR, list or group),
    kind}."""

    id: str
    name: str
    egress: list[dict[str, Json]]


class Route(TypedDict, total=False):
    """A way out of a subnet: `to` is a CIDR or list, `via` what kind of thing it leads to, `target` which one.

    `via`: nat gateway · private nat gateway · internet gateway · egress-only gateway · transit gateway · peering ·
    interface · endpoint · virtual private gateway · local · other. A function in a VPC has no public IPv4 address:
    an internet gateway alone leads it nowhere, except by IPv6.
    """

    to: str
    via: str
    target: str
    state: str


class RoleConfig(TypedDict, total=False):
    """`config` of an identity. `kind` is role; `service_linked` roles belong to a service and cannot be changed."""

    kind: str
    path: str
    description: str
    unique_id: str
    created: str
    max_session_s: int
    service_linked: bool


class TrustSection(TypedDict, total=False):
    """`trust`: who may become this identity, as a policy document."""

    document: dict[str, Json]


class AttachedPolicy(TypedDict, total=False):
    """A policy on an identity. `kind`: managed, or inline (then with its document)."""

    id: str
    name: str
    kind: str
    document: dict[str, Json]


class PoliciesSection(TypedDict, total=False):
    """`policies` of an identity; `boundary` is the id of the policy that bounds it ("": none)."""

    policies: list[AttachedPolicy]
    boundary: str


class UsageSection(TypedDict, total=False):
    """`usage`: services an identity may use, each with the month of its last use ("": not in the tracked period), and
    `actions` with theirs where the cloud tracks single ones."""

    services: list[dict[str, Json]]


class DocumentSection(TypedDict, total=False):
    """`document` of a policy: its text in force and that text's version."""

    document: dict[str, Json]
    version: str


class LimitsSection(TypedDict, total=False):
    """`limits` of an account in a region. Sizes in bytes; `code_used_percent` is rounded down to a multiple of five."""

    concurrent: int
    unreserved: int
    code_bytes: int
    code_used_percent: int
    web: dict[str, Json]


class LayersSection(TypedDict, total=False):
    """`layers` of an account in a region: {id, name, versions: [{version, document}]}; a version's policy is
    `document`."""

    layers: list[dict[str, Json]]


class AuditSection(TypedDict, total=False):
    """`audit` of an account in a region: trails {id, name, multi_region, data_events, …} and configuration
    recorders."""

    trails: list[dict[str, Json]]
    recorders: list[dict[str, Json]]


class OrganisationSection(TypedDict, total=False):
    """`organisation` an account belongs to; `management` is its management account."""

    id: str
    management: str
    features: str


class GuardrailsSection(TypedDict, total=False):
    """`guardrails`: the policies above an account, one level after the other from the account up to the root.

    A level: {target, service: [{id, name, document}], resource: [{id, name, document}]}. Every level must allow.
    """

    levels: list[dict[str, Json]]
