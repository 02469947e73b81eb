"""Two configurations side by side: two revisions of one resource, or two resources with each other.

An end is `UID` (its latest revision), `UID:NUMBER` (a revision) or `UID@TIME` (as it was known at a time).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from findings.pages._diff import compare as differences
from inventory.clock import about_now
from inventory.facts import Kind
from inventory.models import Resource, Snapshot
from inventory.models.resource import ResourceQuerySet
from inventory.permission import needs
from inventory.semantics import lines

NAMES, LONGEST = 30, 200


@dataclass(frozen=True)
class End:
    """One side: what was written, the resource and revision it stands for, or why it stands for none."""

    written: str
    resource: Resource | None = None
    snapshot: Snapshot | None = None
    wrong: str = ""


@needs("view")
def compare(request: HttpRequest) -> HttpResponse:
    visible = Resource.objects.visible_to(request.user).select_related("account")
    left, right = (end_of(request.GET.get(name, "").strip()[:LONGEST], visible) for name in ("a", "b"))
    told = {
        "left": left, "right": right, "now": about_now(), "find": request.GET.get("find", "")[:LONGEST],
        "found": _found(request, visible), "noise": "noise" in request.GET, "unfold": "unfold" in request.GET,
    }  # fmt: skip
    if left.snapshot and right.snapshot and left.resource and right.resource:
        before, after = left.snapshot.document, right.snapshot.document
        same = left.resource.kind == right.resource.kind
        told |= {
            "diff": differences(before, after, noise="noise" in request.GET),
            "lines": lines(before, after, noun=right.resource.kind) if same else [],
            "kinds_differ": not same, "one": left.resource.pk == right.resource.pk,
            "only": sorted(before.keys() ^ after.keys()),
        }  # fmt: skip
    return render(request, "findings/compare.html", told)


def end_of(written: str, visible: ResourceQuerySet) -> End:
    """What one end of a comparison stands for."""
    if not written:
        return End(written)
    uid, number, moment = _parts(written)
    resource = visible.filter(uid=uid).first() or visible.filter(native_id=written).order_by("pk").first()
    if resource is None:
        return End(written, wrong="There is nothing of this id that you may see.")
    revisions = resource.snapshots.defer("digests")
    if number:
        found = revisions.filter(number=number).first()
        return End(written, resource, found, "" if found else f"{resource.name} has no revision {number}.")
    if moment:
        found = revisions.filter(at__lte=moment).order_by("-number").first()
        return End(written, resource, found, "" if found else f"{resource.name} was first seen after that time.")
    found = revisions.order_by("-number").first()
    return End(written, resource, found, "" if found else f"Nothing of {resource.name} was ever read.")


def _parts(written: str) -> tuple[str, int, datetime | None]:
    """The uid, the number of the revision (0: none) and the time of an end."""
    uid, sign, time = written.partition("@")
    if sign:
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            return written, 0, None
        return uid, 0, moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    uid, _, number = written.partition(":")
    return (uid, int(number), None) if number.isascii() and number.isdigit() and len(number) < 9 else (written, 0, None)


def _found(request: HttpRequest, visible: ResourceQuerySet) -> list[Resource]:
    """Functions, identities and policies by a part of the name, to choose an end from."""
    wanted = request.GET.get("find", "").strip()[:LONGEST]
    if not wanted:
        return []
    kinds = (Kind.FUNCTION, Kind.IDENTITY, Kind.POLICY)
    return list(visible.filter(name__icontains=wanted, kind__in=kinds).order_by("name", "pk")[:NAMES])


ROUTES = [path("compare/", compare, name="compare")]
