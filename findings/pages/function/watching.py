"""Functions that a person keeps an eye on: kept with that person's other choices, listed on the overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from inventory.models import Function, User
from inventory.permission import needs

#: Where the uids are kept among a person's choices; no more of them than this.
KEY, MOST = "watched", 50


@dataclass(frozen=True)
class Watched:
    """The functions that are watched, those changed last first, and where an alert on them is made."""

    functions: list[Function]
    alert: str


def uids_of(user: User | Any) -> list[str]:
    """The uids that a person watches, in the order in which that began."""
    kept = user.preference(KEY, []) if isinstance(user, User) else []
    return [str(uid) for uid in kept] if isinstance(kept, list) else []


def watched(user: User | Any) -> Watched:
    """Only what this person may still see."""
    uids = uids_of(user)
    rows = Function.objects.visible_to(user).filter(uid__in=uids).select_related("account", "posture")
    found = list(rows.order_by("-changed_at", "pk")) if uids else []
    query = f"uid:{','.join(function.uid for function in found)}"
    told = urlencode({"on": "functions", "q": query, "name": "Functions I watch"})
    return Watched(found, f"{reverse('settings-alert-new')}?{told}" if found else "")


@needs("view", "POST")
def watch(request: HttpRequest, uid: str) -> HttpResponse:
    """Begin or end watching, as the button says."""
    function, user = get_object_or_404(Function.objects.visible_to(request.user), uid=uid), request.user
    assert isinstance(user, User)
    kept = [one for one in uids_of(user) if one != uid]
    if request.POST.get("watch") == "yes":
        if len(kept) >= MOST:
            messages.error(request, f"You watch {MOST} functions already; stop watching one first.")
            return redirect("function", uid)
        kept.append(uid)
        messages.success(request, f"{function.name} is on your overview now.")
    else:
        messages.success(request, f"{function.name} is watched no more.")
    user.preferences = {**user.preferences, KEY: kept}
    user.save(update_fields=["preferences"])
    return redirect("function", uid)
