"""Lines about what an identity may do: policies attached, roles held, statements gained and lost. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.settings import others
from inventory.semantics.words import as_list, condition_said, leaf, listed, said, scope_said, turned

Json = Any
Document = Mapping[str, Json]


def identity(before: Document, after: Document) -> Iterator[Line]:
    """Which identity a function runs as."""
    left, right = _identities(before), _identities(after)
    if len(left) < 2 and len(right) < 2:
        if left != right:
            yield Line(f"Runs as {turned(left, right)}", "permission", section="identity")
    else:
        for name in sorted(set(right) - set(left)):
            yield Line(f"Also runs as {name}", "permission", section="identity")
        for name in sorted(set(left) - set(right)):
            yield Line(f"No longer runs as {name}", "permission", section="identity")
    yield from others("identity", before, after, told={"identities"})


def _identities(section: Document) -> list[str]:
    return sorted(map(_identity, section.get("identities") or []))


def _identity(entry: Document) -> str:
    """An identity by what people know it by: of an assigned one the name in its resource id."""
    if entry.get("resource"):
        return f"{leaf(str(entry['resource']))} ({entry.get('id', '')})"
    own = " (its own)" if entry.get("assigned") == "system" else ""
    return f"{entry.get('id', '')}{own}{' on ' + entry['qualifier'] if entry.get('qualifier') else ''}"


def policies(before: Document, after: Document) -> Iterator[Line]:
    """Statements gained and lost, each with the policy that gives it; a boundary taken away raises the risk."""
    left, right = _policies(before), _policies(after)
    for name in sorted(left.keys() | right.keys()):
        yield from _policy(name, left.get(name), right.get(name))
    if before.get("boundary") != after.get("boundary"):
        yield Line(f"Permissions boundary {turned(before.get('boundary'), after.get('boundary'))}", "permission",
                   _boundary_risk(before, after), "policies")  # fmt: skip
    yield from _denials(before, after)
    yield from others("policies", before, after, told={"policies", "boundary", "denials"})


def _policy(name: str, was: Json, now: Json) -> Iterator[Line]:
    gained, lost = _grants(now), _grants(was)
    if _is_role(was if now is None else now) and (was is None or now is None):
        verb, risk = ("Gained", Risk.UP) if was is None else ("Lost", Risk.DOWN)
        yield Line(f"{verb} {name}", "permission", risk, "policies")
        return
    if was is None and not gained:
        yield Line(f"Policy {name} attached", "permission", Risk.UP, "policies")
    elif now is None and not lost:
        yield Line(f"Policy {name} detached", "permission", Risk.DOWN, "policies")
    elif gained == lost and was != now:
        yield Line(f"Policy {name} changed", "permission", section="policies")
    yield from _moved(name, lost, gained)


def _is_role(entry: Json) -> bool:
    """A role that somebody bound to the identity (Google, Azure), in difference to a policy attached to it."""
    return isinstance(entry, Mapping) and ("on" in entry or "scope" in entry)


def _denials(before: Document, after: Document) -> Iterator[Line]:
    left, right = ({str(one.get("id")): one for one in side.get("denials") or ()} for side in (before, after))
    for key in sorted(right.keys() - left.keys()):
        yield Line(f"Denied by {_denial(right[key])}", "permission", Risk.DOWN, "policies")
    for key in sorted(left.keys() - right.keys()):
        yield Line(f"No longer denied by {_denial(left[key])}", "permission", Risk.UP, "policies")


def _denial(entry: Document) -> str:
    return f"{entry.get('name') or leaf(str(entry.get('id', '')))} on {scope_said(str(entry.get('scope') or '/'))}"


def document(before: Json, after: Json) -> Iterator[Line]:
    """A policy or role by itself."""
    moved = [*_moved("", _grants(before), _grants(after), "document"), *_permissions(before, after)]
    yield from moved or [Line("Policy document changed", "permission", section="document")]


def _permissions(before: Json, after: Json) -> Iterator[Line]:
    """A Google role: the permissions it contains."""
    left, right = (set(_included(side)) for side in (before, after))
    if right - left:
        yield Line(f"Gained {listed(sorted(right - left))}", "permission", Risk.UP, "document")
    if left - right:
        yield Line(f"Lost {listed(sorted(left - right))}", "permission", Risk.DOWN, "document")


def _included(side: Json) -> list[str]:
    told = side.get("document") if isinstance(side, Mapping) else None
    return [str(one) for one in as_list(told.get("includedPermissions"))] if isinstance(told, Mapping) else []


def _boundary_risk(before: Document, after: Document) -> Risk:
    if bool(before.get("boundary")) == bool(after.get("boundary")):
        return Risk.NONE
    return Risk.DOWN if after.get("boundary") else Risk.UP


def _policies(section: Document) -> dict[str, Json]:
    named = {}
    for entry in section.get("policies") or []:
        if isinstance(entry, Mapping):
            named[_called(entry)] = entry
        else:
            named[str(entry)] = {}
    return named


def _called(entry: Document) -> str:
    """A policy's name; of a role also where it holds, under which condition, and through whom."""
    name = str(entry.get("name") or entry.get("id") or said(dict(entry)))
    if not _is_role(entry):
        return name
    condition = entry.get("condition")
    text = condition.get("expression") if isinstance(condition, Mapping) else condition
    through = " through a group" if str(entry.get("principal_kind", "")).lower() == "group" else ""
    where = scope_said(str(entry.get("on") or entry.get("scope") or ""))
    return f"{name} on {where}{through}{f' if {said(text)}' if text else ''}"


