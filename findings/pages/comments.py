"""Comments on a revision: made by whoever may triage there, withdrawn by whoever made them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from inventory.clock import now
from inventory.comments import WrongComment, comment, withdraw
from inventory.models import Account, RevisionComment, Snapshot
from inventory.permission import needs, require
from inventory.templatetags.fanlight import history_of

ABOUT = "resource__account"


@needs("triage", "POST")
def say(request: HttpRequest, uid: str, number: int) -> HttpResponse:
    visible = Account.objects.visible_to(request.user).limit(Snapshot.objects.select_related(ABOUT), ABOUT)
    snapshot = get_object_or_404(visible, resource__uid=uid, number=number)
    require(request.user, "triage", snapshot.resource.account)
    try:
        comment(snapshot, request.POST.get("text", ""), request, now())
    except WrongComment as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, "Kept.")
    return redirect(_place(snapshot))


@needs("triage", "POST")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    visible = RevisionComment.objects.visible_to(request.user).select_related(f"snapshot__{ABOUT}")
    made = get_object_or_404(visible, pk=pk)
    require(request.user, "triage", made.snapshot.resource.account)
    done = withdraw(made, request, now())
    messages.success(request, "Withdrawn." if done else "It was withdrawn already.")
    return redirect(_place(made.snapshot))


def _place(snapshot: Snapshot) -> str:
    """Where the revision is shown with its comments."""
    return f"{history_of(snapshot.resource)}?to={snapshot.number}#comments"


ROUTES = [
    path("revisions/<str:uid>/<int:number>/comment/", say, name="revision-comment"),
    path("revision-comments/<int:pk>/withdraw/", take_back, name="revision-comment-withdraw"),
]
