"""Which scopes were not read completely for too long: what lists show with a clock, and counts with "≥"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from inventory.facts import ReadState
from inventory.freshness import STALE_AFTER
from inventory.models import Account, Scope


def stale_scopes(at: datetime) -> QuerySet[Scope, Any]:
    """Scopes whose last complete reading is too old, or that never had one (where there is something to read)."""
    late = Q(complete_at=None)
    for minutes in Account.objects.order_by().values_list("every_minutes", flat=True).distinct():
        limit = at - timedelta(minutes=STALE_AFTER * max(minutes, 1))
        late |= Q(account__every_minutes=minutes, complete_at__lt=limit)
    return Scope.objects.filter(late).exclude(state=ReadState.NOT_APPLICABLE)