def _grants(value: Json) -> dict[str, Document]:
    """Every statement (AWS) and role or permission entry (Google, Azure) in `value`, at any depth, by its content."""
    return {json.dumps(statement, sort_keys=True, default=str): statement for statement in _statements(value)}


def _statements(value: Json) -> Iterator[Document]:
    if isinstance(value, list):
        for entry in value:
            yield from _statements(entry)
    elif isinstance(value, Mapping):
        if "Effect" in value or ("actions" in value and ("notActions" in value or "scope" in value)):
            yield {key: entry for key, entry in value.items() if key != "Sid"}
        else:
            for entry in value.values():
                yield from _statements(entry)


def _moved(
    policy: str, before: dict[str, Document], after: dict[str, Document], section: str = "policies"
) -> Iterator[Line]:
    through = f" through policy {policy}" if policy else ""
    for key in sorted(after.keys() - before.keys()):
        denies = _denies(after[key])
        verb, risk = ("Denied", Risk.DOWN) if denies else ("Gained", Risk.UP)
        yield Line(f"{verb} {_granted(after[key])}{through}", "permission", risk, section)
    for key in sorted(before.keys() - after.keys()):
        denies = _denies(before[key])
        verb, risk = ("No longer denied", Risk.UP) if denies else ("Lost", Risk.DOWN)
        yield Line(f"{verb} {_granted(before[key])}{through}", "permission", risk, section)


def _denies(statement: Document) -> bool:
    return str(statement.get("Effect", "Allow")).lower() == "deny"


def _granted(statement: Document) -> str:
    """A statement in a few words: "iam:* on *"."""
    actions = [str(a) for key in ("Action", "actions", "dataActions") for a in as_list(statement.get(key))]
    said_actions = listed(sorted(actions))
    for key in ("NotAction", "notActions"):
        left_out = listed([str(a) for a in as_list(statement.get(key))])
        if left_out:
            said_actions = f"{said_actions or 'everything'} but {left_out}"
    resources = [str(entry) for entry in as_list(statement.get("Resource", statement.get("scope")))]
    on = f" on {listed(sorted(resources))}" if resources else ""
    if "NotResource" in statement:
        on = f" on everything but {listed([str(entry) for entry in as_list(statement['NotResource'])])}"
    when = condition_said(statement["Condition"]) if isinstance(statement.get("Condition"), Mapping) else ""
    return f"{said_actions}{on}{f' if {when}' if when else ''}"
