"""People and their roles: invite, give and take roles, deactivate, end sessions."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from inventory.audit import audit
from inventory.clock import now
from inventory.fresh import fresh, fresh_form, typed
from inventory.models import Account, AccountGroup, ApiToken, Assignment, Role, User
from inventory.permission import needs

SELECT, TEXT = {"class": "form-select"}, {"class": "form-control", "autocomplete": "off"}


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new person; the password is theirs to choose, by a link that works once."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "role"]
        widgets = {
            **{name: forms.TextInput(attrs=TEXT) for name in ("username", "first_name", "last_name")},
            "email": forms.EmailInput(attrs=TEXT), "role": forms.Select(attrs=SELECT),
        }  # fmt: skip
        labels = {"role": "Role on all accounts", "email": "E-mail"}
        help_texts = {"username": "", "role": "Roles on groups or single accounts are given afterwards."}

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["role"].choices = [("", "none yet"), *Role.choices]  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """A role somewhere: `where` is all, group:KEY or account:KEY."""

    role = forms.ChoiceField(choices=Role.choices, widget=forms.Select(attrs=SELECT))
    where = forms.ChoiceField(widget=forms.Select(attrs=SELECT))

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        groups = [(f"group:{one.pk}", f"Group {one.name}") for one in AccountGroup.objects.order_by("name")]
        accounts = [(f"account:{one.pk}", str(one)) for one in Account.objects.all()]
        self.fields["where"].choices = [("all", "All accounts"), *groups, *accounts]  # type: ignore[attr-defined]


def admins() -> int:
    """How many may administer."""
    return User.objects.filter(role=Role.ADMIN, is_active=True).count()


def link_for(request: HttpRequest, person: User) -> str:
    """An address where this person chooses a password; it works once, and for three days."""
    key, token = urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)
    return request.build_absolute_uri(reverse("set-password", args=[key, token]))


@needs("administer", "GET POST")
@fresh_form()
def people(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or typed(request))
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        person.set_unusable_password()
        person.save()
        audit("user", request, of=person, after={"made": person.username, "role": person.role})
        return _shown_person(request, person, link_for(request, person))
    found = User.objects.annotate(sessions=Count("usersession", distinct=True)).prefetch_related(
        "assignments__account", "assignments__group"
    )
    factors = set(Authenticator.objects.values_list("user", flat=True))
    rows = [{"person": one, "second_factor": one.pk in factors} for one in found.order_by("-is_active", "username")]
    told = {"rows": rows, "form": form, "now": now()}
    return render(request, "config/settings/people.html", told, status=422 if request.POST and form.errors else 200)


@needs("administer")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown_person(request, get_object_or_404(User, pk=pk))


def _shown_person(request: HttpRequest, found: User, link: str = "") -> HttpResponse:
    return render(request, "config/settings/person.html", {
        "person": found, "link": link, "now": now(), "form": AssignForm(),
        "assignments": found.assignments.select_related("account", "group"),
        "sessions": UserSession.objects.filter(user=found).order_by("-last_seen_at"),
        "tokens": ApiToken.objects.filter(owner=found), "self": found.pk == request.user.pk,
    })  # fmt: skip


@needs("administer", "POST")
@fresh
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role; on all accounts it replaces the one held there."""
    found, form = get_object_or_404(User, pk=pk), AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a role and where it holds.")
        return redirect("settings-person", pk)
    role, (sort, _, key) = form.cleaned_data["role"], form.cleaned_data["where"].partition(":")
    if sort == "all":
        return _on_all(request, found, role)
    place: dict[str, Any] = {f"{sort}_id": int(key)}
    given, made = Assignment.objects.get_or_create(user=found, role=role, **place)
    if made:
        audit("role", request, of=found, after={"given": str(given)})
    messages.success(request, f"{found.username} is {given}.")
    return redirect("settings-person", pk)


def _on_all(request: HttpRequest, found: User, role: str) -> HttpResponse:
    before = found.role
    if before == Role.ADMIN and role != Role.ADMIN and admins() < 2:
        messages.error(request, "This is the last admin: make another one first.")
    else:
        found.role = role
        found.save(update_fields=["role"])
        audit("role", request, of=found, before={"on all accounts": before}, after={"on all accounts": role})
        messages.success(request, "Kept.")
    return redirect("settings-person", found.pk)


@needs("administer", "POST")
@fresh
def take_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one role back: that on all accounts, or the assignment named."""
    found, which = get_object_or_404(User, pk=pk), request.POST.get("assignment", "")
    if which == "all":
        return _on_all(request, found, "")
    held = get_object_or_404(Assignment, user=found, pk=int(which) if which.isdecimal() else 0)
    audit("role", request, of=found, before={"taken": str(held)})
    held.delete()
    messages.success(request, "Taken back.")
    return redirect("settings-person", pk)


@needs("administer", "POST")
@fresh
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate or activate, as the button says. Sessions end and tokens are revoked at once."""
    found, active = get_object_or_404(User, pk=pk), request.POST.get("active") == "yes"
    if not active and (found.pk == request.user.pk or (found.role == Role.ADMIN and admins() < 2)):
        messages.error(request, "Nobody deactivates themselves, nor the last admin.")
        return redirect("settings-person", pk)
    with transaction.atomic():
        found.is_active = active
        found.save(update_fields=["is_active"])
        if not active:
            end_all(found)
            ApiToken.objects.filter(owner=found, revoked_at=None).update(revoked_at=now())
        audit("user", request, of=found, after={"active": active})
    messages.success(request, f"{found.username} is {'active again' if active else 'deactivated and signed out'}.")
    return redirect("settings-person", pk)


def end_all(found: User) -> int:
    """End every session of a person; returns how many."""
    return len([session.end() for session in UserSession.objects.filter(user=found)])


@needs("administer", "POST")
@fresh
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    ended = end_all(found)
    audit("session.ended", request, of=found, after={"sessions": ended})
    messages.success(request, f"{ended} ended.")
    return redirect("settings-person", pk)


@needs("administer", "POST")
@fresh
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link to choose a password by, for somebody who never did or forgot it; shown once."""
    found = get_object_or_404(User, pk=pk, is_active=True)
    audit("password", request, of=found, after={"deed": "a link to choose one was made"})
    return _shown_person(request, found, link_for(request, found))


ROUTES = [
    path("settings/people/", people, name="settings-people"),
    path("settings/people/<int:pk>/", person, name="settings-person"),
    path("settings/people/<int:pk>/give/", give_role, name="settings-person-give"),
    path("settings/people/<int:pk>/take/", take_role, name="settings-person-take"),
    path("settings/people/<int:pk>/active/", activate, name="settings-person-active"),
    path("settings/people/<int:pk>/sessions/", end_sessions, name="settings-person-sessions"),
    path("settings/people/<int:pk>/link/", new_link, name="settings-person-link"),
]
