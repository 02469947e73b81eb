"""Lines about where a function sits, from where it is reached and where it may talk to. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.names import WORDS
from inventory.semantics.settings import by, others
from inventory.semantics.words import leaf, said, turned

Json = Any
Document = Mapping[str, Json]

OPEN_RANGES = frozenset({"0.0.0.0/0", "::/0", "*"})
_FROM_EVERYWHERE = "from everywhere"


def network(before: Document, after: Document) -> Iterator[Line]:
    """An opening to everywhere raises the risk; so does leaving a private network."""
    was, now = before.get("attached"), after.get("attached")
    if was != now and now is not None:
        text = f"Attached to network {said(after.get('network'))}" if now else "Left its private network"
        yield Line(text, "network", Risk.DOWN if now else Risk.UP, "network")
    told = {"attached", "ingress", "scm_ingress", "egress"} | ({"network"} if was != now else set())
    yield from _ingress(before.get("ingress"), after.get("ingress"))
    yield from _restrictions("Deployment site restriction", before.get("scm_ingress"), after.get("scm_ingress"))
    yield from _egress(before.get("egress"), after.get("egress"))
    for key, word in (("security_groups", "Security group"), ("subnets", "Subnet"), ("endpoints", "Private endpoint"),
                      ("network_egress", "Way out of its network")):  # fmt: skip
        told.add(key)
        yield from _rules(word, before.get(key), after.get(key))
    yield from others("network", before, after, told=told)


def _ingress(before: Json, after: Json) -> Iterator[Line]:
    """Google's settings as one line, Azure's access restrictions and AWS's rules one by one."""
    if not _are_settings(before) or not _are_settings(after):
        yield from _restrictions("Access restriction", before, after)
        return
    was, now = _settings(before), _settings(after)
    if was != now:
        opened = _FROM_EVERYWHERE in now and _FROM_EVERYWHERE not in was
        closed = _FROM_EVERYWHERE in was and _FROM_EVERYWHERE not in now
        risk = Risk.UP if opened else Risk.DOWN if closed else Risk.NONE
        yield Line(f"Ingress {was or 'none'} → {now or 'none'}", "network", risk, "network")


def _are_settings(entries: Json) -> bool:
    return all("setting" in entry for entry in entries or () if isinstance(entry, Mapping))


def _settings(entries: Json) -> str:
    """ "internal only": what the function says, and the service under it where that differs."""
    said_by = {str(entry.get("of")): WORDS.get(entry["setting"], entry["setting"]) for entry in entries or ()}
    if len(set(said_by.values())) == 1:
        return str(next(iter(said_by.values())))
    return ", ".join(f"{word} ({of})" for of, word in sorted(said_by.items()))


def _restrictions(word: str, before: Json, after: Json) -> Iterator[Line]:
    """Rules about callers; where all of them together let everybody in, or no longer do, one line says so."""
    if all(_is_restriction(rule) for rule in (*(before or ()), *(after or ()))) and (before or after):
        was, now = _lets_everybody_in(before or []), _lets_everybody_in(after or [])
        if was != now:
            where = "The deployment site" if word.startswith("Deployment") else "The app"
            text = "opened to every address" if now else "restricted to some addresses"
            yield Line(f"{where} is {text}", "network", Risk.UP if now else Risk.DOWN, "network")
        left, right = by(before, _restriction), by(after, _restriction)
        for name in sorted(right.keys() - left.keys()):
            yield Line(f"{word} added: {name}", "network", section="network")
        for name in sorted(left.keys() - right.keys()):
            yield Line(f"{word} removed: {name}", "network", section="network")
        return
    yield from _rules("Ingress" if word == "Access restriction" else word, before, after)


def _is_restriction(rule: Json) -> bool:
    return isinstance(rule, Mapping) and "action" in rule and "priority" in rule


