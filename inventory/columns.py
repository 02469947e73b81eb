"""The columns of lists: one declaration gives the table's cell, the CSV field and the column of a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column. `value` takes a row as `inventory.present` tells it; `part` is what must be loaded for it.

    `sort` is the name to sort by ("" where it cannot be sorted); `cell` names how pages show it, `width` how wide.
    """

    name: str
    title: str
    help: str
    value: Callable[[Json], Any]
    sort: str = ""
    part: str = ""
    cell: str = "text"
    width: str = "m"
    number: bool = False
    default: bool = False


def path(*keys: str) -> Callable[[Json], Any]:
    """The value at `row[a][b]`, None where there is nothing on the way."""

    def value(row: Json) -> Any:
        found: Any = row
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    return value


def joined(name: str, *keys: str) -> Callable[[Json], Any]:
    """The entries of a list, each with these keys in one text."""

    def value(row: Json) -> list[str] | None:
        entries = row.get(name)
        if entries is None:
            return None
        return [" ".join(str(entry[key]) for key in keys if entry.get(key)) for entry in entries]

    return value


def _tags(row: Json) -> list[str] | None:
    tags = row.get("tags")
    return None if tags is None else [f"{key}={value}" for key, value in tags.items()]


def owner_of(tags: object) -> str:
    """Whom tags by name say to ask: the tag owner, team or contact, in this order; empty without one."""
    told = {str(key).lower(): value for key, value in tags.items()} if isinstance(tags, dict) else {}
    return next((str(told[key]) for key in ("owner", "team", "contact") if key in told), "")


def _owner(row: Json) -> str:
    return owner_of(row.get("tags"))


def _invoked(row: Json) -> str | None:
    """The last day with a call and the days since, or for how long there was none; None where nobody knows."""
    use = row.get("use") or {}
    if use.get("read_at") is None:
        return None
    days = f"{use['unused_days']} d"
    return f"{use['invoked_on']} ({days})" if use.get("invoked_on") else f"not in {days}"


_SEVERITIES = ("critical", "high", "medium", "low", "info")


def _findings(row: Json) -> str | None:
    counts = row.get("findings")
    if counts is None:
        return None
    return " ".join(f"{counts[word]} {word}" for word in _SEVERITIES if counts.get(word))


