"""What every export does: it is written down, and one person makes no more than so many an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from inventory.models import AuditEntry

HOUR = timedelta(hours=1)


def wait_seconds(user: Any, at: datetime) -> int:
    """How long this person must wait before the next export; 0 when they need not."""
    most: int = settings.EXPORTS_AN_HOUR
    if not most:
        return 0
    made = AuditEntry.objects.filter(action="export", user=user.pk, at__gt=at - HOUR).order_by("-number")
    last = list(made.values_list("at", flat=True)[:most])
    return max(1, ceil((last[-1] + HOUR - at).total_seconds())) if len(last) >= most else 0


def too_many(request: HttpRequest, at: datetime) -> HttpResponse | None:
    """The answer to one export too many, None when it may be made."""
    seconds = wait_seconds(request.user, at)
    if not seconds:
        return None
    sentence = f"You made {settings.EXPORTS_AN_HOUR} exports within an hour. The next can be made in {seconds} s."
    return HttpResponse(sentence, status=429, content_type="text/plain", headers={"Retry-After": str(seconds)})
