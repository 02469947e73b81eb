"""What the list of functions shows of findings: the worst severity of those that are open, kept with the posture."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Max

from findings.severity import Severity
from findings.states import ACTIVE
from inventory import record

BY_RANK = {severity.rank: severity.value for severity in Severity}


def tell_worst(model: type[Any], functions: Collection[int]) -> None:
    """Bring the postures of these functions up to date; "none" where nothing is open. Writes only what changed."""
    if not functions:
        return
    rows = model._default_manager.filter(function__in=list(functions), state__in=ACTIVE).order_by()
    ranks = dict(rows.values_list("function_id").annotate(Max("rank")))
    record.tell_worst({pk: BY_RANK[ranks[pk]] if pk in ranks else "none" for pk in functions})