FUNCTION_COLUMNS = (
    Column("name", "Name", "Name and the cloud's id.", path("name"), "name", cell="name", width="xl", default=True),
    Column("account", "Account", "Account, project or subscription.", path("account_name"), "account",
           cell="account", width="l", default=True),
    Column("region", "Region", "Region or location.", path("region"), "region", default=True),
    Column("runtime", "Runtime", "Runtime; marked when its support has ended.", path("runtime"), "runtime",
           cell="runtime", default=True),
    Column("privilege", "Privilege", "Summary level of what its identity may do.", path("privilege", "level"),
           "privilege", cell="privilege", width="ml", default=True),
    Column("exposure", "Exposure", "Who may invoke it.", path("exposure", "invoke"), "exposure", cell="exposure",
           width="l", default=True),
    Column("findings", "Findings", "Open findings by severity.", _findings, "findings", "findings", "findings",
           width="s", default=True),
    Column("changed", "Changed", "When its configuration last changed.", path("changed_at"), "changed", cell="time",
           width="xs", default=True),
    Column("id", "Id", "The cloud's own id.", path("native_id"), cell="id", width="xl"),
    Column("uid", "Our id", "The id that addresses and the API use.", path("uid"), cell="id"),
    Column("provider", "Provider", "The cloud.", path("provider"), cell="provider", width="s"),
    Column("account-id", "Account id", "The account's own id.", path("account"), cell="id"),
    Column("group", "Group", "Group of accounts.", path("account_group")),
    Column("kind", "Kind", "The cloud's own kind of function.", path("kind")),
    Column("state", "State", "State as the cloud says it.", path("state"), width="s"),
    Column("package", "Package", "How the code is packed.", path("package"), width="s"),
    Column("arch", "Architecture", "Processor architecture.", path("architecture"), width="s"),
    Column("runtime-eol", "Support ends", "When the runtime's support ends.", path("runtime_eol"), cell="date",
           width="s"),
    Column("identity", "Identity", "What it runs as.", path("identity"), cell="identity", width="l"),
    Column("shared", "Shared by", "Functions that run as the same identity.", path("shared_by"), number=True,
           width="s"),
    Column("deploy", "Deployers", "Who may change its code or settings.", path("exposure", "deploy"), "deploy",
           cell="exposure", width="l"),
    Column("reach", "Reach", "From where the network lets callers come.", path("network", "reach"), width="s"),
    Column("egress", "Egress", "Where it can send to.", path("network", "egress"), width="s"),
    Column("network", "Network", "Private network it sits in.", path("network", "network"), cell="network"),
    Column("triggers", "Triggers", "What starts it by itself.", joined("triggers", "kind", "source"), part="triggers",
           cell="list", width="l"),
    Column("entry-points", "Entry points", "Addresses at which it can be called.",
           joined("entry_points", "kind", "auth", "url"), part="entry_points", cell="list", width="l"),
    Column("bindings", "Bindings", "Principals that its policies name.", joined("bindings", "effect", "principal"),
           part="bindings", cell="list", width="l"),
    Column("memory", "Memory", "MiB.", path("limits", "memory_mb"), "memory", number=True, width="s"),
    Column("timeout", "Timeout", "Seconds.", path("limits", "timeout_s"), "timeout", number=True, width="s"),
    Column("concurrency", "Concurrency", "Reserved concurrency.", path("limits", "concurrency"), number=True,
           width="s"),
    Column("code-size", "Code size", "Bytes.", path("code", "size"), "code-size", cell="bytes", number=True, width="s"),
    Column("code-hash", "Code hash", "SHA-256 as the cloud says it.", path("code", "sha256"), cell="id"),
    Column("signing", "Signing", "What becomes of unsigned code: enforced, warned or none; empty where there are no "
           "signatures.", path("code", "signing"), part="signing", width="s"),
    Column("layers", "Layers", "How many layers it uses.", path("code", "layers"), number=True, width="s"),
    Column("variables", "Variables", "How many environment variables it has.", path("environment", "variables"),
           number=True, width="s"),
    Column("variable-names", "Variable names", "Names of its environment variables; values are never kept.",
           path("environment", "names"), part="variable_names", cell="list", width="l"),
    Column("secrets", "Secret-like", "How many variables look like secrets.", path("environment", "secrets"),
           number=True, width="s"),
    Column("key", "Key", "Encryption key of its own.", path("encryption", "key"), cell="id", width="l"),
    Column("log-retention", "Log retention", "Days; 0 is for ever.", path("logging", "retention_days"), number=True,
           width="s"),
    Column("tags", "Tags", "Tags or labels.", _tags, part="tags", cell="list", width="l"),
    Column("owner", "Owner", "The tag owner, team or contact.", _owner, part="tags"),
    Column("invoked", "Last invoked", "The last day on which it was called, and how many days ago that was when the "
           "metrics were read.", _invoked, "invoked", cell="use", width="s"),
    Column("invocations", "Invocations", "Calls within 30 days, as the metrics told.", path("use", "invocations"),
           number=True, width="s"),
    Column("errors", "Errors", "Calls within 30 days that failed, as the metrics told.", path("use", "errors"),
           number=True, width="s"),
    Column("first-seen", "First seen", "When it was first seen.", path("first_seen"), "first-seen", cell="time",
           width="s"),
    Column("last-seen", "Last seen", "The last reading that saw it.", path("last_seen"), cell="time", width="s"),
    Column("gone", "Gone", "When it was found gone.", path("gone_at"), cell="time", width="s"),
    Column("unread", "Unread", "Parts that could not be read.", path("unread"), cell="list"),
)  # fmt: skip

IDENTITY_COLUMNS = (
    Column("name", "Name", "Name and the cloud's id.", path("name"), "name", cell="name", width="xl", default=True),
    Column("kind", "Kind", "Role, service account or managed identity.", path("kind"), width="s", default=True),
    Column("account", "Account", "Account, project or subscription.", path("account_name"), "account",
           cell="account", width="l", default=True),
    Column("functions", "Functions", "Present functions that run as it.", path("functions"), "functions", number=True,
           width="s", default=True),
    Column("policies", "Policies", "How many policies it has.", path("policies"), number=True, width="s", default=True),
    Column("boundary", "Boundary", "Its permissions boundary.", path("boundary"), cell="id"),
    Column("last-used", "Last used", "When the cloud last saw it used.", path("last_used_at"), "last-used", cell="time",
           width="s", default=True),
    Column("changed", "Changed", "When it last changed.", path("changed_at"), "changed", cell="time", width="s",
           default=True),
    Column("id", "Id", "The cloud's own id.", path("native_id"), cell="id", width="xl"),
    Column("uid", "Our id", "The id that addresses and the API use.", path("uid"), cell="id"),
    Column("provider", "Provider", "The cloud.", path("provider"), cell="provider", width="s"),
    Column("first-seen", "First seen", "When it was first seen.", path("first_seen"), "first-seen", cell="time",
           width="s"),
)  # fmt: skip


class UnknownColumn(ValueError):
    """A name that is no column; the message lists those there are."""


def chosen_columns(columns: Sequence[Column], names: Iterable[str]) -> list[Column]:
    """The columns of these names, in this order. Raises UnknownColumn."""
    known = {column.name: column for column in columns}
    missing = [name for name in names if name not in known]
    if missing:
        raise UnknownColumn(f"There is no column “{missing[0]}”; there are {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names)]


def default_columns(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.default]


def parts_of(columns: Iterable[Column]) -> set[str]:
    """What must be loaded to show these columns."""
    return {column.part for column in columns if column.part}


def plain_row(columns: Sequence[Column], row: Json) -> dict[str, Any]:
    """A row as the values of these columns."""
    return {column.name: column.value(row) for column in columns}
