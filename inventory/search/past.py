"""Which questions can be put to an earlier time: those whose answers of then are kept. Any other is refused by name.

Snapshots keep every configuration, `PostureStep` what was concluded, the findings' log which of them were open. What
hangs on tables of now alone (grants, bindings, when a part was read) has no answer for another time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from inventory.search.parse import ParseError, Query, Term

#: Fields that are answered of any time of which there is a snapshot.
KEPT = frozenset(
    {
        "name", "id", "provider", "account", "group", "region", "runtime", "kind", "state", "package", "arch",
        "memory", "timeout", "concurrency", "code-size", "identity", "privilege", "exposure", "deploy", "worst",
        "reach", "latent", "url", "trigger", "network", "egress", "key", "log-retention", "env", "layer", "tag",
        "changed", "first-seen", "gone",
    }
)  # fmt: skip
#: Fields of which some values are answered.
PARTLY: Mapping[str, Sequence[str]] = {
    "is": ("public", "gone", "new", "latent"),
    "has": ("url", "entry-point", "vpc", "trigger", "tags", "layers", "env", "secrets", "identity", "key",
            "concurrency", "log-retention", "dlq"),
    "invoker": ("public", "external"),
    "deployer": ("public", "external"),
    "unknown": tuple(sorted(KEPT)),
}  # fmt: skip
#: What can be asked instead.
INSTEAD = {
    "finding": "ask worst: for the gravest finding open then",
    "can": "ask privilege: for what had been concluded then",
    "power": "ask privilege: for what had been concluded then",
    "external": "ask exposure:external for what had been concluded then",
    "principal": "open a function's history for its policies then",
}


def refuse_now_only(query: Query, names: Mapping[str, str], at: datetime) -> None:
    """Raise ParseError for a term that asks an earlier time what is known of now only.

    `names`: each name or alias → the field's own name.
    """
    for leaf in query.leaves():
        if isinstance(leaf, Term):
            _refuse(leaf, names.get(leaf.name, leaf.name), at)


def _refuse(term: Term, name: str, at: datetime) -> None:
    if name in KEPT:
        return
    told = PARTLY.get(name, ())
    wrong = next((one for one in term.values if one.text.lower() not in told or one.quoted), None)
    if wrong is None:
        return
    asked = f"{name}:{wrong.text}" if told else f"{name}:"
    hint = f"; {INSTEAD[name]}" if name in INSTEAD else f"; of then it answers {', '.join(told)}" if told else ""
    start, end = (wrong.start, wrong.end) if told else (term.start, term.end)
    raise ParseError(
        f"{asked} is known of now only, and cannot be asked as of {at:%Y-%m-%d %H:%M} UTC{hint}", start, end
    )
