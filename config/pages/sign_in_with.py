"""Signing in with an identity provider: the way there, and the way back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import deserialize_request
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal.statekit import unstash_state
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.saml.views import ACSView
from allauth.socialaccount.sessions import LoginSession
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from onelogin.saml2.errors import OneLogin_Saml2_Error
from requests import RequestException

from config.sign_on import oidc, saml
from config.sign_on.adapter import app_of, refuse
from inventory.models import IdentityProvider
from inventory.permission import ANYONE, needs


class Unreachable(Exception):
    """The provider cannot be asked; the sentence says why."""


@login_not_required
@needs(ANYONE)
def sign_in_with(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(IdentityProvider, key=key, enabled=True)
    try:
        try:
            return leave_for(request, found, next_url=get_next_redirect_url(request))
        except Unreachable as fault:
            refuse(request, found, str(fault))
    except ImmediateHttpResponse as refused:
        return refused.response  # type: ignore[no-any-return]


def leave_for(request: HttpRequest, found: IdentityProvider, **state: Any) -> HttpResponse:
    """To the provider, with what is to be known on the way back. Raises Unreachable."""
    sort = oidc.Provider if found.kind == IdentityProvider.Kind.OIDC else saml.Provider
    try:
        answer: HttpResponse = sort(request, app=app_of(found)).redirect(request, "login", **state)
    except (OAuth2Error, OneLogin_Saml2_Error, RequestException) as fault:
        raise Unreachable(str(fault)[:300]) from fault
    return answer


@login_not_required
@needs(ANYONE)
def reply(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(IdentityProvider, key=key, kind=IdentityProvider.Kind.OIDC)
    view = oidc.Callback.adapter_view(oidc.Adapter(request, found))
    answer: HttpResponse = view(request)
    return answer


@login_not_required
@needs(ANYONE)
def finish_saml(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Read what was posted here from another site, now that the browser shows our own cookie."""
    found = get_object_or_404(IdentityProvider, key=organization_slug, kind=IdentityProvider.Kind.SAML)
    posted = LoginSession(request, "saml_acs_session", "saml-acs-session")
    kept = posted.store.get("request")
    posted.delete()
    try:
        return _saml_login(request, found, kept)
    except ImmediateHttpResponse as refused:
        return refused.response  # type: ignore[no-any-return]


def _saml_login(request: HttpRequest, found: IdentityProvider, kept: str | None) -> HttpResponse:
    provider = saml.Provider(request, app=app_of(found))
    if not kept:
        refuse(request, found, "No response came with this.")
    try:
        auth, asked = provider.checked(deserialize_request(kept, HttpRequest()))
    except saml.Unfit as fault:
        refuse(request, found, str(fault)[:300])
    state = unstash_state(request, state_id=asked, provider_id=found.key)
    if state is None:
        refuse(request, found, "Nobody asked for this response here.")
    login = provider.sociallogin_from_response(request, auth)
    login.state = state
    answer: HttpResponse = complete_social_login(request, login)
    return answer


@login_not_required
@needs(ANYONE)
def describe_saml(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Our own metadata, for the provider's administrator."""
    found = get_object_or_404(IdentityProvider, key=organization_slug, kind=IdentityProvider.Kind.SAML)
    told = saml.Provider(request, app=app_of(found)).auth(request).get_settings().get_sp_metadata()
    return HttpResponse(told, content_type="application/samlmetadata+xml")


@needs(ANYONE, "POST")
def nothing(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Nobody is signed out from elsewhere; python3-saml wants an address for it all the same."""
    return HttpResponse(status=HTTPStatus.NOT_IMPLEMENTED)


acs = needs(ANYONE, "POST")(ACSView.as_view())

ROUTES = [
    path("sign-in/saml/<str:organization_slug>/acs/", acs, name="saml_acs"),
    path("sign-in/saml/<str:organization_slug>/finish/", finish_saml, name="saml_finish_acs"),
    path("sign-in/saml/<str:organization_slug>/metadata/", describe_saml, name="saml_metadata"),
    path("sign-in/saml/<str:organization_slug>/out/", nothing, name="saml_sls"),
    path("sign-in/with/<str:key>/", sign_in_with, name="sign-in-with"),
    path("sign-in/with/<str:key>/reply/", reply, name="sign-in-with-reply"),
]
