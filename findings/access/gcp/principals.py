"""Who a member of a Google policy stands for: every form of allow, deny and boundary policies.

Sources: cloud.google.com/iam/docs/principals-overview, /principal-identifiers, IAM v2 DenyRule.deniedPrincipals.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from findings.access.kleene import some

FEDERATED = re.compile(r"//iam\.googleapis\.com/(.*?(?:workforcePools|workloadIdentityPools)/[^/]+)(?:/(.*))?")
ACCOUNT_SUBJECT = re.compile(r"//iam\.googleapis\.com/projects/[^/]+/serviceAccounts/(.+)")
CONTAINER = re.compile(r"//cloudresourcemanager\.googleapis\.com/((?:projects|folders|organizations)/[^/]+)(?:/(.*))?")
CLUSTER_IDENTITY = re.compile(r"([^\s\[\]]+\.svc\.id\.goog)\[([^/\]]+)/([^\]]+)\]")
ACCOUNT_PROJECT = re.compile(
    r"(?:[^@]+@([^@]+)\.iam\.gserviceaccount\.com|([^@]+)@appspot\.gserviceaccount\.com"
    r"|(\d+)-compute@developer\.gserviceaccount\.com)"
)
AGENT = re.compile(r"(?:service-(?:org-|folder-)?\d+|\d+)@([a-z0-9.-]+)\.gserviceaccount\.com")
# Projects Google keeps its service agents in (cloud.google.com/iam/docs/service-agents); gcp-sa-… is the general form.
AGENT_HOMES = frozenset(
    {
        "bigquery-data-connectors",
        "bigquery-encryption",
        "cloud-filer",
        "cloud-memcache-sa",
        "cloud-redis",
        "cloud-tpu",
        "cloudbuild",
        "cloudcomposer-accounts",
        "cloudservices",
        "compute-system",
        "container-engine-robot",
        "containerregistry",
        "dataflow-service-producer-prod",
        "dataproc-accounts",
        "endpoints-portal",
        "firebase-rules",
        "gae-api-prod",
        "gcf-admin-robot",
        "gcp-gae-service",
        "genomics-api",
        "gs-project-accounts",
        "remotebuildexecution",
        "serverless-robot-prod",
        "service-consumer-management",
        "service-networking",
        "sourcerepo-service-accounts",
        "storage-transfer-service",
    }
)
CONVENIENCE = {"projectOwner": "roles/owner", "projectEditor": "roles/editor", "projectViewer": "roles/viewer"}
PLAIN = {
    "user": "user",
    "serviceAccount": "service_account",
    "group": "group",
    "domain": "domain",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """A member in one spelling. kind is one of: everyone, authenticated, user, service_account, group, domain,
    customer, federated, container, convenience, deleted, other.

    value: e-mail, domain, customer id, pool path, `projects/x` of a container, project of a convenience member.
    part: what is picked inside (pool: `subject/…`, `group/…`, `attribute.a/v`, `*`; container: `type/…`; convenience:
        the basic role).
    """

    kind: str
    value: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """What is known beyond the policies themselves.

    groups: members of each expanded group, by the group's e-mail; a group that is missing was not expanded.
    holders: members of a basic role on one project, None when that project's policy was not read.
    """

    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    holders: Callable[[str, str], Iterable[str] | None] = lambda _project, _role: None


NOTHING_KNOWN = Directory()


@lru_cache(maxsize=16384)
def principal(member: str) -> Principal:
    """Read a member of an allow policy, a deny policy or a boundary; a bare e-mail is a user or a service account."""
    if member.startswith("deleted:"):
        return Principal("deleted", member)
    if member in ("allUsers", "anonymous"):
        return Principal("everyone")
    if member == "allAuthenticatedUsers":
        return Principal("authenticated")
    scheme, _, rest = member.partition(":")
    if scheme in ("principal", "principalSet") or member.startswith("//"):
        return _identifier(rest if scheme in ("principal", "principalSet") else member)
    if scheme in CONVENIENCE:
        return Principal("convenience", rest, CONVENIENCE[scheme])
    if scheme == "serviceAccount" and (cluster := CLUSTER_IDENTITY.fullmatch(rest)):
        return Principal("federated", cluster[1], f"subject/ns/{cluster[2]}/sa/{cluster[3]}")
    if scheme in PLAIN:
        return Principal(PLAIN[scheme], rest.lower())
    if "@" in member and ":" not in member:
        return Principal("service_account" if member.endswith("gserviceaccount.com") else "user", member.lower())
    return Principal("other", member)


def _identifier(name: str) -> Principal:
    if name in ("//goog/public:all", "//goog/public:allUsers"):
        return Principal("everyone")
    if name == "//goog/public:allAuthenticatedUsers":
        return Principal("authenticated")
    for prefix, kind in (("subject", "user"), ("group", "group"), ("cloudIdentityCustomerId", "customer")):
        if name.startswith(f"//goog/{prefix}/"):
            value = name.removeprefix(f"//goog/{prefix}/")
            if kind == "user" and value.endswith("gserviceaccount.com"):
                kind = "service_account"
            return Principal(kind, value if kind == "customer" else value.lower())
    if account := ACCOUNT_SUBJECT.fullmatch(name):
        return Principal("service_account", account[1].lower())
    if pool := FEDERATED.fullmatch(name):
        cluster = pool[1].rpartition("/")[2]
        return Principal("federated", cluster if cluster.endswith(".svc.id.goog") else pool[1], pool[2] or "*")
    if container := CONTAINER.fullmatch(name):
        return Principal("container", container[1], container[2] or "")
    return Principal("other", name)


def covers(member: str, caller: str, known: Directory = NOTHING_KNOWN) -> bool | None:
    """Whether the member includes the caller; None when that needs what we do not know (a group's members, …)."""
    return _covers(principal(member), principal(caller), known, frozenset())


def _covers(member: Principal, caller: Principal, known: Directory, seen: frozenset[str]) -> bool | None:
    if member.kind == "everyone":
        return True
    if caller.kind == "everyone":
        return False
    if member.kind == "authenticated":
        return caller.kind not in ("federated", "deleted", "other")
    if member == caller:
        return True
    return _SETS.get(member.kind, _nobody_else)(member, caller, known, seen)


def _nobody_else(_member: Principal, _caller: Principal, _known: Directory, _seen: frozenset[str]) -> bool | None:
    return False


def _new_form(_member: Principal, _caller: Principal, _known: Directory, _seen: frozenset[str]) -> bool | None:
    """A form of member that is not known here may stand for anybody who signs in."""
    return None


def _group(member: Principal, caller: Principal, known: Directory, seen: frozenset[str]) -> bool | None:
    if caller.kind not in ("user", "service_account", "group"):
        return False
    inside = known.groups.get(member.value)
    if inside is None:
        return None
    if member.value in seen:
        return False
    deeper = seen | {member.value}
    return some(_covers(_listed(one, known), caller, known, deeper) for one in inside)


def _listed(entry: str, known: Directory) -> Principal:
    """A group's entry; directories list nested groups by their bare e-mail."""
    read = principal(entry)
    return Principal("group", read.value) if read.kind == "user" and read.value in known.groups else read


def _domain(member: Principal, caller: Principal, _known: Directory, _seen: frozenset[str]) -> bool | None:
    if caller.kind == "group":
        return None
    return caller.kind == "user" and caller.value.rpartition("@")[2] == member.value


def _customer(_member: Principal, caller: Principal, _known: Directory, _seen: frozenset[str]) -> bool | None:
    return None if caller.kind in ("user", "group", "domain") else False


def _federated(member: Principal, caller: Principal, _known: Directory, _seen: frozenset[str]) -> bool | None:
    if caller.kind != "federated" or caller.value != member.value:
        return False
    if member.part in ("*", caller.part):
        return True
    if member.value.endswith(".svc.id.goog") and member.part.startswith("namespace/"):
        return caller.part.startswith(f"subject/ns/{member.part.partition('/')[2]}/")
    return False if member.part.startswith("subject/") and caller.part.startswith("subject/") else None


def _container(member: Principal, caller: Principal, _known: Directory, _seen: frozenset[str]) -> bool | None:
    """All identities of a project, folder or organisation, or one type of them."""
    accounts_only = member.part.startswith("type/Service")
    if caller.kind == "service_account":
        home = project_of(caller.value)
        kind, _, name = member.value.partition("/")
        if kind != "projects" or not home or home.isdigit() != name.isdigit():
            return None
        return home == name
    return False if accounts_only or caller.kind == "deleted" else None


def _convenience(member: Principal, caller: Principal, known: Directory, seen: frozenset[str]) -> bool | None:
    holders = known.holders(member.value, member.part)
    if holders is None:
        return None
    mark = f"{member.part} {member.value}"
    if mark in seen:
        return False
    return some(_covers(principal(one), caller, known, seen | {mark}) for one in holders)


_SETS: dict[str, Callable[[Principal, Principal, Directory, frozenset[str]], bool | None]] = {
    "group": _group,
    "domain": _domain,
    "customer": _customer,
    "federated": _federated,
    "container": _container,
    "convenience": _convenience,
    "other": _new_form,
}


def project_of(account: str) -> str:
    """The project (id, or number for the compute default) a service account's e-mail names; "" when it names none."""
    if is_agent(account):
        return ""
    match = ACCOUNT_PROJECT.fullmatch(account)
    named = next((part for part in match.groups() if part), "") if match else ""
    # A project of before organisations: `example.com:shop` makes accounts at `shop.example.com`.
    project, dot, domain = named.partition(".")
    return f"{domain}:{project}" if dot else named


def is_agent(account: str) -> bool:
    """Whether the e-mail is one of Google's own service agents (service-NUMBER@gcp-sa-… and the older forms)."""
    match = AGENT.fullmatch(account)
    if match is None:
        return False
    home = match[1].removesuffix(".iam")
    return home.startswith("gcp-sa-") or home.partition(".")[0] in AGENT_HOMES
