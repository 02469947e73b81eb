"""The page behind a link to choose a password by; it works once, for a password changes what the link is made of."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import urlsafe_base64_decode

from config.pages.people import end_all
from inventory.audit import audit
from inventory.models import User
from inventory.permission import ANYONE, needs


@login_not_required
@needs(ANYONE, "GET POST")
def set_password(request: HttpRequest, key: str, token: str) -> HttpResponse:
    invited = _invited(key, token)
    if invited is None:
        return render(request, "config/settings/set_password.html", {"form": None}, status=410)
    form = SetPasswordForm(invited, request.POST or None)
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-control"
    if request.method == "POST" and form.is_valid():
        form.save()
        end_all(invited)
        audit("password", request, by=invited, of=invited)
        messages.success(request, "Your password is set: sign in with it.")
        return redirect("account_login")
    status = 422 if form.errors else 200
    return render(request, "config/settings/set_password.html", {"form": form, "invited": invited}, status=status)


def _invited(key: str, token: str) -> User | None:
    """Whose link this is; None when it was used, is too old, or never was one."""
    try:
        number = int(urlsafe_base64_decode(key))
    except ValueError:
        return None
    found = User.objects.filter(pk=number, is_active=True).first() if number < 2**63 else None
    return found if found and default_token_generator.check_token(found, token) else None


ROUTES = [path("sign-in/password/choose/<str:key>/<str:token>/", set_password, name="set-password")]
