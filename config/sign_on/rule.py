"""The rule of signing in: who needs a second factor and sees nothing before it is set up, who may use a password."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from inventory.models import Assignment, IdentityProvider, SignInRule, User
from inventory.models.sign_on import EVERYBODY

#: What counts as a second factor; recovery codes are there for the day on which one of these is lost.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: What somebody may open who has no second factor yet and needs one.
SETTING_UP = frozenset(
    {
        "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "recovery-codes", "account_logout",
        "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "healthz", "readyz", "metrics",
    }
)  # fmt: skip
NEEDED = "Two-factor sign-in is compulsory here: set it up first."


def rule() -> SignInRule:
    """The rule of this installation."""
    return SignInRule.objects.first() or SignInRule()


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Passwords, and the signed-in person with what the rule of signing in asks of them, and whether they hold roles on
    some accounts, in one query."""

    def get_user(self, user_id: Any) -> User | None:
        own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
        people = User.objects.annotate(
            factor_rule=Subquery(SignInRule.objects.values("second_factor")[:1]), has_factor=Exists(own),
            has_assignments=Exists(Assignment.objects.filter(user=OuterRef("pk"))),
        )  # fmt: skip
        found = people.filter(pk=user_id).first()
        return found if found is not None and self.user_can_authenticate(found) else None


def second_factor_due(request: HttpRequest) -> bool:
    """Whether the person of this request must set up a second factor before anything else."""
    user: Any = getattr(request, "user", None)
    asked = getattr(user, "factor_rule", None)
    if not asked or user.has_factor or not getattr(user, "is_authenticated", False):
        return False
    return (asked == EVERYBODY or bool(_roles(user) & set(asked.split(",")))) and not _vouched_for(request, user)


def _roles(user: User) -> set[str]:
    return {user.role, *user.assignments.values_list("role", flat=True)} - {""}


def _vouched_for(request: HttpRequest, user: User) -> bool:
    """Whether a provider let them in that asks for a second factor itself, as an admin has said."""
    through = [one.get("provider") for one in get_authentication_records(request, user) if one.get("provider")]
    return bool(through) and IdentityProvider.objects.filter(key=through[-1], second_factor=True).exists()


class SecondFactorFirst:
    """Middleware behind the permissions: leads to where a second factor is set up, and shows nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if (match and match.url_name in SETTING_UP) or not second_factor_due(request):
            return None
        if request.path.startswith("/api/"):
            told = {"type": "about:blank", "title": "Forbidden", "status": HTTPStatus.FORBIDDEN, "detail": NEEDED}
            return JsonResponse(told, status=HTTPStatus.FORBIDDEN, content_type="application/problem+json")
        there = reverse("mfa_index")
        return HttpResponseClientRedirect(there) if getattr(request, "htmx", False) else HttpResponseRedirect(there)
