"""A section of a document as names and values to read: people's words first, the cloud's own beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory import facts
from inventory.semantics.names import NAMES, SILENT, WORDS
from inventory.templatetags import words

Json = Any

LABELS = {
    "memory_mb": "Memory", "timeout_s": "Timeout", "ephemeral_mb": "Temporary storage", "sha256": "SHA-256",
    "snap_start": "SnapStart", "state_reason": "Reason of the state", "last_modified": "Last modified",
    "retention_days": "Kept", "key": "Key", "arn": "ARN", "id": "Id", "url": "URL", "cors": "CORS", "ipv6": "IPv6",
    "os": "Operating system", "cidr": "CIDR", "cpu": "CPUs", "auth": "Sign-in", "qualifier": "On", "sku": "SKU",
    "scm_ingress": "Restrictions of the deployment site", "ipAddress": "Address", "nat_gateway": "NAT gateway",
    "default_outbound": "Default outbound access", "public_blobs": "Public blobs", "keys_allowed": "Shared keys",
    "network_egress": "Ways out of its network", "https_only": "HTTPS only", "least_tls": "Least TLS",
    "tells": "Tells somebody", "block": "Public access blocked", "account_block": "By the account", "of": "Of",
}  # fmt: skip
UNITS = {"memory_mb": " MiB", "ephemeral_mb": " MiB", "retention_days": " d"}
#: Settings of which the cloud writes "None" where there is none; anywhere else "None" is what somebody wrote.
NONE_IS_A_WORD = frozenset({"snap_start", "scmType", "publishing", "published_from"})
#: (section, path) → the cloud's own word for it, where ours is another.
OWN_NAMES = {
    ("access", "invoker_iam_disabled"): "invokerIamDisabled", ("access", "iap"): "iapEnabled",
    ("access", "publishing.ftp"): "basicPublishingCredentialsPolicies/ftp",
    ("access", "publishing.scm"): "basicPublishingCredentialsPolicies/scm",
    ("access", "client_certificates.enabled"): "clientCertEnabled",
    ("access", "client_certificates.mode"): "clientCertMode",
    ("encryption", "least_tls"): "minTlsVersion", ("encryption", "least_tls_scm"): "scmMinTlsVersion",
    ("encryption", "least_cipher"): "minTlsCipherSuite", ("encryption", "https_only"): "httpsOnly",
    ("encryption", "ftps_state"): "ftpsState", ("encryption", "end_to_end"): "endToEndEncryptionEnabled",
    ("network", "public_access"): "publicNetworkAccess", ("network", "route_all"): "vnetRouteAllEnabled",
    ("network", "ingress_default"): "ipSecurityRestrictionsDefaultAction",
    ("network", "scm_ingress_default"): "scmIpSecurityRestrictionsDefaultAction",
    ("network", "scm_uses_main"): "scmIpSecurityRestrictionsUseMain",
    ("concurrency", "max_instances"): "maxInstanceCount", ("concurrency", "min_instances"): "minInstanceCount",
    ("concurrency", "per_instance"): "maxInstanceRequestConcurrency",
    ("concurrency", "limit"): "functionAppScaleLimit", ("identity", "key_vault"): "keyVaultReferenceIdentity",
    ("logging", "data_access"): "auditConfigs",
}  # fmt: skip

#: The keys of a section in the order of the vocabulary, what it is about first.
ORDER: dict[str, list[str]] = {
    "config": list(facts.ConfigSection.__annotations__), "code": list(facts.CodeSection.__annotations__),
    "network": list(facts.NetworkSection.__annotations__),
    "access": ["easy_auth", "classic_auth", "client_certificates", "publishing", "iap", "invoker_iam_disabled"],
    "encryption": ["key", "https_only", "least_tls", "least_tls_scm", "least_cipher", "ftps_state"],
    "keys": ["keys"], "usage": ["recommendations", "services"],
}  # fmt: skip
_RESTRICTION = ("priority", "name", "action", "ipAddress", "subnetMask", "vnetSubnetResourceId", "tag", "headers")
#: (section, list) → the columns of its table in order; other keys of its entries say nothing more to people.
COLUMNS = {
    ("entry_points", "entry_points"): ("kind", "url", "auth", "reach", "qualifier", "method", "cors", "detail"),
    ("triggers", "triggers"): ("kind", "source", "via", "qualifier", "state", "batch_size", "detail"),
    ("identity", "identities"): ("kind", "id", "assigned", "resource", "qualifier"),
    ("sources", "sources"): ("id", "kind", "policy", "block", "account_block"),
    ("secrets", "secrets"): ("id", "state", "rotated", "every_days", "schedule", "owner", "used_by"),
    ("edge", "distributions"): ("id", "domain", "names", "enabled", "qualifier", "runs", "sees_body"),
    ("alarms", "alarms"): ("name", "metric", "of", "query", "statistic", "comparison", "threshold", "tells", "through"),
    ("keys", "keys"): ("id", "created", "expires", "disabled", "origin", "algorithm"),
    ("fronts", "fronts"): ("kind", "address", "backend", "public", "firewall", "mode", "id"),
    ("certificates", "certificates"): ("name", "ends", "renewed_by", "issuer", "found", "vault", "vault_status", "id"),
    ("versions", "slots"): ("name", "state", "host"),
    ("network", "ingress"): _RESTRICTION,
    ("network", "scm_ingress"): _RESTRICTION,
    ("network", "endpoints"): ("name", "state", "addresses", "id", "service", "kind", "policy"),
}
#: What a row of a table begins with.
FIRST_COLUMNS = ("kind", "priority", "name", "action", "id", "Sid", "Effect", "role", "qualifier", "version", "to")
#: Sections whose keys are people's own words and stay as they wrote them.
OWN_WORDS = ("tags",)
#: Keys that only hold others in the cloud's own names.
WRAPPERS = ("native", "detail")
LONGEST_CELL = 56
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


@dataclass(frozen=True)
class Revision:
    number: int
    at: datetime
    or_earlier: bool = False


@dataclass(frozen=True)
class Cell:
    """A value in a table; `whole` is the text it was shortened from ("": it was not)."""

    text: str
    whole: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """Entries of a list as rows under the union of their keys."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Setting:
    """One name with its value: a text, a list of texts, or a table. `key` is the part of the section it stands in,
    `own` the cloud's own word for it where ours is another, `unknown` that the text says why there is no value."""

    name: str
    key: str
    text: str = ""
    entries: Sequence[str] = ()
    table: Table | None = None
    variables: Sequence[tuple[Mapping[str, Json], Revision | None]] = ()
    set_by: Revision | None = None
    own: str = ""
    unknown: bool = False


