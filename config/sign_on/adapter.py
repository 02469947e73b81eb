"""Single sign-on as allauth asks about it: which providers there are, who is let in, and with which roles."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest
from django.shortcuts import redirect, render

from config.sign_on.fetch import Session
from config.sign_on.roles import renew, roles_for
from inventory.audit import audit
from inventory.clock import now
from inventory.models import IdentityProvider
from inventory.models.people import may
from inventory.sealed import Unreadable, unseal

#: Where the session keeps what came of a test, until the provider's page shows it.
TESTED = "sign-on-test"


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People are made by an identity provider's word and one of its groups, never by signing up."""

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        found = IdentityProvider.objects.all()
        if provider:
            found = (
                found.filter(kind=provider) if provider in IdentityProvider.Kind.values else found.filter(key=provider)
            )
        if client_id:
            found = found.filter(key=client_id)
        return [app_of(one) for one in found]

    def get_requests_session(self) -> Session:
        return Session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever comes this far has a role: `pre_social_login` turned the others away."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        provider = IdentityProvider.objects.get(key=sociallogin.account.provider)
        groups = sociallogin.account.extra_data["groups"]
        roles = roles_for(provider, groups)
        if "test" in sociallogin.state:
            _end_test(request, provider, sociallogin, [str(one) for one in roles])
        if not provider.enabled:
            refuse(request, provider, "This way in is not enabled.")
        if sociallogin.is_existing:
            renew(request, sociallogin.user, provider, roles)
        if not roles:
            refuse(request, provider, "None of your groups has a role here. Ask an administrator.")

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        user = super().save_user(request, sociallogin, form)
        provider = IdentityProvider.objects.get(key=sociallogin.account.provider)
        audit("user", request, by=user, of=user, after={"made": user.username, "through": provider.name})
        renew(request, user, provider, roles_for(provider, sociallogin.account.extra_data["groups"]))
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        found = IdentityProvider.objects.get(key=provider.app.provider_id)
        refuse(request, found, str(exception or error or "unknown")[:300])


def refuse(request: HttpRequest, provider: IdentityProvider, why: str) -> NoReturn:
    """Let nobody in: write down why, and answer with a page. Raises ImmediateHttpResponse."""
    audit("sign-in.failed", request, of=provider, after={"tried": provider.name, "why": why})
    told = {"provider": provider, "why": why}
    raise ImmediateHttpResponse(
        render(request, "socialaccount/authentication_error.html", told, status=HTTPStatus.UNAUTHORIZED)
    )


def _end_test(request: HttpRequest, provider: IdentityProvider, sociallogin: Any, roles: list[str]) -> NoReturn:
    """A sign-in by which an admin tries a provider: nobody is signed in by it, what it would do is told."""
    if sociallogin.state["test"] != request.user.pk or not may(request.user, "administer"):
        refuse(request, provider, "This test was begun by somebody else.")
    provider.tested_at = now()
    provider.save(update_fields=["tested_at"])
    told = {"provider": provider.pk, "subject": sociallogin.account.uid, "roles": roles,
            "groups": sociallogin.account.extra_data["groups"]}  # fmt: skip
    request.session[TESTED] = told
    audit("sign-on", request, of=provider, after={"tested": True})
    raise ImmediateHttpResponse(redirect("settings-provider", provider.pk))


def app_of(provider: IdentityProvider) -> SocialApp:
    """A provider as allauth knows them; its secret is read only here, and is none if it cannot be."""
    try:
        secret = unseal(provider.secret, provider.key)
    except Unreadable:
        secret = ""
    client = provider.client_id if provider.kind == IdentityProvider.Kind.OIDC else provider.key
    return SocialApp(
        provider=provider.kind, provider_id=provider.key, name=provider.name, client_id=client, secret=secret,
        settings={"issuer": provider.issuer, "groups_from": provider.groups_from, "metadata": provider.metadata,
                  "oauth_pkce_enabled": True},
    )  # fmt: skip


def words(value: Any) -> list[str]:
    """Groups as providers tell them: a list of words, or one; anything else is none."""
    told = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [one for one in told if isinstance(one, str)][:1000]
