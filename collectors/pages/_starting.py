"""Starting a collection from a page, and saying in a sentence why it could not be started."""

from datetime import timedelta

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


def start_and_tell(request: HttpRequest, account: Account, only_scope: str = "") -> Run | None:
    """The run that was started, or the one that is going on; None with a message when there is neither."""
    recent = Run.objects.filter(
        account=account, trigger="person", only_scope=only_scope, queued_at__gt=now() - PAUSE
    ).exclude(state__in=Run.ACTIVE)
    if recent.exclude(error_class="queue").exists():
        messages.warning(request, "This was collected less than a minute ago; please wait a moment.")
        return None
    try:
        run = start_run(account, "person", request.user if request.user.is_authenticated else None, only_scope)
    except AlreadyRunning as busy:
        messages.info(request, "A collection of this account is going on already.")
        return busy.run
    except QueueAway as away:
        messages.error(request, str(away))
        return None
    audit("collection", request, of=run, account=account, after={"scope": only_scope or "all"})
    return run
