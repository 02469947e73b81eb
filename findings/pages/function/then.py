"""Tabs of a function that show other things of an earlier time: conclusions of then are kept, their reasons are not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from findings.pages import _feed
from findings.pages.function.subject import Subject
from findings.present import title_of
from findings.then import open_at
from inventory.models import PostureStep, Resource, Snapshot

LAST_CHANGES = 5

#: What the banner says on each tab besides the time.
SAYS = {
    "overview": "What was set and concluded then; the reasons of conclusions are kept of now only.",
    "permissions": "Its identity's policies as they were read then; what they let it do is worked out of now only.",
    "access": "Its policies as they were read then; who could use them is worked out of now only.",
    "network": "The settings of then, and what was concluded of them.",
    "configuration": "The settings of then, each with the revision that had set it.",
    "findings": "What was open then, as the findings' log tells.",
    "raw": "The document of then; the cloud's own answer is kept of now only.",
}


def _overview(subject: Subject, at: datetime) -> dict[str, Any]:
    function = subject.function
    snapshots = subject.resource.snapshots.filter(renormalized=False, at__lte=at).select_related("resource__account")
    return {
        "step": _step(subject, at), "snapshot": subject.resource.latest,
        "tags": list(function.tags.order_by("key")), "triggers": list(function.triggers.order_by("kind", "source")),
        "entry_points": list(function.entry_points.order_by("kind", "url")),
        "open": _open(subject, at), "changes": _feed.described(list(snapshots[:LAST_CHANGES])),
    }  # fmt: skip


def _permissions(subject: Subject, at: datetime) -> dict[str, Any]:
    identity = subject.identity
    found = in_force(identity, at) if identity else None
    return {
        "step": _step(subject, at), "identity": identity, "identity_id": subject.function.identity_native_id,
        "snapshot": found, "sections": _sections(found, ("policies", "trust")),
    }  # fmt: skip


def _access(subject: Subject, at: datetime) -> dict[str, Any]:
    return {
        "step": _step(subject, at), "sections": _sections(subject.resource.latest, ("access", "entry_points")),
        "unread": subject.unread.get("access"), "entry_points": list(subject.function.entry_points.order_by("kind")),
    }  # fmt: skip


def _findings(subject: Subject, at: datetime) -> dict[str, Any]:
    return {"step": _step(subject, at), "open": _open(subject, at)}


def _raw(subject: Subject, at: datetime) -> dict[str, Any]:
    text = json.dumps(subject.document, indent=2, sort_keys=True, ensure_ascii=False)
    return {"document_text": text, "snapshot": subject.resource.latest}


def in_force(resource: Resource, at: datetime) -> Snapshot | None:
    """The configuration of a resource at a time; None before its first reading."""
    return resource.snapshots.filter(at__lte=at).order_by("-number").first()


def _step(subject: Subject, at: datetime) -> PostureStep | None:
    """What had been concluded by then; None where nothing was kept of that time."""
    return PostureStep.objects.filter(function=subject.function.pk, at__lte=at).order_by("-at").first()


def _open(subject: Subject, at: datetime) -> list[Mapping[str, Any]]:
    return [
        {"finding": finding, "title": title_of(finding.rule), "severity": severity}
        for finding, severity in open_at(subject.function.pk, at)
    ]


def _sections(snapshot: Snapshot | None, names: tuple[str, ...]) -> list[tuple[str, str]]:
    document = snapshot.document if snapshot else {}
    return [
        (name, json.dumps(document[name], indent=2, sort_keys=True, ensure_ascii=False))
        for name in names
        if name in document
    ]


TABS: Mapping[str, Callable[[Subject, datetime], dict[str, Any]]] = {
    "overview": _overview, "permissions": _permissions, "access": _access, "findings": _findings, "raw": _raw,
}  # fmt: skip
