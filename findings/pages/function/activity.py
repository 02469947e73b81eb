"""What was done to the function and to its identity, as the cloud's log says."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from findings.pages import _asked
from findings.pages.function.subject import Subject
from inventory.models import Activity

SHOWN = 50


def context(subject: Subject) -> dict[str, Any]:
    found = Activity.objects.filter(
        resource__in=[pk for pk in (subject.resource.pk, subject.function.identity_id) if pk]
    )
    wanted, before = subject.request.GET.get("find", "").strip(), _asked.moment(subject.request, "before")
    if wanted:
        found = found.filter(
            Q(action__icontains=wanted)
            | Q(actor__icontains=wanted)
            | Q(source_ip=wanted)
            | Q(outcome__icontains=wanted)
        )
    if before:
        found = found.filter(at__lt=before)
    events = list(found.order_by("-at", "-id").select_related("resource")[: SHOWN + 1])
    more = len(events) > SHOWN
    return {
        "events": events[:SHOWN], "find": wanted, "older": events[SHOWN - 1].at.isoformat() if more else "",
        "log_until": subject.resource.scope.activity_until,
    }  # fmt: skip
