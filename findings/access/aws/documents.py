"""Reading policy documents: the JSON as AWS gives it, turned into statements that cannot be misread.

Accepted: a mapping, JSON text, or JSON text in percent-encoding (as IAM answers); a single statement without the list
around it; one text where a list may stand; element names in any letter case. Refused with MalformedPolicy: everything
whose meaning would have to be guessed. An empty or unreadable document is never taken for "grants nothing".

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from findings.access.decision import Effect

PRINCIPAL_KINDS = {"aws": "AWS", "service": "Service", "federated": "Federated", "canonicaluser": "CanonicalUser"}
NEWEST_VERSION = "2012-10-17"
"""The version in which `${...}` policy variables work; in every other they are plain text."""

_OPERATOR_PREFIXES = {"forallvalues": "all", "foranyvalue": "any"}


class MalformedPolicy(ValueError):
    """The document is not a policy AWS would accept, so nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """One entry of a Principal element: its kind (AWS, Service, Federated, CanonicalUser) and its text."""

    kind: str
    value: str

    @property
    def is_everyone(self) -> bool:
        """`*`, alone or under AWS: both mean anybody, signed in or not."""
        return self.value == "*" and self.kind in ("AWS", "CanonicalUser")

    def __str__(self) -> str:
        return self.value if self.kind == "AWS" else f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator block: `ForAnyValue:StringLikeIfExists` {key: values}.

    operator: the bare operator in lower case (`stringlike`). key: in lower case. quantifier: "", "all" or "any".
    readable: False when a value is not a text, number, true or false; such a condition can never be decided.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    if_exists: bool = False
    readable: bool = True
    written: str = field(default="", compare=False)

    @property
    def negated(self) -> bool:
        """Whether the operator asks for a difference (`StringNotEquals`, `NotIpAddress`)."""
        return "not" in self.operator

    def __str__(self) -> str:
        return f"{self.written or self.operator} {self.key} {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, normalized. An empty tuple means that the element is not there.

    actions, not_actions: in lower case; written_actions: as the document has them. variables: whether `${...}` works.
    """

    effect: Effect
    sid: str
    number: int
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[Principal, ...] | None = None
    not_principals: tuple[Principal, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    variables: bool = False
    condition_text: str = ""
    written_actions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its Sid, else its place in the policy, counted from one."""
        return self.sid or f"statement {self.number}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed document."""

    version: str
    statements: tuple[Statement, ...]


PolicyDocument = Mapping[str, Any] | str | Policy | Sequence[Mapping[str, Any]]
"""A document, its JSON text, a parsed policy, or the list of its statements."""


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A document with the name people know it by (an ARN, an inline policy's name)."""

    name: str
    document: PolicyDocument

    @property
    def policy(self) -> Policy:
        """The parsed document; MalformedPolicy when it cannot be read."""
        try:
            return parse_policy(self.document)
        except MalformedPolicy as problem:
            raise MalformedPolicy(f"{self.name}: {problem}") from problem


def parse_policy(document: PolicyDocument, *, require_action: bool = True) -> Policy:
    """The statements of a document.

    require_action: whether a statement without Action and NotAction is refused; with False it is kept, its `actions`
    and `not_actions` empty, and the caller decides what it means.
    """
    if isinstance(document, Policy):
        return document
    if isinstance(document, list | tuple):
        document = {"Statement": list(document)}
    as_written = isinstance(document, str)
    if isinstance(document, Mapping):
        try:
            document = json.dumps(document)
        except (TypeError, ValueError) as problem:
            raise MalformedPolicy(f"not JSON: {problem}") from problem
    if not isinstance(document, str):
        raise MalformedPolicy(f"a policy is an object, not {type(document).__name__}")
    return _parse_text(document, require_action, as_written)


@lru_cache(maxsize=50_000)
def _parse_text(text: str, require_action: bool, as_written: bool) -> Policy:
    if text.lstrip()[:3].lower() == "%7b":
        text = unquote(text)
    try:
        # Only a text can hold a name twice; without the hook, reading is several times as fast.
        content = json.loads(text, object_pairs_hook=_members) if as_written else json.loads(text)
    except MalformedPolicy:
        raise
    except ValueError as problem:
        raise MalformedPolicy(f"not JSON: {problem}") from problem
    if not isinstance(content, dict):
        raise MalformedPolicy(f"a policy is an object, not {type(content).__name__}")
    elements = _elements(content, "policy")
    version = elements.get("version", "")
    if not isinstance(version, str):
        raise MalformedPolicy("Version is not a text")
    if "statement" not in elements:
        raise MalformedPolicy("there is no Statement")
    statements = elements["statement"]
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list):
        raise MalformedPolicy("Statement is neither an object nor a list")
    return Policy(version, tuple(_statement(s, n, version, require_action) for n, s in enumerate(statements, 1)))


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members. A name that comes twice is refused: which of the two counts would have to be guessed."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedPolicy("an object has a member twice")
    return members


