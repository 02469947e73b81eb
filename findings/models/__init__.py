"""The tables of findings: what rules said, what became of it, and what people set about rules."""

from findings.models.alert import Alert, Channel, Delivery, Loss, Notice
from findings.models.controls import ControlSpan
from findings.models.event import FindingEvent
from findings.models.finding import Finding
from findings.models.footing import Footing
from findings.models.job import TriageJob
from findings.models.tally import DayCount, FindingCount, RegionCount
from findings.models.triage import WrongTriage
from findings.models.verdicts import RuleCount, RuleSetting, Shelf, Verdicts, settings_of

__all__ = [
    "Alert",
    "Channel",
    "ControlSpan",
    "DayCount",
    "Delivery",
    "Finding",
    "FindingCount",
    "FindingEvent",
    "Footing",
    "Loss",
    "Notice",
    "RegionCount",
    "RuleCount",
    "RuleSetting",
    "Shelf",
    "TriageJob",
    "Verdicts",
    "WrongTriage",
    "settings_of",
]
