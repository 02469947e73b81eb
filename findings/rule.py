"""What a rule is, and how it is asked. A rule is one file in `findings/rules/`; its name is the rule's id.

Nobody who writes a rule can turn "could not be read" into a pass: no evidence while a needed part was not read is
UNKNOWN, whatever the rule's own code says. No Django here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from findings.seen import Seen
from findings.severity import Severity

Json = Any


class Verdict(StrEnum):
    """What a rule says of one subject."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Subject(StrEnum):
    """The part of security a rule is about: the catalogue is grouped by it."""

    COMBINATION = "combination"
    EXPOSURE = "exposure"
    DEPLOYMENT = "deployment"
    PRIVILEGE = "privilege"
    TRUST = "trust"
    NETWORK = "network"
    ENCRYPTION = "encryption"
    SECRETS = "secrets"
    LOGGING = "logging"
    RUNTIME = "runtime"
    SUPPLY_CHAIN = "supply chain"
    LIMITS = "limits"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fault that was found. `says` is the sentence; `about` names the thing within the subject (a principal, a
    variable, a statement) and, unlike the wording, tells equal faults of two runs apart.

    `severity` is set where the facts make this fault worse or milder than the rule's own word; `because` says why.
    """

    says: str
    about: str = ""
    severity: Severity | None = None
    because: str = ""
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsure:
    """Something could not be decided from what was read; `says` tells what was missing."""

    says: str


@dataclass(frozen=True, slots=True)
class Fix:
    """How one cloud's fault is mended: in the console's words, on the command line, in Terraform ("": no such way)."""

    console: str
    cli: str = ""
    terraform: str = ""


def applies_to_all(seen: Seen) -> str:
    """No subject is left out."""
    return ""


@dataclass(frozen=True, slots=True)
class Check:
    """How a rule looks at the functions of one cloud.

    `look` yields Evidence for each fault, Unsure for what cannot be decided, nothing when all is well. `needs` are
    sections that must have been read for a pass: of the function ("config"), of its identities
    ("identity:policies"), of the account ("account:limits"); a word of the posture ("posture:invoke": not unknown); how
    the account was read ("reading"); the cloud's log ("log"); or its metrics ("use"). `applies` says why the rule does
    not apply to a subject ("" when it does): a plan or platform that cannot have the fault.
    """

    look: Callable[[Seen], Iterator[Evidence | Unsure]]
    needs: tuple[str, ...] = ()
    applies: Callable[[Seen], str] = applies_to_all


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, with all that its page, its documentation, its tests and the exports say of it.

    `checks` and `fix` are by provider slug. `catalogue` are the ids of the rule catalogue that it decides ("EXP-01"),
    `standards` the controls it answers ("cis-aws-compute:4.6"; see `findings.standards`). `about` is the kind of
    resource judged: function or account. `aliases` are ids it had before: triage follows them. `fails` and `passes`
    are examples for each cloud: they are the unit test and what the page shows. `joins` names the rules whose faults
    a combination joins into one path: where it fails, theirs are parts of it and no news of their own. `version` is
    raised when what it looks for changes: until it was asked again, pages say that nobody knows.
    """

    id: str
    title: str
    severity: Severity
    subject: Subject
    why: str
    checks: Mapping[str, Check]
    fix: Mapping[str, Fix]
    fails: tuple[Seen, ...]
    passes: tuple[Seen, ...]
    catalogue: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    about: str = "function"
    aliases: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    version: int = 1

    @property
    def providers(self) -> tuple[str, ...]:
        """The clouds it looks at."""
        return tuple(self.checks)

    @property
    def is_path(self) -> bool:
        """Whether it joins several faults into one path, and so goes before each of them."""
        return self.subject is Subject.COMBINATION


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of one subject: the faults, the worst severity and why it is that, or why nobody knows."""

    rule: str
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    severity: Severity | None = None
    because: str = ""
    reasons: tuple[str, ...] = ()


def judge(rule: Rule, seen: Seen) -> Judgement | None:
    """The rule's word on a subject; None when it says nothing of this kind of resource or this cloud at all."""
    check = rule.checks.get(seen.provider)
    if check is None or rule.about != seen.kind:
        return None
    left_out = check.applies(seen)
    if left_out:
        return Judgement(rule.id, Verdict.NOT_APPLICABLE, reasons=(left_out,))
    told = list(check.look(seen))
    faults = tuple(one for one in told if isinstance(one, Evidence))
    if faults:
        gravest = max(faults, key=lambda fault: (fault.severity or rule.severity).rank)
        return Judgement(rule.id, Verdict.FAIL, faults, gravest.severity or rule.severity, gravest.because)
    unsure = (one.says for one in told if isinstance(one, Unsure))
    reasons = tuple(dict.fromkeys([*unread(check.needs, seen), *unsure]))
    return Judgement(rule.id, Verdict.UNKNOWN if reasons else Verdict.PASS, reasons=reasons)


def unread(needs: tuple[str, ...], seen: Seen) -> Iterator[str]:
    """Why each needed part that was not read is missing, in words."""
    for need in needs:
        where, _, name = need.rpartition(":")
        if need == "log":
            if seen.log_until is None:
                yield "the cloud's log was never read"
        elif need == "use":
            if seen.use is None or seen.use.read_at is None:
                yield f"how often it is called was never read{f': {seen.use.unread}' if seen.use else ''}"
        elif need == "reading":
            if seen.reading is None:
                yield "how the account was read is not known"
        elif where == "posture":
            if getattr(seen.posture, name) == "unknown":
                yield f"{name} could not be worked out from what was read"
        elif where == "identity":
            yield from _unread_of_identities(name, seen)
        elif where == "account":
            yield from _missing(name, seen.account_document, seen.account_unread, "the account's ")
        else:
            yield from _missing(name, seen.document, seen.unread, "")


def _unread_of_identities(name: str, seen: Seen) -> Iterator[str]:
    yield from _missing("identity", seen.document, seen.unread, "")
    for identity in seen.identities:
        if not identity.known:
            yield f"{identity.native_id} was never read"
        else:
            yield from _missing(name, identity.document, identity.unread, f"{identity.name or identity.native_id}: ")


def _missing(name: str, document: Mapping[str, Json], unread: Mapping[str, str], whose: str) -> Iterator[str]:
    if name in unread:
        yield f"{whose}{name} could not be read: {unread[name]}"
    elif document.get(name) is None:
        yield f"{whose}{name} was never read"
