"""What an identity may do: the words for it, and where each cloud's answer comes from. Pure.

Every cloud answers in the same shape, `Assessment(level, privileges, unread)`: classes of power, each with how much it
reaches, whether it hangs on something undecided, and by which policy and statement it is held.

    AWS     assess([NamedPolicy(...)], principal=arn, boundary=…, scps=…, targets=…); can(policies, action, resource)
    Google  findings.access.gcp.privileges.assess
    Azure   findings.access.azure.privileges.assess
"""

from findings.access.aws.documents import NamedPolicy
from findings.access.aws.escalation import Escalation, Path, PathKind, Target, catalogue, escalations
from findings.access.aws.privileges import assess, can, effective_grants, paths
from findings.access.privilege import Assessment, Breadth, Level, Power, Privilege, summary

__all__ = [
    "Assessment",
    "Breadth",
    "Escalation",
    "Level",
    "NamedPolicy",
    "Path",
    "PathKind",
    "Power",
    "Privilege",
    "Target",
    "assess",
    "can",
    "catalogue",
    "effective_grants",
    "escalations",
    "paths",
    "summary",
]
