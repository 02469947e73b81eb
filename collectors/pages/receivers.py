"""Receivers of events: made, shown with what to set up in the cloud, their secret exchanged, turned off, removed."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from collectors.models import Receiver, WantedRead
from collectors.receiving.sender import BOTH_GOOD, HEADER, digest_of, new_secret
from collectors.receiving.setup import steps
from inventory.audit import audit
from inventory.clock import now
from inventory.fresh import fresh, fresh_form, typed
from inventory.models import Account
from inventory.models.people import may
from inventory.permission import needs

SELECT, INPUT = {"class": "form-select"}, {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}
_ID = re.compile(r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def _text(label: str, help_text: str = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=250, widget=forms.TextInput(attrs=INPUT)
    )


class ReceiverForm(forms.Form):
    """A new receiver."""

    name = _text("Name", "What delivers here, so that you know it again.", required=True)
    provider = forms.ChoiceField(choices=Account.Provider.choices, widget=forms.Select(attrs=SELECT))
    account = forms.ModelChoiceField(
        Account.objects.none(), required=False, widget=forms.Select(attrs=SELECT), empty_label="all accounts of it",
        help_text="Events of any other account are refused.",
    )  # fmt: skip
    sender = _text(
        "Sender of signed tokens",
        "Google: the service account's address. Azure with Entra ID: the application id that Event Grid signs in as.",
    )
    tenant = _text("Entra ID tenant", "Azure only; empty: a secret in a header.")
    audience = _text("Audience of signed tokens", "Empty: the address of the receiver.")

    def __init__(self, user: Any, *args: Any) -> None:
        super().__init__(*args)
        self.everywhere = may(user, "connect")
        self.fields["account"].queryset = Account.objects.where(user, "connect")  # type: ignore[attr-defined]
        self.fields["account"].required = not self.everywhere

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        provider, account, sender = given.get("provider"), given.get("account"), given.get("sender", "")
        if account is not None and account.provider != provider:
            self.add_error("account", "This account is not of that provider.")
        if provider == "gcp" and not re.fullmatch(r"[\w.+-]+@[\w.-]+", sender):
            self.add_error("sender", "Give the address of the service account that the push subscription signs in as.")
        if provider == "azure" and given.get("tenant"):
            if not _ID.match(given["tenant"]):
                self.add_error("tenant", "A tenant's id is a GUID.")
            if not _ID.match(sender):
                self.add_error("sender", "An application's id is a GUID.")
        return given


@needs("connect", "GET POST")
@fresh_form()
def receivers(request: HttpRequest) -> HttpResponse:
    """The list; a new one is shown, with its secret, in the answer to its making and never again."""
    form = ReceiverForm(request.user, request.POST or typed(request))
    if request.method == "POST" and form.is_valid():
        made, secret = _made(request, form.cleaned_data)
        return _one(request, made, secret)
    rows = Receiver.objects.visible_to(request.user).select_related("account")
    told = {"form": form, "rows": rows, "now": now()}
    return render(request, "collectors/receivers.html", told, status=422 if request.POST and form.errors else 200)


def _made(request: HttpRequest, given: dict[str, Any]) -> tuple[Receiver, str]:
    signed = given["provider"] == "gcp" or (given["provider"] == "azure" and given["tenant"])
    secret = "" if signed else new_secret()
    kept = {name: given[name] if signed else "" for name in ("sender", "tenant", "audience")}
    with transaction.atomic():
        made = Receiver.objects.create(
            name=given["name"][:100], provider=given["provider"], account=given["account"], made_at=now(),
            key=secrets.token_hex(16), digest=digest_of(secret) if secret else "", **kept,
        )  # fmt: skip
        if signed and not made.audience:
            made.audience = address_of(request, made)
            made.save(update_fields=["audience"])
        audit("receiver", request, of=made, account=made.account, after={"made": made.name, **_told(made)})
    return made, secret


def _told(one: Receiver) -> dict[str, object]:
    return {
        "provider": one.provider,
        "account": one.account and str(one.account),
        "sender": one.sender,
        "on": one.enabled,
    }


def address_of(request: HttpRequest, one: Receiver) -> str:
    """The address to deliver to."""
    where = reverse("events", args=[one.provider, one.key])
    return f"{settings.ADDRESS}{where}" if settings.ADDRESS else request.build_absolute_uri(where)


def _found(request: HttpRequest, pk: int) -> Receiver:
    return get_object_or_404(Receiver.objects.visible_to(request.user).select_related("account"), pk=pk)


@needs("connect")
def receiver(request: HttpRequest, pk: int) -> HttpResponse:
    """One receiver: how it goes, and what to set up."""
    return _one(request, _found(request, pk))


def _one(request: HttpRequest, one: Receiver, secret: str = "") -> HttpResponse:
    address = address_of(request, one)
    waiting = WantedRead.objects.filter(account__provider=one.provider)
    waiting = waiting.filter(account=one.account) if one.account else waiting
    return render(request, "collectors/receiver.html", {
        "receiver": one, "address": address, "secret": secret, "steps": steps(one, address, secret), "header": HEADER,
        "waiting": waiting.select_related("account")[:20], "now": now(),
        "both": bool(one.old_digest and one.old_until and one.old_until > now()),
    })  # fmt: skip


@needs("connect", "POST")
@fresh
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret; the one before stays good for a day, so that it can be exchanged without losing an event."""
    one = _found(request, pk)
    if one.is_signed and one.believes_nobody:
        return _audience_anew(request, one)
    if not one.digest and one.audience:
        messages.info(request, "This receiver believes signed tokens; it has no secret to exchange.")
        return redirect("settings-receiver", pk)
    secret, at = new_secret(), now()
    with transaction.atomic():
        one.old_digest, one.old_until = one.digest, at + BOTH_GOOD if one.digest else None
        one.digest, one.rotated_at = digest_of(secret), at
        one.save(update_fields=["old_digest", "old_until", "digest", "rotated_at"])
        audit("receiver", request, of=one, account=one.account, after={"exchanged": "its secret"})
    return _one(request, one, secret)


