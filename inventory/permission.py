"""What a page or a route of the API needs, said on its view; nothing answers that says nothing.

`@needs("view")` on a view: people who may view somewhere may GET it. `@needs("triage", "POST")` beside it says what
another method needs. What a person may do *where* is asked of the object: `Account.objects.visible_to(user)` first
(what somebody may not see is not there for them), then `require(user, verb, account)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from inventory.models import Account
from inventory.models.people import VERBS, least_role, may, places_of

#: Besides the verbs of a role: `anyone`, signed in or not, and `self`, any signed-in person in matters of their own.
ANYONE, SELF = "anyone", "self"
READING = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])
#: Method → what it needs; GET stands for HEAD and OPTIONS, too.
Needs = Mapping[str, str]


def needs(verb: str, methods: str = "GET") -> Callable[[View], View]:
    """Declare what the methods (words, with spaces between) of a view need; may stand several times over one view."""
    if verb not in (*VERBS, ANYONE, SELF):
        raise ValueError(f"{verb!r} is none of {', '.join((*VERBS, ANYONE, SELF))}")

    def declared(view: View) -> View:
        view.needs = {**getattr(view, "needs", {}), **dict.fromkeys(methods.split(), verb)}  # type: ignore[attr-defined]
        return view

    return declared


def declared(view: Any) -> Needs | None:
    """What a view of a route says that it needs; None when it says nothing."""
    own: Needs | None = getattr(view, "needs", None) or getattr(getattr(view, "cls", None), "needs", None)
    return own


def wanted(needed: Needs, method: str) -> str | None:
    """What this method needs; None for a method that the view does not answer to."""
    return needed.get("GET" if method in READING else method)


def fulfils(user: Any, verb: str) -> bool:
    """Whether somebody may do it anywhere at all."""
    if verb == ANYONE:
        return True
    if verb == SELF:
        return bool(getattr(user, "is_authenticated", False))
    # What concerns the whole installation is not for those who administer a part of it.
    return may(user, verb) if verb == "administer" else bool(places_of(user, verb))


def refusal(verb: str) -> str:
    """The sentence that says which role is lacking."""
    return f"This needs the role {least_role(verb)}." if verb in VERBS else "Please sign in first."


def require(user: Any, verb: str, account: Account | None = None) -> None:
    """Raise PermissionDenied unless the person may do it on this account (None: on all accounts)."""
    if not may(user, verb, account):
        where = account.name if account else "all accounts"
        raise PermissionDenied(f"This needs the role {least_role(verb)} on {where}.")


def account_for(request: HttpRequest, verb: str, pk: int) -> Account:
    """The account with this key. Raises Http404 when the person may not see it, PermissionDenied when only that."""
    found = get_object_or_404(Account.objects.visible_to(request.user).select_related("group"), pk=pk)
    require(request.user, verb, found)
    return found
