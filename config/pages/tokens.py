"""API tokens: one's own to make and revoke; admins see everybody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from config.pages.settings import own
from inventory.audit import audit
from inventory.clock import now
from inventory.fresh import fresh_form, typed
from inventory.models import Account, ApiToken, Role, User
from inventory.models.tokens import LONGEST, make_token
from inventory.permission import SELF, needs

#: So many tokens are listed.
MOST = 500
LIVES = (7, 30, 90, 180, LONGEST.days)
SELECT = {"class": "form-select"}


class ChosenAccounts(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Accounts; a number larger than the database can compare is one that is not there."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError as fault:
            raise forms.ValidationError("One of these accounts is not there. Choose from the list.") from fault


class TokenForm(forms.Form):
    """A new token of a person."""

    name = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text="What uses it, so that you know it again.",
    )  # fmt: skip
    role = forms.ChoiceField(
        choices=Role.choices, widget=forms.Select(attrs=SELECT), help_text="At most; never more than you may yourself."
    )
    days = forms.TypedChoiceField(
        label="Expires after", choices=[(days, f"{days} days") for days in LIVES], coerce=int, initial=90,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    accounts = ChosenAccounts(
        Account.objects.none(), required=False, widget=forms.SelectMultiple(attrs={**SELECT, "size": "5"}),
        help_text="None chosen: all that you see.",
    )  # fmt: skip

    def __init__(self, user: User, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        visible = Account.objects.visible_to(user)
        self.fields["accounts"].queryset = visible  # type: ignore[attr-defined]


def _shown(request: HttpRequest, form: TokenForm, text: str = "", status: int = 200) -> HttpResponse:
    user, at = own(request), now()
    every = request.GET.get("of") == "all" and user.may("administer")
    found = ApiToken.objects.filter(Q() if every else Q(owner=user)).select_related("owner")
    rows = [{"token": one, "state": one.state(at)} for one in found.prefetch_related("accounts")[:MOST]]
    told = {"form": form, "rows": rows, "text": text, "now": at, "every": every}
    return render(request, "config/settings/tokens.html", told, status=status)


@needs(SELF, "GET POST")
@fresh_form()
def tokens(request: HttpRequest) -> HttpResponse:
    """The list; a new token is shown in the answer to its making and never again."""
    user = own(request)
    form = TokenForm(user, request.POST or typed(request))
    if request.method != "POST":
        return _shown(request, form)
    if not form.is_valid():
        return _shown(request, form, status=422)
    told, at = form.cleaned_data, now()
    chosen = list(told["accounts"]) or None
    token, text = make_token(user, told["name"], told["role"], at, at + timedelta(days=told["days"]), chosen)
    limits = {"role": token.role, "expires": token.expires_at, "accounts": [str(one) for one in chosen or []]}
    audit("token", request, of=token, after={"made": token.prefix, **limits})
    return _shown(request, TokenForm(user), text)


@needs(SELF, "POST")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own, or as an admin anybody's; it is refused with the next request."""
    user = own(request)
    token = get_object_or_404(ApiToken, Q() if user.may("administer") else Q(owner=user), pk=pk)
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        audit("token", request, of=token, after={"revoked": token.prefix})
    messages.success(request, f"{token.name} is revoked.")
    return redirect("settings-tokens")


ROUTES = [
    path("settings/tokens/", tokens, name="settings-tokens"),
    path("settings/tokens/<int:pk>/revoke/", revoke, name="settings-token-revoke"),
]