def _audience_anew(request: HttpRequest, one: Receiver) -> HttpResponse:
    """Believe tokens that are signed for the receiver's address here."""
    with transaction.atomic():
        one.audience = address_of(request, one)
        one.save(update_fields=["audience"])
        audit("receiver", request, of=one, account=one.account, after={"audience": "its address"})
    messages.success(request, f"{one.name} believes tokens that are signed for its address.")
    return redirect("settings-receiver", one.pk)


@needs("connect", "POST")
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn it off or on, as the form's button says."""
    one = _found(request, pk)
    before = _told(one)
    with transaction.atomic():
        one.enabled = request.POST.get("on") == "yes"
        one.save(update_fields=["enabled"])
        audit("receiver", request, of=one, account=one.account, before=before, after=_told(one))
    messages.success(request, f"{one.name} is {'on' if one.enabled else 'off'}.")
    return redirect("settings-receiver", pk)


@needs("connect", "POST")
@fresh
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it out: its address answers nobody any more."""
    one = _found(request, pk)
    with transaction.atomic():
        audit("receiver", request, of=one, account=one.account, before=_told(one), after={"removed": True})
        one.delete()
    messages.success(request, f"{one.name} is removed. Take down the rule or subscription in the cloud, too.")
    return redirect("settings-receivers")


ROUTES = [
    path("settings/receivers/", receivers, name="settings-receivers"),
    path("settings/receivers/<int:pk>/", receiver, name="settings-receiver"),
    path("settings/receivers/<int:pk>/rotate/", rotate, name="settings-receiver-rotate"),
    path("settings/receivers/<int:pk>/switch/", switch, name="settings-receiver-switch"),
    path("settings/receivers/<int:pk>/remove/", remove, name="settings-receiver-remove"),
]