Blame = Mapping[tuple[str, str], Revision]


def settings_of(section: str, body: Json, set_by: Blame | None = None) -> list[Setting]:
    """A section as settings; values in the cloud's own form are flattened, lists of objects become tables."""
    if body is None:
        return []
    if not isinstance(body, Mapping):
        return list(_flat(section, "", body, None))
    order = ORDER.get(section, [])
    found: list[Setting] = []
    for key, value in sorted(body.items(), key=lambda entry: _place(order, entry[0])):
        revision = (set_by or {}).get((section, str(key)))
        if section == "environment" and key in ("variables", "build"):
            found += _variables(str(key), body, set_by or {})
        elif (section, key) in SILENT and section == "environment":
            continue
        else:
            found += _flat(section, str(key), value, revision)
    return found


def _variables(key: str, body: Mapping[str, Json], set_by: Blame) -> Iterator[Setting]:
    """Variables each with its own revision; where they cannot be told, why."""
    name, listed = {"variables": "Variables", "build": "Variables of the build"}[key], body[key]
    revision = set_by.get(("environment", key))
    if isinstance(listed, list) and listed:
        each = [(one, set_by.get(("environment", f"{key}.{one.get('name')}"))) for one in listed]
        yield Setting(name, key, variables=each, set_by=revision)
    elif listed is None:
        yield Setting(name, key, text=str(body.get("partly") or "unknown"), set_by=revision, unknown=True)
    else:
        yield Setting(name, key, text="none", set_by=revision)


def _place(order: Sequence[str], key: str) -> tuple[int, str]:
    return (order.index(key) if key in order else len(order), key)


def _flat(section: str, path: str, value: Json, revision: Revision | None) -> Iterator[Setting]:
    key = path.partition(".")[0]
    if (section, path) in SILENT and key in WRAPPERS:
        return
    name, own = _named(section, path)
    if isinstance(value, Mapping) and value:
        for inner, entry in value.items():
            yield from _flat(section, f"{path}.{inner}", entry, revision)
    elif isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        yield Setting(name, key, table=_table(section, path, value), set_by=revision, own=own)
    elif isinstance(value, list):
        yield Setting(name, key, entries=[_said(entry) for entry in value], set_by=revision, own=own)
    else:
        yield Setting(name, key, text=_value(path.rpartition(".")[2], value), set_by=revision, own=own)


