"""Starting a collection from a page, and saying in a sentence why it could not be started."""

from datetime import timedelta
from math import ceil

from django.contrib import messages
from django.http import HttpRequest

from collectors.models import Run
from collectors.schedule import AlreadyRunning
from collectors.tasks import QueueAway, start_run
from inventory.audit import audit
from inventory.clock import now
from inventory.models import Account

#: People may start a collection of an account once in so long; what is running already is shown instead.
PAUSE = timedelta(seconds=60)
#: What runs that people start on pages are asked for by.
PEOPLE = ("person", "function")
JUST_NOW = "This was collected less than a minute ago; please wait a moment."


def wait_for(account: Account, only_scope: str = "", only_function: str = "") -> int:
    """Seconds until a person may start this collection again; 0: now. One that is going on is shown instead."""
    at = now()
    recent = Run.objects.filter(
        account=account, trigger__in=PEOPLE, only_scope=only_scope, only_function=only_function,
        queued_at__gt=at - PAUSE,
    )  # fmt: skip
    over = recent.exclude(state__in=Run.ACTIVE).exclude(error_class="queue")
    last = over.order_by("-queued_at").values_list("queued_at", flat=True).first()
    return ceil((last + PAUSE - at).total_seconds()) if last else 0


def start_and_tell(request: HttpRequest, account: Account, only_scope: str = "", only_function: str = "") -> Run | None:
    """The run that was started, or the one that is going on; None with a message when there is neither."""
    try:
        trigger = "function" if only_function else "person"
        user = request.user if request.user.is_authenticated else None
        run = start_run(account, trigger, user, only_scope, only_function=only_function)
    except AlreadyRunning as busy:
        messages.info(request, "A collection of this account is going on already.")
        return busy.run
    except QueueAway as away:
        messages.error(request, str(away))
        return None
    told = {"scope": only_scope or "all"} | ({"function": only_function} if only_function else {})
    audit("collection", request, of=run, account=account, after=told)
    return run
