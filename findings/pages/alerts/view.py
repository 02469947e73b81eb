"""Alerts: the list, one with its deliveries, switching, testing, and taking up again what could not be sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from findings.alert_form import AlertForm
from findings.alerting import again_of, keep, remove, switched, told_of, tried
from findings.delivering import channels
from findings.gathering import PARKED
from findings.message import EVENTS
from findings.models import Alert, Channel, Delivery
from findings.rule_picker import looked, looks
from inventory.clock import now
from inventory.models import SavedSearch, User
from inventory.permission import SELF, needs

#: So many deliveries are shown.
MOST = 100
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
    """A new alert; a search (`on`, `q`), a saved one (`search`) or rules (`rules`) may be given in the address."""
    user = own(request)
    form = _form(request, user, Alert(owner=user), _chosen(request))
    if form.is_bound and form.is_valid():
        return _keep(request, form, {})
    told = {"form": form, "ready": Channel.objects.at_work().exists(), "searches": _searches(user)}
    return render(request, "findings/alerts/new.html", told, status=422 if form.errors else 200)


def _form(request: HttpRequest, user: User, of: Alert, initial: dict[str, Any]) -> AlertForm:
    """The form as it was sent; as it was typed, not to be kept, when only rules were looked for."""
    form = AlertForm(user, request.POST or None, instance=of, initial=initial)
    if not looks(request.POST):
        return form
    typed, words = looked(form)
    return AlertForm(user, instance=of, initial=typed, sought=words)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    told: dict[str, Any] = {"events": ["finding"]}
    told |= {field: request.GET[name] for name, field in CHOSEN.items() if name in request.GET}
    told["rules"] = request.GET.getlist("rules")
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
    was = told_of(found)
    form = _form(request, found.owner, found, {})
    if form.is_bound and form.is_valid():
        return _keep(request, form, was)
    rows = Delivery.objects.filter(alert=found)
    return render(request, "findings/alerts/alert.html", {
        "form": form, "alert": found, "title": was["name"], "deliveries": rows[:MOST], "now": now(),
        "held": found.notices.filter(delivery=None).count(), "parked": found.tries >= PARKED,
    }, status=422 if form.errors else 200)  # fmt: skip


def _keep(request: HttpRequest, form: AlertForm, was: dict[str, Any]) -> HttpResponse:
    one = keep(form, request, was)
    messages.success(request, "Kept.")
    return redirect("settings-alert", one.pk)


@needs("view", "POST")
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn it on or off, as the button says. Turned on, it begins with what happens from then on."""
    found, on = alert_for(request, pk), request.POST.get("on") == "yes"
    switched(found, on, request)
    messages.success(request, f"{found.name} is {'on' if on else 'off'}.")
    return redirect("settings-alert", pk)


@needs("view", "POST")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that says that it is a test."""
    tried(alert_for(request, pk), request)
    messages.success(request, "A test is on its way; what came of it stands in the log below within a minute.")
    return redirect("settings-alert", pk)


@needs("view", "POST")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it out with its log."""
    found = alert_for(request, pk)
    remove(found, request)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("settings-alerts")


@needs("view", "POST")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up again a delivery that was given up."""
    mine = Delivery.objects.filter(alert__in=Alert.objects.visible_to(own(request)))
    found = get_object_or_404(mine.select_related("alert"), pk=pk)
    again_of(found, request)
    return redirect("settings-alert", found.alert_id)
