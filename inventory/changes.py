"""What changed, as people ask for it: the filters that the page, the API and the command line have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from inventory.attribution import Told
from inventory.models import Change, ChangeAct
from inventory.models.change import ChangeQuerySet
from inventory.semantics import KINDS, Risk

READABLE = str(Change.Event.READABLE)
RISKS = {"up": "Risk rose", "down": "Risk fell", "none": "Neither"}
#: What the log tells of who did it, in the words of filters: each stands for several outcomes of the attribution.
WHO: dict[str, tuple[str, tuple[str, ...]]] = {
    "named": ("Actor named", (Told.FOUND, Told.SEVERAL, Told.PARTLY)),
    "ambiguous": ("Several candidates", (Told.AMBIGUOUS,)),
    "none": ("Nobody named", (Told.NONE, Told.UNNAMED, Told.UNDATED)),
    "unread": ("Log not read", (Told.BEHIND, Told.UNLOGGED, "")),
}
ACTOR_KINDS = ("person", "pipeline", "role", "service", "root", "unknown")
RESOURCES = ("function", "identity", "policy", "account")
#: Questions people ask again and again: title → the parameters that ask them.
PRESETS: dict[str, tuple[str, Mapping[str, str]]] = {
    "rose": ("Risk rose", {"risk": "up"}),
    "public": ("Became public", {"mark": "public"}),
    "admin": ("Gained admin", {"mark": "admin"}),
    "new": ("New functions", {"kind": "added", "on": "function"}),
    "code": ("Code changed", {"kind": "code"}),
    "unknown": ("By nobody known", {"who": "none"}),
}
MARKS = {"public": "became_public", "admin": "gained_admin"}


@dataclass(frozen=True)
class Asked:
    """Which changes are wanted; what is empty limits nothing. `actor` is the whole name as the log gives it."""

    risk: str = ""
    kind: str = ""
    mark: str = ""
    on: str = ""
    who: str = ""
    actor: str = ""
    actor_kind: str = ""
    account: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def folds(self) -> bool:
        """Whether equal changes may stand as one: not when the filter tells them apart."""
        return not (self.text or self.actor or self.who or self.actor_kind)

    @property
    def narrows(self) -> bool:
        """Whether anything but the time is asked for."""
        return self != Asked(since=self.since, until=self.until)


def filtered(changes: ChangeQuerySet, asked: Asked) -> ChangeQuerySet:
    """Those of the changes that are asked for. An unknown word finds nothing, rather than everything."""
    if asked.kind == READABLE:
        changes = changes.filter(event=READABLE)
    elif asked.kind:
        changes = changes.filter(**{asked.kind: True}) if asked.kind in KINDS else changes.none()
    else:
        changes = changes.exclude(event=READABLE)
    if asked.risk:
        changes = changes.filter(risk=asked.risk) if asked.risk in set(Risk) else changes.none()
    if asked.mark:
        changes = changes.filter(**{MARKS[asked.mark]: True}) if asked.mark in MARKS else changes.none()
    if asked.who:
        changes = changes.filter(told__in=WHO[asked.who][1]) if asked.who in WHO else changes.none()
    return _by_column(changes, asked)


def _by_column(changes: ChangeQuerySet, asked: Asked) -> ChangeQuerySet:
    limits = Q()
    if asked.on:
        limits &= Q(resource_kind=asked.on)
    if asked.actor:
        limits &= by_actor(asked.actor)
    if asked.actor_kind:
        limits &= Q(actor_kind=asked.actor_kind)
    if asked.account:
        limits &= Q(account__native_id=asked.account)
    for word in asked.text.lower().split():
        limits &= Q(search_text__contains=word)
    if asked.since:
        limits &= Q(at__gte=asked.since)
    if asked.until:
        limits &= Q(at__lt=asked.until)
    return changes.filter(limits)


def by_actor(actor: str) -> Q:
    """The changes of which this actor surely made at least a part."""
    part = ChangeAct.objects.filter(sure=True, activity__actor=actor, change__told=Told.SEVERAL)
    return Q(actor=actor) | Q(pk__in=part.values("change"))
