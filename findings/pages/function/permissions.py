"""What its identity may do: the policies and statements in effect, as stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from findings.access.sources import sources
from findings.pages import _because as because
from findings.pages.function.asking import asking
from findings.pages.function.reaching import of_reach
from findings.pages.function.services import of_services
from findings.pages.function.statements import StatementShown, statement
from findings.pages.function.subject import Subject
from inventory.models import Function, Grant, Identity, Resource, User
from inventory.semantics.words import scope_said

#: More statements than this are not drawn at once; the page says so.
MOST_STATEMENTS = 600


@dataclass(frozen=True)
class PolicyShown:
    """A policy, role or assignment with its statements; `place` is its scope as people name it,
    `through_group` that it is held as a member of a group."""

    kind: str
    name: str
    source: str
    scope: str
    place: str
    statements: Sequence[StatementShown]
    through_group: bool = False


def context(subject: Subject) -> dict[str, Any]:
    return {
        "identity": subject.identity,
        "identity_id": subject.function.identity_native_id,
        "unread": subject.unread.get("identity"),
        "asking": asking(subject.request, subject.resource, Resource.objects.visible_to(subject.request.user)),
        **of_identity(subject.identity, subject.request.user),
    }


def of_identity(identity: Resource | None, user: User | Any) -> dict[str, Any]:
    """What the pages of a function and of an identity show alike; nothing is known of an identity never read."""
    powers, paths, path_count = because.powers(identity.pk if identity else None)
    if identity is None:
        nothing = {"policies": [], "shared_by": 0, "facts": None, "identity_unread": {}, "too_many": False}
        return nothing | of_services(None, None)
    row = Identity.objects.filter(pk=identity.pk).select_related("account", "resource__latest", "posture").first()
    grants = list(
        Grant.objects.filter(identity=identity.pk)
        .select_related("statement")
        .order_by("source_kind", "source_name", "source", "scope", "pk")[: MOST_STATEMENTS + 1]
    )
    return {
        "policies": list(policies(grants[:MOST_STATEMENTS], _through_groups(identity))),
        "too_many": len(grants) > MOST_STATEMENTS,
        "shared_by": Function.objects.visible_to(user).filter(identity=identity.pk, gone_at=None).count(),
        "facts": row,
        "identity_unread": identity.unread,
        "powers": powers,
        "paths": paths,
        "path_count": path_count,
        "sources": sources(identity.provider),
        **of_services(identity, row),
        **of_reach(row),
    }


def _through_groups(identity: Resource) -> frozenset[str]:
    """The ids of the assignments that it has as a member of a group."""
    listed = (identity.document.get("policies") or {}).get("policies") or []
    return frozenset(
        str(one.get("id"))
        for one in listed
        if isinstance(one, dict) and str(one.get("principal_kind", "")).lower() == "group"
    )


def policies(grants: Iterable[Grant], through_groups: frozenset[str] = frozenset()) -> Iterable[PolicyShown]:
    """Grants gathered under the policy they come from, in the order given."""
    for (kind, name, source, scope), rows in groupby(
        grants, key=lambda g: (g.source_kind, g.source_name, g.source, g.scope)
    ):
        statements = [statement(row.statement.body, row.statement.effect) for row in rows]
        place = scope_said(scope) if scope else ""
        yield PolicyShown(kind, name, source, scope, place, statements, source in through_groups)
