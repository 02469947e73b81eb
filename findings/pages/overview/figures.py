"""The row of numbers: each a link to the functions it counts, with what the last seven days brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from findings.access.ladder import Exposure
from findings.pages._scope import Picked
from inventory.models import Function

PUBLIC = [rung.value for rung in Exposure if rung.is_public]
#: What anybody outside can reach: the way in may be open to all and still lie within a private network.
OPEN = "exposure:public reach:internet,restricted,unknown"
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True)
class Figure:
    """One number. `count` None is unknown: nothing it rests on was worked out; `at_least` when it may be too low."""

    title: str
    count: int | None
    query: str
    tone: str = ""
    at_least: bool = False
    note: str = ""
    note_query: str = ""


def figures(scope: Picked, complete: bool, now: datetime) -> list[Figure]:
    """The six numbers, from one query over the functions present and one over those gone."""
    counts = _counts(scope, now)
    judged, total = counts["judged"], counts["functions"]

    def posture(title: str, name: str, query: str, tone: str, unknown: int) -> Figure:
        count = counts[name] if judged or not total else None
        recent = counts[f"{name}_recent"]
        return Figure(
            title, count, scope.query(query), tone if count else "",
            at_least=not complete or judged < total or unknown > 0,
            note=f"{recent or 'none'} changed in 7 d" if count else "",
            note_query=scope.query(f"{query} changed:<7d"),
        )  # fmt: skip

    return [
        Figure("Functions", total, scope.query(""), at_least=not complete, note=_turnover(counts),
               note_query=scope.query("first-seen:<7d") if counts["added"] else scope.query("is:gone gone:<7d")),
        posture("Publicly invocable", "public", OPEN, "critical", counts["exposure_unknown"]),
        posture("Admin-privileged", "admin", "privilege:admin", "critical", counts["privilege_unknown"]),
        posture("External access", "external", "exposure:external", "high", counts["exposure_unknown"]),
        Figure("Changed in 24 h", counts["changed"], scope.query("changed:<24h"), at_least=not complete,
               note=f"{counts['changed_week']} in 7 d", note_query=scope.query("changed:<7d")),
        Figure("With unread parts", counts["unread"], scope.query("is:unread"), "medium" if counts["unread"] else "",
               note="some settings unknown" if counts["unread"] else "everything asked for was read"),
    ]  # fmt: skip


def _counts(scope: Picked, now: datetime) -> dict[str, int]:
    recently = Q(changed_at__gt=now - WEEK)
    # A first reading finds what was there already: that is neither an addition nor a change.
    new = Q(first_seen__gt=F("resource__scope__first_read_at"))
    moved = Q(changed_at__gt=F("first_seen")) | new
    # Whoever is let in without signing in, but only from within a private network, is not the public.
    public = Q(posture__invoke__in=PUBLIC) & ~Q(posture__reach="private")
    admin = Q(posture__privilege="admin")
    external = Q(posture__invoke=Exposure.EXTERNAL.value)
    functions = Function.objects.filter(account__in=scope.accounts)
    counts: dict[str, int] = functions.present().aggregate(
        functions=Count("pk"),
        added=Count("pk", filter=new & Q(first_seen__gt=now - WEEK)),
        judged=Count("posture"),
        public=Count("pk", filter=public), public_recent=Count("pk", filter=public & recently & moved),
        admin=Count("pk", filter=admin), admin_recent=Count("pk", filter=admin & recently & moved),
        external=Count("pk", filter=external), external_recent=Count("pk", filter=external & recently & moved),
        exposure_unknown=Count("pk", filter=Q(posture__invoke="unknown")),
        privilege_unknown=Count("pk", filter=Q(posture__privilege="unknown")),
        changed=Count("pk", filter=moved & Q(changed_at__gt=now - DAY)),
        changed_week=Count("pk", filter=moved & recently),
        unread=Count("pk", filter=Q(unread_count__gt=0)),
    )  # fmt: skip
    counts["gone"] = functions.filter(gone_at__gt=now - WEEK).count()
    return counts


def _turnover(counts: dict[str, int]) -> str:
    if not counts["added"] and not counts["gone"]:
        return "same as 7 d ago"
    return f"+{counts['added']} −{counts['gone']} in 7 d"
