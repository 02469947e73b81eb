"""Recovery codes: ten of them, shown once, each of which signs in once in place of a lost second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_reset
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from config.pages.settings import own
from config.sign_on.rule import FACTORS
from config.sign_on.second_factor import codes_left, new_codes
from inventory.fresh import fresh
from inventory.permission import SELF, needs


@needs(SELF, "GET POST")
@fresh
def recovery_codes(request: HttpRequest) -> HttpResponse:
    user, codes = own(request), []
    if not Authenticator.objects.filter(user=user, type__in=FACTORS).exists():
        messages.error(request, "Set up an authenticator app or a security key first.")
        return redirect("mfa_index")
    if request.method == "POST":
        codes = new_codes(user)
        made = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
        authenticator_reset.send(sender=Authenticator, request=request, user=user, authenticator=made)
    return render(request, "mfa/recovery_codes/index.html", {"codes": codes, "left": codes_left(user)})


ROUTES = [path("sign-in/mfa/recovery-codes/", recovery_codes, name="recovery-codes")]
