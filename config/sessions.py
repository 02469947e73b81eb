"""How long somebody stays signed in: so long without a sign of life, and never longer than so long in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

BEGAN, SEEN = "began", "seen"
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
            session[SEEN] = now
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
