"""How people may sign in: second factors, passwords, and the identity providers trusted here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from config.sign_on.rule import rule
from inventory.audit import audit
from inventory.clock import now
from inventory.fresh import fresh_form, typed
from inventory.models import IdentityProvider, Role, SignInRule
from inventory.models.sign_on import EVERYBODY
from inventory.permission import needs

SELECT = {"class": "form-select"}


class RuleForm(forms.Form):
    """Who needs a second factor, and whether passwords are a way in."""

    who = forms.ChoiceField(
        label="Two-factor sign-in is compulsory",
        choices=[("", "for nobody"), (EVERYBODY, "for everybody"), ("roles", "for these roles")],
        required=False, widget=forms.Select(attrs=SELECT),
        help_text="Whoever lacks it is led to set it up at the next page, and sees nothing before.",
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label="Roles", choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="A role on a group or a single account counts, too.",
    )  # fmt: skip
    passwords = forms.BooleanField(
        label="Passwords are a way in", required=False,
        help_text="Without, everybody comes by single sign-on, but for admins made by manage.py createadmin.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("who") == "roles" and not told.get("roles"):
            self.add_error("roles", "Choose at least one role.")
        if not told.get("passwords") and not IdentityProvider.objects.filter(enabled=True).exists():
            self.add_error("passwords", "Enable an identity provider first: nobody could sign in.")
        return told

    def factor(self) -> str:
        """As the rule keeps it."""
        who: str = self.cleaned_data["who"]
        return ",".join(self.cleaned_data["roles"]) if who == "roles" else who


def shown_rule() -> RuleForm:
    """The form, filled with the rule there is."""
    held = rule()
    some = held.second_factor not in ("", EVERYBODY)
    return RuleForm(initial={
        "who": "roles" if some else held.second_factor, "passwords": held.passwords,
        "roles": held.second_factor.split(",") if some else [],
    })  # fmt: skip


@needs("administer", "GET POST")
@fresh_form()
def sign_on(request: HttpRequest) -> HttpResponse:
    given = request.POST or typed(request)
    form = RuleForm(given) if given else shown_rule()
    if request.method == "POST" and form.is_valid():
        keep_rule(request, form.factor(), form.cleaned_data["passwords"])
        messages.success(request, "Kept.")
        return redirect("settings-sign-on")
    told = {"form": form, "providers": IdentityProvider.objects.annotate(groups=Count("roles")), "now": now()}
    return render(request, "config/settings/sign_on.html", told, status=422 if request.POST and form.errors else 200)


def keep_rule(request: HttpRequest, second_factor: str, passwords: bool) -> None:
    """Change the rule and write down what changed."""
    before = rule()
    told = {"second_factor": second_factor, "passwords_in_use": passwords}
    SignInRule.objects.update_or_create(
        pk=before.pk or 1, defaults={"second_factor": second_factor, "passwords": passwords}
    )
    was = {"second_factor": before.second_factor, "passwords_in_use": before.passwords}
    audit("sign-on", request, before=was, after=told)


ROUTES = [path("settings/sign-on/", sign_on, name="settings-sign-on")]
