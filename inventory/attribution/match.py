"""Weigh the entries of a log against one change. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from inventory.attribution.verbs import ADDED, REMOVED, Reach, reach_of
from inventory.history import Step, diff

Json = Any
Document = Mapping[str, Json]

#: Keys that change with every write and say nothing of what was done.
NOISE = frozenset({"last_modified", "revision_id", "etag", "updated_at", "update_time"})
#: What AWS's requests name that the change must show too: of the change another policy or statement is another act.
_SAID = ("statement", "policy", "policy_name", "boundary")
_WHOLE = (ADDED, REMOVED)
#: What entries of lists are known by that have no name of their own: a policy by what it stands on, a binding by role.
_KEYS = (("Sid",), ("qualifier",), ("on", "of"), ("role", "condition"))

#: Parameters of lambda:UpdateFunctionConfiguration → what they alter.
_PARAMETERS = {
    "environment": "environment",
    "role": "identity",
    "vpcConfig": "network",
    "fileSystemConfigs": "network",
    "runtime": "config.runtime",
    "handler": "config.handler",
    "memorySize": "config.memory_mb",
    "timeout": "config.timeout_s",
    "ephemeralStorage": "config.ephemeral_mb",
    "tracingConfig": "config.tracing",
    "kMSKeyArn": "encryption",
    "layers": "code.layers",
    "deadLetterConfig": "delivery",
    "loggingConfig": "logging",
}


class Told(StrEnum):
    """What the log tells of who made a change."""

    FOUND = "found"  # one actor made all of it
    SEVERAL = "several"  # one actor each, of different parts
    PARTLY = "partly"  # one actor made part of it, nobody is named for the rest
    AMBIGUOUS = "ambiguous"  # for a part at least, more than one may have done it
    UNNAMED = "unnamed"  # there is an entry, and it names no actor
    NONE = "none"  # the log was read over the whole time, and names nothing that could have done it
    BEHIND = "behind"  # the log was not read up to the change yet
    UNLOGGED = "unlogged"  # no log was read
    UNDATED = "undated"  # it is not known since when it may have happened


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of a cloud's log, as far as it matters here."""

    pk: int
    at: datetime
    provider: str
    action: str
    actor: str
    actor_kind: str
    outcome: str = "ok"
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Log:
    """How far the log was read that would tell of the resource; None: never."""

    read_until: datetime | None


@dataclass(frozen=True, slots=True)
class Aspect:
    """One part of a document that differs: `section` or `section.key`, in which directions, and what it shows."""

    name: str
    turns: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A change: what differs, and the time (after, until] in which it happened."""

    provider: str
    event: str
    aspects: Sequence[Aspect]
    after: datetime | None
    until: datetime

    @classmethod
    def between(
        cls, provider: str, before: Document, after: Document, sections: Iterable[str], since: datetime | None,
        until: datetime,
    ) -> Happening:  # fmt: skip
        """What differs between two documents in these sections."""
        return cls(provider, "changed", aspects(before, after, sections), since, until)


@dataclass(frozen=True, slots=True)
class Claim:
    """An act that made these aspects (`sure`), or may have made them as one of several."""

    act: int
    sure: bool
    aspects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is told of a change. `actor` is set when one made all of it that anybody is named for."""

    told: Told
    actor: str = ""
    actor_kind: str = ""
    claims: tuple[Claim, ...] = ()


def aspects(before: Document, after: Document, sections: Iterable[str]) -> list[Aspect]:
    """The parts in which these sections differ, without the noise unless there is nothing else."""
    found: dict[str, list[Step]] = {}
    for section in sorted(set(sections)):
        steps = list(diff(_named(before.get(section)), _named(after.get(section)), (section,)))
        telling = [step for step in steps if NOISE.isdisjoint(step.path)]
        for step in telling or steps:
            found.setdefault(".".join(step.path[:2]), []).append(step)
    return [Aspect(name, frozenset(step.op for step in steps), _text(steps)) for name, steps in found.items()]


def _named(value: Json) -> Json:
    """The value with lists of policies and bindings under names, so that only what differs within one is seen."""
    if isinstance(value, Mapping):
        return {key: _named(entry) for key, entry in value.items()}
    if not isinstance(value, list):
        return value
    entries = [_named(entry) for entry in value]
    for keys in _KEYS:
        if entries and all(isinstance(entry, Mapping) and keys[0] in entry for entry in entries):
            named = {"/".join(_word_of(entry.get(key)) for key in keys): entry for entry in entries}
            if len(named) == len(entries):
                return named
    return entries


