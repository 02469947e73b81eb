"""The tables of the inventory; `inventory.record` is the only writer of what was observed."""

from inventory.models.account import Account, AccountGroup, Scope, ScopeCoverage
from inventory.models.activity import Activity
from inventory.models.audit import AuditEntry
from inventory.models.change import Change, ChangeAct, PostureStep, ReadingGap
from inventory.models.comment import RevisionComment
from inventory.models.exposure import ExposedBinding, Trust
from inventory.models.function import Binding, EntryPoint, Function, Tag, Trigger
from inventory.models.identity import ActionPattern, Grant, Identity, Statement
from inventory.models.people import Assignment, ColumnSet, Role, SavedSearch, User
from inventory.models.posture import IdentityPosture, Posture, Privilege
from inventory.models.resource import QuarantinedEntry, RawAnswer, Resource, Snapshot
from inventory.models.sign_on import GroupRole, IdentityProvider, SignInRule
from inventory.models.tokens import ApiToken
from inventory.models.use import Use

__all__ = [
    "Account",
    "AccountGroup",
    "ActionPattern",
    "Activity",
    "ApiToken",
    "Assignment",
    "AuditEntry",
    "Binding",
    "Change",
    "ChangeAct",
    "ColumnSet",
    "EntryPoint",
    "ExposedBinding",
    "Function",
    "Grant",
    "GroupRole",
    "Identity",
    "IdentityPosture",
    "IdentityProvider",
    "Posture",
    "PostureStep",
    "Privilege",
    "QuarantinedEntry",
    "RawAnswer",
    "ReadingGap",
    "Resource",
    "RevisionComment",
    "Role",
    "SavedSearch",
    "Scope",
    "ScopeCoverage",
    "SignInRule",
    "Snapshot",
    "Statement",
    "Tag",
    "Trigger",
    "Trust",
    "Use",
    "User",
]