def _elements(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The members by lower-case name; the same name twice is refused."""
    elements = {name.lower(): value for name, value in content.items()}
    if len(elements) != len(content):
        raise MalformedPolicy(f"{where} has an element twice")
    return elements


def _statement(content: Any, number: int, version: str, require_action: bool) -> Statement:
    where = f"statement {number}"
    if not isinstance(content, dict):
        raise MalformedPolicy(f"{where} is not an object")
    elements = _elements(content, where)
    effect = elements.get("effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicy(f"{where}: Effect is {effect!r}, not 'Allow' or 'Deny'")
    actions = _texts(elements, "action", where)
    not_actions = _texts(elements, "notaction", where)
    if actions and not_actions:
        raise MalformedPolicy(f"{where} has both Action and NotAction")
    if require_action and not actions and not not_actions:
        raise MalformedPolicy(f"{where} has no Action")
    if "principal" in elements and "notprincipal" in elements:
        raise MalformedPolicy(f"{where} has both Principal and NotPrincipal")
    conditions = elements.get("condition")
    of_identity = "principal" not in elements and "notprincipal" not in elements
    resources = _texts(elements, "resource", where)
    return Statement(
        effect=Effect.ALLOW if effect == "Allow" else Effect.DENY,
        sid=str(elements.get("sid") or ""),
        number=number,
        actions=tuple(action.lower() for action in actions),
        not_actions=tuple(action.lower() for action in not_actions),
        resources=tuple(_completed(one) for one in resources) if of_identity else resources,
        not_resources=_texts(elements, "notresource", where),
        principals=_principals(elements["principal"], where) if "principal" in elements else None,
        not_principals=_principals(elements["notprincipal"], where) if "notprincipal" in elements else None,
        conditions=_conditions(conditions, where) if conditions else (),
        variables=version == NEWEST_VERSION,
        condition_text=json.dumps(conditions, sort_keys=True) if conditions else "",
        written_actions=actions or not_actions,
    )


def _texts(elements: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """The texts under `name`: one or a list of them; nothing when the element is absent."""
    if name not in elements:
        return ()
    value = elements[name]
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise MalformedPolicy(f"{where}: {name} is neither a text nor a list of texts")
    return tuple(texts)


def _completed(resource: str) -> str:
    """`arn:aws:sqs` in a policy of an identity is `arn:aws:sqs:*:*:*`: AWS fills up an ARN that is cut short.

    Source: IAM User Guide, "IAM JSON policy elements: Resource".
    """
    missing = 5 - resource.count(":") if resource.startswith("arn:") and "${" not in resource else 0
    return resource + ":*" * max(missing, 0)


def _principals(value: Any, where: str) -> tuple[Principal, ...]:
    """`"*"`, an ARN, or {kind: one or many}."""
    if isinstance(value, str):
        return (Principal("AWS", value),)
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(Principal("AWS", text) for text in value)
    if not isinstance(value, dict):
        raise MalformedPolicy(f"{where}: Principal is neither a text nor an object")
    found = []
    for kind, entries in value.items():
        if kind.lower() not in PRINCIPAL_KINDS:
            raise MalformedPolicy(f"{where}: unknown kind of principal {kind!r}")
        texts = [entries] if isinstance(entries, str) else entries
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise MalformedPolicy(f"{where}: principals of kind {kind} are neither a text nor a list of texts")
        found += [Principal(PRINCIPAL_KINDS[kind.lower()], text) for text in texts]
    return tuple(found)


def parse_conditions(block: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of one Condition element, given as a mapping; MalformedPolicy when it has another shape."""
    return _conditions(block, "condition")


def _conditions(block: Any, where: str) -> tuple[Condition, ...]:
    if not isinstance(block, Mapping):
        raise MalformedPolicy(f"{where}: Condition is not an object")
    found = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            raise MalformedPolicy(f"{where}: condition operator {operator} holds no keys")
        found += [_condition(operator, key, value) for key, value in keys.items()]
    return tuple(found)


def _condition(written: str, key: str, value: Any) -> Condition:
    prefix, _, bare = written.lower().rpartition(":")
    if_exists = bare.endswith("ifexists")
    listed = value if isinstance(value, list) else [value]
    readable = all(isinstance(v, str | bool | int | float) for v in listed)
    if prefix and prefix not in _OPERATOR_PREFIXES:
        bare = f"{prefix}:{bare}"
    return Condition(
        operator=bare.removesuffix("ifexists"),
        key=key.lower(),
        values=tuple(_value_text(v) for v in listed),
        quantifier=_OPERATOR_PREFIXES.get(prefix, ""),
        if_exists=if_exists,
        readable=readable,
        written=written,
    )


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