def _lets_everybody_in(rules: list[Document]) -> bool:
    """Whether the first rule about every address allows: rules count by priority; without any, all are let in."""
    for rule in sorted(rules, key=lambda rule: int(rule.get("priority") or 0)):
        source = rule.get("from") or str(rule.get("ipAddress", "")).lower()
        if source in ("any", *OPEN_RANGES) and not rule.get("headers"):
            return str(rule.get("action", "")).lower() != "deny"
    return not rules


def _restriction(rule: Document) -> str:
    """A rule in a few words: "Allow 10.0.0.0/8 (office, priority 100)"."""
    source = rule.get("ipAddress") or rule.get("vnetSubnetResourceId") or rule.get("tag") or "anybody"
    headers = " with certain headers" if rule.get("headers") else ""
    names = ", ".join(filter(None, [str(rule.get("name") or ""), f"priority {rule.get('priority')}"]))
    return f"{rule.get('action', '')} {said(source)}{headers} ({names})"


def _egress(before: Json, after: Json) -> Iterator[Line]:
    """Google's way out as one line; ways of other clouds one by one."""
    if not _are_ways(before) or not _are_ways(after) or not (before or after):
        yield from _rules("Egress", before, after)
        return
    was, now = _ways(before), _ways(after)
    if was != now:
        left, right = (any(_is_direct(entry) for entry in side or ()) for side in (before, after))
        risk = Risk.NONE if left == right else Risk.UP if right else Risk.DOWN
        yield Line(f"Egress {was or 'none'} → {now or 'none'}", "network", risk, "network")


def _are_ways(entries: Json) -> bool:
    return all(isinstance(entry, Mapping) and "kind" in entry for entry in entries or ())


def _is_direct(entry: Document) -> bool:
    return bool(entry.get("kind") == "internet")


def _ways(entries: Json) -> str:
    return " and ".join(sorted(_way(entry) for entry in entries or ()))


def _way(entry: Document) -> str:
    if _is_direct(entry):
        return "straight to the internet"
    setting = str(entry.get("setting") or "")
    how = f" ({WORDS.get(setting, setting)})" if setting else ""
    return f"through {entry['kind']} {leaf(str(entry.get('name', '')))}{how}"


def _rules(word: str, before: Json, after: Json) -> Iterator[Line]:
    left, right = by(before, _rule_name), by(after, _rule_name)
    for name in sorted(right.keys() - left.keys()):
        yield Line(f"{word} added: {name}", "network", Risk.UP if _opens(right[name]) else Risk.NONE, "network")
    for name in sorted(left.keys() - right.keys()):
        yield Line(f"{word} removed: {name}", "network", Risk.DOWN if _opens(left[name]) else Risk.NONE, "network")
    for name in sorted(left.keys() & right.keys()):
        if left[name] != right[name]:
            yield _rule_changed(word, name, left[name], right[name])


def _rule_changed(word: str, name: str, before: Document, after: Document) -> Line:
    was, now = _opens(before), _opens(after)
    risk = Risk.NONE if was == now else Risk.UP if now else Risk.DOWN
    if before.get("state") != after.get("state"):
        return Line(f"{word} {name}: {turned(before.get('state'), after.get('state'))}", "network", risk, "network")
    return Line(f"{word} {name} changed", "network", risk, "network")


def _opens(rule: Json) -> bool:
    """Whether an entry names the whole internet somewhere."""
    if isinstance(rule, Mapping):
        return any(_opens(entry) for entry in rule.values())
    if isinstance(rule, list):
        return any(_opens(entry) for entry in rule)
    return isinstance(rule, str) and rule in OPEN_RANGES


_NAMED: tuple[Callable[[Document], Json], ...] = (
    lambda rule: rule.get("id"), lambda rule: rule.get("name"), lambda rule: rule.get("cidr"),
    lambda rule: rule.get("target"),
)  # fmt: skip


def _rule_name(rule: Document) -> str:
    if rule.get("to") and rule.get("via"):
        target = f" {leaf(str(rule['target']))}" if rule.get("target") else ""
        return f"{said(rule['to'])} through {rule['via']}{target}"
    return next((said(value) for value in (named(rule) for named in _NAMED) if value), said(dict(rule)))
