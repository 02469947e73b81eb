"""Policy documents in canonical form, and the grants and bindings that stand in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from collectors.providers.aws.normalize.shapes import Unusable, mapping, objects, shallow, text, texts
from inventory.facts import Binding, Grant, Statement
from inventory.history import canonical, clean, digest

Json = Any

VIA = "resource policy"
#: A function's ARN without wildcards; its group is the qualifier.
FUNCTION_ARN = re.compile(r"^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::([\w$.-]+))?$")
_ORGANISATION_KEY = "aws:principalorgid"


def document(value: Json, what: str) -> dict[str, Json]:
    """A policy document, canonical: object, JSON text, or JSON text in percent-encoding (as IAM answers)."""
    if isinstance(value, str):
        plain = unquote(value) if value.lstrip().startswith("%7B") else value
        try:
            value = json.loads(plain)
        except (ValueError, RecursionError) as error:
            raise Unusable(f"{what} is no JSON.") from error
    if not isinstance(value, Mapping) or not value:
        raise Unusable(f"{what} is no policy document.")
    if not shallow(value):
        raise Unusable(f"{what} is nested deeper than policies are.")
    kept = dict(value)
    kept["Statement"] = [_statement(entry, what) for entry in _statements(value, what)]
    ordered: dict[str, Json] = canonical(clean(kept))
    return ordered


def _statements(policy: Mapping[str, Json], what: str) -> Iterable[Mapping[str, Json]]:
    found = policy.get("Statement")
    if isinstance(found, Mapping):
        return [found]
    if not isinstance(found, list):
        raise Unusable(f"{what} has no statements.")
    return list(objects(found, f"the statements of {what}"))


def _statement(entry: Mapping[str, Json], what: str) -> dict[str, Json]:
    """A statement whose condition values are sorted: any of them suffices, so their order says nothing."""
    if str(entry.get("Effect")) not in ("Allow", "Deny"):
        raise Unusable(f"{what} has a statement that neither allows nor denies.")
    kept = dict(entry)
    if "Condition" in entry:
        kept["Condition"] = {
            operator: {key: _sorted(values) for key, values in mapping(keys, f"a condition in {what}").items()}
            for operator, keys in mapping(entry["Condition"], f"the condition in {what}").items()
        }
    return kept


def _sorted(values: Json) -> Json:
    return sorted(values, key=str) if isinstance(values, list) else values


def grants(policy: Mapping[str, Json], kind: str, source: str, name: str) -> Iterator[Grant]:
    """One grant for each statement of a canonical document."""
    for body in policy["Statement"]:
        inverted = "NotAction" in body
        actions = tuple(texts(body.get("NotAction" if inverted else "Action"), f"the actions of {name}"))
        statement = Statement(text(body, "Effect").lower(), actions, inverted, body, digest(body))
        yield Grant(kind, source, name, statement)


def bindings(policy: Mapping[str, Json], qualifier: str) -> Iterator[Binding]:
    """Who may do what to a function, one binding for each principal of each statement of a canonical document.

    Some endpoints answer with the statements of all qualifiers at once: those that name another one are left to it.
    """
    for body in policy["Statement"]:
        if not _about(body, qualifier):
            continue
        actions = tuple(texts(body.get("Action"), "the actions of a resource policy"))
        actions += tuple(f"not {action}" for action in texts(body.get("NotAction"), "the actions of a resource policy"))
        condition = mapping(body.get("Condition"), "the condition of a resource policy")
        for principal, kind in _principals(body, condition):
            yield Binding(
                principal=principal,
                principal_kind=kind,
                actions=actions,
                via=VIA,
                qualifier=qualifier,
                effect=text(body, "Effect").lower(),
                condition=condition,
                source=text(body, "Sid"),
            )


def _about(body: Mapping[str, Json], qualifier: str) -> bool:
    """Whether a statement may speak of the function under this qualifier."""
    resources = texts(body.get("Resource"), "the resources of a resource policy")
    named = [FUNCTION_ARN.match(resource) for resource in resources]
    return not resources or any(match is None or (match[1] or "") == qualifier for match in named)


def _principals(body: Mapping[str, Json], condition: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    if "NotPrincipal" in body:
        excepted = [name for _, name in _named(body["NotPrincipal"])]
        yield f"* except {', '.join(sorted(excepted))}"[:1024], "public"
        return
    for kind, name in _named(body.get("Principal")):
        organisation = _organisation(condition) if name == "*" else ""
        yield (organisation, "organisation") if organisation else (name, _kind(kind, name))


def _named(principal: Json) -> Iterator[tuple[str, str]]:
    """The entries of a Principal element: (AWS, Service, Federated or CanonicalUser; text)."""
    if isinstance(principal, str):
        yield "AWS", principal
        return
    for kind, names in mapping(principal, "A principal").items():
        for name in texts(names, "A principal"):
            yield kind, name


def _kind(kind: str, name: str) -> str:
    """What a principal is; an id of a deleted one (AROA…, AIDA…) is still a role or user."""
    if kind in ("Service", "Federated"):
        return kind.lower()
    if kind == "CanonicalUser":
        return "canonical"
    if name == "*":
        return "public"
    last = name.split(":")[-1]
    if name.startswith("AROA") or last.startswith(("role/", "assumed-role/")):
        return "role"
    if name.startswith("AIDA") or last.startswith("user/"):
        return "user"
    return "federated" if last.startswith("federated-user/") else "account"


def _organisation(condition: Mapping[str, Json]) -> str:
    """The one organisation that a condition pins everybody to; "" when it does not."""
    for operator, keys in condition.items():
        if operator.lower() != "stringequals" or not isinstance(keys, Mapping):
            continue
        for key, values in keys.items():
            fixed = [values] if isinstance(values, str) else values
            if key.lower() == _ORGANISATION_KEY and isinstance(fixed, list) and len(fixed) == 1:
                value = str(fixed[0])
                return value if value.startswith("o-") and not set(value) & set("*?$") else ""
    return ""
