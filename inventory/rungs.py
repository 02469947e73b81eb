"""The ordered words in which functions are judged, lowest first; "unknown" stands beside them, not on them."""

from collections.abc import Sequence

#: Summary level of what a function's identity may do.
PRIVILEGE = ("none", "read", "write", "near-admin", "admin")

#: Who may invoke or deploy, from nobody to anybody without credentials.
EXPOSURE = (
    "none",
    "same_account",
    "service_scoped",
    "service_unscoped",
    "organisation",
    "external",
    "public_authenticated",
    "public_anonymous",
)

#: How bad the gravest open finding of a function is.
SEVERITY = ("none", "info", "low", "medium", "high", "critical")

#: Classes of power that an identity can hold.
POWERS = (
    "admin",
    "identity_escalation",
    "iam_write",
    "secrets_read",
    "data_read",
    "data_write_destroy",
    "deploy_code",
    "network_change",
    "logging_tamper",
    "invoke",
    "cross_account_assume",
)


#: What clouds call the state of a function, in small letters, under one word of ours: Lambda's State, Google's state of
#: a function or service, an Azure site's state. Words that are not here stand for themselves.
ONE_STATE = {
    "active": ("active", "running"),
    "pending": ("pending", "deploying", "deploy_in_progress"),
    "stopped": ("stopped", "inactive", "offline", "suspended"),
    "failed": ("failed",),
    "deleting": ("deleting", "delete_in_progress", "pendingdeletion"),
}


def one_state(word: str) -> str:
    """Our word for a state, whatever cloud says it; its own word where we have none."""
    low = word.lower()
    return next((ours for ours, words in ONE_STATE.items() if low in words), word)


def rung(ladder: Sequence[str], word: str) -> int | None:
    """The place of a word, by which lists sort; None for what is unknown."""
    return ladder.index(word) if word in ladder else None
