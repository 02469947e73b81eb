"""Dangerous deeds ask for the password once more when it was given some minutes ago, and lose nothing by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, QueryDict

View = Callable[..., Any]
#: Where the session keeps what was typed, and for how many seconds.
TYPED, KEPT = "typed", 300
UNTYPED = "csrfmiddlewaretoken"


def fresh(view: View) -> View:
    """A view whose changes need a password given within the last minutes; reading does not.

    For bare buttons: what was sent waits in the session and is done when the password has been given. So nothing sent
    to such a view may be secret.
    """
    guarded: View = reauthentication_required(view, allow_get=True)
    return guarded


def fresh_form(*secret: str) -> Callable[[View], View]:
    """The same for a page with a form: what was typed is offered again, for it to be sent once more.

    Values of the fields named `secret`, and files, are not kept meanwhile: the session lies in the database.
    """

    def guard(view: View) -> View:
        guarded = fresh(view)

        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                return guarded(request, *args, **kwargs)
            except ReauthenticationRequired:
                _keep(request, {UNTYPED, *secret})
                way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
                return HttpResponseRedirect(f"{way}?{urlencode({'next': request.get_full_path()})}")

        return asked

    return guard


def _keep(request: HttpRequest, without: set[str]) -> None:
    told = request.POST.copy()
    for name in without & set(told):
        del told[name]
    request.session[TYPED] = {"at": request.get_full_path(), "until": time.time() + KEPT, "told": told.urlencode()}


def typed(request: HttpRequest) -> QueryDict | None:
    """What somebody typed on this page before the password was asked for; offered once, and for some minutes only."""
    kept = request.session.get(TYPED)
    if request.method != "GET" or not kept or kept["at"] != request.get_full_path():
        return None
    del request.session[TYPED]
    if time.time() > kept["until"]:
        return None
    messages.info(request, "This is what you typed. Send it again; what is secret was not kept, so enter that anew.")
    return QueryDict(kept["told"])
