"""What one actor did, over all accounts: the changes that are theirs, those they may have made, all acts of the log."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from findings.pages import _asked, _feed
from inventory.changes import by_actor
from inventory.clock import about_now
from inventory.models import Account, Activity, Change, ChangeAct
from inventory.models.account import AccountQuerySet
from inventory.permission import needs

ACTS, CHANGES, NAMES = 50, 30, 40


@needs("view")
def actor(request: HttpRequest) -> HttpResponse:
    wanted, accounts = request.GET.get("actor", "").strip()[:1024], Account.objects.visible_to(request.user)
    if not wanted:
        return render(request, "findings/actors.html", {"now": about_now(), **_found(request, accounts)})
    acts = accounts.limit(Activity.objects.filter(actor=wanted))
    before = _asked.moment(request, "before")
    page = list((acts.filter(at__lt=before) if before else acts).order_by("-at", "-pk")
                .select_related("account", "resource")[: ACTS + 1])  # fmt: skip
    return render(request, "findings/actor.html", {
        "actor": wanted, "now": about_now(), "acts": page[:ACTS],
        "older": page[ACTS - 1].at.isoformat() if len(page) > ACTS else "",
        **_summed(acts), **_changes(wanted, accounts),
    })  # fmt: skip


def _found(request: HttpRequest, accounts: AccountQuerySet) -> dict[str, Any]:
    """The actors that changes name most, those with a part of the name first asked for."""
    find = request.GET.get("find", "").strip()[:200]
    rows = accounts.limit(Activity.objects.exclude(actor=""))
    if find:
        rows = rows.filter(actor__icontains=find)
    names = rows.order_by().values("actor", "actor_kind").annotate(acts=Count("pk"), last=Max("at"))
    return {"find": find, "actors": list(names.order_by("-acts", "actor")[:NAMES])}


def _summed(acts: QuerySet[Activity]) -> dict[str, Any]:
    plain = acts.order_by()
    return {
        "span": plain.aggregate(count=Count("pk"), first=Min("at"), last=Max("at")),
        "kinds": sorted(kind or "unknown" for kind in plain.values_list("actor_kind", flat=True).distinct()),
        "addresses": _most(plain.exclude(source_ip=""), "source_ip"),
        "agents": _most(plain.exclude(user_agent=""), "user_agent"),
        "where": _most(plain, "account__name", 20),
    }


def _most(acts: QuerySet[Activity], column: str, count: int = 8) -> list[tuple[str, int]]:
    """The values of a column that stand in the most acts, and in how many."""
    rows = acts.values_list(column).annotate(number=Count("pk")).order_by("-number", column)
    return [(str(value), number) for value, number in rows[:count]]


def _changes(wanted: str, accounts: AccountQuerySet) -> dict[str, Any]:
    rows = accounts.limit(Change.objects.all())
    candidate = ChangeAct.objects.filter(sure=False, activity__actor=wanted).values("change")
    return {
        "theirs": _feed.shown(rows.filter(by_actor(wanted)), CHANGES),
        "maybe": _feed.shown(rows.filter(pk__in=candidate), CHANGES),
        "theirs_count": rows.filter(by_actor(wanted)).order_by().count(),
    }


ROUTES = [path("actors/", actor, name="actor")]
