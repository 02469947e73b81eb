"""How long somebody stays signed in: so long without a sign of life, and never longer than so long in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from config.writable import refuses_writes
from inventory.clock import about_now

BEGAN, SEEN = "began", "seen"
#: Where allauth keeps by which ways somebody signed in: records with `method`, and `provider` for identity providers.
WAYS = "account_authentication_methods"
#: A sign of life is written down at most so often, in seconds.
NOTED_EVERY = 300


@receiver(user_logged_in)
def began(request: HttpRequest, **_: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


class SessionLimits:
    """Middleware behind authentication. Writing the sign of life also renews the cookie and the stored expiry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._mind(request, int(time.time()))
        return self.get_response(request)

    @staticmethod
    def _mind(request: HttpRequest, now: int) -> None:
        session = request.session
        idle = now - session.get(SEEN, 0)
        if now - session.get(BEGAN, 0) > settings.SESSION_LONGEST or idle > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif idle > NOTED_EVERY:
            try:
                UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=about_now())
            except DatabaseError as fault:
                if not refuses_writes(fault):
                    raise
                return  # pages can be read all the same; the sign of life waits
            session[SEEN] = now


def end_those_through(provider: str, keep: str | None) -> int:
    """End the sessions that began with a sign-in at this identity provider (its key); returns how many.

    allauth writes into each session by which ways its person signed in. Sessions of the same people that began
    otherwise go on, and so does the one with the key `keep`.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    people = SocialAccount.objects.filter(provider=provider).values("user")
    ended = 0
    for session in UserSession.objects.filter(user__in=people).exclude(session_key=keep):
        ways = store(session.session_key).get(WAYS, [])
        if any(way.get("provider") == provider for way in ways):
            session.end()
            ended += 1
    return ended
