"""The function a page is about, with what every tab needs of it: loaded in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from findings.pages._seen_by import seen_by
from inventory.clock import about_now
from inventory.columns import owner_of
from inventory.models import Function, Posture, Resource, ScopeCoverage
from inventory.then import shown_at

Json = Any


@dataclass(frozen=True)
class Unread:
    """A section that could not be read last time, and why; `known` when an earlier reading tells its last value."""

    section: str
    reason: str
    permission: str
    known: bool


@dataclass
class Subject:
    """A function as seen by one request."""

    request: HttpRequest
    function: Function
    now: datetime

    @property
    def resource(self) -> Resource:
        return self.function.resource

    @property
    def identity(self) -> Resource | None:
        """The identity it runs as, where that was read, too."""
        return self.function.identity

    @cached_property
    def document(self) -> dict[str, Json]:
        return self.resource.document

    @cached_property
    def posture(self) -> Posture | None:
        return getattr(self.function, "posture", None)

    @cached_property
    def unread(self) -> dict[str, Unread]:
        return {
            section: Unread(section, why.get("reason", ""), why.get("permission", ""), section in self.document)
            for section, why in sorted(self.resource.unread.items())
        }

    @cached_property
    def last_seen(self) -> datetime:
        """The last reading that saw it: its own mark, or the last complete reading of its listing while it is there.

        Of an earlier time: that time.
        """
        if (then := shown_at()) is not None:
            return self.resource.gone_at or then
        seen = self.resource.seen_at
        if self.resource.gone_at:
            return seen
        listed = ScopeCoverage.objects.filter(scope=self.resource.scope_id, part=self.resource.listing)
        complete = listed.values_list("complete_at", flat=True).first()
        return max(seen, complete) if complete else seen

    @property
    def owner(self) -> str:
        """Whom its tags name as its owner; empty when they name nobody or were not read."""
        return owner_of(self.section("tags"))

    def section(self, name: str) -> Json:
        """The last known value of a section; None when it was never read."""
        return self.document.get(name)


def subject_of(request: HttpRequest, uid: str) -> Subject:
    """The function with this uid, if this person may see it; 404 otherwise, as for one that does not exist."""
    functions = Function.objects.visible_to(request.user).select_related(
        "resource__latest", "resource__scope", "account", "identity__latest", "posture"
    )
    return Subject(request, seen_by(request.user, get_object_or_404(functions, uid=uid)), about_now())
