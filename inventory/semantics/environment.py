"""Lines about environment variables and secrets, and about what starts a function. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.settings import by, name_of, others
from inventory.semantics.words import humanly, leaf, said, turned

Json = Any
Document = Mapping[str, Json]

#: Of a trigger: what its address tells, too.
_TOLD_BY_ADDRESS = frozenset({"auth_level", "path", "methods", "route"})


def environment(before: Document, after: Document) -> Iterator[Line]:
    """Variables by name; a new one that looks like a secret raises the risk."""
    if _became(before, after):
        yield Line("Variables became readable", section="environment")
    else:
        yield from _variables("Variable", before.get("variables"), after.get("variables"))
    yield from _variables("Build variable", before.get("build"), after.get("build"))
    yield from _mounts(before.get("mounts"), after.get("mounts"))
    yield from others("environment", before, after, told={"variables", "build", "mounts"})


def _became(before: Document, after: Document) -> bool:
    """Variables that could not be told before, and now can: no change in the cloud."""
    return "variables" in before and before["variables"] is None and bool(after.get("variables"))


def _variables(word: str, before: Json, after: Json) -> Iterator[Line]:
    left, right = by(before, name_of), by(after, name_of)
    for name in sorted(left.keys() | right.keys()):
        if name not in left:
            suspicious = right[name].get("verdict")
            note = f" (looks like {suspicious})" if suspicious else _refers(right[name])
            risk = Risk.UP if suspicious else Risk.NONE
            yield Line(f"{word} {name} added{note}", "config", risk, "environment")
        elif name not in right:
            risk = Risk.DOWN if left[name].get("verdict") else Risk.NONE
            yield Line(f"{word} {name} removed", "config", risk, "environment")
        elif left[name] != right[name]:
            yield _variable_changed(f"{word} {name}", left[name], right[name])


def _refers(variable: Document) -> str:
    return f" (refers to {said(variable['reference'])})" if variable.get("reference") else ""


def _variable_changed(called: str, before: Document, after: Document) -> Line:
    was, now = before.get("verdict"), after.get("verdict")
    if now and not was:
        return Line(f"{called} changed (now looks like {now})", "config", Risk.UP, "environment")
    if was and not now:
        return Line(f"{called} changed (no longer looks like {was})", "config", Risk.DOWN, "environment")
    if before.get("reference") != after.get("reference"):
        return Line(f"{called} refers to {turned(before.get('reference'), after.get('reference'))}", "config",
                    section="environment")  # fmt: skip
    return Line(f"{called} changed", "config", section="environment")


def _mounts(before: Json, after: Json) -> Iterator[Line]:
    left, right = ({str(one.get("path")): one.get("reference") for one in side or ()} for side in (before, after))
    for path in sorted(left.keys() | right.keys()):
        if path not in left:
            yield Line(f"Secret {said(right[path])} mounted at {path}", section="environment")
        elif path not in right:
            yield Line(f"Secret no longer mounted at {path}", section="environment")
        elif left[path] != right[path]:
            yield Line(f"Secret mounted at {path}: {turned(left[path], right[path])}", section="environment")


def triggers(before: Document, after: Document) -> Iterator[Line]:
    left, right = by(before.get("triggers"), _trigger_name), by(after.get("triggers"), _trigger_name)
    for name in sorted(left.keys() | right.keys()):
        if name not in left:
            yield Line(f"Trigger added: {name}", section="triggers")
        elif name not in right:
            yield Line(f"Trigger removed: {name}", section="triggers")
        elif left[name] != right[name]:
            yield from _trigger_changed(name, left[name], right[name])
    yield from others("triggers", before, after, told={"triggers"})


def _trigger_name(trigger: Document) -> str:
    return " ".join(said(trigger[key]) for key in ("kind", "source", "qualifier") if trigger.get(key))


def _trigger_changed(name: str, before: Document, after: Document) -> Iterator[Line]:
    """What is different in a trigger, each in a line; what its address tells is told there."""
    if before.get("state") != after.get("state"):
        yield Line(f"Trigger {name} {turned(before.get('state'), after.get('state'))}", section="triggers")
    was, now = _flat(before), _flat(after)
    differing = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
    for key in differing:
        text = f"Trigger {name}: {humanly(leaf(key))} {turned(was.get(key), now.get(key))}"
        yield Line(text, section="triggers", minor=key in _TOLD_BY_ADDRESS)


def _flat(trigger: Document) -> dict[str, Json]:
    detail = trigger.get("detail")
    inner = detail if isinstance(detail, Mapping) else {}
    return {key: value for key, value in trigger.items() if key not in ("detail", "state", "id")} | dict(inner)
