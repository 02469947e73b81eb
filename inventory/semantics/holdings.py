"""Lines about what an identity holds besides policies (keys, roles it could activate, rights in the directory), and
about the guardrails above an account. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.settings import entries, others
from inventory.semantics.words import said, scope_said, turned

Json = Any
Document = Mapping[str, Json]

#: Parts of the directory section: how a gain and a loss of one entry are said.
_DIRECTORY = {
    "graph": ("Gained Microsoft Graph permission", "Lost Microsoft Graph permission"),
    "applications": ("Gained application permission", "Lost application permission"),
    "roles": ("Gained directory role", "Lost directory role"),
    "groups": ("Joined group", "Left group"),
}


def keys(before: Document, after: Document) -> Iterator[Line]:
    """Keys that people made: each is another way to act as the identity, from anywhere."""
    left, right = ({str(one.get("id")): one for one in side.get("keys") or ()} for side in (before, after))
    for key in sorted(left.keys() | right.keys()):
        was, now = left.get(key), right.get(key)
        if was is None:
            yield Line(f"Key {_short(key)} made{_until(now)}", "permission", Risk.UP, "keys")
        elif now is None:
            yield Line(f"Key {_short(key)} removed", "permission", Risk.DOWN, "keys")
        elif bool(was.get("disabled")) != bool(now.get("disabled")):
            verb, risk = ("disabled", Risk.DOWN) if now.get("disabled") else ("enabled", Risk.UP)
            yield Line(f"Key {_short(key)} {verb}", "permission", risk, "keys")
        elif was != now:
            yield from entries("keys", "keys", [was], [now])
    yield from others("keys", before, after, told={"keys"})


def _short(key: str) -> str:
    """The beginning of a key's id tells it from the others."""
    return key if len(key) <= 16 else f"{key[:12]}…"


def _until(key: Json) -> str:
    """Until when a key is good; Google writes the year 9999 for ever."""
    expires = str((key or {}).get("expires") or "")
    return f", good until {expires[:10]}" if expires and not expires.startswith("9999") else ", good for ever"


def eligibility(before: Document, after: Document) -> Iterator[Line]:
    """Roles that could be activated: not in force, but a click away."""
    left, right = (
        {(one.get("role"), one.get("scope")): one for one in side.get("eligible") or ()} for side in (before, after)
    )
    for key in sorted(right.keys() - left.keys(), key=str):
        yield Line(f"May activate {_eligible(right[key])}", "permission", Risk.UP, "eligibility")
    for key in sorted(left.keys() - right.keys(), key=str):
        yield Line(f"May no longer activate {_eligible(left[key])}", "permission", Risk.DOWN, "eligibility")
    for key in sorted(left.keys() & right.keys(), key=str):
        if left[key] != right[key]:
            yield Line(f"Activation of {_eligible(right[key])} changed", "permission", section="eligibility")


def _eligible(entry: Document) -> str:
    return f"{entry.get('name') or entry.get('role')} on {scope_said(str(entry.get('scope') or '/'))}"


def directory(before: Document, after: Document) -> Iterator[Line]:
    """Rights in the directory; a part that was not read before or now moves nothing."""
    for part, (gained, lost) in _DIRECTORY.items():
        was, now = before.get(part), after.get(part)
        if was == now:
            continue
        if was is None or now is None:
            text = f"{part.capitalize()} in the directory {'became readable' if was is None else 'not readable now'}"
            yield Line(text, section="directory")
            continue
        left, right = {_called(one) for one in was}, {_called(one) for one in now}
        for name in sorted(right - left):
            yield Line(f"{gained} {name}", "permission", Risk.UP, "directory")
        for name in sorted(left - right):
            yield Line(f"{lost} {name}", "permission", Risk.DOWN, "directory")
    yield from others("directory", before, after, told=set(_DIRECTORY))


def _called(entry: Json) -> str:
    return str(entry.get("name") or entry.get("id")) if isinstance(entry, Mapping) else said(entry)


def guardrails(before: Document, after: Document) -> Iterator[Line]:
    """Policies above an account: one more can only take away, one less gives back."""
    left, right = _guardrails(before), _guardrails(after)
    for name in sorted(left.keys() | right.keys()):
        if name not in left:
            yield Line(f"Guardrail {name} added", "permission", Risk.DOWN, "guardrails")
        elif name not in right:
            yield Line(f"Guardrail {name} removed", "permission", Risk.UP, "guardrails")
        elif left[name] != right[name]:
            yield Line(f"Guardrail {name} changed", "permission", section="guardrails")
    if left == right:
        yield Line(f"Levels above {turned(_levels(before), _levels(after))}", "permission", section="guardrails")


def _levels(section: Document) -> list[str]:
    return [str(level.get("target")) for level in section.get("levels") or ()]


def _guardrails(section: Document) -> dict[str, Document]:
    return {
        f"{policy.get('name') or policy.get('id')} on {level.get('target')}": policy
        for level in section.get("levels") or ()
        for kind, policies in level.items()
        if kind != "target" and isinstance(policies, list)
        for policy in policies
    }


def runtime(before: Document, after: Document) -> Iterator[Line]:
    """What the cloud says of a runtime changes with the runtime itself: said only where nothing else is."""
    for line in others("runtime_management", before, after, told=set()):
        minor = {"stage", "ends", "stops"} >= {key for key in before.keys() | after.keys()
                                               if before.get(key) != after.get(key)}  # fmt: skip
        yield Line(line.text, line.kind, line.risk, line.section, minor)
