"""Channels: where alerts may go. They lead out of the house, so only who administers the installation makes them."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from findings.delivering import channels
from findings.models import Channel
from findings.pages.alerts.forms import ChannelForm
from inventory.audit import audit
from inventory.fresh import fresh, fresh_form, typed
from inventory.permission import needs


@needs("administer", "GET POST")
@fresh_form("address", "secret")
def new(request: HttpRequest) -> HttpResponse:
    """A new channel of the kind that the address names."""
    kind = request.GET.get("kind", "email")
    if kind not in channels():
        raise Http404
    return _form(request, Channel(kind=kind))


@needs("administer", "GET POST")
@fresh_form("address", "secret")
def channel(request: HttpRequest, pk: int) -> HttpResponse:
    """One channel; its address and secret can be entered anew and are not shown."""
    found = get_object_or_404(Channel, pk=pk)
    if found.kind not in channels():
        raise Http404
    return _form(request, found)


def _form(request: HttpRequest, kept: Channel) -> HttpResponse:
    was = _told(kept) if kept.pk else None
    form = ChannelForm(kept, request.POST or typed(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            entered = {name: "entered anew" for name in ("address", "secret") if form.cleaned_data.get(name)}
            audit("alert", request, of=saved, before=was, after={**_told(saved), **entered})
        messages.success(request, f"{saved.name} is kept.")
        return redirect("settings-alerts")
    told = {"form": form, "kept": kept, "kind": channels()[kept.kind], "kinds": channels().values()}
    return render(request, "findings/alerts/channel.html", told, status=422 if request.POST and form.errors else 200)


def _told(one: Channel) -> dict[str, object]:
    return {"name": one.name, "kind": one.kind, "place": one.place, "recipients": one.recipients, "on": one.enabled}


@needs("administer", "POST")
@fresh
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a channel that no alert uses."""
    found = get_object_or_404(Channel, pk=pk)
    if found.alerts.exists():
        messages.error(request, f"{found.name} is used by alerts. Give them another channel first, or turn it off.")
        return redirect("settings-channel", pk)
    with transaction.atomic():
        audit("alert", request, of=found, before=_told(found), after={"deleted": True})
        found.delete()
    messages.success(request, f"{found.name} is deleted.")
    return redirect("settings-alerts")