def _word_of(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _text(steps: Sequence[Step]) -> str:
    told = [[step.dotted, step.before, step.after] for step in steps]
    return json.dumps(told, ensure_ascii=False, default=str).lower()


def attribute(happening: Happening, acts: Iterable[Act], log: Log) -> Verdict:
    """What the log tells of who made a change, given the entries that name the resource (or its policy)."""
    if happening.after is None:
        return Verdict(Told.UNDATED)
    if log.read_until is None:
        return Verdict(Told.UNLOGGED)
    if log.read_until < happening.until:
        return Verdict(Told.BEHIND)
    during = [act for act in acts if happening.after < act.at <= happening.until and act.outcome == "ok"]
    if happening.event in _WHOLE:
        able = [act for act in during if happening.event in reach_of(act.provider, act.action).events]
        return _weighed({happening.event: able})
    return _weighed({
        aspect.name: [act for act in during if _could(act, aspect)] for aspect in happening.aspects
    })  # fmt: skip


def _weighed(made: Mapping[str, Sequence[Act]]) -> Verdict:
    """The verdict on these aspects, each with the acts able to have made it."""
    acts = {act.pk: act for able in made.values() for act in able}
    if not acts:
        return Verdict(Told.NONE)
    actors = {name: {act.actor for act in able} for name, able in made.items()}
    sure = {name for name, named in actors.items() if len(named) == 1 and "" not in named}
    claims = [
        Claim(pk, kind, tuple(parts))
        for pk in acts
        for kind in (True, False)
        if (parts := [name for name, able in made.items() if (name in sure) is kind and acts[pk] in able])
    ]
    claims = _one_each(claims)
    who = {actor for name in sure for actor in actors[name]}
    told = _summed(actors, sure, who)
    if told not in (Told.FOUND, Told.PARTLY):
        return Verdict(told, claims=tuple(claims))
    actor = min(who)
    kinds = sorted({act.actor_kind for act in acts.values() if act.actor == actor})
    return Verdict(told, actor, kinds[0] if len(kinds) == 1 else "unknown", tuple(claims))


def _one_each(claims: Sequence[Claim]) -> list[Claim]:
    """One claim an act: what it is sure of, else what it is a candidate for."""
    best: dict[int, Claim] = {}
    for claim in claims:
        best.setdefault(claim.act, claim)
    return list(best.values())


def _summed(actors: Mapping[str, set[str]], sure: set[str], who: set[str]) -> Told:
    if any(len(named) > 1 for named in actors.values()):
        return Told.AMBIGUOUS
    if any(named == {""} for named in actors.values()):
        return Told.UNNAMED
    if len(who) > 1:
        return Told.SEVERAL
    return Told.FOUND if len(sure) == len(actors) else Told.PARTLY


def _could(act: Act, aspect: Aspect) -> bool:
    """Whether the act is able to have made what differs here, and says nothing else."""
    reach = _narrowed(act, reach_of(act.provider, act.action))
    return reach.takes_in(aspect.name) and bool(reach.turns & aspect.turns) and _agrees(act, aspect)


def _narrowed(act: Act, reach: Reach) -> Reach:
    """Of an update of settings only those that its request named, where the log tells."""
    asked = act.detail.get("parameters")
    if not act.action.startswith("lambda:UpdateFunctionConfiguration") or not isinstance(asked, list):
        return reach
    named = {_PARAMETERS[name] for name in asked if name in _PARAMETERS}
    others = {name for name in asked if name not in _PARAMETERS and name not in ("functionName", "revisionId")}
    return Reach(frozenset(named)) if named and not others else reach


def _agrees(act: Act, aspect: Aspect) -> bool:
    """Whether what differs shows what the act names."""
    if act.provider == "aws":
        named = [act.detail.get(key) for key in _SAID]
        return all(str(name).lower() in aspect.text for name in named if name)
    if act.provider == "gcp":
        deltas = act.detail.get("policy")
        return not isinstance(deltas, list) or not deltas or any(_shows(aspect, delta) for delta in deltas)
    if act.action.lower().startswith("microsoft.authorization/roleassignments/"):
        return str(act.detail.get("resource", "")).lower() in aspect.text
    return True


def _shows(aspect: Aspect, delta: Mapping[str, Json]) -> bool:
    """Whether a role given to or taken from a member is what differs: an identity's own roles name no member."""
    turn = "added" if delta.get("action") == "ADD" else "removed"
    role, member = str(delta.get("role", "")).lower(), str(delta.get("member", "")).lower()
    held = aspect.name.startswith("policies")
    return bool({turn, "changed"} & aspect.turns) and role in aspect.text and (held or member in aspect.text)
