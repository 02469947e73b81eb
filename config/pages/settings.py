"""Settings of one's own: how the pages look, which searches are kept, where one is signed in; and what runs here."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from config.sbom import packages
from findings.pages.overview.pinned import keys_of
from inventory.audit import audit
from inventory.clock import now
from inventory.models import ColumnSet, SavedSearch, User
from inventory.permission import SELF, needs

SELECT = {"class": "form-select"}


class AppearanceForm(forms.Form):
    """What a person likes; kept in `User.preferences`."""

    theme = forms.ChoiceField(
        choices=[("", "as the system"), ("light", "light"), ("dark", "dark")],
        required=False, widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    density = forms.ChoiceField(
        choices=[("", "usual"), ("compact", "compact")], required=False, widget=forms.Select(attrs=SELECT)
    )
    single_keys = forms.BooleanField(
        label="Single-letter keys",
        required=False,
        help_text="j, k, g o and the like; the slash and the question mark go with them.",
    )


def own(request: HttpRequest) -> User:
    """Who is signed in; the routes here let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


@needs(SELF, "GET POST")
def appearance(request: HttpRequest) -> HttpResponse:
    user = own(request)
    kept = {"single_keys": True, **user.preferences}
    form = AppearanceForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        user.preferences = {**user.preferences, **form.cleaned_data}
        user.save(update_fields=["preferences"])
        messages.success(request, "Kept.")
        return redirect("settings")
    return render(request, "config/settings/appearance.html", {"form": form})


@needs(SELF)
def searches(request: HttpRequest) -> HttpResponse:
    """One's own searches and sets of columns, and those that others share."""
    found = SavedSearch.objects.filter(Q(owner=request.user.pk) | Q(shared=True)).select_related("owner")
    kept = keys_of(request.user)
    rows = [{"search": one, "address": reverse(one.list_name), "mine": one.owner_id == request.user.pk,
             "pinned": one.pk in kept} for one in found]  # fmt: skip
    sets = ColumnSet.objects.filter(Q(owner=request.user.pk) | Q(shared=True)).select_related("owner")
    told = [{"set": one, "address": f"{reverse(one.list_name)}?columns={','.join(one.columns)}",
             "mine": one.owner_id == request.user.pk} for one in sets]  # fmt: skip
    return render(request, "config/settings/searches.html", {"rows": rows, "sets": told, "now": now()})


@needs("triage", "POST")
def share_search(request: HttpRequest, slug: str) -> HttpResponse:
    """Share one of one's own, or stop sharing it, as the button says."""
    search = get_object_or_404(SavedSearch, owner=request.user.pk, slug=slug)
    search.shared = request.POST.get("shared") == "yes"
    search.save(update_fields=["shared"])
    audit("settings", request, of=search, after={"shared": search.shared, "query": search.query})
    return redirect("settings-searches")


@needs("triage", "POST")
def share_columns(request: HttpRequest, slug: str) -> HttpResponse:
    """Share one of one's own sets of columns, or stop sharing it, as the button says."""
    found = get_object_or_404(ColumnSet, owner=request.user.pk, slug=slug)
    found.shared = request.POST.get("shared") == "yes"
    found.save(update_fields=["shared"])
    audit("settings", request, of=found, after={"shared": found.shared, "columns": found.columns})
    return redirect("settings-searches")


@needs(SELF)
def sessions(request: HttpRequest) -> HttpResponse:
    found = UserSession.objects.purge_and_list(request.user)
    found.sort(key=lambda one: one.last_seen_at, reverse=True)
    return render(request, "config/settings/sessions.html", {"sessions": found, "now": now()})


@needs(SELF, "POST")
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions, or (`session` left out) all but this one."""
    found = UserSession.objects.filter(user=request.user.pk).exclude(session_key=request.session.session_key)
    chosen = request.POST.get("session", "")
    if chosen:
        found = found.filter(pk=int(chosen) if chosen.isdecimal() else 0)
    ended = [session.end() for session in found]
    audit("session.ended", request, of=own(request), after={"sessions": len(ended)})
    messages.success(request, f"{len(ended)} ended.")
    return redirect("settings-sessions")


@needs(SELF)
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "config/settings/about.html", {"packages": packages()})


ROUTES = [
    path("settings/", appearance, name="settings"),
    path("settings/searches/", searches, name="settings-searches"),
    path("settings/searches/<slug:slug>/share/", share_search, name="settings-search-share"),
    path("settings/columns/<slug:slug>/share/", share_columns, name="settings-columns-share"),
    path("settings/sessions/", sessions, name="settings-sessions"),
    path("settings/sessions/end/", end_session, name="settings-sessions-end"),
    path("settings/about/", about, name="settings-about"),
]
