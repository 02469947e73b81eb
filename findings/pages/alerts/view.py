"""Alerts: the list, one with its deliveries, switching, testing, and taking up again what could not be sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from kombu.exceptions import OperationalError

from findings.delivering import again, channels, trial_of
from findings.gathering import PARKED, start
from findings.losing import reckon
from findings.message import EVENTS
from findings.models import Alert, Channel, Delivery
from findings.pages.alerts.forms import AlertForm
from findings.tasks import deliver_one
from inventory.audit import audit
from inventory.clock import now
from inventory.models import SavedSearch, User
from inventory.permission import SELF, needs

#: So many deliveries are shown.
MOST = 100
TOLD = ("name", "list_name", "query", "events", "severity", "least", "quiet", "enabled")
CHOSEN = {"on": "list_name", "q": "query"}


def own(request: HttpRequest) -> User:
    """Who is signed in; the routes here let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def alert_for(request: HttpRequest, pk: int) -> Alert:
    """The alert with this key. Raises Http404 when it is another person's."""
    return get_object_or_404(Alert.objects.visible_to(own(request)).select_related("owner", "channel"), pk=pk)


@needs(SELF)
def alerts(request: HttpRequest) -> HttpResponse:
    user = own(request)
    every = request.GET.get("of") == "all" and user.may("administer")
    found = Alert.objects.all() if every else Alert.objects.filter(owner=user)
    dead = Count("deliveries", filter=Q(deliveries__state=Delivery.State.DEAD))
    rows = found.select_related("owner", "channel").annotate(dead=dead, latest=Max("deliveries__ended_at"))
    return render(request, "findings/alerts/alerts.html", {
        "alerts": rows[:500], "every": every, "now": now(), "words": EVENTS, "parked": PARKED,
        "channels": Channel.objects.annotate(used=Count("alerts")), "kinds": channels().values(),
    })  # fmt: skip


@needs("view", "GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new alert; a search (`on`, `q`) or a saved one (`search`) may be given in the address."""
    user = own(request)
    form = AlertForm(user, request.POST or None, instance=Alert(owner=user), initial=_chosen(request))
    if request.method == "POST" and form.is_valid():
        reckon(now())
        return _keep(request, form, {})
    told = {"form": form, "ready": Channel.objects.filter(enabled=True).exists(), "searches": _searches(user)}
    return render(request, "findings/alerts/new.html", told, status=422 if form.errors else 200)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    told: dict[str, Any] = {"events": ["finding"]}
    told |= {field: request.GET[name] for name, field in CHOSEN.items() if name in request.GET}
    if told.get("list_name") == "functions":
        told["events"] = ["finding", "risk"]
    kept = _searches(own(request)).filter(slug=request.GET.get("search", "")).first()
    return {**told, "list_name": kept.list_name, "query": kept.query, "name": kept.name} if kept else told


def _searches(user: User) -> Any:
    """The saved searches that an alert can be made of."""
    offered = SavedSearch.objects.filter(Q(owner=user) | Q(shared=True), list_name__in=("functions", "findings"))
    return offered.order_by("name", "pk")


@needs("view", "GET POST")
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert with its log; a POST changes it."""
    found = alert_for(request, pk)
    was = _told(found)
    form = AlertForm(found.owner, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        return _keep(request, form, was)
    rows = Delivery.objects.filter(alert=found)
    return render(request, "findings/alerts/alert.html", {
        "form": form, "alert": found, "title": was["name"], "deliveries": rows[:MOST], "now": now(),
        "held": found.notices.filter(delivery=None).count(), "parked": found.tries >= PARKED,
    }, status=422 if form.errors else 200)  # fmt: skip


def _told(one: Alert) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in TOLD}, "channel": one.channel.name if one.channel_id else ""}


def _keep(request: HttpRequest, form: AlertForm, was: dict[str, Any]) -> HttpResponse:
    one = form.save(commit=False)
    one.fault, one.tries = "", 0
    if one._state.adding:
        start(one, now())
    with transaction.atomic():
        one.save()
        audit("alert", request, of=one, before=was or None, after=_told(one))
    messages.success(request, "Kept.")
    return redirect("settings-alert", one.pk)


@needs("view", "POST")
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn it on or off, as the button says. Turned on, it begins with what happens from then on."""
    found, on = alert_for(request, pk), request.POST.get("on") == "yes"
    if found.enabled != on:
        found.enabled = on
        start(found, now())
        with transaction.atomic():
            found.notices.filter(delivery=None).delete()
            found.save()
            audit("alert", request, of=found, before={"enabled": not on}, after={"enabled": on})
    messages.success(request, f"{found.name} is {'on' if on else 'off'}.")
    return redirect("settings-alert", pk)


@needs("view", "POST")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that says that it is a test."""
    found = alert_for(request, pk)
    with transaction.atomic():
        trial = trial_of(found, now())
        audit("alert", request, of=found, after={"tested": found.channel.name})
    _soon(trial.pk)
    messages.success(request, "A test is on its way; what came of it stands in the log below within a minute.")
    return redirect("settings-alert", pk)


@needs("view", "POST")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it out with its log."""
    found = alert_for(request, pk)
    with transaction.atomic():
        audit("alert", request, of=found, before=_told(found), after={"deleted": True})
        found.delete()
    messages.success(request, f"{found.name} is deleted.")
    return redirect("settings-alerts")


@needs("view", "POST")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up again a delivery that was given up."""
    mine = Delivery.objects.filter(alert__in=Alert.objects.visible_to(own(request)))
    found = get_object_or_404(mine.select_related("alert"), pk=pk)
    with transaction.atomic():
        if again(found, now()):
            audit("alert", request, of=found.alert, after={"tried again": str(found.key)})
    _soon(found.pk)
    return redirect("settings-alert", found.alert_id)


def _soon(delivery: int) -> None:
    """At once if the queue is there; otherwise the scheduler's next round does it."""
    try:
        deliver_one.delay(delivery)
    except OperationalError:
        return
