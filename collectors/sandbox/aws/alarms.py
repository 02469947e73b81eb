"""Alarms (CloudWatch, API 2010-08-01)."""

from typing import Any

from collectors.sandbox.aws.asked import Asked
from collectors.sandbox.estate.aws.alarms import COMPOSITE_ALARMS, METRIC_ALARMS

Wire = dict[str, Any]
_METRIC, _COMPOSITE = "MetricAlarm", "CompositeAlarm"


def describe_alarms(asked: Asked) -> Wire:
    """Metric alarms alone, unless other types are asked for; a page holds both kinds."""
    place, wanted = (asked.account, asked.region), asked.several("AlarmTypes") or [_METRIC]
    kinds = {_METRIC: METRIC_ALARMS, _COMPOSITE: COMPOSITE_ALARMS}
    alarms = [(kind, alarm) for kind, by_place in kinds.items() if kind in wanted for alarm in by_place.get(place, ())]
    page, following = asked.page(asked.state.in_turn(alarms), "NextToken", "MaxRecords", 50, 100)
    told: Wire = {f"{kind}s": [alarm for own, alarm in page if own == kind] for kind in kinds}
    return {**told, "NextToken": following} if following else told