def _named(section: str, path: str) -> tuple[str, str]:
    """What people call a setting, and what the cloud calls it where that is something else."""
    if section in OWN_WORDS:
        return path, ""
    parts = path.split(".")
    wrapped = parts[0] in WRAPPERS and len(parts) > 1
    known = NAMES.get((section, path))
    if known:
        return known[0], OWN_NAMES.get((section, path)) or (".".join(parts[1:]) if wrapped else "")
    return " · ".join(map(label, parts[1:] if wrapped else parts)), OWN_NAMES.get((section, path), "")


def _table(section: str, path: str, entries: Sequence[Json]) -> Table:
    rows = [entry if isinstance(entry, Mapping) else {"value": entry} for entry in _ordered(entries)]
    present = {str(key) for row in rows for key in row}
    wanted = COLUMNS.get((section, path))
    keys = [key for key in wanted if key in present] if wanted else []
    keys = keys or sorted(present, key=lambda key: _place(FIRST_COLUMNS, key))
    cells = [[_cell(key, row[key]) if key in row else Cell("") for key in keys] for row in rows]
    return Table([label(key) for key in keys], cells)


def _ordered(entries: Sequence[Json]) -> Sequence[Json]:
    """Rules in the order in which they decide; the order of anything else is kept."""
    ranked = all(isinstance(entry, Mapping) and isinstance(entry.get("priority"), int) for entry in entries)
    return sorted(entries, key=lambda entry: int(entry["priority"])) if ranked else entries


def _cell(key: str, value: Json) -> Cell:
    """A long id is known by its end; the whole stands behind it."""
    text = _value(key, value)
    if len(text) <= LONGEST_CELL or " " in text or text.count("/") < 2:
        return Cell(text)
    return Cell("…/" + "/".join(text.rstrip("/").split("/")[-2:]), text)


def label(key: str) -> str:
    """A key in words. The cloud's own names (camel case, with colons) stay as the cloud writes them."""
    return LABELS.get(key) or (key.replace("_", " ").capitalize() if key.islower() else key)


def _value(key: str, value: Json) -> str:
    if key == "timeout_s" and isinstance(value, int):
        return f"{value} s" if value < 90 else f"{value} s ({words.duration(value)})"
    if key == "retention_days" and value == 0:
        return "for ever"
    if value == "None" and key in NONE_IS_A_WORD:
        return "none"
    if key in ("size", "code_size") and isinstance(value, int) and not isinstance(value, bool):
        return words.size(value)
    return f"{_said(value)}{UNITS.get(key, '') if value is not None else ''}"


def _rule(rule: Mapping[str, Json]) -> str:
    """A firewall rule in one line: "tcp 443 → 10.0.0.0/8"."""
    listed = rule.get("ports")
    ports = sorted({str(rule[key]) for key in ("from_port", "to_port") if rule.get(key) not in (None, "")})
    span = ", ".join(map(str, listed)) if isinstance(listed, list) else "–".join(ports)
    protocol = "everything" if str(rule["protocol"]) in ("-1", "*") else str(rule["protocol"]).lower()
    verdict = " ".join(str(rule[key]) for key in ("priority", "action") if rule.get(key))
    name = f" ({rule['name']})" if rule.get("name") else ""
    return f"{' '.join(filter(None, [verdict, protocol, span.replace('*', '')]))} → {rule['to']}{name}"


def _said(value: Json) -> str:
    if value is None or value == "":
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and "protocol" in value and "to" in value:
        return _rule(value)
    if isinstance(value, Mapping):
        return " · ".join(f"{_key(key)}: {_said(entry)}" for key, entry in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_said, _ordered(value))) or "none"
    text = f"{WORDS[value]} ({value})" if value in WORDS else str(value)
    return _time(text) if _MOMENT.match(text) else text


def _time(text: str) -> str:
    """A time of a cloud without its fractions; the year 9999 is how Google writes for ever."""
    return "never" if text.startswith("9999") else f"{text[:10]} {text[11:16]} UTC"


def _key(key: Json) -> str:
    return str(key).replace("_", " ")
